"""The commands that act through a running Jupyter server, such as list, scale, stop and logs."""

from __future__ import annotations

import argparse
import json
from typing import Any

from ..client import server as rest
from ..errors import UnknownError, WrongStateError
from ..platforms.memory import is_decimal, size

ENDED = ("closed", "failed", "lost")  # states whose clusters are dismissed, not stopped
LEAVE = "?leave=true"
HEADS = ("NAME", "STATE", "WORKERS", "THREADS", "MEMORY", "PLATFORM", "ID", "")


def list_all(arguments: argparse.Namespace) -> int:
    """List the clusters."""
    clusters = reached(arguments).send("GET", "clusters")
    rows = [HEADS, *map(_row, clusters)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    show(arguments, clusters, "\n".join(lines) if clusters else "There are no clusters.")
    return 0


def scale(arguments: argparse.Namespace) -> int:
    """Change the number of workers of a cluster."""
    if (arguments.workers is None) == (arguments.adapt is None):
        arguments.usage_error("give either a number of workers or --adapt")
    adapting = arguments.adapt is not None
    goal = "adaptively" if adapting else f"to {arguments.workers} workers"
    change = {"adapt": arguments.adapt} if adapting else {"workers": arguments.workers}
    return _change(arguments, change, f"Scaling {{name}} {goal}.")


def renew(arguments: argparse.Namespace) -> int:
    """Change for how long the jobs of a cluster are kept."""
    text = f"The jobs of {{name}} are kept for {arguments.hours:g} hours."
    if not arguments.hours:
        text = "The jobs of {name} end with their time limit."
    return _change(arguments, {"renew_for": arguments.hours * 3600 or None}, text)


def _change(arguments: argparse.Namespace, change: dict[str, Any], text: str) -> int:
    """Change a cluster, and print ``text`` with its name."""
    server = reached(arguments)
    cluster = _cluster(server, arguments.cluster)
    changed = server.send("PATCH", f"clusters/{cluster['id']}", change)
    show(arguments, changed, text.format(name=changed["name"]))
    return 0


def stop(arguments: argparse.Namespace) -> int:
    """Stop clusters, and dismiss those that have ended."""
    server = reached(arguments)
    clusters = [_cluster(server, name) for name in arguments.clusters]
    for cluster in clusters:
        query = arguments.joined if cluster["joined"] else ""
        if cluster["joined"] and not query and cluster["state"] != "closed":
            raise WrongStateError(
                f"{cluster['name']} was already running when you joined it, and others may use it. "
                "Add --leave to leave it running, or --shut-down to stop it for everyone."
            )
        server.send("DELETE", f"clusters/{cluster['id']}{query}")
    for cluster in clusters:
        server.gone(cluster["id"])
    names: dict[str, list[str]] = {}
    for cluster in clusters:
        names.setdefault(_verb(cluster, arguments), []).append(cluster["name"])
    text = "\n".join(f"{verb}: {', '.join(which)}" for verb, which in names.items())
    show(arguments, {"stopped": [cluster["id"] for cluster in clusters]}, text)
    return 0


def _verb(cluster: dict[str, Any], arguments: argparse.Namespace) -> str:
    """Return what `stop` did to a cluster, which is shown as it was before."""
    if cluster["state"] in ENDED:
        return "Dismissed"
    return "Left" if cluster["joined"] and arguments.joined == LEAVE else "Stopped"


def code(arguments: argparse.Namespace) -> int:
    """Print the code of a cluster."""
    cluster = _cluster(reached(arguments), arguments.cluster)
    text = cluster["code"]["create" if arguments.create else "connect"]
    if text is None:
        raise WrongStateError(
            f"You cannot connect to {cluster['name']}: its state is {cluster['state']}."
        )
    show(arguments, cluster["code"], text.rstrip("\n"))
    return 0


def logs(arguments: argparse.Namespace) -> int:
    """Print the logs of a cluster."""
    server = reached(arguments)
    cluster = _cluster(server, arguments.cluster)
    logs = server.send("GET", f"clusters/{cluster['id']}/logs")
    parts = [("Launch", logs["launch"]), ("Scheduler", logs["scheduler"])]
    parts += [(part["title"], part["text"]) for part in (*logs["workers"], *logs["jobs"])]
    text = "\n".join(f"== {title}\n{log.rstrip()}" for title, log in parts if log.strip())
    show(arguments, logs, text)
    return 0


def reached(arguments: argparse.Namespace) -> rest.Server:
    """Return the server that a command acts through; raises ``NotAvailableError``."""
    return rest.Server(arguments.server, arguments.token) if arguments.server else rest.find()


def _cluster(server: rest.Server, name: str) -> dict[str, Any]:
    """Return the cluster with this ID or name; raises ``UnknownError``."""
    clusters = server.send("GET", "clusters")
    found = [one for one in clusters if one["id"] == name]
    found = found or [one for one in clusters if one["name"] == name]
    if len(found) > 1:  # one that was launched again has the name of the one before
        found = [one for one in found if one["state"] not in ENDED] or found
    if len(found) == 1:
        return dict(found[0])
    if found:
        ids = ", ".join(one["id"] for one in found)
        raise UnknownError(f"Several clusters are named {name!r}. Use one of their IDs: {ids}.")
    names = ", ".join(repr(one["name"]) for one in clusters) or "none"
    raise UnknownError(f"There is no cluster {name!r}. Your clusters: {names}.")


def _row(cluster: dict[str, Any]) -> tuple[str, ...]:
    workers = cluster["workers"]
    return (
        cluster["name"],
        cluster["state"],
        f"{workers['ready']}/{workers['requested']}",
        str(cluster["cores"]),
        size(cluster["memory"], is_decimal(cluster["code"]["create"])),
        cluster["platform"],
        cluster["id"],
        cluster["queue"] or cluster["message"],
    )


def show(arguments: argparse.Namespace, data: Any, text: str) -> None:
    """Print ``data`` as JSON where that is wanted, else ``text``."""
    print(json.dumps(data, indent=2) if arguments.json else text)
