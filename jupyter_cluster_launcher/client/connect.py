"""``cluster, client = connect()``: connects a notebook to a cluster that was launched for it."""

from __future__ import annotations

import json
import os
import sys
import time
import warnings
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..backends import connect_code, reachable_from_other_hosts
from ..clusters.saved.root import default_root
from ..clusters.saved.store import Store
from ..controller.boot import boot_id
from ..controller.host import host, runs
from ..errors import NotAvailableError, UnknownError
from ..models import Cluster, State
from ..platforms.code.connectcode import KEY
from . import server as rest
from .handle import ClusterHandle
from .versions import Mismatch

ENDED = (State.CLOSED, State.FAILED, State.LOST)
WRITTEN = 30.0  # seconds; a server writes the record of a cluster that runs soon after it shows it


class MissingError(NotAvailableError):
    """The ``cluster`` that is meant is starting, or has stopped."""

    def __init__(self, message: str, cluster: Cluster) -> None:
        """Hold the cluster, and the sentence about it."""
        super().__init__(message)
        self.cluster = cluster


def connect(name: str | None = None, launch: bool = False) -> tuple[ClusterHandle, Any]:
    """Return a running cluster and a new Dask client that is connected to it.

    ``name`` is the cluster's name or id; without it, your only running cluster is meant. If it is
    still starting, this waits until it runs. With ``launch``, a cluster that has stopped is
    launched again, on the same platform with the same workers and options. Raises
    ``UnknownError`` or ``NotAvailableError`` if there is not exactly one such cluster, and
    ``LauncherError`` if the launch fails. Their text is a sentence for you.

    In a notebook that ``jupyter cluster-launcher run`` executes, it is always the cluster of that
    run.
    """
    name = os.environ.get(rest.CLUSTER) or name
    store = Store(default_root())
    try:
        cluster = choose(store.load(), name, store.past)
    except MissingError as missing:
        if not launch and missing.cluster.state is not State.STARTING:
            raise
        cluster = awaited(store, missing.cluster)
    code = connect_code(cluster, store.root / cluster.id, rest.base_url())
    if code is None:
        raise NotAvailableError(f"{cluster.name} cannot be connected to yet. Try again soon.")
    # The same code that is inserted, from a record that only this user can write.
    scope: dict[str, Any] = {}
    with warnings.catch_warnings():
        # Ours is a table that says what to do, instead of Dask's own warning.
        warnings.filterwarnings("ignore", message="Mismatched versions found")
        try:
            exec(code, scope)  # noqa: S102 - what the launcher would insert in a cell
        except OSError as error:
            raise NotAvailableError(_no_answer(cluster, store.root / cluster.id)) from error
    client = scope["client"]
    found = client.get_versions()
    show_mismatch(
        Mismatch(
            found["client"]["packages"],
            (found["scheduler"] or {"packages": {}})["packages"],
            [worker["packages"] for worker in found["workers"].values()],
        )
    )
    return ClusterHandle(cluster.id, cluster.name, client), client


def choose(
    clusters: list[Cluster],
    name: str | None = None,
    past: Callable[[], list[tuple[Cluster, datetime]]] = list,
) -> Cluster:
    """Return the one cluster that a name or id refers to; raises as ``connect``.

    ``past`` returns the clusters that are gone, with the time.
    """
    live = [c for c in clusters if c.state is State.RUNNING and not c.ends_by_itself]
    running = [one for one in live if reachable(one)]
    meant = [one for one in running if name in (None, one.name, one.id)]
    if len(meant) == 1:
        return meant[0]
    if len(meant) > 1 and name is not None:
        ids = ", ".join(one.id for one in meant)
        raise UnknownError(f"Several clusters are called {name!r}. Give one of their ids: {ids}.")
    names = ", ".join(repr(one.name) for one in running)
    if len(meant) > 1:
        raise UnknownError(f"Several clusters are running: {names}. Name one: connect(NAME).")
    starting = [c for c in clusters if c.state is State.STARTING and name in (None, c.name, c.id)]
    if len(starting) > 1:
        soon = ", ".join(repr(one.name) if name is None else one.id for one in starting)
        raise UnknownError(f"Several clusters are starting. Name one, as in connect(NAME): {soon}.")
    if starting:
        raise MissingError(f"The cluster {starting[0].name} is still starting.", starting[0])
    _explain_stopped(clusters, name, past)
    if running:
        raise UnknownError(f"No running cluster is called {name!r}. Running: {names}.")
    raise NotAvailableError("No cluster is running. Launch one in the sidebar, then try again.")


