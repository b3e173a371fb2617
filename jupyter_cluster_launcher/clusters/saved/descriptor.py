"""The descriptor of a locked file, which no thread closes while another one uses it.

The number of a descriptor that was closed is soon that of another file, which would be changed.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Iterator

from ...controller.guarded_files import words

log = logging.getLogger(__name__)


class Descriptor:
    """A descriptor that can be given up at any time, also while a disk that hangs is using it."""

    def __init__(self) -> None:
        """Have none yet."""
        self.number: int | None = None
        self.closed = threading.Event()  # not while one that was given up is open
        self.closed.set()
        self._using = threading.Lock()
        self._swapping = threading.Lock()  # never held while a disk is waited for
        self._given_up: list[int] = []

    @contextlib.contextmanager
    def used(self) -> Iterator[int | None]:
        """Use the descriptor: one that is given up meanwhile is closed at the end."""
        with self._using:
            try:
                yield self.number
            finally:
                self._close_given_up()

    def replace(self, old: int | None, new: int | None) -> None:
        """Have a new descriptor in place of the old one, and close that.

        Where the old one was given up meanwhile, the new one is closed.
        """
        with self._swapping:
            kept = self.number == old
            if kept:
                self.number = new
        _close(old if kept else new)

    def give_up(self) -> bool:
        """Have no descriptor from now on; return whether one is to be closed now."""
        with self._swapping:
            number, self.number = self.number, None
            if number is not None:
                self.closed.clear()
                self._given_up.append(number)
        return number is not None

    def close(self, patience: float = -1.0) -> None:
        """Close what was given up, as soon as no thread uses it any more.

        After ``patience`` seconds that is left to the one that does; without, it is waited for.
        """
        if self._using.acquire(timeout=patience):
            try:
                self._close_given_up()
            finally:
                self._using.release()

    def _close_given_up(self) -> None:
        with self._swapping:
            numbers, self._given_up = self._given_up, []
        try:
            for number in numbers:
                _close(number)
        finally:
            with self._swapping:
                if not self._given_up:
                    self.closed.set()


def _close(number: int | None) -> None:
    try:
        if number is not None:
            os.close(number)
    except OSError as error:  # it is closed all the same
        log.info("The lock of a cluster was closed with an error: %s", words(error))
