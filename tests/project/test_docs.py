"""The documents are true: keys and settings are all there, links lead somewhere."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from documents import PAGES, ROOT, blocks

from jupyter_cluster_launcher.cli.parser import parser
from jupyter_cluster_launcher.platforms.add import sample_names
from jupyter_cluster_launcher.server.app import ClusterLauncher

FORMAT = (ROOT / "docs/platforms.md").read_text(encoding="utf-8")


def keys(schema: Any) -> set[str]:
    """Return the names of the properties at every depth of a JSON Schema."""
    if isinstance(schema, list):
        return {key for item in schema for key in keys(item)}
    if not isinstance(schema, dict):
        return set()
    own = schema.get("properties")
    own = set(own) if isinstance(own, dict) else set()
    return own | {key for value in schema.values() for key in keys(value)}


def test_every_key_of_the_format_is_explained() -> None:
    """Guards against a key of the platform format that only the schema knows."""
    schema = json.loads((ROOT / "jupyter_cluster_launcher/platforms/schema.json").read_text())
    assert not {key for key in keys(schema) if not re.search(rf"`[^`]*\b{key}\b[^`]*`", FORMAT)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Guards against links to files and pictures that are not there."""
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert not [link for link in links if not (page.parent / link).exists()]


def test_defaults_of_the_server_are_those_of_the_table() -> None:
    """Guards against a batch system that is polled more often than every 15 seconds by default.

    And against any other default, or another meaning, than the reference has.
    """
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `c\.ClusterLauncher\.(\w+)` *\| (.*?) *\| `([^`]+)` +\|$", readme, re.M)
    documented = {name: default for name, _, default in rows}
    traits = ClusterLauncher.class_own_traits(config=True)
    assert documented == {name: repr(trait.default()) for name, trait in traits.items()}
    assert documented["queue_interval"] == "15.0"
    meanings = {name: meaning.split(";")[0] for name, meaning, _ in rows}
    assert not [name for name in traits if not traits[name].help.startswith(meanings[name])]


def test_settings_of_the_sidebar_are_those_of_the_page() -> None:
    """Guards against a page whose words the Settings Editor does not show."""
    page = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    schema = json.loads((ROOT / "schema/sidebar.json").read_text(encoding="utf-8"))
    titles = [(one["title"], name) for name, one in schema["properties"].items()]
    assert re.findall(r"^\| (\S.*?) \(`(\w+)`\) +\|", page, re.MULTILINE) == titles


def test_the_page_about_slurm_has_the_commands_of_the_readme() -> None:
    """Guards against two pages that set up the same machine differently."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.split("\n### On a SLURM machine\n")[1].split("\n### ")[0]
    page = (ROOT / "docs/slurm.md").read_text(encoding="utf-8")
    commands = blocks(section, "")
    assert len(commands) >= 3
    assert [one for one in commands if one not in blocks(page, "")] == []


def test_the_architecture_page_is_up_to_date() -> None:
    """Guards against a list of modules, or a table of their imports, that is out of date."""
    done = subprocess.run(
        [sys.executable, "scripts/architecture.py", "--check"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_every_resolution_of_the_lock_file_has_a_reason() -> None:
    """Guards against pinned packages that nobody dares to release."""
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    reasons = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert not [name for name in package["resolutions"] if f"`{name}`" not in reasons]


COMMANDS = {
    command.split(">")[0].strip()
    for page in PAGES
    for command in re.findall(
        r"^ *(?:\$ )?(?:\S+=\S+ )?(?:\S+/)?jupyter cluster-launcher (.+)$",
        page.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
}


@pytest.mark.parametrize("command", sorted(COMMANDS - {"--version"}))
def test_documented_commands(command: str) -> None:
    """Guards against a documented command that the parser rejects, or an unknown sample."""
    arguments = parser().parse_args(shlex.split(command))
    assert callable(arguments.run)
    if command.startswith("platforms add "):
        assert arguments.name in sample_names()


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda path: path.stem)
def test_pictures_come_in_both_colors(page: Path) -> None:
    """Guards against a picture of a white screen on a dark page, and the other way round."""
    found = re.findall(
        r"^ *!\[[^\]]+\]\((\S+)-(light|dark)\.(?:png|svg)\)(?:\{\.only-(\w+)\})?$",
        page.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert all(scheme == only for _, scheme, only in found), found
    light, dark = ([name for name, one, _ in found if one == each] for each in ("light", "dark"))
    assert light == dark


def test_every_picture_is_on_a_page() -> None:
    """Guards against pictures that are taken, kept and shown to nobody."""
    shown = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    pictures = sorted((ROOT / "docs/screenshots").glob("*.png"))
    assert [one.name for one in pictures if f"screenshots/{one.name}" not in shown] == []
