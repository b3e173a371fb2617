"""The commands that launch clusters, or join them, through a running Jupyter server."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from typing import Any
from urllib.parse import quote

from ..client import server as rest
from ..errors import LauncherError, UnknownError
from .clusters import reached, show

JOINING = "running"  # the platform whose clusters are joined by an address


def start(arguments: argparse.Namespace) -> int:
    """Launch a cluster, and wait for its workers where that is wanted."""
    ways = (arguments.platform, arguments.preset, arguments.again)
    if sum(way is not None for way in ways) != 1:
        arguments.usage_error("give a platform, --preset or --again")
    server = reached(arguments)
    before = _ended(server, arguments.again) if arguments.again else None
    options = dict(before["again"]["options"]) if before else {}
    if arguments.option:
        again = arguments.again is not None
        platform = (before or {}).get("platform") if again else platform_of(server, arguments)
        if platform is None:
            raise UnknownError(
                f"No cluster {arguments.again!r} that has ended is listed, so its options are "
                "unknown. Leave out --option, or give a platform instead of --again."
            )
        options |= options_of(server, arguments, platform)
    request = {
        **request_of(arguments, options),
        "from": arguments.again,
        "keep_running": arguments.keep_running,
        "idle_timeout": arguments.idle_timeout,
    }
    fewer = before["again"].get("workers") if before else None
    sized = arguments.workers is not None or arguments.adapt is not None
    if not sized:
        request["workers"] = fewer
    given = {key: value for key, value in request.items() if value is not None}
    cluster = server.send("POST", "clusters", given)
    if before and before["again"]["change"] and not (sized and fewer):
        print(f"Launching {cluster['name']} {before['again']['change']}.", file=sys.stderr)
    if arguments.wait:
        cluster = wait(server, cluster)
    show(arguments, cluster, f"{cluster['name']} ({cluster['id']}) is {cluster['state']}.")
    return 0


def join(arguments: argparse.Namespace) -> int:
    """Join a scheduler that already runs, and wait until that has worked or failed."""
    server = reached(arguments)
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
    cluster = wait(server, server.send("POST", "clusters", given))
    workers = cluster["workers"]["ready"]
    text = f"Joined {cluster['name']} ({cluster['id']}): {workers} workers at {cluster['address']}."
    show(arguments, cluster, text)
    return 0


def _ended(server: rest.Server, name: str) -> dict[str, Any] | None:
    """Return the last cluster with this ID or name that is listed as ended, None if none is."""
    listed = server.send("GET", "clusters")
    clusters = [one for one in listed if one["again"] and one["state"] != "running"]
    return next((dict(one) for one in reversed(clusters) if name in (one["id"], one["name"])), None)


def wait(server: rest.Server, cluster: dict[str, Any]) -> dict[str, Any]:
    """Wait until all workers are ready, and print the progress to standard error."""
    printed = ""
    while True:
        cluster = server.send("GET", f"clusters/{cluster['id']}")
        workers = cluster["workers"]
        # One that is closing says at its end what is left of it.
        if cluster["state"] not in ("starting", "running", "closing"):
            raise LauncherError(f"{cluster['name']}: {cluster['state']}. {cluster['message']}")
        if cluster["state"] == "running" and workers["ready"] >= workers["requested"]:
            return cluster
        ready = f"{workers['ready']} of {workers['requested']} {cluster['unit']}"
        state = cluster["queue"] or cluster["message"] or ready
        if state != printed:
            print(state, file=sys.stderr)
            printed = state
        time.sleep(0.2)


def platform_of(server: rest.Server, arguments: argparse.Namespace) -> str:
    """Return the platform that is named, or that of the preset; raises ``UnknownError``."""
    if arguments.platform is not None:
        return str(arguments.platform)
    presets = server.send("GET", "presets")
    known = {preset["name"]: str(preset["platform"]) for preset in presets}
    if arguments.preset not in known:
        names = ", ".join(known) or "none"
        raise UnknownError(f"There is no preset {arguments.preset!r}. There are: {names}.")
    return known[arguments.preset]


def request_of(arguments: argparse.Namespace, options: dict[str, Any]) -> dict[str, Any]:
    """Return the request for a cluster, without what only one of the commands can say of it."""
    return {
        "platform": arguments.platform,
        "preset": arguments.preset,
        "workers": arguments.workers,
        "adapt": arguments.adapt,
        "options": options or None,
        "kernel_name": arguments.kernel,
        "name": arguments.name,
        "core_hours": arguments.core_hours,
        "renew_for": arguments.renew_for and arguments.renew_for * 3600,
        "tls": False if arguments.no_tls else None,
    }


def options_of(server: rest.Server, arguments: argparse.Namespace, platform: str) -> dict[str, Any]:
    """Return the options converted to the types that the platform declares, None for no text.

    Options that it does not declare stay text, for the server to reject.
    """
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
