"""The cluster objects that a process makes, so that one which failed half-way is ended, too.

A class that starts the scheduler first and the workers next may raise in between. The create code
then leaves no cluster behind, but a scheduler that still listens, on whichever host it was started.
"""

from __future__ import annotations

import contextlib
import sys
import time
import traceback
from collections.abc import Iterable
from typing import Any

import dask
from distributed.core import Status
from distributed.deploy.cluster import Cluster
from distributed.scheduler import Scheduler

from .scheduler import answers, refuses, terminate

FORKED = {"distributed.worker.multiprocessing-method": "forkserver"}
STARTING = ("created", "starting")  # a cluster's status while it is being made
SETTLE_LIMIT = 10.0  # seconds for a step that was interrupted, and goes on in another thread
PERIOD = 0.05  # seconds between two looks at that
QUICK = "1s"  # for connections to a scheduler that has ended
NOTICE = 0.3  # seconds until asyncio knows that a process has ended


def record_clusters(made: list[Any]) -> None:
    """Have each cluster object that this process makes added to ``made``.

    Workers of one with its scheduler here are forked from a prepared process. It is not set for
    others, which hand this configuration to other hosts: there the path of the socket that this
    takes may be too long.
    """
    begin = Cluster.__init__

    def begin_and_record(self: Any, *args: Any, **kwargs: Any) -> None:
        begin(self, *args, **kwargs)
        made.append(self)
        if will_be_here(self):
            dask.config.set(FORKED)

    Cluster.__init__ = begin_and_record  # type: ignore[method-assign]


def scheduler_class(cluster: Any) -> Any:
    """Return the class of the scheduler that a cluster object will start, None if not known."""
    specification = getattr(cluster, "scheduler_spec", None) or {}
    return specification.get("cls", Scheduler if hasattr(cluster, "new_spec") else None)


def will_be_here(cluster: Any) -> bool:
    """Return whether the scheduler of a cluster object that has just been made is in here."""
    kind = scheduler_class(cluster)
    return isinstance(kind, type) and issubclass(kind, Scheduler)


def end_all(clusters: Iterable[Any]) -> None:
    """End clusters, one after the other; what one of them raises is printed to the launch log."""
    for cluster in clusters:
        try:
            end(cluster)
        except Exception:  # of whatever kind: the others have to end
            traceback.print_exc(file=sys.stderr)


def end(cluster: Any) -> None:
    """Close a cluster in whatever state it is, and the scheduler that it has started."""
    deadline = time.monotonic() + SETTLE_LIMIT
    while _status(cluster) in STARTING and time.monotonic() < deadline:
        time.sleep(PERIOD)
    if _status(cluster) in STARTING:
        cluster.status = Status.failed  # else Dask would leave the scheduler as it is
    try:
        cluster.close()
    finally:
        _end_scheduler(cluster)


def forget_scheduler(cluster: Any) -> None:
    """Have Dask close a cluster without its scheduler, which has ended."""
    # Else it tries for half a minute to reach the scheduler and shut it down.
    dask.config.set({"distributed.comm.timeouts.connect": QUICK})
    # Else it asks that scheduler to retire its workers first, fails, and ends none of them.
    with contextlib.suppress(Exception):  # of a class whose object is another, or that has none
        cluster.scheduler.status = Status.closed


def close_again(cluster: Any) -> bool:
    """Close a cluster whose close has raised half-way; return whether this is such a one.

    Dask raises where a process that it ends has gone a moment ago, and then leaves others. It
    would wait for ever for that close. Raises what the second one raises.
    """
    if getattr(getattr(cluster, "status", None), "name", "") != Status.closing.name:
        return False
    traceback.print_exc(file=sys.stderr)
    time.sleep(NOTICE)
    if refuses(str(getattr(cluster, "scheduler_address", ""))):
        forget_scheduler(cluster)
    cluster.status = Status.failed
    cluster.close()
    return True


def _end_scheduler(cluster: Any) -> None:
    """End a scheduler that goes on without its cluster object, as after a start that failed."""
    address = getattr(getattr(cluster, "scheduler", None), "address", None)
    if isinstance(address, str) and answers(address):
        with contextlib.suppress(Exception):  # of whatever kind: there are others to end
            terminate(address, getattr(cluster, "security", None))


def _status(cluster: Any) -> str:
    return str(getattr(cluster.status, "name", cluster.status))
