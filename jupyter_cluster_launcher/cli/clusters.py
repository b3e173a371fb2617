"""The commands that act through a running Jupyter server, such as start, list, scale and stop."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from typing import Any
from urllib.parse import quote

from ..client import server as rest
from ..errors import LauncherError, UnknownError, WrongStateError

ENDED = ("closed", "failed", "lost")  # states whose clusters are dismissed, not stopped
JOINING = "running"  # the platform whose clusters are joined by an address
LEAVE = "?leave=true"
HEADS = ("NAME", "STATE", "WORKERS", "CORES", "MEMORY", "PLATFORM", "ID", "")


def start(arguments: argparse.Namespace) -> int:
    """Launch a cluster, and wait for its workers where that is wanted."""
    if (arguments.platform is None) == (arguments.again is None):
        arguments.usage_error("give either a platform or --again")
    server = _server(arguments)
    before = _ended(server, arguments.again) if arguments.again else None
    options = dict(before["again"]["options"]) if before else {}
    if arguments.option:
        options |= _options(server, arguments, arguments.platform or (before or {}).get("platform"))
    request = {
        "platform": arguments.platform,
        "from": arguments.again,
        "workers": arguments.workers,
        "adapt": arguments.adapt,
        "options": options or None,
        "kernel_name": arguments.kernel,
        "name": arguments.name,
        "keep_running": arguments.keep_running,
        "idle_timeout": arguments.idle_timeout,
        "renew_for": arguments.renew_for and arguments.renew_for * 3600,
        "tls": False if arguments.no_tls else None,
    }
    given = {key: value for key, value in request.items() if value is not None}
    cluster = server.send("POST", "clusters", given)
    if before and before["again"]["change"]:
        print(f"Launching {cluster['name']} {before['again']['change']}.", file=sys.stderr)
    if arguments.wait:
        cluster = _wait(server, cluster)
    _show(arguments, cluster, f"{cluster['name']} ({cluster['id']}) is {cluster['state']}.")
    return 0


def join(arguments: argparse.Namespace) -> int:
    """Join a scheduler that already runs, and wait until that has worked or failed."""
    server = _server(arguments)
    target = arguments.scheduler
    if "://" not in target and os.path.exists(os.path.expanduser(target)):
        target = os.path.abspath(os.path.expanduser(target))
    request = {
        "platform": JOINING,
        "adopt": target,
        "kernel_name": arguments.kernel,
        "name": arguments.name,
    }
    given = {key: value for key, value in request.items() if value is not None}
    cluster = _wait(server, server.send("POST", "clusters", given))
    workers = cluster["workers"]["ready"]
    text = f"Joined {cluster['name']} ({cluster['id']}): {workers} workers at {cluster['address']}."
    _show(arguments, cluster, text)
    return 0


def list_all(arguments: argparse.Namespace) -> int:
    """List the clusters."""
    clusters = _server(arguments).send("GET", "clusters")
    rows = [HEADS, *map(_row, clusters)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    _show(arguments, clusters, "\n".join(lines) if clusters else "There are no clusters.")
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
    server = _server(arguments)
    cluster = _cluster(server, arguments.cluster)
    changed = server.send("PATCH", f"clusters/{cluster['id']}", change)
    _show(arguments, changed, text.format(name=changed["name"]))
    return 0


def stop(arguments: argparse.Namespace) -> int:
    """Stop clusters, and dismiss those that have ended."""
    server = _server(arguments)
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
    _show(arguments, {"stopped": [cluster["id"] for cluster in clusters]}, text)
    return 0


def _verb(cluster: dict[str, Any], arguments: argparse.Namespace) -> str:
    """Return what `stop` did to a cluster, which is shown as it was before."""
    if cluster["state"] in ENDED:
        return "Dismissed"
    return "Left" if cluster["joined"] and arguments.joined == LEAVE else "Stopped"


def code(arguments: argparse.Namespace) -> int:
    """Print the code of a cluster."""
    cluster = _cluster(_server(arguments), arguments.cluster)
    text = cluster["code"]["create" if arguments.create else "connect"]
    if text is None:
        raise WrongStateError(
            f"You cannot connect to {cluster['name']}: its state is {cluster['state']}."
        )
    _show(arguments, cluster["code"], text.rstrip("\n"))
    return 0


def logs(arguments: argparse.Namespace) -> int:
    """Print the logs of a cluster."""
    server = _server(arguments)
    cluster = _cluster(server, arguments.cluster)
    logs = server.send("GET", f"clusters/{cluster['id']}/logs")
    parts = [("Launch", logs["launch"]), ("Scheduler", logs["scheduler"])]
    parts += [(part["title"], part["text"]) for part in (*logs["workers"], *logs["jobs"])]
    text = "\n".join(f"== {title}\n{log.rstrip()}" for title, log in parts if log.strip())
    _show(arguments, logs, text)
    return 0


def _server(arguments: argparse.Namespace) -> rest.Server:
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


def _ended(server: rest.Server, name: str) -> dict[str, Any] | None:
    """Return the last cluster with this ID or name that is listed as ended, None if none is."""
    clusters = [one for one in server.send("GET", "clusters") if one["again"]]
    return next((dict(one) for one in reversed(clusters) if name in (one["id"], one["name"])), None)


def _wait(server: rest.Server, cluster: dict[str, Any]) -> dict[str, Any]:
    """Wait until all workers are ready, and print the progress to standard error."""
    printed = ""
    while True:
        cluster = server.send("GET", f"clusters/{cluster['id']}")
        workers = cluster["workers"]
        if cluster["state"] not in ("starting", "running"):
            raise LauncherError(f"{cluster['name']}: {cluster['state']}. {cluster['message']}")
        if cluster["state"] == "running" and workers["ready"] >= workers["requested"]:
            return cluster
        ready = f"{workers['ready']} of {workers['requested']} {cluster['unit']}"
        state = cluster["queue"] or cluster["message"] or ready
        if state != printed:
            print(state, file=sys.stderr)
            printed = state
        time.sleep(0.2)


def _options(
    server: rest.Server, arguments: argparse.Namespace, platform: str | None
) -> dict[str, Any]:
    """Return the options converted to the types that the platform declares, None for no text.

    Options that it does not declare stay text, for the server to reject.
    """
    if platform is None:
        raise UnknownError(
            f"No cluster {arguments.again!r} that has ended is listed, so its options are unknown. "
            "Leave out --option, or give a platform instead of --again."
        )
    query = f"?kernel_name={quote(arguments.kernel)}" if arguments.kernel else ""
    path = f"platforms/{quote(platform, safe='')}/options{query}"
    declared = server.send("GET", path)["options"]["properties"]
    return {name: _typed(text, declared.get(name, {})) for name, text in arguments.option}


def _typed(text: str, schema: dict[str, Any]) -> Any:
    if not text:
        return None
    if schema.get("type") == "string":
        return text
    if schema.get("type") == "array" and not text.startswith("["):
        return text.split(",")
    try:
        return json.loads(text)
    except ValueError:
        return text


def _row(cluster: dict[str, Any]) -> tuple[str, ...]:
    workers = cluster["workers"]
    return (
        cluster["name"],
        cluster["state"],
        f"{workers['ready']}/{workers['requested']}",
        str(cluster["cores"]),
        f"{cluster['memory'] / 2**30:.1f} GiB",
        cluster["platform"],
        cluster["id"],
        cluster["queue"] or cluster["message"],
    )


def _show(arguments: argparse.Namespace, data: Any, text: str) -> None:
    print(json.dumps(data, indent=2) if arguments.json else text)
