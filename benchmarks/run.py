"""Run every benchmark and print RESULTS.md."""

from __future__ import annotations

import os
import platform
import sys
import time
from importlib.metadata import version

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

if __name__ == "__main__":
    print("# Results\n")
    print(
        f"{time.strftime('%Y-%m-%d %H:%M %Z')}. {os.cpu_count()} CPUs ({platform.machine()}),",
        end=" ",
    )
    print(f"{psutil.virtual_memory().total / 2**30:.0f} GiB, {platform.system()}, Python", end=" ")
    print(
        f"{platform.python_version()}; {', '.join(f'{name} {version(name)}' for name in PACKAGES)}."
    )
    for topic in (server_cost, launch, busy, many, sidebar):
        before = os.getloadavg()[0]
        rounds = int(sys.argv[1]) if len(sys.argv) > 1 else topic.ROUNDS
        print(f"\n## {topic.__name__}\n\n{topic.__doc__}\n\n{topic.measure(rounds)}")
        load = f"{before:.1f} before, {os.getloadavg()[0]:.1f} after"
        print(f"Medians of {rounds} rounds. Load average {load}.", flush=True)
        print(f"{topic.__name__} done", file=sys.stderr)
