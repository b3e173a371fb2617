"""What the extension adds to a Jupyter server that starts: seconds, CPU seconds and memory.

The servers are started in turns, in all orders and in both ways. What is added is the median of the
differences to the server without either extension in the same round, with the bounds between which
it is with a probability of 95 %. Because the seconds and CPU seconds of single starts differ more
than what is looked for, import, link, load and start of each extension are measured inside a server
as well, without modules that the server has anyway.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import loading
from figures import Goal, Result, interval, median, say, spread, table
from servers import OURS, PEER, STARTS, Server

ROUNDS = 24  # four of each order
MINUTES = 7
MOST = 5.0  # percent of what dask-labextension adds
KINDS = {None: "neither", OURS: "jupyter-cluster-launcher", PEER: "dask-labextension"}
MEASURES = {"seconds until it answers": 3, "CPU seconds": 2, "memory (MiB)": 1}  # with digits
Costs = dict[str | None, list[tuple[float, float, float]]]  # of each kind, a round each


def measure(rounds: int = ROUNDS) -> Result:
    """Start servers in turns and return the medians, with what each extension adds."""
    text, goals = [], []
    for start in STARTS:
        seen: Costs = {kind: [] for kind in KINDS}
        for number in range(rounds + 1):
            for kind in _turns(number):
                with Server(kind, start) as server:
                    if number:  # the first round warms the disk's cache
                        seen[kind].append((server.seconds, server.cpu, server.memory))
            say(f"server_cost: {start}, round {number} of {rounds}")
        text.append(f"Started with `{start}`:\n\n{_table(seen)}")
        goals += _goals(start, seen)
    inside, found = loading.measure(max(1, rounds // 2), MOST)
    text.append(f"Inside the server:\n\n{inside}")
    goals += found
    return Result("\n".join(text), goals)


def _turns(number: int) -> list[str | None]:
    """Return the kinds in the order of a round.

    All orders take turns: what a server leaves in memory makes the next one faster or slower.
    """
    orders = [*itertools.permutations(KINDS)]
    return [*orders[number % len(orders)]]


def _column(seen: Costs, kind: str | None, index: int) -> list[float]:
    return [row[index] for row in seen[kind]]


def added(seen: Costs, kind: str, index: int) -> list[float]:
    """Return what an extension has added in each round."""
    pairs = zip(_column(seen, kind, index), _column(seen, None, index), strict=True)
    return [with_it - without for with_it, without in pairs]


def _table(seen: Costs) -> str:
    digits = list(enumerate(MEASURES.values()))
    rows = [[KINDS[k], *(spread(_column(seen, k, i), d, "") for i, d in digits)] for k in KINDS]
    for kind in (OURS, PEER):
        bounds = [_bounds(added(seen, kind, i), d) for i, d in digits]
        rows.append([f"added by {KINDS[kind]}", *bounds])
    rows.append(["**ours / theirs**", *(_share(seen, i) for i, _ in digits)])
    return table(["server with", *MEASURES], rows)


def _bounds(values: Sequence[float], digits: int) -> str:
    low, high = interval(values)
    return f"{median(values):+.{digits}f} ({low:+.{digits}f} to {high:+.{digits}f})"


def peer_adds(seen: Costs, index: int) -> bool:
    """Return whether what dask-labextension adds is more than noise."""
    return interval(added(seen, PEER, index))[0] > 0


def _share(seen: Costs, index: int) -> str:
    """Return the share that this extension adds of what the other one adds, with its bounds."""
    if not peer_adds(seen, index):
        return "lost in the noise: run more rounds"
    theirs, ours = median(added(seen, PEER, index)), added(seen, OURS, index)
    low, high = interval(ours)
    return f"{median(ours) / theirs:.0%} ({low / theirs:.0%} to {high / theirs:.0%})"


def _goals(start: str, seen: Costs) -> list[Goal]:
    found = []
    for index, name in enumerate(MEASURES):
        if peer_adds(seen, index):
            ours, peer = (median(added(seen, kind, index)) for kind in (OURS, PEER))
            share = max(0.0, ours) / peer * 100  # less than nothing is noise
            found.append(Goal(f"`{start}`, {name}: share of dask-labextension", share, MOST, " %"))
    return found
