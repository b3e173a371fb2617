"""The documentation site: `sphinx-build docs OUT`. Its reference is made from the code."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

os.environ["COLUMNS"] = "72"  # argparse wraps the usage of commands where the page ends

import reference  # noqa: E402 - stands in scripts

PACKAGE = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))

project = "jupyter-cluster-launcher"
author = copyright = "the jupyter-cluster-launcher developers"  # noqa: A001 - the name that Sphinx reads
release = version = PACKAGE["version"]

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx_copybutton",
    "sphinxarg.ext",
]
myst_enable_extensions = ["attrs_inline", "colon_fence"]
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
nitpick_ignore = [("py:class", "Any")]
suppress_warnings = ["myst.domains"]  # sphinx-argparse has one that MyST does not know
highlight_language = "none"  # of blocks that name no language: commands
smartquotes_action = "qe"  # no dashes: the names of options begin with them
copybutton_prompt_text = "$ "
copybutton_exclude = ".linenos, .gp, .go"

exclude_patterns = ["build"]

html_domain_indices = False  # of modules: it would list the one with the errors
linkcheck_anchors = False  # those of GitHub's pages are made in the browser
linkcheck_retries = 3

html_theme = "pydata_sphinx_theme"
html_title = project
html_show_sourcelink = False
html_theme_options = {
    "navbar_align": "left",
    "secondary_sidebar_items": ["page-toc"],
    "show_toc_level": 2,  # commands and requests, not only their groups
    "footer_start": ["copyright"],
    "footer_end": ["theme-version"],
}
html_sidebars: dict[str, list[str]] = {"tutorial": []}
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = ["pictures.js"]


def setup(app: Any) -> None:
    """Have the generated parts of pages written, and links into the source tree lead somewhere."""
    app.connect("source-read", _complete)


def _complete(app: Any, page: str, source: list[str]) -> None:
    source[0] = reference.complete(
        source[0], ROOT / "docs" / f"{page}.md", PACKAGE.get("repository")
    )
