"""From the request to workers that can compute, and from the stop to nothing left.

In turns in one run: a launch after a user has touched the form (prepared), one from nothing (cold),
dask-labextension, and a bare `LocalCluster` in a Python process that has made one before. The
server is started in both ways, because each worker of dask-labextension imports what the server's
`__main__` is. The picture is of servers started with `jupyter lab`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence

import bars
from bare import Bare
from figures import Goal, Result, median, say, spread, table
from launches import Times, ours, theirs
from servers import OURS, PEER, SCRIPT, STARTS, Server

ROUNDS = 5
MINUTES = 9
SIZES = (2, 4, 8)
PREPARED, COLD = "prepared", "cold"
THEIRS, WARM = "dask-labextension", "bare LocalCluster, warm"
KINDS = (THEIRS, WARM, COLD, PREPARED)
# By workers: at most these shares of dask-labextension, and of the bare cluster.
GOALS: dict[str, dict[int, tuple[float, float | None]]] = {
    PREPARED: {2: (0.22, 1.1), 4: (0.12, 0.7), 8: (0.09, 0.5)},
    COLD: {2: (0.55, None), 4: (0.30, None), 8: (0.17, None)},
}
ANSWER, GONE = 10.0, 0.2  # ms to the answer, and seconds from the stop, at most
Seen = dict[tuple[str, int, str], list[Times]]  # by start of the server, workers and kind


def measure(rounds: int = ROUNDS, sizes: Sequence[int] = SIZES) -> Result:
    """Launch and stop clusters in turns, and compare them."""
    seen: Seen = {}
    with Bare() as bare:
        for start in STARTS:
            for size in sizes:
                _in_turns(seen, start, size, rounds, bare)
    groups = {
        f"{size} workers": {kind: _median(seen, SCRIPT, size, kind) for kind in KINDS}
        for size in sizes
    }
    title = f"Seconds until all workers are ready, {os.cpu_count()} CPUs"
    goals = [goal for start in STARTS for size in sizes for goal in _goals(seen, start, size)]
    text = f"{_ready(seen, sizes)}\n{_ends(seen, sizes)}"
    return Result(text, goals, {"launch.svg": bars.picture(title, groups)})


def _in_turns(seen: Seen, start: str, size: int, rounds: int, bare: Bare) -> None:
    """Measure all kinds with one number of workers, and add what was seen."""
    kwargs = json.dumps({"n_workers": size, "threads_per_worker": 1})
    env = {"DASK_LABEXTENSION__FACTORY__KWARGS": kwargs}
    with Server(OURS, start) as mine, Server(PEER, start, **env) as peer:
        mine.ask("GET", "cluster-launcher/platforms")  # as the sidebar does when it opens
        for number in range(rounds + 1):
            ready, gone = bare.launch(size)
            taken = {
                WARM: Times(0.0, ready, gone),
                PREPARED: ours(mine, size, prepared=True),
                COLD: ours(mine, size),
                THEIRS: theirs(peer, size),
            }
            if number:  # the first is slower for all
                for kind, one in taken.items():
                    seen.setdefault((start, size, kind), []).append(one)
                say(f"launch: {start}, {size} workers, round {number} of {rounds}")


def _median(seen: Seen, start: str, size: int, kind: str) -> float:
    return median([one.ready for one in seen[start, size, kind]])


def _goals(seen: Seen, start: str, size: int) -> list[Goal]:
    """Return the goals of one number of workers."""
    found = []
    for kind, by_size in GOALS.items():
        of_peer, of_warm = by_size.get(size, (None, None))
        mine = _median(seen, start, size, kind)
        for other, most in ((THEIRS, of_peer), (WARM, of_warm)):
            if most is not None:
                what = f"`{start}`, {size} workers, {kind}: share of {other}"
                found.append(Goal(what, mine / _median(seen, start, size, other), most))
    prepared = seen[start, size, PREPARED]
    name = f"`{start}`, {size} workers"
    answer, gone = ([one[i] for one in prepared] for i in (0, 2))
    return [
        *found,
        Goal(f"{name}: request to answer", median(answer) * 1000, ANSWER, " ms"),
        Goal(f"{name}: stop to nothing left", median(gone), GONE, " s"),
    ]


def _ready(seen: Seen, sizes: Sequence[int]) -> str:
    """Return the table of the seconds until all workers are ready."""
    rows = [
        [f"`{start}`", str(size), *(spread([t.ready for t in seen[start, size, k]]) for k in KINDS)]
        for start in STARTS
        for size in sizes
    ]
    return table(["start of the server", "workers", *KINDS], rows)


def _ends(seen: Seen, sizes: Sequence[int]) -> str:
    """Return the table of the answer to the request, and of the stop."""
    rows = []
    for start in STARTS:
        for size in sizes:
            mine, peer = seen[start, size, PREPARED], seen[start, size, THEIRS]
            answer = spread([one.answer * 1000 for one in mine], 0, " ms")
            gone = [spread([one.gone for one in times]) for times in (mine, peer)]
            rows.append([f"`{start}`", str(size), answer, *gone])
    head = ["start of the server", "workers", "request to answer", "stop to nothing left", THEIRS]
    return table(head, rows)
