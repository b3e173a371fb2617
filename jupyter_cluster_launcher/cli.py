"""The command line: ``jupyter cluster-launcher``."""

from __future__ import annotations

import argparse
import json
import os
import shutil
from collections.abc import Sequence
from typing import Any

from . import platforms


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="jupyter cluster-launcher", description="Start Dask clusters from JupyterLab."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    listing = commands.add_parser(
        "platforms", help="list the platforms, where each was found, and what is wrong with any"
    )
    listing.add_argument("--json", action="store_true", help="print JSON")
    listing.set_defaults(run=_platforms)
    arguments = parser.parse_args(argv)
    status: int = arguments.run(arguments)
    return status


def _platforms(arguments: argparse.Namespace) -> int:
    """List the platforms; return 1 if any file is broken."""
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
            print(f"{row['name']:<{width}}  {row['origin']}")
            if row["reason"]:
                print(f"{'':<{width}}  cannot work here: {row['reason']}")
        for fault in faults:
            print(f"BROKEN  {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
