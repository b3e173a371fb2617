"""What an idle cluster costs in its controller, beside the process of a bare `LocalCluster`.

Both have two workers and are measured at the same time. CPU is in percent of one core; a wake-up
is a thread that has waited and goes on. The ratio of a round is of what was measured at the same
time; its bounds are those between which the median is with a probability of 95 %.
"""

from __future__ import annotations

import time

import launches
from bare import Bare
from figures import Goal, Result, interval, median, say, spread, table
from footprint import Cost, costs
from servers import OUR_CLUSTERS, OURS, Server, wait_until

ROUNDS = 15
MINUTES = 6
WORKERS = 2
SETTLE, SECONDS = 10.0, 20.0  # until it is idle, and of one round
CPU, MEMORY = 1.0, 1.1  # times those of the bare cluster, at most
CONTROLLER, BARE = "controller", "bare LocalCluster"


def controllers(server: Server) -> list[int]:
    """Return the process numbers of the kernels that a server has started."""
    return [
        child.pid
        for child in server.process.children()
        if any("ipykernel_launcher" in part for part in child.cmdline())
    ]


def measure(rounds: int = ROUNDS) -> Result:
    """Let both be idle, and compare them."""
    seen: dict[str, list[Cost]] = {CONTROLLER: [], BARE: []}
    with Server(OURS) as server, Bare("stay") as bare:
        bare.launch(WORKERS)
        cluster = server.ask("POST", OUR_CLUSTERS, launches.request(WORKERS))
        wait_until(lambda: launches.ready(server, cluster["id"]) == WORKERS)
        (controller,) = controllers(server)
        time.sleep(SETTLE)
        for number in range(rounds):
            both, _ = costs([controller, bare.pid], SECONDS)
            for kind, one in zip(seen, both, strict=True):
                seen[kind].append(one)
            say(f"idle: round {number + 1} of {rounds}")
    rows = [
        [
            kind,
            spread([one.cpu for one in each], 1, " %"),
            spread([one.wakeups for one in each], 0, ""),
            spread([one.memory for one in each], 0, " MiB"),
        ]
        for kind, each in seen.items()
    ]
    taken = {name: ratios(seen, name) for name in Cost._fields}
    rows.append(["**controller / bare**", *(_bounded(each) for each in taken.values())])
    goals = [
        Goal("CPU of an idle controller, times a bare LocalCluster's", median(taken["cpu"]), CPU),
        Goal("memory of an idle controller, times that", median(taken["memory"]), MEMORY),
    ]
    return Result(table(["process", "CPU", "wake-ups a second", "resident memory"], rows), goals)


def ratios(seen: dict[str, list[Cost]], what: str) -> list[float]:
    """Return what a cost of the controller is, times that of the bare cluster, in each round."""
    pairs = zip(seen[CONTROLLER], seen[BARE], strict=True)
    return [getattr(ours, what) / getattr(bare, what) for ours, bare in pairs]


def _bounded(values: list[float]) -> str:
    low, high = interval(values)
    return f"{median(values):.2f} ({low:.2f} to {high:.2f})"
