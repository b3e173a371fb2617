"""RESULTS.md: a section for each topic, of which a run replaces those that it measured."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from figures import MET, MISSED, table

HEAD = """# Results

Written by `make bench`; see [README.md](README.md). Each section says when and on what it was
measured. Values are medians. Brackets have the least and the greatest value, unless a column says
otherwise.
"""


def sections(text: str) -> dict[str, str]:
    """Return the sections of a page by their titles, each without its title."""
    _, *parts = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)
    return {title: body.strip() for title, body in zip(parts[::2], parts[1::2], strict=True)}


def page(old: str, new: Mapping[str, str], topics: Iterable[str]) -> str:
    """Return a page in which ``new`` sections take the place of old ones, in the order of topics.

    A section of a topic that there is no longer is left out.
    """
    known = {**sections(old), **new}
    kept = {topic: known[topic] for topic in topics if topic in known}
    parts = [f"## {topic}\n\n{body.strip()}\n" for topic, body in kept.items()]
    return "\n".join([HEAD, *filter(None, [summary(kept)]), *parts])


def summary(known: Mapping[str, str]) -> str:
    """Return how many goals of all sections are met, and a table of those that are not."""
    met, missed = 0, []
    for topic, body in known.items():
        for line in body.splitlines():
            *cells, verdict = [cell.strip() for cell in line.strip("|").split("|")]
            met += verdict == MET
            if verdict == MISSED:
                missed.append([topic, *cells])
    if not met and not missed:
        return ""
    text = f"**Goals: {met} met, {len(missed)} missed.**\n"
    return text + ("\n" + table(["topic", "goal", "measured", "at most"], missed) if missed else "")
