"""The figures of the README are those that were measured."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
RESULTS = (ROOT / "benchmarks/RESULTS.md").read_text(encoding="utf-8")


def seconds(start: str) -> dict[str, list[Decimal]]:
    """Return the medians of a launch of 2, 4 and 8 workers, rounded, by the kind of launch.

    ``start`` is the command that started the server.
    """
    table = RESULTS.split("\n## launch\n")[1].split("\n| start of the server | workers | ")[1]
    heads, _, *rows = table.split("\n\n")[0].splitlines()
    kinds = heads.strip(" |").split(" | ")
    own = [row for row in rows if row.startswith(f"| `{start}` |")]
    times = [re.findall(r"\| ([\d.]+) s \(", row) for row in own]
    return {
        kind: [Decimal(one).quantize(Decimal("0.1"), ROUND_HALF_UP) for one in column]
        for kind, column in zip(kinds, zip(*times, strict=True), strict=True)
    }


def span(times: list[Decimal]) -> str:
    """Return the least and the greatest of some times, as "0.4 to 0.6"."""
    return f"{min(times)} to {max(times)}"


def test_figures_of_the_picture() -> None:
    """Guards readers who do not see the picture against figures of an earlier run."""
    lab = seconds("jupyter lab")
    assert {len(times) for times in lab.values()} == {3}
    assert (
        f"prepared {span(lab['prepared'])}, cold {span(lab['cold'])}, "
        f"a bare LocalCluster {span(lab['bare LocalCluster, warm'])}, "
        f"dask-labextension {span(lab['dask-labextension'])}]"
    ) in README


def test_figures_of_a_server_started_in_the_other_way() -> None:
    """Guards a comparison that leaves out where dask-labextension is faster."""
    module = seconds("python -m jupyterlab")
    two, four, eight = module["dask-labextension"]
    cold, prepared = span(module["cold"]), span(module["prepared"])
    assert (
        f"dask-labextension needs {two}, {four} and {eight} s; there, a cold launch of this "
        f"extension needs {cold} s, and a prepared one {prepared} s."
    ) in " ".join(README.split())
