"""Files of the runtime directory that are not what they should be."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fakes import a_cluster, backend

from jupyter_cluster_launcher.backends import gateway, jobqueue, remote
from jupyter_cluster_launcher.backends.batch import jobs
from jupyter_cluster_launcher.backends.batch.polling import cancel
from jupyter_cluster_launcher.clusters.saved.ownership import LOCK, WANTED, Ownership
from jupyter_cluster_launcher.clusters.saved.store import RECORD, Store
from jupyter_cluster_launcher.controller import announcements, marked, spawn
from jupyter_cluster_launcher.controller.guarded_files import (
    read_json,
    read_object,
    read_text,
    read_texts,
    words,
)
from jupyter_cluster_launcher.controller.log_files import LOG, read_tail
from jupyter_cluster_launcher.errors import NotAvailableError


def endless(path: Path) -> None:
    """Make a file with more bytes than any reader takes, which needs no room on the disk."""
    with path.open("wb") as file:
        file.truncate(2**40)


STRANGE: dict[str, Callable[[Path], object]] = {
    "a named pipe": os.mkfifo,
    "a directory": Path.mkdir,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a file without end": endless,
    "nested": lambda path: path.write_text('{"ip": ' + "[" * 100_000),
    "not text": lambda path: path.write_bytes(b"\xff\xfe"),
    "not JSON": lambda path: path.write_text("{"),
    "a text": lambda path: path.write_text('"x"'),
    "a number": lambda path: path.write_text("1"),
    "a list of numbers": lambda path: path.write_text("[1, 2]"),
    "an object of lists": lambda path: path.write_text(
        json.dumps({key: [1] for key in ("ip", "ended", "host", "address", "pid", "id")})
    ),
}
Read = Callable[[Path], Any]


def _ended(path: Path) -> Any:
    return Store(path.parent.parent).last_words(path.parent.name)


def _started(path: Path) -> Any:
    with pytest.raises(NotAvailableError, match="The note of what this cluster has started is"):
        gateway._names(path)


def _cancel_command(path: Path) -> Any:
    with pytest.raises(NotAvailableError, match="cancel them yourself"):
        jobqueue.cancel_command(path.parent)


# The name of a file in a cluster's directory, who reads it, and what it is to say then.
READERS: dict[str, tuple[str, Read, Any]] = {
    "connection file": ("connection.json", lambda path: spawn.left_behind(path.parent), None),
    "last words": ("ended.json", _ended, None),
    "lock": (LOCK, lambda path: Ownership(path.parent).lease(), None),
    "announcement": ("1-a.json", announcements._read, None),
    "started clusters": (gateway.STARTED, _started, None),
    "keys": (cancel.KEYS_NOTE, lambda path: cancel.remove_keys(path.parent), None),
}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """The directory of a cluster."""
    (tmp_path / "c1").mkdir()
    return tmp_path / "c1"


@pytest.mark.timeout(20)
@pytest.mark.parametrize("strange", STRANGE.values(), ids=STRANGE)
@pytest.mark.parametrize(("name", "read", "nothing"), READERS.values(), ids=READERS)
def test_files_that_are_not_what_they_should_be(
    directory: Path, name: str, read: Read, nothing: Any, strange: Callable[[Path], object]
) -> None:
    """Guards against a server that hangs, ends or takes all memory because of one file."""
    strange(directory / name)
    assert read(directory / name) == nothing


@pytest.mark.timeout(20)
@pytest.mark.parametrize("strange", list(STRANGE)[:4])
def test_what_is_no_file(directory: Path, strange: str) -> None:
    """Guards against readers of plain text that wait for a named pipe."""
    for name in (WANTED, jobs.IDS_NOTE, jobqueue.CANCEL_NOTE, LOG, RECORD, remote.STARTED):
        STRANGE[strange](directory / name)
    assert Ownership(directory).requested() is None
    with pytest.raises(NotAvailableError, match="cannot be looked up: it is"):
        jobs.submitted_ids(directory)
    _cancel_command(directory / jobqueue.CANCEL_NOTE)
    tail = read_tail(directory / LOG, 10)
    assert tail == "\0" * 10 if strange == "a file without end" else "cannot be read: " in tail
    (row,) = Store(directory.parent).load()
    assert not row.readable


@pytest.mark.timeout(20)
@pytest.mark.parametrize("strange", STRANGE.values(), ids=STRANGE)
async def test_the_end_of_a_remote_cluster(
    directory: Path, strange: Callable[[Path], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a cluster that cannot be dismissed because of what it left, or only unsaid."""
    killed: list[str] = []
    monkeypatch.setattr(marked, "kill", killed.append)
    strange(directory / remote.STARTED)
    if strange is not STRANGE["an object of lists"]:  # that would be ended
        with pytest.raises(NotAvailableError, match="is damaged"):
            await backend("remote").cleanup(one := a_cluster(), directory)
        assert killed == [one.id]  # what it started on this host ends all the same
        await backend("remote").cleanup(one, directory)


def test_last_words_are_words(directory: Path) -> None:
    """Guards against a row with a megabyte of text."""
    store = Store(directory.parent)
    (directory / "ended.json").write_text(json.dumps({"ended": "x" * 50_000}))
    assert store.last_words("c1") == "x" * 1000
    (directory / "ended.json").write_text(json.dumps({"ended": "Closed."}))
    assert store.last_words("c1") == "Closed."


def test_what_can_be_read(tmp_path: Path) -> None:
    """Guards against limits that are too tight by one, and against a nameless reason."""
    path = tmp_path / "a"
    path.write_text('["ä"]')
    assert read_text(path, 6) == '["ä"]'
    with pytest.raises(ValueError, match="larger than 0 kB"):
        read_text(path, 5)
    assert (read_json(path), read_texts(path)) == (["ä"], ["ä"])
    with pytest.raises(ValueError, match="not a JSON object") as caught:
        read_object(path)
    assert words(caught.value) == "it is not a JSON object"
    with pytest.raises(FileNotFoundError) as gone:
        read_text(tmp_path / "b")
    assert words(gone.value) == "No such file or directory"
