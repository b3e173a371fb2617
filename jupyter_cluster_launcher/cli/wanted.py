"""What a notebook says of its cluster: the request in its metadata, and the code that connects."""

from __future__ import annotations

import re
from textwrap import indent
from typing import Any

from ..platforms.code.connectcode import STOPPED

KEY = "cluster_launcher"  # in the metadata of notebooks, as the browser writes it

# The code that connects without this package, also indented, or with lines around it.
PLAIN = re.compile(
    rf"^(?P<indent>[ \t]*){re.escape(STOPPED)}.*\n"
    r"(?:(?P=indent)(?:# |import |from |dask\.config|security = |    |\)|cluster = ).*\n|[ \t]*\n)*"
    r"(?P=indent)client = .*(?P<shown>\n(?P=indent)client$)?",
    re.MULTILINE,
)


def request_in(notebook: Any) -> dict[str, Any] | None:
    """Return what a notebook requests, None where that is nothing or cannot be understood.

    It has ``platform``, ``options``, and ``workers`` or ``adapt`` where the notebook says how many.
    Anybody may have written it.
    """
    ours = notebook.metadata.get(KEY)
    request = ours.get("request") if isinstance(ours, dict) else None
    if not isinstance(request, dict) or not isinstance(request.get("platform"), str):
        return None
    found = {key: request[key] for key in ("platform", "workers", "adapt") if key in request}
    options = request.get("options")
    return {**found, "options": dict(options) if isinstance(options, dict) else {}}


def redirect(notebook: Any, code: str) -> list[tuple[Any, str]]:
    """Have the cells that connect by themselves run ``code`` instead; return them as they were.

    ``connect()`` needs no change.
    """
    changed = []
    for cell in notebook.cells:
        source = PLAIN.sub(lambda found: _placed(code, found), cell.source)
        if cell.cell_type == "code" and source != cell.source:
            changed.append((cell, cell.source))
            cell.source = source
    return changed


def _placed(code: str, found: re.Match[str]) -> str:
    """Return the code in place of what was found, as deep, and with its last line or not."""
    text = code.rstrip()
    if not found["shown"]:
        text = text.removesuffix("\nclient")
    return indent(text, found["indent"])
