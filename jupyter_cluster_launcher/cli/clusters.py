"""The commands that act through a running Jupyter server: start, list, scale, stop, code, logs."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from ..client import server as rest
from ..models import LauncherError, UnknownError, WrongStateError

ENDED = ("closed", "failed", "lost")  # states whose clusters are dismissed, not stopped
LEAVE = "?leave=true"
HEADS = ("NAME", "STATE", "WORKERS", "CORES", "MEMORY", "PLATFORM", "ID", "")


def add_commands(commands: Any, parents: Sequence[argparse.ArgumentParser]) -> None:
    """Add the commands to a parser; ``parents`` define the options that all of them share."""

    def add(name: str, run: Callable[[argparse.Namespace], int], text: str) -> Any:
        description = f"{text[0].upper()}{text[1:]}."
        command = commands.add_parser(name, parents=parents, help=text, description=description)
        command.set_defaults(run=run, usage_error=command.error)
        return command

    starting = add("start", _start, "launch a cluster")
    starting.add_argument(
        "platform", help="name of a platform, see `jupyter cluster-launcher platforms`"
    )
    starting.add_argument(
        "-w", "--workers", type=int, help="number of workers, or of jobs on a batch system"
    )
    _add_adapt(starting)
    starting.add_argument(
        "-o",
        "--option",
        action="append",
        default=[],
        type=_pair,
        metavar="NAME=VALUE",
        help="set an option of the platform; can be repeated",
    )
    starting.add_argument("--kernel", help="name of the kernel whose environment to use")
    starting.add_argument("--name", help="name of the cluster (default: generated automatically)")
    starting.add_argument(
        "--keep-running",
        action="store_true",
        default=None,
        help="keep the cluster running when the Jupyter server stops",
    )
    starting.add_argument(
        "--idle-timeout",
        type=float,
        metavar="SECONDS",
        help="shut the cluster down when idle for this many seconds",
    )
    starting.add_argument(
        "--no-tls",
        action="store_true",
        help="do not encrypt traffic; anyone who can reach the scheduler can then run code as you",
    )
    starting.add_argument("--wait", action="store_true", help="wait until all workers are ready")

    add("list", _list, "list the clusters")

    scaling = add("scale", _scale, "change the number of workers")
    _add_cluster(scaling)
    scaling.add_argument(
        "workers", type=int, nargs="?", help="number of workers, or of jobs on a batch system"
    )
    _add_adapt(scaling)

    stopping = add("stop", _stop, "stop clusters, and dismiss those that have ended")
    stopping.add_argument("clusters", nargs="+", metavar="CLUSTER", help="name or ID of a cluster")
    joined = stopping.add_mutually_exclusive_group()
    joined.add_argument(
        "--leave",
        action="store_const",
        const=LEAVE,
        default="",
        dest="joined",
        help="leave a cluster that you joined: it keeps running",
    )
    joined.add_argument(
        "--shut-down",
        action="store_const",
        const="?leave=false",
        dest="joined",
        help="stop a cluster that you joined, for everyone who uses it",
    )

    coding = add("code", _code, "print the code that connects a notebook to a cluster")
    _add_cluster(coding)
    coding.add_argument(
        "--create", action="store_true", help="print the code that creates the cluster instead"
    )

    _add_cluster(
        add("logs", _logs, "print the logs of a cluster: launch, scheduler, workers and jobs")
    )


def _start(arguments: argparse.Namespace) -> int:
    server = _server(arguments)
    request = {
        "platform": arguments.platform,
        "workers": arguments.workers,
        "adapt": arguments.adapt,
        "options": _options(server, arguments) if arguments.option else None,
        "kernel_name": arguments.kernel,
        "name": arguments.name,
        "keep_running": arguments.keep_running,
        "idle_timeout": arguments.idle_timeout,
        "tls": False if arguments.no_tls else None,
    }
    given = {key: value for key, value in request.items() if value is not None}
    cluster = server.send("POST", "clusters", given)
    if arguments.wait:
        cluster = _wait(server, cluster)
    _show(arguments, cluster, f"{cluster['name']} ({cluster['id']}) is {cluster['state']}.")
    return 0


def _list(arguments: argparse.Namespace) -> int:
    clusters = _server(arguments).send("GET", "clusters")
    rows = [HEADS, *map(_row, clusters)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    _show(arguments, clusters, "\n".join(lines) if clusters else "There are no clusters.")
    return 0


def _scale(arguments: argparse.Namespace) -> int:
    if (arguments.workers is None) == (arguments.adapt is None):
        arguments.usage_error("give either a number of workers or --adapt")
    server = _server(arguments)
    cluster = _cluster(server, arguments.cluster)
    adapting = arguments.adapt is not None
    change = {"adapt": arguments.adapt} if adapting else {"workers": arguments.workers}
    changed = server.send("PATCH", f"clusters/{cluster['id']}", change)
    goal = "adaptively" if adapting else f"to {arguments.workers} workers"
    _show(arguments, changed, f"Scaling {changed['name']} {goal}.")
    return 0


def _stop(arguments: argparse.Namespace) -> int:
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


def _code(arguments: argparse.Namespace) -> int:
    cluster = _cluster(_server(arguments), arguments.cluster)
    text = cluster["code"]["create" if arguments.create else "connect"]
    if text is None:
        raise WrongStateError(
            f"You cannot connect to {cluster['name']}: its state is {cluster['state']}."
        )
    _show(arguments, cluster["code"], text.rstrip("\n"))
    return 0


def _logs(arguments: argparse.Namespace) -> int:
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
    if len(found) == 1:
        return dict(found[0])
    if found:
        ids = ", ".join(one["id"] for one in found)
        raise UnknownError(f"Several clusters are named {name!r}. Use one of their IDs: {ids}.")
    names = ", ".join(repr(one["name"]) for one in clusters) or "none"
    raise UnknownError(f"There is no cluster {name!r}. Your clusters: {names}.")


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


def _options(server: rest.Server, arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the options converted to the types that the platform declares.

    Options that it does not declare stay text, for the server to reject.
    """
    query = f"?kernel_name={quote(arguments.kernel)}" if arguments.kernel else ""
    platforms = {one["name"]: one for one in server.send("GET", f"platforms{query}")}
    platform = platforms.get(arguments.platform, {"options": {}, "options_from": None})
    schema = platform["options"]
    if platform["options_from"]:
        path = f"platforms/{quote(arguments.platform)}/options{query}"
        schema = server.send("GET", path)["options"]
    declared = schema.get("properties", {})
    return {name: _typed(text, declared.get(name, {})) for name, text in arguments.option}


def _typed(text: str, schema: dict[str, Any]) -> Any:
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


def _add_cluster(command: Any) -> None:
    command.add_argument("cluster", help="name or ID of the cluster")


def _add_adapt(command: Any) -> None:
    command.add_argument(
        "--adapt",
        type=_bounds,
        metavar="MINIMUM:MAXIMUM",
        help="scale adaptively: add and remove workers with the load, within these bounds",
    )


def _bounds(text: str) -> dict[str, int]:
    try:
        minimum, maximum = map(int, text.split(":"))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not of the form MINIMUM:MAXIMUM, such as 0:10"
        ) from None
    return {"minimum": minimum, "maximum": maximum}


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NAME=VALUE")
    return name, value
