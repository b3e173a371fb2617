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
        result = topic.measure()
        print(f"\n## {topic.__name__}\n\n{topic.__doc__}\n\n{result}")
        print(f"Load average {before:.1f} before, {os.getloadavg()[0]:.1f} after.", flush=True)
        print(f"{topic.__name__} done", file=sys.stderr)
