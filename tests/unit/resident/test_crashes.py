"""Workers elsewhere that crashed and that their nannies restarted."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_cluster_launcher.resident.logs import nanny_logs
from jupyter_cluster_launcher.resident.observed.crashes import Crashes
from jupyter_cluster_launcher.resident.observed.deaths import Deaths

OLD, NEW = "tls://10.0.0.7:40001", "tls://10.0.0.7:40002"
STARTED = ("INFO", "        Start Nanny at: 'tls://10.0.0.7:4'")


def look(crashes: Crashes, workers: Mapping[str, str], *lines: str) -> list[list[str]]:
    """Have the present workers looked at; return of whom the nannies' logs were asked for."""
    asked: list[list[str]] = []

    def ask(addresses: list[str], since: float) -> dict[str, Any]:
        asked.append(addresses)
        log = [("INFO", line) for line in reversed(lines)]
        return {address: [*log, STARTED] for address in addresses}

    crashes.follow(workers, ask)
    for thread in threading.enumerate():
        if thread.name == "cluster-launcher-crashes":
            thread.join()
    return asked


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Worker process 17 was killed by signal 11", "Crashed or killed (SIGSEGV)."),
        ("Worker process 17 exited with status 3", "Its process ended with exit code 3."),
        ("Worker process 17 was killed by unknown signal", "Crashed or killed."),
    ],
)
def test_a_worker_that_crashed(line: str, reason: str) -> None:
    """Guards against tasks that start again and again in a row that says nothing."""
    deaths = Deaths()
    crashes = Crashes(deaths)
    assert look(crashes, {OLD: "a-0", "tls://10.0.0.8:1": "b-0"}) == []
    assert look(crashes, {NEW: "a-0", "tls://10.0.0.8:1": "b-0"}, line) == [[NEW]]
    (death,) = deaths.noted
    assert (death["id"], death["name"]) == (OLD, "a-0 (process 17)")
    assert death["reason"] == f"{reason} Its nanny restarted it."
    assert (deaths.number, deaths.killed, death["memory"]) == (1, 0, False)
    (log,) = deaths.logs("")
    assert line in log["text"]
    # Once; and its place may be taken again.
    look(crashes, {NEW: "a-0"}, line)
    look(crashes, {OLD: "a-0"}, line, "Worker process 18 was killed by signal 11")
    assert [one["name"] for one in deaths.noted] == ["a-0 (process 17)", "a-0 (process 18)"]


def test_what_is_no_crash() -> None:
    """Guards against false alarms: a restart, a kill for memory, a worker that is not there yet."""
    deaths = Deaths()
    crashes = Crashes(deaths)
    deaths.note_events([(1.0, {"worker": OLD, "pid": 17})], {OLD: "a-0"})
    look(crashes, {OLD: "a-0"})
    look(crashes, {NEW: "a-0"}, "Worker process 17 was killed by signal 15")
    look(crashes, {OLD: "a-0"})  # its process ended in an orderly way
    # It was restarted while a task kept it busy.
    asked = "Worker process still alive after 4.0 seconds, killing"
    look(crashes, {NEW: "a-0"}, asked, "Worker process 18 was killed by signal 9")
    look(crashes, {OLD: "a-0"})
    deaths.expect(OLD)
    look(crashes, {NEW: "a-0"}, "Worker process 19 was killed by signal 9")
    assert (deaths.number, deaths.killed) == (1, 1)
    # Two of one name, and one that went for good.
    assert look(crashes, {NEW: "a-0", OLD: "a-0"}) == look(crashes, {}) == []


def test_more_than_one_at_a_time() -> None:
    """Guards against crashes that are counted at the next restart, or never."""
    deaths = Deaths()
    crashes = Crashes(deaths)
    look(crashes, {OLD: "a-0"})
    died = [f"Worker process {pid} was killed by signal 11" for pid in (17, 18)]
    look(crashes, {NEW: "a-0"}, *died)
    assert deaths.number == 2
    look(crashes, {OLD: "a-0"}, *died)
    assert deaths.number == 2


async def test_one_nanny_of_several_does_not_answer() -> None:
    """Guards against crashes of a hundred workers that are lost because of one."""

    async def broadcast(msg: Any, workers: list[str], nanny: bool) -> dict[str, Any]:
        if workers == [OLD]:
            raise KeyError(OLD)
        return {workers[0]: [("INFO", str(msg["start"]))]}

    scheduler: Any = SimpleNamespace(broadcast=broadcast)
    assert await nanny_logs(scheduler, [OLD, NEW], 5.0) == {OLD: [], NEW: [("INFO", "5.0")]}


def test_a_nanny_that_does_not_answer() -> None:
    """Guards against a watch that ends because a worker went again."""
    crashes = Crashes(Deaths())

    def ask(addresses: list[str], since: float) -> dict[str, Any]:
        raise OSError(addresses)

    crashes.follow({OLD: "a-0"}, ask)
    crashes.follow({NEW: "a-0"}, ask)
    look(crashes, {OLD: "a-0"})
