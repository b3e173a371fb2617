"""What other users of a login node can read of the processes that are started there."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from fakes import a_cluster, script, write_kernelspec
from jupyter_client.kernelspec import KernelSpecManager

from jupyter_cluster_launcher.backends.gateway import STARTED, Gateways
from jupyter_cluster_launcher.clusters import preflight
from jupyter_cluster_launcher.controller.environments import Environments
from jupyter_cluster_launcher.models import NotAvailableError
from jupyter_cluster_launcher.platforms import codegen
from jupyter_cluster_launcher.platforms import files as platforms

PLATFORMS = Path(platforms.__file__).parent / "data"
KEY = "wJalrXUtnFEMI"


@pytest.fixture
def seen(jp_environ: None, jp_kernel_dir: Path, tmp_path: Path) -> Path:
    """The file into which the kernel ``watched`` writes all arguments that it is started with."""
    seen = tmp_path / "arguments"
    python = script(tmp_path, "python", f'echo "$@" >> {seen}; exec {sys.executable} "$@"')
    write_kernelspec(Path(jp_kernel_dir), "watched", python=python)
    return seen


async def test_a_key_in_the_job_script(seen: Path, tmp_path: Path) -> None:
    """Guards against `export KEY=…` before the workers start, readable in ps by everybody."""
    (tallgrass,) = [p for p in platforms.find([str(PLATFORMS)])[0] if p.name == "tallgrass"]
    options = {"interface": "lo", "job_script_prologue": [f"export KEY={KEY}"]}
    create = codegen.create(tallgrass, options, 1, None, True, {})
    cluster = a_cluster(kernel_name="watched", options=options, create=create, batch="slurm")
    environments = Environments(KernelSpecManager(), "python3", timeout=120)
    text = await preflight.job_script(tallgrass, cluster, environments, tmp_path / "ID")
    assert f"\nexport KEY={KEY}\n" in text
    assert KEY not in seen.read_text()


async def test_the_name_of_a_cluster_that_is_stopped(
    seen: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a dashboard that anybody can open, because its name was in ps for a moment."""
    monkeypatch.setenv("DASK_GATEWAY__ADDRESS", "http://127.0.0.1:9")
    (tmp_path / STARTED).write_text(f'["{KEY}"]')
    gateways = Gateways(Environments(KernelSpecManager(), "python3"), timeout=120)
    with pytest.raises(NotAvailableError, match=r"does not answer at 127\.0\.0\.1:9"):
        await gateways.stop_started("watched", tmp_path, ["another-name"])
    assert "stop" in seen.read_text()
    assert KEY not in seen.read_text()
    assert "another-name" not in seen.read_text()
