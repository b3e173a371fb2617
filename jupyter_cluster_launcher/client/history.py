"""The user's clusters that have ended, for the command line."""

from __future__ import annotations

from collections.abc import Sequence

from ..clusters.saved.history import Entry, History, default_path

__all__ = ["Entry", "ended"]


def ended() -> Sequence[Entry]:
    """Return the clusters that the user's servers launched and that have ended, newest first."""
    return History(default_path()).entries()
