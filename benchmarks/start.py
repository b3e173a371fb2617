"""Where the time of a launch goes: each step from the request until two workers are ready.

The kernel of the controller notes when its parts begin and end, which takes a few milliseconds by
itself. A step counts without those within it. The process that workers are forked from starts side
by side with these steps. The second table is of a launch after a user has touched the form. Shares
are those of the median steps in the median of the whole.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from pathlib import Path

import launches
from figures import Result, median, say, spread, table
from servers import OUR_CLUSTERS, OURS, Server, wait_until
from spans import Span, shares

ROUNDS = 7
MINUTES = 1
WORKERS = 2
PROBE = Path(__file__).parent / "probes" / "timeline"
Steps = dict[str, float]  # seconds, in order


def measure(rounds: int = ROUNDS) -> Result:
    """Launch from nothing and prepared, in turns, and return the steps of both."""
    seen: dict[bool, list[Steps]] = {False: [], True: []}
    path = os.pathsep.join(filter(None, [str(PROBE), os.environ.get("PYTHONPATH")]))
    with tempfile.NamedTemporaryFile(prefix="timeline-") as file:
        timeline = Path(file.name)
        with Server(OURS, PYTHONPATH=path, BENCHMARK_TIMELINE=file.name) as server:
            for number in range(rounds + 1):
                for prepared, rows in seen.items():
                    steps = one(server, timeline, prepared)
                    if number:  # the first is slower
                        rows.append(steps)
                say(f"start: round {number} of {rounds}")
    return Result(f"{_table(seen[False], 'cold')}\n{_table(seen[True], 'prepared')}")


def one(server: Server, timeline: Path, prepared: bool) -> Steps:
    """Launch and stop a cluster, and return the steps of its launch, which the kernel notes."""
    timeline.write_text("")
    if prepared:
        launches.prepare(server)
    begun = time.monotonic()
    cluster = server.ask("POST", OUR_CLUSTERS, launches.request(WORKERS))
    wait_until(lambda: launches.ready(server, cluster["id"]) == WORKERS)
    ended = time.monotonic()
    noted = timeline.read_text().splitlines()
    launches.stop(server, cluster["id"])
    return shares([Span(*json.loads(line)) for line in noted], begun, ended)


def _table(rounds: list[Steps], title: str) -> str:
    """Return the seconds of each step, and its share."""
    longest = max(rounds, key=len)  # not every round has each of the short steps
    names = dict.fromkeys([*longest, *(name for steps in rounds for name in steps)])
    seconds = {name: [steps.get(name, 0.0) for steps in rounds] for name in names}
    totals = [sum(steps.values()) for steps in rounds]
    rows = [
        [name, spread(each, 3, ""), f"{median(each) / median(totals):.0%}"]
        for name, each in seconds.items()
    ]
    rows.append(["**all**", spread(totals, 3, ""), ""])
    return table([f"step, {title}", "seconds", "share"], rows)
