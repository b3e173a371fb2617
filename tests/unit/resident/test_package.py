"""The resident as a package: it suits old kernels, and means the same as the server."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_cluster_launcher import models, resident
from jupyter_cluster_launcher.controller import archive, environments, kernel_connection
from jupyter_cluster_launcher.resident.process import kernel, program
from jupyter_cluster_launcher.resident.report import Report

FILES = sorted(Path(resident.__file__).parent.glob("*.py"))
OLDEST = (3, 9)  # the oldest Python of a kernel


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_syntax_of_the_oldest_python(path: Path) -> None:
    """Guards against a launch that ends in a SyntaxError where the kernel is older than the server.

    Annotations are not evaluated, so that they may be newer.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=OLDEST)
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    assert len(tree.body) == 1 or imports[0].module == "__future__"


@pytest.mark.parametrize(
    "module", ["local", "jobqueue.resident", "gateway.resident", "jobqueue.job_script"]
)
def test_an_environment_that_has_nothing(module: str, tmp_path: Path) -> None:
    """Guards against needing the launcher, or Dask, in the kernel's environment to begin with.

    And against another package of that name there. Every warning is an error, as a user may have
    set it.
    """
    path = tmp_path / "resident.zip"
    archive.write_archive(path)
    other = tmp_path / "site" / archive.PACKAGE
    other.mkdir(parents=True)
    (other / "__init__.py").write_text("raise SystemExit('the wrong package')")
    code = f"""
import sys
sys.modules.update(dict.fromkeys(
    ["jupyter_cluster_launcher", "dask", "distributed", "dask_jobqueue", "dask_gateway"]
))
before = list(sys.path)
{archive.importing("load", path, module)}
module = load()
assert sys.path == before
assert module.__file__.startswith({str(path)!r}), module.__file__
"""
    subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        check=True,
        timeout=60,
    )


def test_the_archive_is_private_and_always_the_same(tmp_path: Path) -> None:
    """Guards against a file that others can write, and a kernel that would run what they wrote."""
    path = tmp_path / "resident.zip"
    path.write_text("of an earlier controller")
    path.chmod(0o666)
    archive.write_archive(path)
    assert path.stat().st_mode & 0o777 == 0o600
    first = archive.archive()
    archive.archive.cache_clear()
    assert archive.archive() == first == path.read_bytes()


def test_the_names_that_server_and_resident_share() -> None:
    """Guards against reports under a name that the server does not listen to."""
    assert (kernel_connection.MIME, kernel_connection.ANSWER) == (kernel.MIME, kernel.ANSWER)
    assert environments.PRIVATE == program.PRIVATE


def test_the_report_that_server_and_resident_share() -> None:
    """Guards against a fact that the resident sends and the server leaves out."""
    assert set(Report.__annotations__) - set(models.Report.__annotations__) == set()
