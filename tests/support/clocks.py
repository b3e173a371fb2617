"""Both clocks of a process, for tests in which seconds go by and the wall clock is set."""

from __future__ import annotations

import time

import pytest


class Clocks:
    """The wall clock, which can be set, and the monotonic one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Stop both clocks of this process."""
        self.wall, self.monotonic = 1_700_000_000.0, 5.0
        monkeypatch.setattr(time, "time", lambda: self.wall)
        monkeypatch.setattr(time, "monotonic", lambda: self.monotonic)

    def pass_by(self, seconds: float) -> None:
        """Let time go by."""
        self.wall += seconds
        self.monotonic += seconds
