"""Launches and stops on one server, and what it holds before and after them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from observed_server import Footprint, ObservedServer
from real_server import wait_until

WARM_UP = 5  # launches, in which modules are imported, threads started and caches filled
# Bytes that the server may grow by: a part for all, because memory is fragmented, and one for each
# launch, far less than what is known of one cluster (its record alone has some kB in memory).
GROWTH, GROWTH_EACH = 4_000_000, 10_000


def launch_and_stop(server: ObservedServer, times: int) -> None:
    """Launch a cluster and stop it, one after the other."""
    for number in range(times):
        cluster = server.launch(platform="local", workers=number % 2, name=f"Cluster {number}")
        server.ready(cluster, number % 2)
        assert server.ask("GET", f"cluster-launcher/clusters/{cluster}/logs")[0] == 200
        assert server.ask("DELETE", f"cluster-launcher/clusters/{cluster}")[0] == 204
        wait_until(lambda: not server.clusters(), "an empty list")
    server.nothing_left()


def differences(before: Footprint, after: Footprint, launches: int) -> list[str]:
    """Return what a server holds more, or less, than before."""
    found = []
    for what in ("processes", "files", "descriptors", "tasks"):
        old, new = Counter(getattr(before, what)), Counter(getattr(after, what))
        found += [f"{what}: {new - old} more, {old - new} less"] * (old != new)
    # The pool for blocking calls makes threads until it has all that it may have.
    found += [f"threads: {before.threads}, {after.threads}"] * (after.threads > before.threads + 2)
    growth = after.memory - before.memory
    found += [f"memory: {growth} bytes"] * (growth > GROWTH + GROWTH_EACH * launches)
    return found


def leave_nothing(folder: Path, launches: int) -> None:
    """Assert that a server holds the same before and after so many launches and stops."""
    server = ObservedServer(folder).start()
    try:
        launch_and_stop(server, WARM_UP)
        before = server.footprint()
        launch_and_stop(server, launches)
        seen: list[list[str]] = []

        def same() -> bool:
            seen[:] = [differences(before, server.footprint(), launches)]
            return not seen[0]

        # Connections of requests close a little later.
        wait_until(same, lambda: f"the same as before: {seen}", 30)
        print(f"memory: {server.footprint().memory - before.memory} bytes more")
    finally:
        server.stop()
