"""The note of what a launch has requested of a gateway, as the next controller finds it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jupyter_cluster_launcher.resident.gateway.submissions import Submissions

UNREADABLE = (
    r"What this cluster has started cannot be looked up: Too many levels of symbolic links\."
)
DAMAGED = r"The note of what this cluster has started is damaged\."


def test_a_note_that_cannot_be_read_is_not_replaced(tmp_path: Path) -> None:
    """Guards against a cluster that is never stopped, as the next request replaced its name."""
    note, kept = tmp_path / "gateway.json", tmp_path / "kept"
    kept.write_text(json.dumps(["1f"]))
    note.symlink_to(note)  # no process can read it, not even root's
    one = Submissions()
    with pytest.raises(RuntimeError, match=UNREADABLE):
        one.restore(str(tmp_path))
    kept.replace(note)
    one.add("2f")
    again = Submissions()
    again.restore(str(tmp_path))
    assert again.names == ["1f"]


@pytest.mark.parametrize("text", ["", "[", "{}", '"1f"', "[7]", "1f"])
def test_a_note_that_is_damaged(tmp_path: Path, text: str) -> None:
    """Guards against Python's words in a row, and against names that are single letters."""
    note = tmp_path / "gateway.json"
    note.write_text(text)
    with pytest.raises(RuntimeError, match=DAMAGED):
        Submissions().restore(str(tmp_path))
    assert note.read_text() == text


def test_a_directory_that_is_gone(tmp_path: Path) -> None:
    """Guards a launch whose directory was removed: nothing was requested before."""
    (tmp_path / "file").touch()
    for directory in (tmp_path / "gone", tmp_path / "file"):
        one = Submissions()
        one.restore(str(directory))
        assert one.names == []
