"""Begins the watch over a controller before anything else runs in it.

A server can be killed between the start of a controller and its first message to it. What IPython
executes when the kernel starts calls ``begin``; the resident takes the watch over.
"""

from __future__ import annotations

from collections.abc import Callable

from .collection import collect_seldom
from .watch import Watch

_begun: list[Watch] = []


def begin(directory: str, orphan_timeout: float | None, sockets: str | None = None) -> None:
    """Watch over this process, which has no cluster yet; arguments as of ``Watch``.

    ``sockets`` is the directory of its sockets, which goes with it.
    """
    if not _begun:
        collect_seldom()
        _begun.append(Watch(lambda: None, directory, orphan_timeout=orphan_timeout))
        _begun[0].sockets = sockets
        _begun[0].start()


def watch(
    close: Callable[[], object], directory: str, orphan_timeout: float | None = None
) -> Watch:
    """Return the watch over this process, which closes with ``close`` from now on."""
    begin(directory, orphan_timeout)
    begun = _begun.pop()
    begun.close = close
    return begun
