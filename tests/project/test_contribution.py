"""What contributors and maintainers rely on: commands, workflows, the recipe of conda-forge."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
WORKFLOWS = sorted(ROOT.glob(".github/workflows/*.yml"))
FORMS = sorted(ROOT.glob(".github/ISSUE_TEMPLATE/*.yml"))
SAYING = [ROOT / name for name in ("AGENTS.md", "CONTRIBUTING.md", "README.md", "RELEASE.md")]


def read(path: Path) -> Any:
    """Return the content of a YAML file."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", [*SAYING, *WORKFLOWS], ids=lambda path: path.name)
def test_commands_of_make_exist(path: Path) -> None:
    """Guards newcomers, and continuous integration, against a command that was renamed."""
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    named = re.findall(r"(?:^|`|run: )make (\w+)", path.read_text(encoding="utf-8"), re.M)
    assert set(named) <= targets


def test_agents_and_contributors_read_the_same_three_commands() -> None:
    """Guards against two lists that differ."""
    lists = [
        re.findall(r"^make (lab|check|test) ", path.read_text(encoding="utf-8"), re.M)
        for path in SAYING[:2]
    ]
    assert lists == [["lab", "check", "test"]] * 2


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows(path: Path) -> None:
    """Guards against jobs that never run: no runner, no step, or waiting for an unknown job."""
    workflow = read(path)
    assert workflow[True]  # YAML reads the key `on` so
    for job in workflow["jobs"].values():
        assert job["runs-on"]
        assert {key for step in job["steps"] for key in step} & {"uses", "run"}
        assert {job["needs"]} <= set(workflow["jobs"]) if "needs" in job else True
        actions = [step["uses"] for step in job["steps"] if "uses" in step]
        assert not [action for action in actions if not re.search(r"@v\d+$", action)]


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_issue_forms(path: Path) -> None:
    """Guards against a form that the host of the repository would not show."""
    form = read(path)
    for field in form.get("body", []):
        assert field["type"] in ("textarea", "input", "dropdown", "checkboxes", "markdown")
        assert field["attributes"]["label"]
    ids = [field["id"] for field in form.get("body", [])]
    assert len(ids) == len(set(ids))


def test_what_jupyter_releaser_needs() -> None:
    """Guards a release against a changelog without a place for it, and a package that npm gets."""
    tomllib = pytest.importorskip("tomllib")  # comes with Python 3.11
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    start, end = (f"\n<!-- <{word} NEW CHANGELOG ENTRY> -->\n" for word in ("START", "END"))
    assert (changelog.count(start), changelog.count(end)) == (1, 1)
    above, below = changelog.split(start)
    assert re.findall(r"^## \[(.+?)\]", above, re.M) == ["Unreleased"]
    assert end in below
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    assert package["private"] is True
    assert "publishConfig" not in package
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    options = pyproject["tool"]["jupyter-releaser"]["options"]
    assert options == {"version_cmd": "hatch version"}


def test_requirements_of_the_conda_recipe() -> None:
    """Guards users of conda against other versions than those that pip installs."""
    tomllib = pytest.importorskip("tomllib")  # comes with Python 3.11
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project, recipe = pyproject["project"], read(ROOT / "conda-recipe/recipe.yaml")
    python = f"python{project['requires-python']}"
    wanted = {
        "run": {python, *project["dependencies"]},
        "host": {python, "pip", *pyproject["build-system"]["requires"]},
    }
    assert wanted == {
        kind: {one.replace(" ", "") for one in needed}
        for kind, needed in recipe["requirements"].items()
    }
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    assert recipe["context"]["version"] == package["version"]
    points = [f"{name} = {where}" for name, where in project["scripts"].items()]
    assert recipe["build"]["python"]["entry_points"] == points
