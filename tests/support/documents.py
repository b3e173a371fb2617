"""The documents of the project: pages, the blocks in them, and the commands in their lines."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted(path for path in ROOT.glob("docs/**/*.md") if "build" not in path.parts),
    *sorted(ROOT.glob("benchmarks/*.md")),
    *sorted(ROOT.glob("examples/*/README.md")),
]
BLOCK = re.compile(r"^( *)```([^\n]*)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
PROGRAMS = "jlpm|jupyter|make|node|pip|pre-commit|pytest|python3?|sudo|twine"
INLINE = re.compile(rf"(?<!`)`((?:{PROGRAMS}) [^`]+)`(?!`)")


def blocks(text: str, *languages: str) -> list[str]:
    """Return the fenced blocks in one of the languages, without the indentation of a list."""
    found = ((language, textwrap.dedent(block)) for _, language, block in BLOCK.findall(text))
    return [block for language, block in found if language in languages]


def inline_commands(text: str) -> list[str]:
    """Return the commands in the lines of a text, outside its blocks."""
    return [" ".join(one.split()) for one in INLINE.findall(BLOCK.sub("", text))]
