"""The arguments of the commands that act on clusters."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from . import clusters, launching, running

Add = Callable[[str, Callable[[argparse.Namespace], int], str], Any]


def add_commands(commands: Any, parents: Sequence[argparse.ArgumentParser]) -> None:
    """Add the commands to a parser; ``parents`` define the options that all of them share."""

    def add(name: str, run: Callable[[argparse.Namespace], int], text: str) -> Any:
        description = f"{text[0].upper()}{text[1:]}."
        command = commands.add_parser(name, parents=parents, help=text, description=description)
        command.set_defaults(run=run, usage_error=command.error)
        return command

    _add_start(add)
    _add_join(add)
    add("list", clusters.list_all, "list the clusters")
    _add_scale(add)
    _add_renew(add)
    _add_stop(add)
    _add_code(add)
    text = "print the logs of a cluster: launch, scheduler, workers and jobs"
    _add_cluster(add("logs", clusters.logs, text))


def _add_start(add: Add) -> None:
    starting = add("start", launching.start, "launch a cluster")
    starting.add_argument(
        "platform", nargs="?", help="name of a platform, see `jupyter cluster-launcher platforms`"
    )
    starting.add_argument(
        "--again",
        metavar="CLUSTER",
        help="launch the cluster of this name or ID again; other arguments change its settings",
    )
    _add_request(starting)
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
    starting.add_argument("--wait", action="store_true", help="wait until all workers are ready")


def add_run(commands: Any) -> None:
    """Add the command that needs no running Jupyter server."""
    text = "execute a notebook with a cluster of its own"
    command = commands.add_parser(
        "run",
        help=text,
        description="Launch a cluster, wait for its workers, execute a notebook, save it with its "
        "outputs, and stop the cluster. No Jupyter server has to be running. Without a platform or "
        "a preset, it is the cluster that the notebook was last used with. connect() and inserted "
        "code in the notebook connect to this cluster, whatever they name. Exit status: 0 if all "
        "cells were executed, 1 if not, 124 after --timeout, 130 after Ctrl-C, 143 after SIGTERM.",
    )
    command.set_defaults(run=running.run, usage_error=command.error)
    command.add_argument("notebook", type=Path, help="file of the notebook")
    command.add_argument(
        *["-p", "--platform"],
        help="name of a platform, see `jupyter cluster-launcher platforms` (default: what the "
        "notebook was last used with)",
    )
    _add_request(command)
    command.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="where to save the executed notebook (default: in the notebook itself)",
    )
    command.add_argument(
        "--timeout",
        type=_seconds,
        metavar="SECONDS",
        help="stop after this many seconds, including the wait for workers (default: never)",
    )


def _add_request(command: Any) -> None:
    """Add what a command says of the cluster that it launches."""
    command.add_argument(
        "--preset", metavar="NAME", help="name of a preset to launch; other arguments change it"
    )
    command.add_argument(
        "-w", "--workers", type=int, help="number of workers, or of jobs on a batch system"
    )
    _add_adapt(command)
    command.add_argument(
        "-o",
        "--option",
        action="append",
        default=[],
        type=_pair,
        metavar="NAME=VALUE",
        help="set an option of the platform; NAME= leaves it empty; can be repeated",
    )
    command.add_argument("--kernel", help="name of the kernel whose environment to use")
    command.add_argument("--name", help="name of the cluster (default: generated automatically)")
    command.add_argument(
        "--core-hours",
        type=float,
        metavar="NUMBER",
        help="shut the cluster down after this many core-hours",
    )
    command.add_argument(
        "--renew-for",
        type=float,
        metavar="HOURS",
        help="on a batch system, keep jobs running for this many hours by replacing them before "
        "their time limit",
    )
    command.add_argument(
        "--no-tls",
        action="store_true",
        help="do not encrypt traffic; anyone who can reach the scheduler can then run code as you",
    )


def _add_join(add: Add) -> None:
    joining = add("join", launching.join, "join a scheduler that is already running")
    joining.add_argument(
        "scheduler",
        metavar="ADDRESS|FILE",
        help="address of the scheduler, such as tls://HOST:8786, or its scheduler file",
    )
    joining.add_argument("--kernel", help="name of the kernel whose environment to use")
    joining.add_argument("--name", help="name of the cluster (default: generated automatically)")


def _add_scale(add: Add) -> None:
    scaling = add("scale", clusters.scale, "change the number of workers")
    _add_cluster(scaling)
    scaling.add_argument(
        "workers", type=int, nargs="?", help="number of workers, or of jobs on a batch system"
    )
    _add_adapt(scaling)


def _add_renew(add: Add) -> None:
    text = "change how long the jobs of a cluster are kept running"
    renewing = add("renew", clusters.renew, text)
    _add_cluster(renewing)
    renewing.add_argument(
        "hours", type=float, help="number of hours from now; with 0, jobs end with their time limit"
    )


def _add_stop(add: Add) -> None:
    stopping = add("stop", clusters.stop, "stop clusters, and dismiss those that have ended")
    stopping.add_argument("clusters", nargs="+", metavar="CLUSTER", help="name or ID of a cluster")
    joined = stopping.add_mutually_exclusive_group()
    joined.add_argument(
        "--leave",
        action="store_const",
        const=clusters.LEAVE,
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


def _add_code(add: Add) -> None:
    coding = add("code", clusters.code, "print the code that connects a notebook to a cluster")
    _add_cluster(coding)
    coding.add_argument(
        "--create", action="store_true", help="print the code that creates the cluster instead"
    )


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


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return seconds
