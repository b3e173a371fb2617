"""Workers that died, and those that were asked to end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_cluster_launcher.resident.observed import deaths, oom
from jupyter_cluster_launcher.resident.observed.deaths import Deaths

ADDRESS = "tls://127.0.0.1:40001"
KILLING = f"Worker {ADDRESS} (pid=17) exceeded 95% memory budget. Restarting..."
OTHER = "Worker tls://127.0.0.1:4 (pid=170) exceeded 95% memory budget. Restarting..."


def a_nanny(status: str = "running", killed: int = -1) -> Any:
    """A nanny whose worker's process notes that its end was told; it last killed ``killed``."""
    ends: list[int] = []
    process = SimpleNamespace(on_exit=ends.append, pid=17, worker_address=ADDRESS)
    manager = SimpleNamespace(
        _last_terminated_pid=killed, memory_terminate_fraction=0.95, memory_limit=2 * 2**30
    )
    return SimpleNamespace(
        status=SimpleNamespace(name=status),
        process=process,
        ends=ends,
        memory_manager=manager,
        get_logs=lambda n: [("WARNING", OTHER), ("WARNING", KILLING)],
    )


@pytest.mark.parametrize(
    ("code", "status", "number"),
    [(-9, "running", 1), (1, "running", 1), (0, "running", 0), (-15, "closing_gracefully", 0)],
)
def test_what_counts_as_a_death(code: int, status: str, number: int) -> None:
    """Guards against workers killed for memory without a trace, and against false alarms.

    A worker that is restarted ends with 0; one that is not needed any more may be killed.
    """
    deaths, nanny = Deaths(), a_nanny()
    for _ in range(3):
        deaths.watch({0: nanny})
    assert deaths.number == 0
    nanny.status.name = status
    nanny.process.on_exit(code)
    assert (deaths.number, len(deaths.noted)) == (number, number)
    assert nanny.ends == [code]  # Dask has been told, once


def test_what_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a controller that grows with each worker of an adaptive cluster."""
    monkeypatch.setattr(deaths, "REMEMBERED", 2)
    known: dict[str, str] = {}
    for number in range(9):
        deaths.remember(known, {"long": "a", f"n{number}": "b"})
    assert list(known) == ["long", "n6", "n7", "n8"]


def test_a_restart_of_a_busy_worker() -> None:
    """Guards against a crash in the row of whoever restarts workers whose tasks hang."""
    deaths, nanny = Deaths(), a_nanny()
    kills: list[str] = []
    nanny.process.kill = kills.append
    deaths.watch({0: nanny})
    nanny.process.kill("restart")
    nanny.process.on_exit(-9)
    assert (deaths.number, kills) == (0, ["restart"])
    nanny.process.on_exit(-9)  # the next process, unasked
    assert deaths.number == 1


def test_a_worker_killed_for_memory() -> None:
    """Guards against a death of which nobody learns why, and a log that went with the process."""
    deaths, nanny = Deaths(), a_nanny(killed=17)
    deaths.watch({3: nanny})
    nanny.process.on_exit(-15)
    (death,) = deaths.noted
    assert (death["id"], death["name"], death["memory"]) == (ADDRESS, "3 (process 17)", True)
    assert death["reason"] == "Killed: it used more than 95% of its memory."
    assert deaths.killed == 1
    lost = f"Removing worker {ADDRESS!r} caused the cluster to lose already computed task(s)\n"
    (log,) = deaths.logs(f"Nothing of it\n{lost}")
    assert (log["id"], log["title"]) == (ADDRESS, "Worker 3 (process 17), died")
    assert log["text"] == f"{death['reason']}\n\n{KILLING}\n{lost}"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (-9, "Killed (SIGKILL), as by a system that runs out of memory."),
        (-11, "Crashed or killed (SIGSEGV)."),
        (-63, "Killed by signal 63."),
        (3, "Its process ended with exit code 3."),
    ],
)
def test_other_deaths(code: int, reason: str) -> None:
    """Guards against "killed for memory" where that is a guess."""
    deaths, nanny = Deaths(), a_nanny()
    deaths.watch({0: nanny})
    nanny.process.on_exit(code)
    assert deaths.noted[0]["reason"] == reason
    assert deaths.killed == 0


def test_a_worker_that_a_user_restarts() -> None:
    """Guards against "1 worker died" after a hung worker had to be killed to restart it."""
    deaths, nanny = Deaths(), a_nanny()
    deaths.watch({0: nanny})
    deaths.expect(ADDRESS)
    nanny.process.on_exit(-9)
    assert (deaths.number, deaths.noted) == (0, [])


def test_a_process_that_ends_before_the_next_poll() -> None:
    """Guards against "died" for what was killed for memory, and against a death that goes unseen.

    A task that kills its worker is computed again as soon as another process takes its place.
    """
    deaths, nanny = Deaths(), a_nanny(killed=17)
    workers = {0: nanny}
    nanny.process.pid = nanny.process.worker_address = None  # it is just starting
    deaths.watch(workers)
    nanny.process.pid = 17
    deaths.learn(workers, 0, ADDRESS)
    nanny.process.pid = None  # as of a process that has ended
    nanny.process.on_exit(-15)
    (death,) = deaths.noted
    assert (death["id"], death["name"], death["memory"]) == (ADDRESS, "0 (process 17)", True)

    # The same object stands for the next process.
    nanny.process.pid = 18
    deaths.learn(workers, 0, "tls://127.0.0.1:40002")
    nanny.process.on_exit(-11)
    assert [death["name"] for death in deaths.noted] == ["0 (process 17)", "0 (process 18)"]
    assert deaths.noted[1]["id"] == "tls://127.0.0.1:40002"
    nanny.process.pid = None
    nanny.process.on_exit(1)  # before it has registered
    assert (deaths.noted[2]["id"], deaths.noted[2]["name"]) == ("worker 0", "0")
    deaths.learn(workers, "another", ADDRESS)  # a worker that was started elsewhere


def test_a_worker_that_ends_politely_when_it_is_killed_for_memory() -> None:
    """Guards against a death without a trace where a library of the user handles SIGTERM."""
    deaths, nanny = Deaths(), a_nanny(killed=17)
    deaths.watch({0: nanny})
    nanny.process.on_exit(0)
    assert (deaths.number, deaths.killed) == (1, 1)


def test_a_worker_that_the_system_kills_for_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Callable[[float], None]
) -> None:
    """Guards against "worker died" in a container that has no memory left, and false alarms."""
    events = tmp_path / "memory.events"
    events.write_text("oom 4\noom_kill 3\n", encoding="ascii")
    own = tmp_path / "cgroup"
    own.write_text("0::/of/the/host\n", encoding="ascii")  # the container sees the root of that
    monkeypatch.setattr(oom, "CGROUPS", tmp_path)
    monkeypatch.setattr(oom, "OWN_CGROUPS", own)
    deaths = Deaths()

    def died(code: int = -9, kills: int | None = None) -> tuple[int, str]:
        """Have a worker end when so many were killed in all; return what is said about it."""
        nanny = a_nanny()
        deaths.watch({0: nanny})
        if kills is not None:
            events.write_text(f"oom 4\noom_kill {kills}\n", encoding="ascii")
        nanny.process.on_exit(code)
        return deaths.killed, deaths.noted[-1]["reason"].split(",")[0]

    assert died() == (0, "Killed (SIGKILL)")
    assert died(kills=5) == (1, "Killed by the system")
    assert died() == (2, "Killed by the system")
    assert died() == (2, "Killed (SIGKILL)")  # by somebody else
    assert died(-11, kills=6) == (2, "Crashed or killed (SIGSEGV).")
    assert died() == (3, "Killed by the system")
    died(-11, kills=7)  # something else in the container was killed
    for _ in range(2):
        clock(oom.RECENT)
        deaths.watch({})
    assert died() == (3, "Killed (SIGKILL)")
    assert not deaths.noted[0]["memory"]  # a larger limit would not help


@pytest.mark.parametrize("line", ["4:memory:/docker/1", "0::/user.slice"])
def test_where_kills_are_counted(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against kills on one version of control groups, or outside of one, that go unseen."""
    own, host = tmp_path / "own", tmp_path / "vmstat"
    own.write_text(f"{line}\n", encoding="ascii")
    monkeypatch.setattr(oom, "OWN_CGROUPS", own)
    monkeypatch.setattr(oom, "CGROUPS", tmp_path)
    monkeypatch.setattr(oom, "HOST", host)

    def rises(file: Path) -> bool:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("oom_kill 0\n", encoding="ascii")
        system = oom.OutOfMemory()
        file.write_text("oom_kill 1\n", encoding="ascii")
        return system.killed()

    assert not oom.OutOfMemory().killed()  # nothing is known
    assert rises(host)
    version_1 = tmp_path / "memory/docker/1/memory.oom_control"
    assert rises(version_1 if "memory" in line else tmp_path / "user.slice/memory.events")


