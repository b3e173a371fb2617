"""Run the benchmarks and write their sections of RESULTS.md, with pictures."""

from __future__ import annotations

import argparse
import os
import platform
import signal
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import busy
import clusters
import idle
import jobs
import launch
import many
import psutil
import report
import server_cost
import slow_home
import soak
import start
import workers
from figures import CannotMeasureError, Result, goals, say

import sidebar

PACKAGES = (
    "jupyter-cluster-launcher",
    "dask-labextension",
    "jupyterlab",
    "jupyter_server",
    "ipykernel",
    "distributed",
)
MODULES = (
    *(launch, start, server_cost, busy, many, sidebar),
    *(idle, workers, jobs, clusters, slow_home, soak),
)
TOPICS: dict[str, Any] = {module.__name__: module for module in MODULES}
ASKED_FOR = ("soak",)  # run only where they are named
HERE = Path(__file__).parent
# The CPUs that are in use on a quiet machine, in percent; seconds of a look, and in all.
QUIET, LOOK, PATIENCE = 5.0, 3, 60


def arguments() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "topics",
        nargs="*",
        help=f"any of {', '.join(TOPICS)}; all but {', '.join(ASKED_FOR)} if absent",
    )
    parser.add_argument("--rounds", type=int, help="the rounds of each topic; of soak, its minutes")
    sized = ", ".join(name for name, topic in TOPICS.items() if hasattr(topic, "SIZES"))
    parser.add_argument("--sizes", type=int, nargs="+", help=f"how many, for {sized}")
    parser.add_argument("--output", type=Path, default=HERE, help="the folder to write to")
    given = parser.parse_args()
    unknown = [name for name in given.topics if name not in TOPICS]
    if unknown:
        parser.error(f"There is no topic {unknown[0]}. There are: {', '.join(TOPICS)}.")
    return given


def machine() -> str:
    """Return when and where this runs, and with which versions."""
    memory = psutil.virtual_memory().total / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{time.strftime('%Y-%m-%d %H:%M %Z')}, {os.cpu_count()} CPUs ({platform.machine()}), "
        f"{memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}; {packages}; "
        f"{COMMIT};"
    )


def quiet() -> float:
    """Wait until hardly anything runs, at most a minute; return the last look's percentage.

    What the topic before has started is still being ended, and would be measured as well.
    """
    for _ in range(PATIENCE // LOOK):
        used = psutil.cpu_percent(LOOK)
        if used < QUIET:
            break
    return float(used)


def commit() -> str:
    """Return what of the repository is measured."""
    try:
        command = ["git", "describe", "--always", "--dirty", "--exclude=*"]
        done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "of no commit"
    return f"commit {done.stdout.strip()}"


# Before a topic writes its section, which is a change.
COMMIT = commit()


def measured(name: str, given: argparse.Namespace) -> tuple[str, Result]:
    """Measure a topic, and return its section with what it is made of."""
    topic, busy_before = TOPICS[name], quiet()
    begun = time.monotonic()
    rounds = given.rounds or topic.ROUNDS
    sizes = (given.sizes or topic.SIZES,) if hasattr(topic, "SIZES") else ()
    result: Result = topic.measure(rounds, *sizes)
    pictures = [f"![{name}]({picture})" for picture in result.pictures]
    load = f"Before it, {busy_before:.0f} % of the CPUs were in use"
    unit = getattr(topic, "UNIT", "rounds")
    took = f"{rounds} {unit}, which took {(time.monotonic() - begun) / 60:.1f} minutes"
    parts = [topic.__doc__, *pictures, result.text, goals(result.goals)]
    parts.append(f"Measured {machine()} {took}. {load}.")
    return "\n\n".join(part.strip() for part in parts if part), result


def main() -> int:
    """Measure what the command line names; return 2 where something could not be measured."""
    given = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # ends what was started, as Ctrl-C does
    given.output.mkdir(parents=True, exist_ok=True)
    names = given.topics or [name for name in TOPICS if name not in ASKED_FOR]
    results, status = given.output / "RESULTS.md", 0
    say(f"{', '.join(names)}: about {sum(TOPICS[name].MINUTES for name in names)} minutes in all")
    for number, name in enumerate(names, 1):
        say(f"{number} of {len(names)}: {name}, about {TOPICS[name].MINUTES} minutes")
        try:
            text, result = measured(name, given)
        except CannotMeasureError as error:
            say(f"{name} was not measured: {error}")
            status = 2
            continue
        for file, picture in result.pictures.items():
            (given.output / file).write_text(picture)
        # After each topic, should the next one fail.
        old = results.read_text() if results.exists() else ""
        results.write_text(report.page(old, {name: text}, TOPICS))
    say(f"Written to {results}")
    return status


if __name__ == "__main__":
    sys.exit(main())
