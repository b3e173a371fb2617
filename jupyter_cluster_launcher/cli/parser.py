"""The command line: ``jupyter cluster-launcher``.

Exit status: 0 for success, 1 for an error (a sentence on standard error), 2 for wrong usage.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Sequence
from typing import Any

from ..errors import LauncherError
from ..platforms.add import add_sample, sample_names
from ..systems import check_system
from . import history, importing
from .arguments import add_commands, add_run


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status."""
    whole = parser()
    if "_ARGCOMPLETE" in os.environ:  # a shell asks for completions
        _complete(whole)
    arguments = whole.parse_args(argv)
    try:
        check_system()
        status: int = arguments.run(arguments)
    except LauncherError as error:
        print(f"jupyter cluster-launcher: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader closed the pipe, as `| head` does
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - until the process exits
        return 1
    except KeyboardInterrupt:
        return 130
    return status


def parser() -> argparse.ArgumentParser:
    """Return the parser for all commands."""
    whole = argparse.ArgumentParser(
        prog="jupyter cluster-launcher",
        description="Launch and manage Dask clusters through your Jupyter server.",
    )
    whole.add_argument("--version", action=_Version, help="print the version and exit")
    commands = whole.add_subparsers(metavar="COMMAND", required=True)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="print JSON")
    reaching = argparse.ArgumentParser(add_help=False, parents=[common])
    reaching.add_argument(
        "--server",
        metavar="URL",
        help="URL of the Jupyter server (default: your server on this computer)",
    )
    reaching.add_argument(
        "--token",
        default=os.environ.get("JUPYTER_TOKEN", ""),
        help="token of that server; set JUPYTER_TOKEN instead to hide it from other users",
    )
    add_commands(commands, [reaching])
    add_run(commands)
    listing = commands.add_parser(
        "platforms",
        parents=[common],
        help="list the platforms, their files, and the errors in broken files",
        description="List the platforms, their files, and the errors in broken files.",
    )
    listing.set_defaults(run=_platforms)
    adding = listing.add_subparsers(metavar="COMMAND").add_parser(
        "add",
        help="copy a sample of a platform file, for you to change",
        description="Copy a sample of a platform file, for you to change.",
    )
    adding.add_argument(
        "name", metavar="NAME", help=f"name of a sample: {', '.join(sample_names())}"
    )
    place = adding.add_mutually_exclusive_group()
    place.add_argument(
        "--user", action="store_true", help="copy it for yourself, in every environment (default)"
    )
    place.add_argument(
        "--sys-prefix", action="store_true", help="copy it for all users of this environment"
    )
    adding.add_argument("--force", action="store_true", help="replace an existing file")
    # Not again a default of its own, which would hide what was given before "add".
    adding.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON")
    adding.set_defaults(run=_add_platform)
    history.add_command(commands, [common])
    importing.add_command(commands)
    return whole


def _add_platform(arguments: argparse.Namespace) -> int:
    """Copy a sample to where it is found as a platform."""
    path = add_sample(arguments.name, arguments.sys_prefix, arguments.force)
    if arguments.json:
        print(json.dumps({"name": arguments.name, "origin": str(path)}))
    else:
        print(
            f"Added {path}. Change it for your site; it is read again for each launch. "
            "To check it, run: jupyter cluster-launcher platforms"
        )
    return 0


class _Version(argparse.Action):
    """Print the version, which is looked up only then."""

    def __init__(self, option_strings: Sequence[str], dest: str, **kwargs: Any) -> None:
        """Take no value."""
        super().__init__(option_strings, dest, nargs=0, default=argparse.SUPPRESS, **kwargs)

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        """Print it and exit."""
        from importlib.metadata import version  # noqa: PLC0415 - for this option alone

        print(f"jupyter-cluster-launcher {version('jupyter-cluster-launcher')}")
        parser.exit()


def _complete(whole: argparse.ArgumentParser) -> None:
    """Answer a shell that asks for completions, and exit; do nothing without argcomplete."""
    try:
        import argcomplete  # noqa: PLC0415 - optional, and for shells alone
    except ImportError:
        return
    argcomplete.autocomplete(whole)


def _platforms(arguments: argparse.Namespace) -> int:
    """List the platforms; return 1 if any file is broken."""
    from ..platforms import files as platforms  # noqa: PLC0415 - takes a second, for this command alone

    found, faults = platforms.find()
    rows: list[dict[str, Any]] = [
        {
            "name": platform.name,
            "title": platform.title,
            "origin": str(platform.origin),
            "reason": platforms.missing(platform, os.environ, shutil.which),
        }
        for platform in found
    ]
    if arguments.json:
        broken = [{"origin": str(f.origin), "line": f.line, "message": f.message} for f in faults]
        print(json.dumps({"platforms": rows, "faults": broken}, indent=2))
    else:
        width = max((len(row["name"]) for row in rows), default=0)
        for row in rows:
            print(platforms.printable(f"{row['name']:<{width}}  {row['origin']}"))
            if row["reason"]:
                print(platforms.printable(f"{'':<{width}}  not available: {row['reason']}"))
        for fault in faults:
            print(f"BROKEN  {fault}")
    return 1 if faults else 0