def test_what_nannies_elsewhere_killed() -> None:
    """Guards against deaths inside of jobs that leave no trace, and those that count twice."""
    deaths = Deaths()
    events = [(5.0, {"worker": ADDRESS, "pid": 17, "rss": 2**31})]
    deaths.note_events([], {ADDRESS: 2})
    deaths.note_events(events, {})
    deaths.note_events([*events, (6.0, {"worker": "tls://n:1"})], {})
    assert deaths.killed == deaths.number == 2
    first, second = deaths.noted
    assert (first["name"], first["when"]) == ("2 (process 17)", "1970-01-01T00:00:05+00:00")
    assert first["reason"] == "Killed for lack of memory. Its nanny restarted it."
    assert second["name"] == "tls://n:1"


def test_workers_that_died_in_the_same_place() -> None:
    """Guards against three dead workers called "0" whose logs nobody can tell apart."""
    deaths, nanny = Deaths(), a_nanny()
    for pid in (17, 18):
        nanny.process = SimpleNamespace(on_exit=nanny.ends.append, pid=pid, worker_address=ADDRESS)
        deaths.watch({0: nanny})
        nanny.process.on_exit(-9)
    names = ["0 (process 17)", "0 (process 18)"]
    assert [death["name"] for death in deaths.noted] == names
    assert [log["title"] for log in deaths.logs("")] == [f"Worker {n}, died" for n in names[::-1]]


def test_many_deaths() -> None:
    """Guards against reports that grow with a worker that dies again and again."""
    deaths, nanny = Deaths(), a_nanny()
    for _ in range(60):
        nanny.process = SimpleNamespace(on_exit=nanny.ends.append)
        deaths.watch({0: nanny})
        nanny.process.on_exit(-9)
    assert (deaths.number, len(deaths.noted)) == (60, 50)


def test_workers_without_a_process() -> None:
    """Guards against an exception where workers are threads, or are just starting."""
    starting = SimpleNamespace(process=None)
    deaths = Deaths()
    deaths.watch({0: SimpleNamespace(), 1: starting})
    assert deaths.number == 0
