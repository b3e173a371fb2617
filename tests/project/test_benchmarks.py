"""The benchmarks as somebody runs them who has read nothing, and what they compute."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

BENCHMARKS = Path(__file__).parent.parent.parent / "benchmarks"
sys.path.append(str(BENCHMARKS))

import bars  # noqa: E402
import figures  # noqa: E402
import footprint  # noqa: E402
import lines  # noqa: E402
import report  # noqa: E402
from figures import Goal  # noqa: E402
from spans import AFTER, BEFORE, BETWEEN, Span, shares  # noqa: E402


def failed(folder: Path, peer: str, others: str, *arguments: str) -> str:
    """Run the benchmarks and return their errors, once they have ended with status 2.

    ``peer`` is what stands for dask-labextension to whoever looks for it; ``others`` is code that
    runs before.
    """
    hidden = (
        "import importlib.util, runpy, sys\n"
        "find = importlib.util.find_spec\n"
        "importlib.util.find_spec = (\n"
        f"    lambda one, *rest: find({peer!r} if one == 'dask_labextension' else one, *rest))\n"
        "sys.argv = sys.argv[1:]\n"
        "sys.path.insert(0, sys.argv[0].rpartition('/')[0])\n"
        f"{others}\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", hidden, str(BENCHMARKS / "run.py"), *arguments],
        cwd=folder, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize("topics", [[], ["launch", "--rounds", "1"], ["soak"]])
def test_nothing_to_compare_with(topics: list[str], tmp_path: Path) -> None:
    """Guards against noise that is printed as a result, and against a traceback."""
    errors = failed(tmp_path, "no_such_package", "", *topics)
    assert "dask-labextension is not installed in this environment" in errors
    assert "make bench" in errors


def test_an_engine_that_is_missing(tmp_path: Path) -> None:
    """Guards against a run that looks complete, or ends in a traceback, without SLURM."""
    others = (
        "import jobs, psutil\n"
        "psutil.cpu_percent = lambda *_: 0.0\n"  # a busy computer is waited for
        "jobs.why_not = lambda *_: 'squeue not found: apt-get install slurm'"
    )
    errors = failed(tmp_path, "dask", others, "jobs", "--output", ".")
    assert "jobs was not measured" in errors
    assert "apt-get install slurm" in errors
    assert not (tmp_path / "RESULTS.md").exists()


def test_every_topic_is_explained_with_its_minutes() -> None:
    """Guards against a topic that nobody finds, and against minutes that have become hours."""
    readme = (BENCHMARKS / "README.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `(\w+)` .*\| (\d+) +\|$", readme, re.M))
    known = {
        path.stem: found[1]
        for path in BENCHMARKS.glob("*.py")
        if (found := re.search(r"^MINUTES = (\d+)$", path.read_text(encoding="utf-8"), re.M))
    }
    assert told == known
    assert sum(map(int, told.values())) - int(told["soak"]) < 60


def test_picture() -> None:
    """Guards against a picture that no browser shows, or with bars of another length."""
    text = bars.picture("A & B", {"2 workers": {"one": 1.0, "two <3": 4.0}})
    drawn = ElementTree.fromstring(text)
    lengths = [float(one.attrib["width"]) for one in drawn if one.tag.endswith("rect")]
    assert lengths[1] == 4 * lengths[0]
    words = [one.text for one in drawn if one.tag.endswith("text")]
    assert {"A & B", "2 workers", "two <3", "4.00 s"} <= set(words)


def test_picture_of_curves() -> None:
    """Guards against a picture that no browser shows, or one that hides what grows."""
    points = {1: {"time & s": 1.0, "none": 0.0}, 10: {"time & s": 4.0, "none": 0.0}}
    drawn = ElementTree.fromstring(lines.picture("jobs", points))
    texts = [one.text for one in drawn.iter() if one.tag.endswith("text")]
    assert {"time & s", "none", "1", "10 jobs", "4"} <= set(texts)
    first, last = [float(one.attrib["cy"]) for one in drawn.iter() if "cy" in one.attrib][:2]
    assert first > last  # upwards


def test_curves_show_what_grows() -> None:
    """Guards against a slope of something else, and a cost that grows unseen with the square."""
    points = {
        1: {"steady": 7.0, "linear": 3.0, "square": 1.0},
        10: {"steady": 7.0, "linear": 21.0, "square": 100.0},
        100: {"steady": 7.0, "linear": 201.0, "square": 10_000.0},
    }
    *_, slopes, times = figures.curves("workers", points).splitlines()
    assert slopes.startswith("| slope, for each of the workers | +0 | +2 |")
    assert times == "| 100 / 10 | 1 times | 9.6 times | 1e+02 times |"


def test_the_interval_of_a_median_narrows_with_the_rounds() -> None:
    """Guards against bounds that are only the least and the greatest value, however many."""
    assert figures.interval([3.0, 1.0, 2.0]) == (1.0, 3.0)
    low, high = figures.interval([float(one) for one in range(100)])
    assert 35 < low < 49.5 < high < 64


def test_a_run_replaces_only_its_own_sections() -> None:
    """Guards the results of all other topics, and the verdicts above them."""
    goal = Goal("time", 2.0, 1.0, " s"), Goal("memory", 1.0, 1.0, " MiB")
    first = report.page("", {"a": figures.goals(goal), "b": "B was here"}, ["a", "b", "c"])
    assert "**Goals: 1 met, 1 missed.**" in first
    assert "| a | time | 2 s | 1 s |" in first

    better = figures.goals([Goal("time", 0.5, 1.0, " s")])
    second = report.page(first, {"c": "C is new", "a": better}, ["a", "c", "b"])
    assert "**Goals: 1 met, 0 missed.**" in second
    assert list(report.sections(second)) == ["a", "c", "b"]
    assert report.sections(second)["b"] == "B was here"
    assert report.page(second, {}, ["a", "c", "b"]) == second
    assert "B was here" not in report.page(second, {}, ["a", "c"])


def test_the_steps_of_a_launch_add_up() -> None:
    """Guards against time that counts twice, for a step and for one within it, or not at all."""
    spans = [
        Span("earlier", 0, 5),
        Span("outer", 12, 18),
        Span("inner", 13, 15),
        Span("outer", 20, 21),
    ]
    found = shares(spans, 10, 22)
    assert found == {BEFORE: 2, "outer": 5, "inner": 2, BETWEEN: 2, AFTER: 1}
    assert list(found)[:3] == [BEFORE, "outer", "inner"]


def test_a_file_that_is_only_touched_was_not_written(tmp_path: Path) -> None:
    """Guards against a server that rewrites records and is told not to, and the other way."""
    for name in ("cluster.json", footprint.TOUCHED[0]):
        (tmp_path / name).write_text("1")
    before = footprint.stamps(tmp_path)
    assert footprint.changed(before, footprint.stamps(tmp_path)) == []
    for name in ("cluster.json", footprint.TOUCHED[0]):
        (tmp_path / name).write_text("22" if name == "cluster.json" else "1")
    (tmp_path / "new").touch()
    written = footprint.changed(before, footprint.stamps(tmp_path))
    assert sorted(map(Path, written)) == [tmp_path / "cluster.json", tmp_path / "new"]


def test_a_slow_home_is_slow_and_nothing_else_is(tmp_path: Path) -> None:
    """Guards against a home that is as fast as ever, which would meet every goal."""
    home, log, script = tmp_path / "home", tmp_path / "log", tmp_path / "jupyter-lab"
    (home / "folder").mkdir(parents=True)
    log.touch()
    script.write_text(
        "import asyncio, os, shutil, sys, time\n"
        "from pathlib import Path\n"
        "home, other = map(Path, sys.argv[1:])\n"
        "def seconds(work, *args):\n"
        "    begun = time.monotonic()\n"
        "    work(*args)\n"
        "    return time.monotonic() - begun\n"
        "async def in_loop():\n"
        "    (home / 'seen').write_text('')\n"
        "    await asyncio.to_thread(os.stat, home / 'seen')\n"
        "slow = [seconds(work, home / 'file') for work in (Path.touch, os.stat, os.remove)]\n"
        "slow += [seconds(shutil.rmtree, home / 'folder')]\n"
        "fast = [seconds(work, other / 'file') for work in (Path.touch, os.stat, os.remove)]\n"
        "asyncio.run(in_loop())\n"
        "print(min(slow) > 0.1, sum(fast) < 0.1)\n"
    )
    env = {
        **os.environ,
        "PYTHONPATH": str(BENCHMARKS / "probes" / "slow"),
        "BENCHMARK_SLOW_HOME": str(home),
        "BENCHMARK_SLOW_SECONDS": "0.1",
        "BENCHMARK_SLOW_LOG": str(log),
    }
    done = subprocess.run(
        [sys.executable, str(script), str(home), str(tmp_path)],
        env=env, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert done.stdout == "True True\n"
    noted = [json.loads(line) for line in log.read_text().splitlines()]
    assert {tuple(one) for one in noted} == {("", "open", "seen")}
