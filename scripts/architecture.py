"""Writes the module list and the table of imports into docs/architecture.md.

``python scripts/architecture.py`` rewrites both; ``--check`` returns 1 where they are out of date.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "jupyter_cluster_launcher"
PAGE = ROOT / "docs/architecture.md"
BEGIN, END = "<!-- {}: written by scripts/architecture.py -->", "<!-- end of {} -->"


def modules() -> Iterator[tuple[str, Path]]:
    """Yield each module's path below the package, and its file."""
    for path in sorted(PACKAGE.rglob("*.py"), key=lambda path: (len(path.parts), path)):
        yield path.relative_to(PACKAGE).as_posix(), path


def first_line(path: Path) -> str:
    """Return the first line of a module's docstring, without its full stop."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return text.split("\n", 1)[0].rstrip(".").replace("``", "`").replace("|", r"\|")


def listing() -> str:
    """Return a table of all modules."""
    rows = [f"| `{name}` | {first_line(path)} |" for name, path in modules()]
    return "\n".join(["| module | what it is for |", "| --- | --- |", *rows])


def imports(path: Path) -> Iterator[str]:
    """Yield the package of each module of ours that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            folder = path.parents[node.level - 1].relative_to(PACKAGE).parts
            parts = [*folder, *(node.module or "").split(".")]
            names = [parts[0]] if parts[0] else [alias.name for alias in node.names]
            yield from names


def table() -> str:
    """Return a table of the imports between packages."""
    edges = {
        (package(name), other)
        for name, path in modules()
        if "/" in name
        for other in imports(path)
        if other not in (package(name), "errors", "models", "masking")
    }
    needed: dict[str, list[str]] = {}
    for source, other in sorted(edges):
        needed.setdefault(source, []).append(f"`{other}`")
    rows = [f"| `{source}` | {', '.join(others)} |" for source, others in needed.items()]
    return "\n".join(["| package | imports |", "| --- | --- |", *rows])


def package(name: str) -> str:
    """Return the package that a module stands in."""
    return name.split("/", 1)[0]


def filled(page: str) -> str:
    """Return the page with both parts up to date."""
    for what, text in (("modules", listing()), ("imports", table())):
        before, rest = page.split(BEGIN.format(what))
        after = rest.split(END.format(what))[1]
        page = f"{before}{BEGIN.format(what)}\n\n{text}\n\n{END.format(what)}{after}"
    return page


if __name__ == "__main__":
    old = PAGE.read_text(encoding="utf-8")
    new = filled(old)
    if "--check" in sys.argv and new != old:
        raise SystemExit("docs/architecture.md is out of date: run python scripts/architecture.py")
    PAGE.write_text(new, encoding="utf-8")
