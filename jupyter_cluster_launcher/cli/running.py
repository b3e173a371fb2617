"""The command that executes a notebook with a cluster of its own, without any running server."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ..client import server as rest
from ..errors import LauncherError, NotAvailableError, UnknownError
from . import notebooks, wanted
from .interruptions import Interrupted, hold, interruptions
from .launching import options_of, platform_of, request_of, wait
from .own_server import own_server


def run(arguments: argparse.Namespace) -> int:
    """Launch, wait, execute, save, stop; return the exit status."""
    if arguments.platform is not None and arguments.preset is not None:
        arguments.usage_error("give either --platform or --preset")
    notebook = notebooks.read(arguments.notebook)
    options = {}
    if arguments.platform is None and arguments.preset is None:
        request = wanted.request_in(notebook) or arguments.usage_error(
            "give --platform or --preset: the notebook does not say which cluster it wants"
        )
        options = _adopt(request, arguments)
    spec = notebook.metadata.get("kernelspec") or {}
    arguments.kernel = arguments.kernel or spec.get("name")
    try:
        with (
            interruptions(arguments.timeout),
            own_server(arguments.notebook.resolve().parent) as server,
        ):
            return _run(server, arguments, notebook, options)
    except Interrupted as end:
        if end.timed_out:
            _say(f"Stopped: the time limit of {arguments.timeout:g} s is reached.")
        return end.status


def _adopt(request: dict[str, Any], arguments: argparse.Namespace) -> dict[str, Any]:
    """Take what a notebook requests for what the arguments do not say; return its options."""
    arguments.platform = request["platform"]
    if arguments.workers is None and arguments.adapt is None:
        arguments.workers, arguments.adapt = request.get("workers"), request.get("adapt")
    options: dict[str, Any] = request["options"]
    return options


def _run(
    server: rest.Server, arguments: argparse.Namespace, notebook: Any, options: dict[str, Any]
) -> int:
    """Do all of it on ``server``; ``options`` are the notebook's own, which arguments change."""
    given_options = options_of(server, arguments, platform_of(server, arguments))
    request = {
        **request_of(arguments, {**options, **given_options}),
        "keep_running": False,
    }
    given = {key: value for key, value in request.items() if value is not None}
    cluster = server.send("POST", "clusters", given)
    _say(f"Launching {cluster['name']} ({cluster['id']}).")
    status = 1
    try:
        cluster = wait(server, cluster)
        _execute(server, cluster, arguments, notebook)
        status = 0
    finally:
        hold()
        status = _stop(server, cluster) or status
    return status


def _execute(
    server: rest.Server, cluster: dict[str, Any], arguments: argparse.Namespace, notebook: Any
) -> None:
    """Execute the notebook and save it, also where a cell fails."""
    path: Path = arguments.notebook
    output: Path = arguments.output or path
    # By the second the kernel finds the server of this cluster before any other.
    variables = {rest.CLUSTER: cluster["id"], "JUPYTER_SERVER_URL": server.url}
    execution = notebooks.Execution(notebook, arguments.kernel, path.resolve().parent, variables)
    _say(f"Executing {path}.")
    code = cluster["code"]["connect"]
    changed = wanted.redirect(notebook, code) if code else []
    try:
        cells = execution.run()
    finally:
        hold()
        for cell, source in changed:
            cell.source = source
        notebooks.save(notebook, output)
        _say(f"Saved {output}.")
    _say(f"Executed {cells} cells.")


def _stop(server: rest.Server, cluster: dict[str, Any]) -> int:
    """Stop the cluster and wait until it is gone; return 1 where that is not sure, else 0."""
    try:
        server.send("DELETE", f"clusters/{cluster['id']}")
        server.gone(cluster["id"])
    except UnknownError:  # the notebook has stopped it
        return 0
    except NotAvailableError:  # the server was stopped as well: it stops the cluster
        return 0
    except LauncherError as error:
        _say(f"{cluster['name']} may still be running. {error}")
        return 1
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr)
