"""Whether a notebook and a cluster fit together: what each runs, in a table where they differ."""

from __future__ import annotations

import html
from collections.abc import Mapping

# What must be the same for functions and data to pass from one to the other.
PACKAGES = ("python", "dask", "distributed", "cloudpickle", "msgpack", "numpy", "pandas")
ADVICE = (
    "Functions and data may not pass between them. Give this notebook the kernel that the cluster "
    "was launched with, or launch a cluster with the kernel of this notebook."
)
NONE = "none"


class Mismatch:
    """The packages in which notebook, scheduler and workers differ; false where they do not."""

    def __init__(
        self,
        notebook: Mapping[str, str | None],
        scheduler: Mapping[str, str | None],
        workers: list[Mapping[str, str | None]],
    ) -> None:
        """Compare versions by package; a package that is not there has None or is left out."""
        self.rows = []
        for package in PACKAGES:
            own, central = _version(package, notebook), _version(package, scheduler)
            others = {_version(package, worker) for worker in workers}
            # The scheduler computes nothing, and what the notebook lacks it cannot send.
            wanted = {own, *others} if own != NONE else others
            if len(wanted | ({central} - {NONE})) > 1:
                self.rows.append((package, own, central, ", ".join(sorted(others)) or NONE))

    def __bool__(self) -> bool:
        return bool(self.rows)

    def __str__(self) -> str:
        heads = ("package", "this notebook", "scheduler", "workers")
        table = [heads, *self.rows]
        widths = [max(len(row[column]) for row in table) for column in range(len(heads))]
        lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in table)
        return "\n".join(["This notebook and the cluster differ:", *lines, ADVICE])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>"
            for row in self.rows
        )
        return (
            "<b>This notebook and the cluster differ</b><table><tr><th>Package</th>"
            f"<th>This notebook</th><th>Scheduler</th><th>Workers</th></tr>{rows}</table>{ADVICE}"
        )


def _version(package: str, versions: Mapping[str, str | None]) -> str:
    version = versions.get(package) or NONE
    # Of Python itself the first two numbers matter; Dask writes 3.11.4.final.0.
    return ".".join(version.split(".")[:2]) if package == "python" else version
