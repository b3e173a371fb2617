"""Counts the worker processes on this host that were killed or crashed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

ENDING = ("closing", "closing_gracefully", "closed", "failed")  # a nanny that is to end


class Deaths:
    """Counts workers whose process ended although its nanny was to keep it; others replace them."""

    def __init__(self) -> None:
        """Count from 0."""
        self.number = 0

    def watch(self, workers: Mapping[Any, Any]) -> int:
        """Have the end of each worker's present process noted; return how many died so far.

        ``workers`` are a cluster's, by name: nannies, or workers in this process, which cannot die
        alone.
        """
        for nanny in list(workers.values()):
            process: Any = getattr(nanny, "process", None)
            on_exit = getattr(process, "on_exit", None)
            if on_exit is not None and not isinstance(on_exit, _Noted):
                process.on_exit = _Noted(self, nanny, on_exit)
        return self.number


class _Noted:
    """What a worker's process calls at its end, with our note before."""

    def __init__(self, deaths: Deaths, nanny: Any, then: Callable[[int], object]) -> None:
        self._deaths, self._nanny, self._then = deaths, nanny, then

    def __call__(self, exit_code: int) -> None:
        status = getattr(self._nanny.status, "name", self._nanny.status)
        if exit_code != 0 and status not in ENDING:
            self._deaths.number += 1
        self._then(exit_code)
