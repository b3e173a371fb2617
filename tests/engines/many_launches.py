"""Launches and stops on one server, and what it holds before and after them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from observed_server import Footprint, ObservedServer
from real_server import wait_until
from slurm_commands import SlurmCommands
from tallgrass import SMALL

WARM_UP = 5  # launches, in which modules are imported, threads started and caches filled
# Bytes that the server may grow by: a part for all, because memory is fragmented, and one for each
# launch, far less than what is known of one cluster (its record alone has some kB in memory).
GROWTH, GROWTH_EACH = 4_000_000, 10_000
# What becomes of the job of a launch, and the states in which its row shows jobs before the stop.
FATES = {
    "runs": ["RUNNING"],
    "fails": ["FAILED"],
    "is forgotten": ["GONE"],
    "is refused": [],
    "is accepted late": ["PENDING"],
}
FAILING = ("is refused", "is accepted late")  # launches of which no job is known to be accepted


def launch_and_stop(server: ObservedServer, times: int) -> None:
    """Launch a cluster and stop it, one after the other."""
    for number in range(times):
        cluster = server.launch(platform="local", workers=number % 2, name=f"Cluster {number}")
        server.ready(cluster, number % 2)
        stop(server, cluster)
    server.nothing_left()


def stop(server: ObservedServer, cluster: str) -> None:
    """Stop the only cluster, after a look at its logs."""
    assert server.ask("GET", f"cluster-launcher/clusters/{cluster}/logs")[0] == 200
    assert server.ask("DELETE", f"cluster-launcher/clusters/{cluster}")[0] == 204
    wait_until(lambda: not server.clusters(), "an empty list")


def launch_and_stop_jobs(server: ObservedServer, slurm: SlurmCommands, times: int) -> None:
    """Launch a cluster with a job of each fate and stop it, one after the other."""
    for number in range(times):
        fate = [*FATES][number % len(FATES)]
        slurm.give_new_jobs("FAILED" if fate == "fails" else "RUNNING")
        slurm.refuse("invalid partition specified: nosuch" if fate == "is refused" else "")
        if fate == "is accepted late":
            slurm.stop()
        cluster = server.launch(
            platform="tallgrass", workers=1, options=SMALL, name=f"Cluster {number}"
        )
        befall(fate, server, slurm, cluster)
        stop(server, cluster)
        assert slurm.jobs() == []
    dismiss_unreadable(server, times)
    server.nothing_left()


def befall(fate: str, server: ObservedServer, slurm: SlurmCommands, cluster: str) -> None:
    """Let the job of a cluster have its fate; return when the row shows it."""
    if fate in FAILING:
        server.until(cluster, lambda c: c["state"] == "failed")
    if fate == "is accepted late":
        slurm.accept_late(f"dask-{cluster}")
        slurm.go_on()
    if fate == "is forgotten":
        server.until(cluster, lambda c: [one["state"] for one in c["jobs"]] == ["RUNNING"])
        slurm.forget()
    server.until(cluster, lambda c: [one["state"] for one in c["jobs"]] == FATES[fate])


def dismiss_unreadable(server: ObservedServer, number: int) -> None:
    """Dismiss so many clusters whose records cannot be read; one scan finds them all."""
    for one in range(number):
        directory = server.runtime / "cluster-launcher" / f"unreadable-{one}"
        directory.mkdir(mode=0o700)
        (directory / "cluster.json").write_text("{")
    wait_until(lambda: len(server.clusters()) == number, "a row for each")
    for row in server.clusters():
        assert server.ask("DELETE", f"cluster-launcher/clusters/{row['id']}")[0] == 204
    wait_until(lambda: not server.clusters(), "an empty list")


def objects(server: ObservedServer) -> Counter[str]:
    """Return how many objects of each class of the launcher a server holds, if it counts them."""
    return Counter(server.ask("GET", "objects")[1])


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
    hold_the_same(ObservedServer(folder).start(), launch_and_stop, WARM_UP, launches)


def leave_nothing_of_jobs(folder: Path, each: int) -> None:
    """Assert the same of clusters with jobs, so many of each fate.

    Nor may the server hold an object more for each of them.
    """
    server = ObservedServer(folder, "--ClusterLauncher.queue_interval=0.5")
    slurm = SlurmCommands(folder / "slurm")
    server.variables |= slurm.variables
    config = folder / "config" / "jupyter_server_config.json"
    known = json.loads(config.read_text())
    known["ServerApp"]["jpserver_extensions"]["server_objects"] = True
    config.write_text(json.dumps(known))
    before: Counter[str] = Counter()

    def run(server: ObservedServer, launches: int) -> None:
        launch_and_stop_jobs(server, slurm, launches)
        before.update({} if before else objects(server))

    def grown() -> list[str]:
        more = objects(server) - before
        return [f"{name}: {number} more" for name, number in more.items() if number >= each]

    hold_the_same(server.start(), run, len(FATES), each * len(FATES), grown)


def hold_the_same(
    server: ObservedServer,
    run: Callable[[ObservedServer, int], None],
    warm_up: int,
    launches: int,
    grown: Callable[[], list[str]] = list,
) -> None:
    """Assert that a server holds the same before and after ``run`` with so many launches.

    It has run with ``warm_up`` launches before. ``grown`` returns what else there is more of. The
    server is stopped.
    """
    try:
        run(server, warm_up)
        before = server.footprint()
        run(server, launches)
        seen: list[list[str]] = []

        def same() -> bool:
            seen[:] = [differences(before, server.footprint(), launches) + grown()]
            return not seen[0]

        # Connections of requests close a little later.
        wait_until(same, lambda: f"the same as before: {seen}", 30)
        print(f"memory: {server.footprint().memory - before.memory} bytes more")
    finally:
        server.stop()
