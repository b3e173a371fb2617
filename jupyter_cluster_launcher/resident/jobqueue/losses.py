"""Replaces jobs after an unplanned end: at once, then less and less often, and not forever.

Such an end is the loss of a node, a job that somebody canceled, or one that was rejected.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from ..protocols import JobqueueCluster
from .tracker import JobTracker

PAUSE = 60.0  # seconds before the second replacement in a row, or one of a rejected job
MOST_FAILURES = 5  # replacements in a row of jobs that ended too soon
STEADY = 600.0  # seconds of work, or half of a job's life, after which an end is not too soon


def pause_after(failures: int) -> float:
    """Return for how many seconds to wait after so many failures in a row, at least one."""
    return float(PAUSE * 2 ** max(0, failures - 2))


class Losses:
    """The jobs of a cluster that ended although they are wanted, and when each is replaced."""

    def __init__(self, cluster: JobqueueCluster, tracker: JobTracker, life: float) -> None:
        """Begin with none; ``life`` is after how many seconds the first worker of a job may end."""
        self._cluster, self._tracker = cluster, tracker
        self._steady = min(STEADY, life / 2)
        self.replaced = 0
        self._due: dict[Any, float] = {}  # when a job is replaced, by its name
        self._given_up: set[Any] = set()
        self._failures: dict[Any, int] = {}  # in a row, up to and with the job of this name

    @property
    def missing(self) -> int:
        """How many of the wanted jobs are not in the cluster's specification now."""
        spec = self._cluster.worker_spec
        return sum(name not in spec for name in [*self._due, *self._given_up])

    def failures(self, name: Any) -> int:
        """Return how many jobs in a row had ended too soon when this one was submitted."""
        return self._failures.get(name, 0)

    def follows(self, names: Collection[Any], failures: Collection[int]) -> None:
        """Note that new jobs follow so many failures in a row each."""
        self._failures.update(zip(names, failures))

    def forget(self) -> None:
        """Begin anew, as another number of jobs is wanted."""
        self._due.clear()
        self._given_up.clear()
        self._failures.clear()

    def note(self, names: Collection[Any], now: float, began: Mapping[Any, float]) -> None:
        """Decide when to replace the jobs ``names``, which are lost; ``began`` is when each worked.

        One that was rejected stays in the specification until then, and so in the row.
        """
        spec, removed = self._cluster.worker_spec, False
        entries = self._tracker.latest(names)
        for name in names:
            entry = entries[name]
            if entry is None or name in self._due or name in self._given_up:
                continue
            worked = now - began[name] if name in began else 0.0
            failures = 0 if worked >= self._steady else self.failures(name) + 1
            self._failures[name] = failures
            if failures > MOST_FAILURES:
                self._given_up.add(name)
            elif failures > 1 or entry["error"]:
                self._due[name] = now + pause_after(failures)
            else:
                self._due[name] = now
            if not entry["error"]:
                # Else Dask would submit it again under its old name.
                entry["lost"] = True
                spec.pop(name, None)
                removed = True
        if removed:
            self._cluster.scale(jobs=len(spec))  # closes those that were removed

    def replace(self, now: float, submit: Callable[[int], list[Any]]) -> None:
        """Submit the replacements that are due; ``submit(n)`` returns the names of n new jobs."""
        due = [name for name, when in self._due.items() if when <= now]
        if not due:
            return
        for name in due:
            del self._due[name]
            self._cluster.worker_spec.pop(name, None)
        self.follows(submit(len(due)), [self._failures.pop(name, 0) for name in due])
        self.replaced += len(due)

    def warning(self) -> str | None:
        """Return the sentence about jobs that are not replaced any more, None without any."""
        number = len(self._given_up)
        if not number:
            return None
        jobs, them = ("1 job is", "it") if number == 1 else (f"{number} jobs are", "them")
        return (
            f"{jobs} not replaced any more: {MOST_FAILURES + 1} in a row ended too soon. See their "
            f"logs, then set the number of jobs again to replace {them}."
        )
