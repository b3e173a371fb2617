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
    given = {
        kind: {one.replace(" ", "") for one in needed}
        for kind, needed in recipe["requirements"].items()
    }
    # The tree is built, and its front end with it.
    release = (ROOT / "RELEASE.md").read_text(encoding="utf-8")
    assert given.pop("build") == {
        f"nodejs>={one}" for one in re.findall(r"needs Node: (\S+) or newer", release)
    }
    assert given == wanted
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    # In a release the recipe comes last: until then it has the version before.
    newest = re.findall(r"^## \[(\d.*?)\]", changelog, re.M)[:2]
    assert recipe["context"]["version"] in {package["version"], *newest}
    points = [f"{name} = {where}" for name, where in project["scripts"].items()]
    assert recipe["build"]["python"]["entry_points"] == points


def test_binder() -> None:
    """Guards against a Binder that cannot build the tree: an old Node, an extra that is gone."""
    tomllib = pytest.importorskip("tomllib")  # comes with Python 3.11
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    environment = read(ROOT / "binder/environment.yml")
    assert environment["channels"] == ["conda-forge"]
    pinned = dict(re.findall(r"'(\w+)=([\d.]+)'", str(environment["dependencies"])))
    assert f"Programming Language :: Python :: {pinned['python']}" in project["classifiers"]
    assert int(pinned["nodejs"]) >= 20
    (lab,) = (one for one in environment["dependencies"] if one.startswith("jupyterlab"))
    assert lab in extras["dev"]
    script = ROOT / "binder/postBuild"
    assert script.stat().st_mode & 0o111
    asked = re.findall(r'pip install .*"\.\[(.+?)\]"', script.read_text(encoding="utf-8"))
    assert asked
    assert set(asked) <= set(extras)


def test_hooks_before_a_commit() -> None:
    """Guards against hooks that run other programs than the linters of the Makefile, or none."""
    own = [one for one in read(ROOT / ".pre-commit-config.yaml")["repos"] if one["repo"] == "local"]
    entries = [hook["entry"].replace(".venv/bin/", "") for one in own for hook in one["hooks"]]
    linters = (ROOT / "Makefile").read_text(encoding="utf-8").split("\nlint:")[1].split("\n\n")[0]
    scripts = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["scripts"]
    for entry in entries:
        tool, what = re.findall(r"(ruff|jlpm|python) (\S+)", entry)[-1]
        if tool == "ruff":
            assert f"$(RUN) ruff {what}" in linters
        elif tool == "jlpm":
            assert f"jlpm {what}" in scripts["prettier:check"]
            assert "jlpm prettier:check" in scripts["lint:check"]
        else:
            assert (ROOT / what).is_file()
    assert len(entries) >= 4
    assert "$(RUN) jlpm lint:check" in linters
