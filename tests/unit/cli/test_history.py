# ruff: noqa: RUF001  # the sign of multiplication
"""The table of clusters that have ended."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_cluster_launcher.cli import main
from jupyter_cluster_launcher.clusters.saved.history import Entry, History, default_path
from jupyter_cluster_launcher.used import Used

JOBS = Used(
    units=8,
    limit=9_996_536_258,
    peak=3.1e9,
    threads=1,
    spilled=2e9,
    cpu_seconds=40,
    core_seconds=100,
)
TIDES = Entry(
    "c1", "Tides", "slurm", "SLURM", "2026-11-23T12:00:00+00:00", "2026-11-23T13:00:00+00:00",
    "stopped", unit="jobs", requested=8, core_hours=15.26, decimal=True, used=JOBS,
)  # fmt: skip
WORKERS = replace(JOBS, units=2, limit=2 * 2**30, peak=1.5 * 2**30, spilled=0)
ENTRIES = (
    TIDES,
    replace(TIDES, id="c2", name="Surge", state="failed", message="No account.", used=None,
            core_hours=0.0),
    replace(TIDES, id="c3", name="Neap tide", platform="local", unit="workers", used=WORKERS,
            core_hours=0.01, decimal=False, state="lost"),
)  # fmt: skip


@pytest.fixture
def history(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[History]:
    """The history of a user in UTC."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    assert default_path() == tmp_path / "cluster-launcher" / "history.jsonl"
    yield History(default_path())
    monkeypatch.undo()
    time.tzset()


def test_nothing_yet(history: History, capsys: pytest.CaptureFixture[str]) -> None:
    """Guards against a heading over nothing, or a file that is made by looking."""
    assert main(["history"]) == 0
    assert capsys.readouterr().out == "No cluster has ended yet.\n"
    assert not default_path().exists()
    assert main(["history", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_the_table(history: History, capsys: pytest.CaptureFixture[str]) -> None:
    """Guards against memory in other units than it was given in, and the oldest first."""
    for entry in ENTRIES:
        history.add(entry)
    assert main(["history"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "NAME       PLATFORM  LAUNCHED          WORKERS    PEAK     CPU  CORE-HOURS  END",
        "Neap tide  local     2026-11-23 12:00  2 × 2 GiB  1.5 GiB  40%  < 0.1       Unreachable",
        "Surge      slurm     2026-11-23 12:00  0                        0.0         No account.",
        "Tides      slurm     2026-11-23 12:00  8 × 10 GB  3.1 GB   40%  15.3        Stopped",
    ]


def test_for_a_program(history: History, capsys: pytest.CaptureFixture[str]) -> None:
    """Guards figures of a job that are those of one of its workers, and a null that is a 0."""
    history.add(replace(TIDES, used=replace(JOBS, each=2)))
    history.add(ENTRIES[1])
    assert main(["history", "--json"]) == 0
    surge, tides = json.loads(capsys.readouterr().out)
    assert tides == {
        **{"id": "c1", "name": "Tides", "platform": "slurm", "unit": "jobs", "workers": 8},
        **{
            "launched": TIDES.launched,
            "ended": TIDES.ended,
            "memory": 19_993_072_516,
            "peak": 6.2e9,
        },
        **{"cpu": 0.4, "spilled": 2e9, "core_hours": 15.26, "state": "stopped", "message": ""},
        "out_of_memory": False,
    }
    assert (surge["peak"], surge["cpu"], surge["memory"], surge["workers"]) == (None, None, None, 0)
    assert surge["message"] == "No account."
