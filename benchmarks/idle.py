"""What an idle cluster costs in its controller, beside the process of a bare `LocalCluster`.

Both have two workers and are measured at the same time. CPU is in percent of one core; a wake-up
is a thread that has waited and goes on.
"""

from __future__ import annotations

import time

import launches
from bare import Bare
from figures import Goal, Result, median, say, spread, table
from footprint import Cost, costs
from servers import OUR_CLUSTERS, OURS, Server, wait_until

ROUNDS = 5
MINUTES = 3
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
    goals = [
        Goal("CPU of an idle controller, times a bare LocalCluster's", ratio(seen, "cpu"), CPU),
        Goal("memory of an idle controller, times that", ratio(seen, "memory"), MEMORY),
    ]
    return Result(table(["process", "CPU", "wake-ups a second", "resident memory"], rows), goals)


def ratio(seen: dict[str, list[Cost]], what: str) -> float:
    """Return the ratio of the controller's median cost to that of the bare cluster."""
    ours, bare = ([getattr(one, what) for one in seen[kind]] for kind in (CONTROLLER, BARE))
    return median(ours) / median(bare)
