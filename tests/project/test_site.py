"""The documentation site: it builds without a warning, and every link of it leads somewhere."""

from __future__ import annotations

import ast
import hashlib
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted(path.relative_to(ROOT / "docs") for path in ROOT.glob("docs/**/*.md"))
DIAGRAMS = sorted(ROOT.glob("docs/diagrams/*.mmd"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the site as continuous integration builds it."""
    out = tmp_path_factory.mktemp("site")
    options = ["-q", "-n", "-W", "--keep-going", "-d", str(out / "trees"), "-b", "html"]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *options, str(ROOT / "docs"), str(out / "html")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return out / "html"


class Links(HTMLParser):
    """The links and pictures of a page, and the places in it that links can lead to."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.places = {""}
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.places.add(given.get("id") or "")
        link = given.get("href") if tag == "a" else given.get("src")
        if link and not re.match(r"\w+:|//", link):
            self.links.add(link)


def test_links_of_the_site(site: Path) -> None:
    """Guards against pages, headings and pictures that are no longer where a link says."""
    pages = {path: Links(path) for path in site.rglob("*.html") if "_static" not in path.parts}
    broken = []
    for page, found in pages.items():
        for link in found.links:
            path, place = urldefrag(link)
            target = page if not path else (page.parent / unquote(path.partition("?")[0])).resolve()
            here = pages[target].places if target in pages else {place}
            if not target.exists() or place not in here:
                broken.append(f"{page.relative_to(site)}: {link}")
    assert not broken


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)
def test_diagrams_are_up_to_date(path: Path) -> None:
    """Guards against a picture that shows an older text: run node scripts/diagrams.mjs."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    for theme in ("light", "dark"):
        picture = path.with_name(f"{path.stem}-{theme}.svg").read_text(encoding="utf-8")
        assert f"<!-- {digest} -->" in picture
        assert not re.findall(r"<foreignObject|(?:href|src)=[\"']https?:", picture)


def test_the_site_needs_no_network(site: Path) -> None:
    """Guards readers behind a firewall: no script, style or picture comes from elsewhere."""
    elsewhere = re.compile(
        r'<(?:script|img|link rel="stylesheet")[^>]*(?:src|href)="(?:https?:)?//'
        r'|import [^;<]* from "https?:'
    )
    pages = [path for path in site.rglob("*.html") if "_static" not in path.parts]
    assert pages
    assert not [page for page in pages if elsewhere.search(page.read_text(encoding="utf-8"))]


def test_every_page_is_in_the_menu(site: Path) -> None:
    """Guards against a page that nobody finds."""
    parts = [site / f"{name}/index.html" for name in ("howto", "explanation", "reference")]
    linked = {
        (part.parent / urldefrag(link)[0]).resolve()
        for part in [site / "index.html", *parts]
        for link in Links(part).links
    }
    made = {(site / page).with_suffix(".html") for page in PAGES}
    assert made <= linked | {site / "index.html"}


@pytest.mark.parametrize(
    ("page", "texts"),
    [
        ("python", ["connect", "ClusterHandle", "adapt", "NotAvailableError"]),
        ("cli", ["--idle-timeout", "platforms", "--shut-down"]),
        ("server", ["orphan_hours", "24.0"]),
        ("sidebar", ["codeTemplate"]),
        ("platform-keys", ["options_from", "workers.maximum"]),
        ("rest", ["/clusters/{cluster_id}/logs", "PlatformOptions", "The request cannot be used"]),
        ("changelog", ["Keep a Changelog"]),
    ],
)
def test_the_reference_is_made_from_the_code(site: Path, page: str, texts: list[str]) -> None:
    """Guards against a reference page that has lost the part that is generated."""
    shown = re.sub(r"<[^>]+>", "", (site / f"reference/{page}.html").read_text(encoding="utf-8"))
    assert not [text for text in texts if " ".join(text.split()) not in " ".join(shown.split())]


def shown_texts() -> str:
    """Return all texts that the code and the platform files can show, in one line."""
    texts: list[str] = []
    for path in (ROOT / "jupyter_cluster_launcher").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = (str(getattr(part, "value", "")) for part in node.values
                         if isinstance(part, ast.Constant))  # fmt: skip
                texts.append("".join(parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.append(node.value)
    others = [*ROOT.glob("src/**/*.ts*"), *ROOT.glob("jupyter_cluster_launcher/platforms/data/*")]
    texts += [path.read_text(encoding="utf-8") for path in others]
    return " ".join(" ".join(texts).split())


def test_explained_messages_exist() -> None:
    """Guards against explaining messages that were reworded: nobody would find them."""
    page = (ROOT / "docs/reference/messages.md").read_text(encoding="utf-8")
    messages = re.findall(r"^\| ((?!message|---).+?) \|", page, re.MULTILINE)
    assert len(messages) > 30
    texts = shown_texts()
    parts = {part.strip(" :") for message in messages for part in message.split("…")}
    assert not [part for part in parts if part and part not in texts]
