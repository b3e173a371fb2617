"""``jupyter cluster-launcher history``: what clusters have used that have ended."""
# ruff: noqa: RUF001  # the sign of multiplication

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..platforms.memory import size

if TYPE_CHECKING:
    from ..client.history import Entry

HEADS = ("NAME", "PLATFORM", "LAUNCHED", "WORKERS", "PEAK", "CPU", "CORE-HOURS", "END")
ENDS = {"stopped": "Stopped", "closed": "Stopped", "failed": "Failed", "lost": "Unreachable"}


def add_command(commands: Any, parents: Sequence[argparse.ArgumentParser]) -> None:
    """Add the command to a parser; ``parents`` define the options that all commands share."""
    text = "list clusters that have ended, with what they have used"
    command = commands.add_parser(
        "history",
        parents=parents,
        help=text,
        description="List your clusters that have ended, newest first, with the memory and the "
        "share of the CPU that they have used. No Jupyter server has to be running.",
    )
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """List the clusters."""
    from ..client.history import ended  # noqa: PLC0415 - for this command alone

    found = ended()
    if arguments.json:
        print(json.dumps([data(one) for one in found], indent=2))
        return 0
    rows = [HEADS, *map(row, found)]
    widths = [max(len(one[column]) for one in rows) for column in range(len(HEADS))]
    lines = ["  ".join(map(str.ljust, one, widths)).rstrip() for one in rows]
    print("\n".join(lines) if found else "No cluster has ended yet.")
    return 0


def data(one: Entry) -> dict[str, Any]:
    """Return a cluster as JSON data; memory in bytes, of each worker, or job where it counts."""
    used = one.used if one.used and one.used.units else None
    return {
        **{"id": one.id, "name": one.name, "platform": one.platform},
        **{"launched": one.launched, "ended": one.ended, "unit": one.unit},
        "workers": used.units if used else 0,
        "memory": used.memory if used else None,
        "peak": used.most if used else None,
        "cpu": used.cpu if used else None,
        "spilled": used.spilled if used else None,
        "core_hours": one.core_hours,
        **{"state": one.state, "message": one.message, "out_of_memory": one.short},
    }


def row(one: Entry) -> tuple[str, ...]:
    """Return a cluster as a row of the table."""
    known = data(one)
    memory, peak, cpu = known["memory"], known["peak"], known["cpu"]
    return (
        one.name,
        one.platform,
        datetime.fromisoformat(one.launched).astimezone().strftime("%Y-%m-%d %H:%M"),
        f"{known['workers']} × {size(memory, one.decimal)}" if memory else str(known["workers"]),
        "" if peak is None else size(peak, one.decimal),
        "" if cpu is None else f"{cpu:.0%}",
        "< 0.1" if 0 < one.core_hours < 0.05 else f"{one.core_hours:.1f}",
        one.message or ENDS.get(one.state, one.state),
    )
