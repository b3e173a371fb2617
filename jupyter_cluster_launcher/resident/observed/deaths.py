"""Notes which worker processes were killed or crashed, why, and what was logged about them."""

from __future__ import annotations

import signal
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import Any

from ..logs import WorkerLog, text
from ..report import Death
from .oom import OutOfMemory

ENDING = ("closing", "closing_gracefully", "closed", "failed")  # a nanny that is to end
REMEMBERED = 10_000  # workers that have gone, so that adaptive scaling over days fills no memory
KEPT = 50  # deaths of which is known more than their number
LINES = 10_000  # of a nanny's log that are looked through
MEMORY_EVENTS = "worker-restart-memory"  # the topic under which nannies log what they kill
ELSEWHERE = "Killed for lack of memory. Its nanny restarted it."
STARVED = (
    "Killed by the system, which ran out of memory. Use fewer workers or less memory per worker."
)

Events = Iterable["tuple[float, Mapping[str, Any]]"]  # (time in seconds, event), oldest first


class Deaths:
    """Notes workers whose process ended although its nanny was to keep it; others replace them."""

    def __init__(self) -> None:
        """Know of none."""
        self.number = self.killed = 0
        self.noted: list[Death] = []
        self.processes: set[str] = set()  # elsewhere, as of ``process_at``
        self._lines: dict[str, str] = {}  # of nannies, by the worker's address
        self._expected: set[str] = set()
        self._names: dict[str, str] = {}
        self._events = 0.0  # when the last event that was noted came
        self.system = OutOfMemory()

    def watch(self, workers: Mapping[Any, Any]) -> None:
        """Have the end of each worker's present process noted.

        ``workers`` are a cluster's, by name: nannies, or workers in this process, which cannot die
        alone.
        """
        self.system.note()
        for name, nanny in list(workers.items()):
            process: Any = getattr(nanny, "process", None)
            on_exit = getattr(process, "on_exit", None)
            if isinstance(on_exit, Watched):
                on_exit.look(process)
            elif on_exit is not None:
                process.on_exit = Watched(self, str(name), nanny, on_exit)

    def learn(self, workers: Mapping[Any, Any], name: object, address: str) -> None:
        """Have the end of one of the ``workers`` noted that has just registered.

        Its process may end before the next ``watch``, and before its nanny knows its ``address``.
        """
        nanny = workers.get(name)
        self.watch({name: nanny})
        on_exit = getattr(getattr(nanny, "process", None), "on_exit", None)
        if isinstance(on_exit, Watched):
            on_exit.address = address

    def expect(self, address: str) -> None:
        """Take the end of a worker's process for no death: a user restarts it."""
        self._expected.add(address)

    def note(self, death: Death, lines: str = "", starved: bool = False) -> None:
        """Note a death, and what a nanny logged about it, unless it was expected.

        ``starved`` is whether the system killed it for lack of memory.
        """
        if death["id"] in self._expected:
            return
        self.number += 1
        self.killed += death["memory"] or starved
        if lines:
            self._lines[death["id"]] = lines
        self.noted = [*self.noted, death][-KEPT:]

    def note_events(self, events: Events, workers: Mapping[str, Any]) -> None:
        """Note what nannies elsewhere have killed for memory.

        ``workers`` are the names of the present ones by address.
        """
        remember(self._names, {address: str(name) for address, name in workers.items()})
        for when, event in events:
            if when <= self._events:
                continue
            self._events = when
            address, pid = str(event.get("worker", "")), event.get("pid")
            name = named(self._names.get(address, address), pid)
            if pid is not None:
                self.processes.add(process_at(address, pid))
            self.note(death_of(address, name, ELSEWHERE, True, when))

    def logs(self, scheduler: str) -> list[WorkerLog]:
        """Return the logs of workers that died, the last one first.

        The process took its own with it: this is what its nanny and the ``scheduler`` logged.
        """
        found = []
        for death in reversed(self.noted):
            lost = [line for line in scheduler.splitlines(keepends=True) if death["id"] in line]
            words = f"{death['reason']}\n\n{self._lines.get(death['id'], '')}{''.join(lost)}"
            title = f"Worker {death['name']}, died"
            found.append(WorkerLog(id=death["id"], title=title, text=words))
        return found


