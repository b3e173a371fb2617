"""The documents are true: examples run, keys are all there, links lead somewhere."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import dask
import dask_jobqueue  # noqa: F401 - its defaults
import distributed  # noqa: F401 - its defaults
import pytest
import yaml
from traitlets.config.loader import PyFileConfigLoader

from jupyter_cluster_launcher.backends.batch.system import ENTRY_POINTS
from jupyter_cluster_launcher.cli.parser import parser
from jupyter_cluster_launcher.platforms import files as platforms
from jupyter_cluster_launcher.platforms.add import sample_names
from jupyter_cluster_launcher.platforms.code import codegen
from jupyter_cluster_launcher.server.app import ClusterLauncher

ROOT = Path(__file__).parent.parent.parent
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("benchmarks/*.md")]
FORMAT = (ROOT / "docs/platforms.md").read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    """Return the fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def keys(schema: Any) -> set[str]:
    """Return the names of the properties at every depth of a JSON Schema."""
    if isinstance(schema, list):
        return {key for item in schema for key in keys(item)}
    if not isinstance(schema, dict):
        return set()
    own = schema.get("properties")
    own = set(own) if isinstance(own, dict) else set()
    return own | {key for value in schema.values() for key in keys(value)}


def test_example_platform_makes_the_example_code(tmp_path: Path) -> None:
    """Guards against an example that users copy and that is refused, or does something else."""
    (tmp_path / "birch.yaml").write_text(blocks(FORMAT, "yaml")[0], encoding="utf-8")
    found, faults = platforms.find([str(tmp_path)])
    assert not faults
    assert codegen.create(found[0], workers=8) == blocks(FORMAT, "python")[0]


def test_code_of_the_shared_node() -> None:
    """Guards against a page that shows other code than the platform runs."""
    page = (ROOT / "docs/howto/shared-node.md").read_text(encoding="utf-8")
    golden = (ROOT / "tests/golden/denali.txt").read_text(encoding="utf-8")
    assert blocks(page, "python") == [golden]


SNIPPETS = [
    (page.name, language, text)
    for page in PAGES
    for language in ("yaml", "json", "toml", "python")
    for text in blocks(page.read_text(encoding="utf-8"), language)
]


@pytest.mark.parametrize(("page", "language", "text"), SNIPPETS)
def test_snippets(tmp_path: Path, page: str, language: str, text: str) -> None:
    """Guards against lines that administrators copy and that nothing reads, or that break."""
    if language == "python":
        compile(text, page, "exec")
        if "c.ClusterLauncher." in text:
            (tmp_path / "config.py").write_text(text)
            given = PyFileConfigLoader("config.py", str(tmp_path)).load_config()
            (settings,) = given.values()
            read = ClusterLauncher(config=given)
            assert {name: getattr(read, name) for name in settings} == settings
        return
    if language == "toml":
        assert re.findall(r'entry-points."(.+)"', text) == [ENTRY_POINTS]
        return
    data = yaml.safe_load(text)  # JSON is YAML
    if language == "json":
        settings = json.loads((ROOT / "schema/sidebar.json").read_text(encoding="utf-8"))
        assert set(data) <= set(settings["properties"])
    elif set(data) == {"singleuser"}:  # values of the Helm chart of JupyterHub
        assert set(data["singleuser"]["image"]) == {"name", "tag"}
    elif "form" in data:  # an app of Open OnDemand; its own attributes need no description
        assert set(data) == {"cluster", "title", "form", "attributes"}
        assert set(data["attributes"]) <= set(data["form"])
    elif set(data) <= {"distributed", "jobqueue"}:  # Dask's configuration
        assert not [path for path in leaves(data) if not is_configured(path)]
    else:  # a platform file, or a part of one
        example = yaml.safe_load(blocks(FORMAT, "yaml")[0])
        (tmp_path / "site.yaml").write_text(yaml.safe_dump({**example, **data}))
        (platform,), faults = platforms.find([str(tmp_path)])
        assert not faults
        assert [preset["name"] for preset in data.get("presets", [])] == [
            preset["name"] for preset in platform.presets
        ]


def leaves(data: Any, path: str = "") -> list[str]:
    """Return the paths of the values in nested objects."""
    if not isinstance(data, dict):
        return [path]
    return [
        leaf for key, value in data.items() for leaf in leaves(value, f"{path}.{key}".strip("."))
    ]


def is_configured(path: str) -> bool:
    """Return whether Dask or dask-jobqueue have a default for a key."""
    missing = object()
    return dask.config.get(path, default=missing) is not missing


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


def test_code_of_the_tutorial() -> None:
    """Guards the first five minutes: what the tutorial computes is right."""
    answer, estimate = blocks((ROOT / "docs/tutorial.md").read_text(encoding="utf-8"), "python")
    *definitions, value = estimate.rstrip().split("\n")
    code = "\n".join(
        [
            "from dask.distributed import Client",
            "client = Client(processes=False, n_workers=1, dashboard_address='127.0.0.1:0')",
            f"print({answer.strip()})",
            *definitions,
            f"print(round({value}, 2))",
            "client.close()",
        ]
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["42", "3.14"], done.stderr


COMMANDS = {
    command.split(">")[0].strip()
    for page in [*PAGES, *ROOT.glob("examples/*/README.md")]
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
