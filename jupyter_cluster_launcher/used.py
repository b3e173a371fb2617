"""What a cluster has used, from which the size of the next one follows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Used:
    """What a cluster has used. Memory in bytes, times in seconds.

    ``peak`` is the most that one worker used of its ``limit`` (0 for none), with ``threads``.
    ``units`` is the most workers, or jobs of ``each`` workers, that were ready at once, ``spilled``
    the most data on disk. ``tasks`` have ended, at least; for ``busy`` seconds there was work.
    """

    units: int = 0
    each: int = 1
    threads: int = 0
    limit: float = 0
    peak: float = 0
    spilled: float = 0
    tasks: int = 0
    busy: float = 0.0
    cpu_seconds: float = 0.0
    core_seconds: float = 0.0

    @property
    def memory(self) -> float | None:
        """The memory limit of a worker, or of a job with all of its workers; None for none."""
        return self.limit * self.each or None

    @property
    def most(self) -> float:
        """The most memory that a worker used, or a job if each of its workers used that much."""
        return self.peak * self.each

    @property
    def cpu(self) -> float:
        """The share of its cores that was used, 1 for all of them."""
        return self.cpu_seconds / self.core_seconds if self.core_seconds else 0.0
