"""What the server's own process does for an extension while it starts, measured in there.

Differences between servers that start have a spread that is greater than what is looked for.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from figures import Goal, median, say, spread, table
from servers import OURS, PEER, Server, wait_until

SCRIPT = Path(__file__).with_name("loading_server.py")
CLOCKS = {"clock": "ms", "cpu": "CPU ms"}


class Loading(Server):
    """A server that writes what it did for its extension."""

    def __init__(self, extension: str | None, modules: list[str]) -> None:
        """Prepare a server that imports ``modules`` beforehand."""
        super().__init__(extension)
        given, self._written = self.home / "modules.json", self.home / "loading.json"
        given.write_text(json.dumps(modules))
        names = {"BENCHMARK_MODULES": given, "BENCHMARK_LOADING": self._written}
        self.add_to_environment(**{name: str(path) for name, path in names.items()})

    def command(self) -> list[str]:
        """Return the command that starts it."""
        return [sys.executable, str(SCRIPT), *super().command()[1:], str(self.extension)]

    def loaded(self) -> dict[str, Any]:
        """Return what it wrote."""
        with self:
            wait_until(self._written.exists)
            found: dict[str, Any] = json.loads(self._written.read_text())
        return found


def measure(rounds: int, most: float) -> tuple[str, list[Goal]]:
    """Return a table and the goals: at most ``most`` percent of what dask-labextension needs."""
    modules = [name for name in Loading(None, []).loaded()["modules"] if name != "__main__"]
    seen: dict[str, list[dict[str, Any]]] = {OURS: [], PEER: []}
    for number in range(rounds):
        for extension, found in seen.items():
            found.append(Loading(extension, modules).loaded())
        say(f"server_cost: inside the server, round {number + 1} of {rounds}")
    rows, goals = [], []
    for clock, unit in CLOCKS.items():
        ours, theirs = ([found[clock] for found in seen[one]] for one in (OURS, PEER))
        share = [mine / other * 100 for mine, other in zip(ours, theirs, strict=True)]
        rows.append([unit, spread(ours, 1, ""), spread(theirs, 1, ""), spread(share, 1, " %")])
        what = f"inside the server, {unit}: share of dask-labextension"
        goals.append(Goal(what, median(share), most, " %"))
    head = ["inside the server", "jupyter-cluster-launcher", "dask-labextension", "ours / theirs"]
    return table(head, rows), goals
