"""How the module of a batch system is found: in this package, or in another distribution."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_cluster_launcher.backends.batch import slurm, system
from jupyter_cluster_launcher.backends.batch.system import BatchSystem, batch_system
from jupyter_cluster_launcher.errors import NotAvailableError

COMPLETE = "from jupyter_cluster_launcher.backends.batch.sge import *\nTITLE = 'Other'\n"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str, str], None]:
    """Return what installs a distribution with a module and an entry point for it."""
    system._module.cache_clear()
    monkeypatch.syspath_prepend(str(tmp_path))

    def install(name: str, module: str, code: str) -> None:
        folder = tmp_path / f"{module}-1.2.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.2\n")
        (folder / "entry_points.txt").write_text(f"[{system.ENTRY_POINTS}]\n{name} = {module}\n")
        (tmp_path / f"{module}.py").write_text(code)

    return install


def sentence(name: str) -> str:
    """Return why there is no batch system of a name."""
    with pytest.raises(LookupError) as error:
        batch_system(name)
    return str(error.value)


@pytest.mark.parametrize(("name", "title"), [("slurm", "SLURM"), ("sge", "Grid Engine")])
def test_built_in(name: str, title: str) -> None:
    """Guards the one way from a platform file's ``batch:`` to a module, which is complete."""
    found = batch_system(name)
    assert title == found.TITLE
    assert not [required for required in system.REQUIRED if not hasattr(found, required)]


@pytest.mark.parametrize("name", ["wording", "queue", "nosuch", "os", "..models", "", "a\0b", None])
def test_unknown(name: str) -> None:
    """Guards against taking another module of the package, or of Python, for a batch system."""
    assert sentence(name) == f"There is no batch system {str(name)!r}."


def test_from_another_distribution(installed: Callable[..., None]) -> None:
    """Guards the entry point: a name with a hyphen, a module anywhere."""
    installed("other-system", "other_batch", COMPLETE)
    assert batch_system("other-system").TITLE == "Other"


def test_a_built_in_name_comes_first(installed: Callable[..., None]) -> None:
    """Guards SLURM: no installed package replaces it, or is imported when SLURM is used."""
    installed("slurm", "replaced_slurm", "raise SystemExit('imported')")
    assert batch_system("slurm") is slurm


def test_a_distribution_that_cannot_be_imported(installed: Callable[..., None]) -> None:
    """Guards the sentence for administrators: which package, and why."""
    installed("broken", "broken_batch", "import no_such_module")
    assert sentence("broken") == (
        "The batch system 'broken' of the package broken_batch 1.2 cannot be imported: "
        "ModuleNotFoundError: No module named 'no_such_module'."
    )


def test_a_distribution_that_exits(installed: Callable[..., None]) -> None:
    """Guards the server: a module that is written as a script would end it."""
    installed("exits", "exiting_batch", "raise SystemExit(1)")
    assert sentence("exits").endswith("cannot be imported: SystemExit: 1.")


def test_an_incomplete_module(installed: Callable[..., None]) -> None:
    """Guards against an AttributeError at the first job: what is missing is listed at once."""
    installed("partial", "partial_batch", f"{COMPLETE}del preflight, verdict")
    assert sentence("partial") == (
        "The batch system 'partial' of the package partial_batch 1.2 is incomplete: "
        "partial_batch has no preflight, verdict."
    )


def test_a_function_that_raises(installed: Callable[..., None]) -> None:
    """Guards against a server error: which package failed, and in which function."""
    installed("raises", "raising_batch", f"{COMPLETE}def seconds(walltime): return int(walltime)")
    found = batch_system("raises")
    assert found.seconds("60") == 60
    with pytest.raises(NotAvailableError) as error:
        found.seconds("1 h")
    assert str(error.value) == (
        "The batch system 'raises' of the package raising_batch 1.2 failed in seconds: ValueError: "
        "invalid literal for int() with base 10: '1 h'."
    )


def test_installed_packages_are_searched_once(
    installed: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards the list of clusters: reading every package's metadata for each row takes long."""
    installed("cached", "cached_batch", COMPLETE)
    found: BatchSystem = batch_system("cached")
    monkeypatch.delattr(importlib.metadata, "entry_points")
    assert batch_system("cached") is found
