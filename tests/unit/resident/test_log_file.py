"""The log file, which must not fill a home directory."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from jupyter_cluster_launcher.resident.process.log_file import shorten


def test_the_newer_half_stays(tmp_path: Path) -> None:
    """Guards against a task that prints in a loop, and a disk quota that ends all other work."""
    path = tmp_path / "launch.log"
    with path.open("ab", buffering=0) as log:
        for number in range(400):
            log.write(b"line %d\n" % number)
            shorten(str(path), 1000)
            assert path.stat().st_size <= 1000
    lines = path.read_text().splitlines()
    assert lines == [f"line {number}" for number in range(400 - len(lines), 400)]
    assert len(lines) > 40


def test_what_is_written_meanwhile_stays(tmp_path: Path) -> None:
    """Guards against lines that are lost, or torn, because others write at the same time."""
    path, over = tmp_path / "launch.log", threading.Event()

    def write() -> None:
        with path.open("ab", buffering=0) as log:
            for _ in range(20_000):
                log.write(b"x" * 99 + b"\n")
            log.write(b"the last line\n")
        over.set()

    path.touch()
    writing = threading.Thread(target=write)
    writing.start()
    while not over.is_set():
        shorten(str(path), 100_000)
    writing.join()
    lines = path.read_text().splitlines()
    assert lines[-1] == "the last line"
    assert set(lines[:-1]) == {"x" * 99}


def test_a_log_that_cannot_be_shortened(tmp_path: Path) -> None:
    """Guards the timers against a directory that has gone, or a file that is none."""
    shorten(str(tmp_path / "gone"), 0)
    (tmp_path / "launch.log").mkdir()
    shorten(str(tmp_path / "launch.log"), 0)
    one_line = tmp_path / "long.log"
    one_line.write_bytes(b"x" * 1000)
    shorten(str(one_line), 100)
    assert os.path.getsize(one_line) <= 100, "no line ends, and yet it is limited"
