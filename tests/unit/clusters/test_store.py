"""Records on disk."""

from __future__ import annotations

import errno
import json
import logging
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fakes import a_cluster

from jupyter_cluster_launcher.clusters.saved.store import Store
from jupyter_cluster_launcher.models import State


@pytest.fixture
def no_umask() -> Iterator[None]:
    """Let modes be what the code says, as where a user has set `umask 0`."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "runtime" / "cluster-launcher")


@pytest.mark.usefixtures("no_umask")
def test_directories_are_private_whatever_the_umask(store: Store) -> None:
    """Guards against keys that other users of a shared machine can read."""
    store.root.mkdir(parents=True)
    (store.root / "c1").mkdir(mode=0o755)
    store.save(a_cluster())
    store.append_log("c1", "hello")
    assert (store.root / "c1").stat().st_mode & 0o777 == 0o700
    for path in (store.root / "c1").iterdir():
        assert path.stat().st_mode & 0o777 == 0o600, path


@pytest.mark.usefixtures("no_umask")
def test_the_root_is_private_too(store: Store) -> None:
    """Guards against a list of clusters that all users can read."""
    store.save(a_cluster())
    assert store.root.stat().st_mode & 0o777 == 0o700


def test_save_replaces_whole_records(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against half a record where the server was killed while writing."""
    store.save(a_cluster(name="before"))

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(json, "dump", killed)
    with pytest.raises(KeyboardInterrupt):
        store.save(a_cluster(name="after"))
    assert [cluster.name for cluster in store.load()] == ["before"]


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", "{}", '{"report": [1]}', "\x00", "\udcff"]
)
def test_a_broken_record_is_one_warning_and_one_row(
    store: Store, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Guards against one bad file that hides all clusters, and a cluster that vanishes."""
    store.save(a_cluster(id="good"))
    store.directory("bad")
    (store.root / "bad" / "cluster.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    with caplog.at_level(logging.WARNING):
        bad, good = store.load()
    assert (good.id, good.readable) == ("good", True)
    assert (bad.id, bad.readable, bad.state) == ("bad", False, State.LOST)
    (warning,) = caplog.messages
    assert "bad" in warning


def test_a_stray_file_is_no_record(store: Store) -> None:
    """Guards against choking on what is not ours in the runtime directory."""
    store.root.mkdir(parents=True)
    (store.root / "notes.txt").write_text("")
    (store.root / "empty").mkdir()
    assert store.load() == []


def test_nothing_yet(store: Store) -> None:
    """Guards against a first start that fails because nothing was ever saved."""
    assert store.load() == []
    assert store.read_log("none") == ""
    store.remove("none")
    assert not store.root.exists(), "asking must not make anything"


def test_oldest_first(store: Store) -> None:
    """Guards against rows that change places when the server restarts."""
    for number, created in (("b", "2024-01-02"), ("a", "2024-01-03"), ("c", "2024-01-01")):
        store.save(replace(a_cluster(id=number), created=f"{created}T00:00:00+00:00"))
    assert [cluster.id for cluster in store.load()] == ["c", "b", "a"]


def test_a_long_log_shows_its_end(store: Store) -> None:
    """Guards against a log that fills the browser, and against cutting off the error."""
    store.directory("c1")
    store.append_log("c1", "first\n" * 1000)
    store.append_log("c1", "é the error\n")
    log = store.read_log("c1", limit=100)
    assert log.endswith("é the error\n")
    assert len(log.encode()) <= 100


def test_a_log_takes_any_text(store: Store) -> None:
    """Guards against a launch that fails because its output is not Unicode."""
    store.directory("c1")
    store.append_log("c1", "a\udcffb\x1b")
    assert store.read_log("c1").startswith("a")


def test_remove_leaves_nothing(store: Store) -> None:
    """Guards against keys that stay behind."""
    store.save(a_cluster())
    (store.root / "c1" / "key.pem").write_text("secret")
    store.remove("c1")
    assert list(store.root.iterdir()) == []


def refused(*_: object, **__: object) -> None:
    raise OSError(errno.EACCES, os.strerror(errno.EACCES))


def test_remove_where_only_the_directory_can_be_written_to(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a cluster that is removed again and again, and half a one that is seen."""
    store.save(a_cluster())
    (store.root / "c1" / "key.pem").write_text("secret")
    monkeypatch.setattr(Path, "rename", refused)
    rmtree, released = shutil.rmtree, []

    def removing(path: Path, **kwargs: Any) -> None:
        assert not (path / "cluster.json").exists(), "another server would see it"
        rmtree(path, **kwargs)

    monkeypatch.setattr(shutil, "rmtree", removing)
    store.remove("c1", lambda: released.append("c1"))
    assert list(store.root.iterdir()) == []
    assert released == ["c1"]


def test_remove_where_nothing_can_be_written(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a row that goes and comes back, with a lock that was given up."""
    store.save(a_cluster())
    for name in ("rename", "unlink"):
        monkeypatch.setattr(Path, name, refused)
    released: list[str] = []
    with pytest.raises(PermissionError):
        store.remove("c1", lambda: released.append("c1"))
    assert [cluster.id for cluster in store.load()] == ["c1"]
    assert released == []


def test_remove_after_a_removal_that_was_cut_short(store: Store) -> None:
    """Guards against a name that is taken by what could not be deleted the last time."""
    store.save(a_cluster())
    (store.root / ".removed-c1" / "full").mkdir(parents=True)
    store.remove("c1")
    assert list(store.root.iterdir()) == []


def test_directories_that_no_route_can_name(store: Store) -> None:
    """Guards against rows that cannot be dismissed: copies that were put beside the records."""
    store.save(a_cluster(id="good"))
    for name in ("good.bak", "copy of good", "größe"):
        shutil.copytree(store.root / "good", store.root / name)
    assert [cluster.id for cluster in store.load()] == ["good"]
    assert list(store.stamps()) == ["good"]


def test_a_record_that_is_a_pipe(store: Store) -> None:
    """Guards the server's start: to open a named pipe waits for a writer."""
    os.mkfifo(store.directory("pipe") / "cluster.json")
    (row,) = store.load()
    assert (row.id, row.state, row.readable) == ("pipe", State.LOST, False)


@pytest.mark.parametrize("text", ["{", "[]", "null", "[" * 100_000, '{"words": 1}'])
def test_last_words_that_are_broken(store: Store, text: str) -> None:
    """Guards against a row that is never updated again because of one broken file."""
    (store.directory("c1") / "ended.json").write_text(text)
    assert store.last_words("c1") is None


def test_last_lines_that_say_something(tmp_path: Path) -> None:
    """Guards against "original error message:" as the last words of a controller."""
    store = Store(tmp_path)
    store.directory("c1")
    assert store.last_line("c1") == ""
    store.append_log("c1", "Error: no route to host\n\nOriginal error message:\n\n")
    assert store.last_line("c1") == "Error: no route to host"
    store.append_log("c1", "bye\n")
    assert store.last_line("c1") == "bye"