def _explain_stopped(
    clusters: list[Cluster],
    name: str | None,
    past: Callable[[], list[tuple[Cluster, datetime]]],
) -> None:
    """Raise ``MissingError`` if the cluster that is meant has stopped."""
    ended = [(one, None) for one in reversed(clusters) if _has_ended(one)]
    for cluster, when in (*ended, *past()):
        if name in (None, cluster.name, cluster.id):
            since = f" at {when:%H:%M on %d %B %Y}" if when else ""
            raise MissingError(
                f"The cluster {cluster.name} has stopped{since}. To launch it again, with the same "
                f"workers and options, call {_again(name)}, or press Launch again in the sidebar.",
                cluster,
            )


def _no_answer(cluster: Cluster, directory: Path) -> str:
    """Return the sentence about a cluster that runs by its record, but cannot be connected to.

    Its keys, if it has any, are in its ``directory``.
    """
    own = cluster.report.tls and not cluster.report.joined and cluster.kind != "gateway"
    if own and not (directory / KEY).exists():
        return (
            f"The key files of the cluster {cluster.name} are gone, so nothing can connect to it. "
            f"Stop it in the Dask Clusters sidebar, then call {_again(cluster.name)}."
        )
    return (
        f"The cluster {cluster.name} does not answer at {cluster.report.address}. Its computer may "
        "be down, or this one cannot reach it. Look at its row in the Dask Clusters sidebar; if it "
        f"has stopped there, call {_again(cluster.name)}."
    )


def _again(name: str | None) -> str:
    call = "launch=True" if name is None else f"{json.dumps(name)}, launch=True"
    return f"connect({call})"


def _has_ended(cluster: Cluster) -> bool:
    """Return whether a cluster has ended, also where its record does not say so."""
    ref = cluster.controller
    here = ref is not None and ref.host == host()
    over = cluster.state in ENDED or cluster.ends_by_itself
    return over or (here and not reachable(cluster))


def awaited(store: Store, missing: Cluster) -> Cluster:
    """Return a cluster when it runs; one that has stopped is launched again."""
    if missing.state is State.STARTING:
        server, shown = rest.holder(missing.id)
        if shown["state"] == "elsewhere":
            raise NotAvailableError(f"{missing.name} is still starting. {shown['message']}")
        what, failed = "Waiting for {name} on {platform_title}.", "is not running"
    else:
        server = rest.find()
        shown = server.send("POST", "clusters", {"from": missing.id})
        what, failed = "Launching {name} on {platform_title}.", "could not be launched"
    _say(what.format(**shown))
    while shown["state"] == "starting":
        time.sleep(0.2)
        shown = server.send("GET", f"clusters/{quote(shown['id'])}?no_track_activity=1")
    if shown["state"] == "closing":
        raise NotAvailableError(f"{shown['name']} was stopped while it was starting.")
    if shown["state"] != "running":
        raise NotAvailableError(f"{shown['name']} {failed}. {shown['message']}")
    end = time.monotonic() + WRITTEN
    while time.monotonic() < end:
        cluster = store.read(shown["id"])
        if cluster is not None and connect_code(cluster, store.root / cluster.id):
            return cluster
        time.sleep(0.05)
    raise NotAvailableError(f"{shown['name']} cannot be connected to yet. Try again soon.")


def _say(text: str) -> None:
    """Print what the user waits for; below a cell, the stream for errors would be red."""
    print(text, file=sys.stdout if "IPython.display" in sys.modules else sys.stderr)


def reachable(cluster: Cluster) -> bool:
    """Return whether a cluster of this user's records can be reached from this computer."""
    ref = cluster.controller
    if ref is None:
        return False
    # The name of this computer may have changed since, as a laptop's does with its network.
    if ref.boot_id == boot_id() and runs(ref.pid, ref.connection_file):
        return True
    if ref.host == host():
        return False
    # On another computer that shares this home the scheduler may listen on the network.
    return reachable_from_other_hosts(cluster)


def show_mismatch(mismatch: Mismatch) -> None:
    """Show a mismatch, if there is one, below the cell, in a terminal as text."""
    if not mismatch:
        return
    display = getattr(sys.modules.get("IPython.display"), "display", None)
    if display is not None:
        display(mismatch)
    else:
        print(mismatch, file=sys.stderr)  # noqa: T201 - for the user, like a warning
