"""The rules that no single file shows: the allowed imports, and what no file may contain."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PACKAGE = ROOT / "jupyter_cluster_launcher"
TESTS = ROOT / "tests"

# What each package may import besides itself and ``TOP``. Nothing else.
TOP = {"errors", "jobs", "masking", "models", "systems", "used"}
BELOW = {
    "server": {"clusters", "backends", "controller", "platforms"},
    "clusters": {"backends", "controller", "platforms"},
    "backends": {"controller", "platforms"},
    "platforms": {"controller"},
    "controller": set(),
    "resident": set(),
    "client": {"backends", "controller", "clusters", "platforms"},
    "cli": {"client", "platforms"},
}

# Who alone may import these.
RESERVED = {
    "tornado": {"server", "resident"},
    "jupyter_server": {"server"},
    "jupyter_server_proxy": {"server"},
    "jupyter_client": {"controller"},
    "dask": {"resident"},
    "distributed": {"resident"},
    "dask_gateway": {"resident"},
    "dask_jobqueue": {"resident"},
}


@cache
def modules() -> dict[str, Path]:
    """Return the package's modules by dotted name."""
    files = PACKAGE.rglob("*.py")
    return {".".join(p.relative_to(PACKAGE).with_suffix("").parts): p for p in files}


@cache
def imports(path: Path) -> set[str]:
    """Return what a file imports, inside functions too: others by name, ours with a dot."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            found |= {name.split(".")[0] for name in _imported_by_call(node)}
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").split(".")[0])
        elif isinstance(node, ast.ImportFrom):
            folder = path.parents[node.level - 1].relative_to(PACKAGE).parts
            base = ".".join([*folder, *([node.module] if node.module else [])])
            for alias in node.names:
                inner = f"{base}.{alias.name}".lstrip(".")
                outer = base if base in modules() else f"{base}.__init__".lstrip(".")
                found.add("." + (inner if inner in modules() else outer))
    return found


def _imported_by_call(call: ast.Call) -> list[str]:
    """Return the name that ``import_module("x")`` or ``__import__("x")`` imports, if it is one."""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    values = [arg.value for arg in call.args[:1] if isinstance(arg, ast.Constant)]
    called = name in ("import_module", "__import__")
    return [str(value) for value in values if called and not str(value).startswith(".")]


def package(module: str) -> str:
    """Return the package that a module stands in, its own name at the top level."""
    return module.split(".", 1)[0]


def test_packages_import_downwards_only() -> None:
    """Guards against a lower layer that learns of a higher one."""
    upward = [
        f"{name} imports {other[1:]}"
        for name, path in modules().items()
        if package(name) in BELOW
        for other in imports(path)
        if other.startswith(".")
        and package(other[1:]) not in {package(name)} | TOP | BELOW[package(name)]
    ]
    assert not upward


def test_modules_of_the_package_are_imported_relatively() -> None:
    """Guards the rules of this file, which look at relative imports only."""
    absolute = [name for name, path in modules().items() if PACKAGE.name in imports(path)]
    assert not absolute


def test_every_package_has_its_place() -> None:
    """Guards against a new folder that no rule holds for."""
    folders = {p.parent.name for p in PACKAGE.glob("*/__init__.py")}
    assert folders == set(BELOW)


def test_no_two_modules_need_each_other() -> None:
    """Guards against a knot of modules inside one package."""
    graph = {
        f".{name}": {other for other in imports(path) if other.startswith(".")}
        for name, path in modules().items()
    }
    TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("library", RESERVED)
def test_only_these_import(library: str) -> None:
    """Guards against HTTP, kernels or Dask leaking into modules that have no business with them."""
    importers = {package(name) for name, path in modules().items() if library in imports(path)}
    assert importers <= RESERVED[library]


def test_no_other_package_imports_the_resident() -> None:
    """Guards against the server importing the code that is meant for controllers."""
    names = [
        name
        for name, path in modules().items()
        if package(name) != "resident"
        if any(i.startswith(".resident") for i in imports(path))
    ]
    assert not names


def test_unit_tests_start_no_server_and_no_engine() -> None:
    """Guards the everyday loop, which is fast and works on a machine that has none of them."""
    engines = {path.stem for path in (TESTS / "engines").glob("*.py")}
    names = [
        str(path.relative_to(TESTS))
        for folder in ("unit", "support")
        for path in (TESTS / folder).rglob("*.py")
        if imports(path) & engines
    ]
    assert not names


def test_unit_tests_mirror_the_packages() -> None:
    """Guards the way from a module to its tests: they stand in the folder of the same name."""
    folders = {p.relative_to(TESTS / "unit").parent for p in (TESTS / "unit").rglob("test_*.py")}
    assert {folder for folder in folders if not (PACKAGE / folder).is_dir()} == set()


# Written so that they do not find themselves.
FORBIDDEN = {
    "the address of a package registry": (
        r"registry\.(npmjs|yarnpkg)|files\.python[h]osted|[-]-index-url|__archive[U]rl"
    ),
    "a path of somebody's machine": (r"(?<![\w.$}])/(home|Users)/[a-z]\w*/|(?<![\w.$}])/ro[o]t/\w"),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(what: str) -> None:
    """Guards against lock files and texts that only work where they were written."""
    if not (ROOT / ".git").exists():
        pytest.skip("This is not a git checkout, so it cannot be told which files belong to it.")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    texts = [
        ROOT / name
        for name in listed.stdout.split("\0")
        if name and not name.endswith((".png", ".svg"))
    ]
    lines = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for path in texts
        if path.exists()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(FORBIDDEN[what], line)
    ]
    assert not lines


def test_what_moves_stands_still_where_that_is_wished() -> None:
    """Guards against motion for users who turned it off, and against waiting without any sign."""
    usual, reduced = "", ""
    for path in (ROOT / "style").glob("*.css"):
        before, _, after = path.read_text(encoding="utf-8").partition("@media (prefers-reduced")
        rest, stilled = (after.split("}\n}", 1)[1], after) if after else ("", "")
        usual, reduced = usual + before + rest, reduced + stilled.partition("animation: none")[0]
    moving = re.findall(r"^([^{}\n]+) \{[^{}]*\banimation: ", usual, re.MULTILINE)
    assert ".jp-ClusterLauncher-pending::before" in moving
    assert [selector for selector in moving if selector not in reduced] == []
