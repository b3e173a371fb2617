"""How to install what a kernel's environment lacks."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest
from fakes import site, write_kernelspec
from jupyter_client.kernelspec import KernelSpecManager
from pythons import bare_python

from jupyter_cluster_launcher.controller.environments import Environments
from jupyter_cluster_launcher.platforms.catalog import Catalog
from jupyter_cluster_launcher.platforms.install import conda_environment, install_hint

# As README.md has it: with Dask alone, the next launch would fail for want of encryption.
PIP, CONDA = "'dask[distributed]' bokeh cryptography", "dask distributed bokeh cryptography"


@pytest.mark.parametrize(
    ("module", "pip", "conda"),
    [
        ("distributed", PIP, CONDA),
        ("dask.distributed", PIP, CONDA),
        ("dask_jobqueue", "dask-jobqueue", "dask-jobqueue"),
        ("dask_jobqueue.slurm", "dask-jobqueue", "dask-jobqueue"),
        ("dask_gateway", "dask-gateway", "dask-gateway"),
        ("cryptography", "cryptography", "cryptography"),
    ],
)
def test_the_package_of_a_module(module: str, pip: str, conda: str) -> None:
    """Guards against a command that installs Dask where dask-jobqueue is missing."""
    hint = install_hint(module, ["/envs/my env/bin/python"], None, None)
    assert hint == f"Install it with: '/envs/my env/bin/python' -m pip install {pip}"
    hint = install_hint(module, ["python"], "/opt/conda/envs/climate", "climate")
    assert hint == f"Install it with: conda install -n climate -c conda-forge {conda}"
    hint = install_hint(module, ["python"], "/opt/my env", None)
    assert hint == f"Install it with: conda install -p '/opt/my env' -c conda-forge {conda}"


def test_a_module_of_the_site() -> None:
    """Guards against installing another project that has the name of a site's own module."""
    hint = install_hint("site_library", ["python"], None, None)
    assert hint == "Install the package that provides it with: python -m pip install PACKAGE"


def test_conda_environments(tmp_path: Path) -> None:
    """Guards against a name that conda does not know, and pip in an environment of conda's."""
    root, named, elsewhere = tmp_path, tmp_path / "envs" / "climate", tmp_path / "work" / "env"
    assert conda_environment(None) == (None, None)
    assert conda_environment(str(root)) == (None, None)
    for folder in (root, named, elsewhere):
        (folder / "conda-meta").mkdir(parents=True)
    (root / "condabin").mkdir()
    assert conda_environment(str(root)) == (str(root), "base")
    assert conda_environment(str(named)) == (str(named), "climate")
    assert conda_environment(str(elsewhere)) == (str(elsewhere), None)


JOBQUEUE = site(requires={"modules": ["json", "dask_jobqueue"]})


@pytest.mark.parametrize("conda", [False, True])
async def test_the_reason_fits_the_kernel(
    jp_environ: None, jp_kernel_dir: Path, tmp_path: Path, conda: bool
) -> None:
    """Guards against advice for another environment than the notebook's."""
    folder = tmp_path / "venv"
    python = bare_python(folder)
    if conda:
        (folder / "conda-meta").mkdir()
    write_kernelspec(Path(jp_kernel_dir), "bare", python=python, env={"PYTHONPATH": ""})
    environments = Environments(KernelSpecManager(), "python3")
    reason = await Catalog(environments, lambda _: None, []).reason(JOBQUEUE, "bare")
    command = (
        f"conda install -p {shlex.quote(str(folder))} -c conda-forge dask-jobqueue"
        if conda
        else f"{shlex.quote(python)} -m pip install dask-jobqueue"
    )
    assert reason == (f"dask_jobqueue is not installed in Kernel bare. Install it with: {command}")
    assert environments.packages.prefix(environments.command("bare")) == str(folder)


async def test_the_administrators_sentence_comes_first(jp_environ: None) -> None:
    """Guards against our advice over that of the site, which may have a module of its own."""
    platform = site(requires={"modules": ["no_such"]}, reasons={"no_such": "Ask the desk."})
    catalog = Catalog(Environments(KernelSpecManager(), "python3"), lambda _: None, [])
    assert await catalog.reason(platform, "python3") == "Ask the desk."
    assert sys.executable in str(
        await catalog.reason(site(requires={"modules": ["no_such"]}), "python3")
    )
