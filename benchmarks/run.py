"""Run the benchmarks and write RESULTS.md, with a picture of the launches."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from functools import partial
from importlib.metadata import version
from pathlib import Path

import busy
import launch
import many
import psutil
import server_cost

import sidebar

PACKAGES = (
    "jupyter-cluster-launcher",
    "dask-labextension",
    "jupyterlab",
    "jupyter_server",
    "distributed",
)
TOPICS = {topic.__name__: topic for topic in (server_cost, launch, busy, many, sidebar)}
HERE = Path(__file__).parent


def arguments() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("topics", nargs="*", help=f"any of {', '.join(TOPICS)}; all if absent")
    parser.add_argument("--rounds", type=int, help="the rounds of each topic")
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=launch.SIZES, help="of the launches"
    )
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
        f"{time.strftime('%Y-%m-%d %H:%M %Z')}. {os.cpu_count()} CPUs ({platform.machine()}), "
        f"{memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}; {packages}."
    )


if __name__ == "__main__":
    given = arguments()
    given.output.mkdir(parents=True, exist_ok=True)
    text = (
        f"# Results\n\n{machine()}\n\nMedians, with the least and the greatest value in brackets.\n"
    )
    names = given.topics or list(TOPICS)
    for number, name in enumerate(names, 1):
        topic, begun, before = TOPICS[name], time.monotonic(), os.getloadavg()[0]
        sys.stderr.write(f"{number} of {len(names)}: {name}\n")
        rounds = given.rounds or topic.ROUNDS
        measure = topic.measure
        if topic is launch:
            measure = partial(measure, sizes=given.sizes, picture=given.output / "launch.svg")
            text += "\n![Bars of the launches](launch.svg)\n"
        text += f"\n## {name}\n\n{topic.__doc__}\n\n{measure(rounds)}\n"
        text += (
            f"{rounds} rounds. Load average {before:.1f} before, {os.getloadavg()[0]:.1f} after.\n"
        )
        (given.output / "RESULTS.md").write_text(text)  # what there is, should the next one fail
        sys.stderr.write(f"{name}: {time.monotonic() - begun:.0f} s\n")
