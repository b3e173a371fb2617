"""A home directory on a slow file system: what a launch and the requests of a server wait for.

Each file operation below the home, the runtime directory and the configuration included, waits for
5 ms in the server, its controllers and workers (see `probes/slow`). Python and the packages are
not there. In turns with a server whose home is slowed down by 0 ms. The requests are sent while
nothing else happens. Operations on the thread of the event loop, for which all requests have to
wait, are listed by the function of this package that does them; those of Jupyter's own are counted
together.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import launches
from figures import Goal, Result, median, say, spread, table
from servers import OUR_CLUSTERS, OURS, Server

ROUNDS = 7
MINUTES = 3
WORKERS = 2
SECONDS = 0.005  # of each operation
SLOWER = 1.2  # times as long a launch may take
EACH = 20  # requests in a round
PROBE = Path(__file__).parent / "probes" / "slow"
FAST, SLOW = "0 ms", "5 ms"
LAUNCHES = {"prepared launch, s": True, "cold launch, s": False}
# What a sidebar requests, with the body of a POST.
REQUESTS = {
    "list of clusters": ("GET", OUR_CLUSTERS, None),
    "list of platforms": ("GET", "cluster-launcher/platforms", None),
    "preview of the code": ("POST", "cluster-launcher/code", launches.request(WORKERS)),
    "status of Jupyter": ("GET", "api/status", None),
}
ANSWER = "answer to a launch"
LAUNCHING = "two launches and stops"
REQUESTING = f"{EACH * len(REQUESTS)} requests"
Taken = dict[str, list[float]]  # seconds, by what was measured
Seen = dict[tuple[str, str], list[float]]  # the same by kind of home, too
Waits = dict[str, Counter[str]]  # operations on the event loop by function, in each part


@contextlib.contextmanager
def slowed(seconds: float) -> Iterator[tuple[Server, Path]]:
    """Give a server with a slow home, and the file with what waits on its event loop."""
    with tempfile.TemporaryDirectory(prefix="benchmark-log-") as folder:
        log = Path(folder, "waits")
        log.touch()
        path = os.pathsep.join(filter(None, [str(PROBE), os.environ.get("PYTHONPATH")]))
        env = {"PYTHONPATH": path, "BENCHMARK_SLOW_SECONDS": str(seconds)}
        server = Server(OURS, **env, BENCHMARK_SLOW_LOG=str(log))
        server.add_to_environment(BENCHMARK_SLOW_HOME=str(server.home))
        with server:
            yield server, log


def measure(rounds: int = ROUNDS) -> Result:
    """Launch and request in turns on both servers, and compare them."""
    seen: Seen = {}
    waits: Waits = {}
    with slowed(0.0) as (fast, _), slowed(SECONDS) as (slow, log):
        for number in range(rounds + 1):
            for kind, server in ((FAST, fast), (SLOW, slow)):
                log.write_text("")
                times = {LAUNCHING: _launches(server)}
                noted = {LAUNCHING: log.read_text()}
                times[REQUESTING] = _requests(server)
                noted[REQUESTING] = log.read_text().removeprefix(noted[LAUNCHING])
                if number:  # the first is slower for both
                    _add(seen, kind, times)
                    if server is slow:
                        _count(waits, noted)
            say(f"slow_home: round {number} of {rounds}")
    return Result(f"{_times(seen)}\n{_table(waits, rounds)}", _goals(seen, waits, rounds))


def _launches(server: Server) -> Taken:
    """Return the seconds of two launches."""
    found: Taken = {ANSWER: []}
    for what, prepared in LAUNCHES.items():
        times = launches.ours(server, WORKERS, prepared)
        found[what] = [times.ready]
        found[ANSWER].append(times.answer)
    return found


def _requests(server: Server) -> Taken:
    """Return the seconds of requests."""
    found: Taken = {}
    for what, (method, path, body) in REQUESTS.items():
        for _ in range(EACH):
            begun = time.perf_counter()
            server.ask(method, path, body)
            found.setdefault(what, []).append(time.perf_counter() - begun)
    return found


def _add(seen: Seen, kind: str, times: dict[str, Taken]) -> None:
    for taken in times.values():
        for what, values in taken.items():
            seen.setdefault((kind, what), []).extend(values)


def _count(waits: Waits, noted: dict[str, str]) -> None:
    for part, text in noted.items():
        names = (json.loads(line)[0] for line in text.splitlines())
        waits.setdefault(part, Counter()).update(names)


def _times(seen: Seen) -> str:
    rows = []
    for what in LAUNCHES:
        both = [seen[kind, what] for kind in (FAST, SLOW)]
        ratio = median(both[1]) / median(both[0])
        rows.append([what, *(spread(taken, 2, "") for taken in both), f"{ratio:.2f} times"])
    for what in (ANSWER, *REQUESTS):
        both = [[1000 * one for one in seen[kind, what]] for kind in (FAST, SLOW)]
        longer = f"{median(both[1]) - median(both[0]):+.1f}"
        rows.append([f"{what}, ms", *(spread(taken, 1, "") for taken in both), longer])
    return table(["", f"home with {FAST}", f"home with {SLOW}", "difference"], rows)


def _table(waits: Waits, rounds: int) -> str:
    """Return the table of who waits for the disk on the event loop."""
    total = sum(waits.values(), Counter[str]())
    rows = [
        [
            f"`{name}`" if name else "Jupyter's own",
            *(f"{waits[part][name] / rounds:.1f}" for part in (LAUNCHING, REQUESTING)),
        ]
        for name, _ in total.most_common()
    ]
    head = ["operations on the event loop, by function", LAUNCHING, REQUESTING]
    return table(head, rows or [["none", "0", "0"]])


def _goals(seen: Seen, waits: Waits, rounds: int) -> list[Goal]:
    found = []
    for what in LAUNCHES:
        slow, fast = (median(seen[kind, what]) for kind in (SLOW, FAST))
        name = what.removesuffix(", s")
        found.append(Goal(f"{name}, times that with a fast home", slow / fast, SLOWER))
    for part, counts in waits.items():
        ours = sum(number for name, number in counts.items() if name) / rounds
        found.append(Goal(f"operations of this package on the event loop: {part}", ours, 0))
    return found
