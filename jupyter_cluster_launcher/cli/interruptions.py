"""Ctrl-C, SIGTERM and a time limit, each as one exception that nothing swallows."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGALRM: 124}  # as shells and `timeout`


class Interrupted(BaseException):
    """The command is to end now, with an exit ``status``."""

    def __init__(self, number: int) -> None:
        """Hold the exit status for the signal with this number."""
        self.timed_out = number == signal.SIGALRM
        self.status = STATUS[signal.Signals(number)]
        super().__init__(signal.Signals(number).name)


@contextmanager
def interruptions(timeout: float | None) -> Iterator[None]:
    """Raise ``Interrupted`` for a signal, and after ``timeout`` seconds; None is never."""
    before = {number: signal.signal(number, _interrupt) for number in STATUS}
    signal.setitimer(signal.ITIMER_REAL, timeout or 0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)


def hold() -> None:
    """Raise no more: what has been launched is being stopped."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number in STATUS:
        signal.signal(number, signal.SIG_IGN)


def _interrupt(number: int, _: FrameType | None) -> None:
    hold()
    raise Interrupted(number)
