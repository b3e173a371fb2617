"""The README as a package index shows it: relative links work in a repository alone."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

LINK = re.compile(r"(!?)\[([^\]]*)\]\((?!\w+:|#)([^)\s]+)\)")


class ReadmeHook(MetadataHookInterface):
    """Makes the links of the README absolute, where package.json names a repository."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the README."""
        root = Path(self.root)
        package = json.loads((root / "package.json").read_text(encoding="utf-8"))
        repository = package.get("repository", {}).get("url", "").removesuffix(".git")
        text = for_index((root / "README.md").read_text(encoding="utf-8"), repository)
        metadata["readme"] = {"content-type": "text/markdown", "text": text}


def for_index(text: str, repository: str) -> str:
    """Return a README with absolute links; without relative ones if no repository is known.

    Pictures are told in words then: sentences point to them.
    """

    def link(match: re.Match[str]) -> str:
        picture, label, path = match.groups()
        if repository:
            return f"{picture}[{label}]({repository}/{'raw' if picture else 'blob'}/main/{path})"
        return f"*{label}*" if picture else label

    return re.sub(r"\n{3,}", "\n\n", LINK.sub(link, text))