class Watched:
    """What a worker's process calls at its end, with our note before."""

    def __init__(self, deaths: Deaths, name: str, nanny: Any, then: Any) -> None:
        """Note the death of the present process of ``nanny``, then call ``then``."""
        self._deaths, self._name, self._nanny, self._then = deaths, name, nanny, then
        self._pid: int | None = None
        self.address = ""
        self._asked = False
        kill = getattr(nanny.process, "kill", None)
        if kill is not None:
            nanny.process.kill = self._asked_to(kill)
        self.look(nanny.process)

    def look(self, process: Any) -> None:
        """Learn the number and the address of the process, which it has once it has started."""
        self._pid = getattr(process, "pid", None) or self._pid
        self.address = getattr(process, "worker_address", None) or self.address

    def __call__(self, exit_code: int) -> None:
        """Note the end of the process, which Dask learns afterwards."""
        status = getattr(self._nanny.status, "name", self._nanny.status)
        memory = self._killed_for_memory()
        if (memory or (exit_code != 0 and not self._asked)) and status not in ENDING:
            starved = not memory and exit_code == -signal.SIGKILL and self._deaths.system.killed()
            reason = memory or (STARVED if starved else ended(exit_code))
            address = self.address or f"worker {self._name}"
            death = death_of(address, named(self._name, self._pid), reason, bool(memory))
            self._deaths.note(death, self._lines(), starved)
        # Another process takes its place.
        self._pid, self.address, self._asked = None, "", False
        self._then(exit_code)

    def _asked_to(self, kill: Any) -> Any:
        """Return ``kill``, which a nanny calls to restart its worker on request."""

        def noted(*args: Any, **kwargs: Any) -> Any:
            self._asked = True
            return kill(*args, **kwargs)

        return noted

    def _killed_for_memory(self) -> str:
        """Return how the nanny killed its worker for lack of memory; empty where it did not."""
        manager = getattr(self._nanny, "memory_manager", None)
        if self._pid is None or getattr(manager, "_last_terminated_pid", None) != self._pid:
            return ""
        share = getattr(manager, "memory_terminate_fraction", None) or 0.95
        return f"Killed: it used more than {share:.0%} of its memory."

    def _lines(self) -> str:
        """Return what the nanny logged about the process: its log is that of all nannies."""
        get_logs = getattr(self._nanny, "get_logs", None)
        if get_logs is None or self._pid is None:
            return ""
        marks = [f"pid={self._pid})", f"process {self._pid} ", self.address or "no address"]
        entries = [
            (level, line) for level, line in get_logs(n=LINES) if any(m in line for m in marks)
        ]
        return text(entries)


def remember(known: dict[str, str], present: Mapping[str, str]) -> None:
    """Add what is ``present`` to what is ``known``, and forget the oldest of what is too much."""
    known.update(present)
    if len(known) > len(present) + REMEMBERED:
        for key in [key for key in known if key not in present][:-REMEMBERED]:
            del known[key]


def named(name: str, pid: int | None) -> str:
    """Return a name for a worker that died: all that had its place have the same ``name``.

    The number of its process stands in Dask's own logs as well.
    """
    return name if pid is None else f"{name} (process {pid})"


def process_at(address: str, pid: int) -> str:
    """Return what tells a process from all others, on the host of a worker's ``address``."""
    return f"{pid} at {address.rpartition(':')[0]}"


def death_of(
    address: str, name: str, reason: str, memory: bool, when: float | None = None
) -> Death:
    """Return a death; ``when`` is in seconds since 1970, now if it is None."""
    at = datetime.now(timezone.utc) if when is None else datetime.fromtimestamp(when, timezone.utc)
    return {
        "id": address,
        "name": name,
        "when": at.isoformat(timespec="seconds"),
        "reason": reason,
        "memory": memory,
    }


def ended(exit_code: int) -> str:
    """Return in a sentence how a process ended unexpectedly."""
    if exit_code == -signal.SIGKILL:
        return "Killed (SIGKILL), as by a system that runs out of memory."
    if exit_code < 0:
        try:
            return f"Crashed or killed ({signal.Signals(-exit_code).name})."
        except ValueError:
            return f"Killed by signal {-exit_code}."
    return f"Its process ended with exit code {exit_code}."
