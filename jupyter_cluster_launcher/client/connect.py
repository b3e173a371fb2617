"""``cluster, client = connect()``: connects a notebook to a cluster that was launched for it."""

from __future__ import annotations

import sys
import warnings
from typing import Any

from ..backends import connect_code, reachable_from_other_hosts
from ..clusters.store import Store, default_root
from ..controller.host import boot_id, host, runs
from ..errors import NotAvailableError, UnknownError
from ..models import Cluster, State
from . import server as rest
from .handle import ClusterHandle
from .versions import Mismatch


def connect(name: str | None = None) -> tuple[ClusterHandle, Any]:
    """Return a running cluster and a new Dask client of it.

    ``name`` is the cluster's name or id; without one it is the one cluster that is running. Raises
    ``UnknownError`` and ``NotAvailableError`` with a sentence where there is not exactly one.
    """
    store = Store(default_root())
    cluster = choose(store.load(), name)
    code = connect_code(cluster, store.root / cluster.id, rest.base_url())
    if code is None:
        raise NotAvailableError(f"{cluster.name} cannot be connected to yet. Try again soon.")
    # The same code that is inserted, from a record that only this user can write.
    scope: dict[str, Any] = {}
    with warnings.catch_warnings():
        # Ours is a table that says what to do, instead of Dask's own warning.
        warnings.filterwarnings("ignore", message="Mismatched versions found")
        exec(code, scope)  # noqa: S102 - what the launcher would insert in a cell
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


def choose(clusters: list[Cluster], name: str | None = None) -> Cluster:
    """Return the one cluster that a name or id refers to; raises as ``connect``."""
    running = [one for one in clusters if one.state is State.RUNNING and reachable(one)]
    meant = [one for one in running if name in (None, one.name, one.id)]
    if len(meant) == 1:
        return meant[0]
    if len(meant) > 1 and name is not None:
        ids = ", ".join(one.id for one in meant)
        raise UnknownError(f"Several clusters are called {name!r}. Give one of their ids: {ids}.")
    names = ", ".join(repr(one.name) for one in running)
    if len(meant) > 1:
        raise UnknownError(f"Several clusters are running: {names}. Name one: connect(NAME).")
    if any(one.state is State.STARTING and name in (None, one.name, one.id) for one in clusters):
        raise NotAvailableError("The cluster is still starting. Try again in a moment.")
    if running:
        raise UnknownError(f"No running cluster is called {name!r}. Running: {names}.")
    raise NotAvailableError("No cluster is running. Launch one in the sidebar, then try again.")


def reachable(cluster: Cluster) -> bool:
    """Return whether a cluster of this user's records can be reached from this computer."""
    ref = cluster.controller
    if ref is None:
        return False
    if ref.host == host():
        return ref.boot_id == boot_id() and runs(ref.pid, ref.connection_file)
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
