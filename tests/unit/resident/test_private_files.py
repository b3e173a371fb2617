"""Files that a controller writes and whoever ends its cluster reads."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from jupyter_cluster_launcher.resident.gateway.submissions import Submissions
from jupyter_cluster_launcher.resident.private_files import write_private


class Killed(BaseException):
    """The end of the process, which no handler sees."""


@contextmanager
def killed() -> Iterator[None]:
    """Let this process end as soon as it has opened a file to write."""

    def opened(file: int | str, *args: Any, **kwargs: Any) -> Any:
        with io.FileIO(file, "w"):
            raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("builtins.open", opened)
        patch.setattr(os, "fdopen", opened)
        with pytest.raises(Killed):
            yield


def test_a_process_that_is_killed_while_it_writes(tmp_path: Path) -> None:
    """Guards against a scheduler that goes on for ever, as the note that names it is empty."""
    path = tmp_path / "started.json"
    write_private(str(path), "before")
    with killed():
        write_private(str(path), "after")
    assert path.read_text() == "before"


def test_a_controller_that_is_killed_while_it_requests(tmp_path: Path) -> None:
    """Guards against a gateway's cluster of which no trace is left."""
    one, again = Submissions(), Submissions()
    one.restore(str(tmp_path))
    one.add("a")
    with killed():
        one.add("b")
    again.restore(str(tmp_path))
    assert again.names == ["a"]


def test_only_the_owner_reads_it(tmp_path: Path) -> None:
    """Guards against keys that other users of the computer can read."""
    path = tmp_path / "key.pem"
    write_private(str(path), "ä")
    assert path.read_text(encoding="utf-8") == "ä"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["key.pem"]
