"""A plain Python process that makes a bare ``LocalCluster`` as often as it is told to.

As a script: reads a number of workers a line, and prints the seconds until these are ready and
those until the cluster is closed. It stays for as long as its standard input; with the argument
"stay", its first cluster does, too.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time


class Bare:
    """Such a process, warm: it has made a cluster before."""

    def __init__(self, *arguments: str) -> None:
        """Start it with the arguments of the script."""
        self._process = subprocess.Popen(
            [sys.executable, __file__, *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.pid = self._process.pid

    def __enter__(self) -> Bare:
        """Return it; it warms up meanwhile."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it, with what it has made."""
        self._process.communicate()

    def launch(self, workers: int) -> tuple[float, float]:
        """Return the seconds to all workers ready, and from the stop to nothing left."""
        assert self._process.stdin is not None, "a pipe by construction"
        assert self._process.stdout is not None, "a pipe by construction"
        self._process.stdin.write(f"{workers}\n")
        self._process.stdin.flush()
        ready, gone = json.loads(self._process.stdout.readline())
        return ready, gone


def main() -> None:
    """Make clusters of one thread a worker until standard input ends."""
    from dask.distributed import LocalCluster  # noqa: PLC0415 - for the process alone

    if sys.argv[1:] != ["stay"]:
        LocalCluster(n_workers=1, dashboard_address=":0").close()
    for line in sys.stdin:
        begun = time.perf_counter()
        cluster = LocalCluster(n_workers=int(line), threads_per_worker=1, dashboard_address=":0")
        ready = time.perf_counter()
        if sys.argv[1:] != ["stay"]:
            cluster.close()
        times = ready - begun, time.perf_counter() - ready
        sys.stdout.write(json.dumps(times) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
