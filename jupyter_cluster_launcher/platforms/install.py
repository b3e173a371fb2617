"""How to install a module that a kernel's environment lacks: the command that fits there."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

# Dask with what a launch needs besides: encryption is on, and the dashboard has plots.
DASK = (
    ("dask[distributed]", "bokeh", "cryptography"),
    ("dask", "distributed", "bokeh", "cryptography"),
)
# By module: what pip and conda-forge install it from, where that is known.
DISTRIBUTIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "dask": DASK,
    "distributed": DASK,
    **{
        name.replace("-", "_"): ((name,), (name,))
        for name in (
            *("dask-jobqueue", "dask-gateway", "dask-kubernetes", "dask-cloudprovider"),
            *("dask-yarn", "dask-cuda", "dask-mpi", "coiled", "cryptography", "bokeh", "ipykernel"),
        )
    },
}

FOR_DEBUGGER = "-Xfrozen_modules=off"  # ipykernel writes it into kernelspecs; pip needs none
WITH = " with: "  # what separates the sentence from its command


def install_hint(
    module: str, python: Sequence[str], prefix: str | None, conda_name: str | None
) -> str:
    """Return how to install a missing module, as a sentence that ends with a command.

    ``python`` is the command of the environment's Python. ``prefix`` is the folder of the conda
    environment that it stands in, None where that is none; ``conda_name`` is the name by which
    conda knows this environment, None where it has no name: see ``conda_environment``.

    An index may hold another project under the name of a site's own module, so only the packages
    of ``DISTRIBUTIONS`` are named.
    """
    known = DISTRIBUTIONS.get(module.partition(".")[0])
    for_pip, for_conda = known or (("PACKAGE",), ("PACKAGE",))
    if prefix is not None:
        where = ["-n", conda_name] if conda_name else ["-p", prefix]
        command = ["conda", "install", *where, "-c", "conda-forge", *for_conda]
    else:
        plain = [part for part in python if part != FOR_DEBUGGER]
        command = [*plain, "-m", "pip", "install", *for_pip]
    what = "it" if known else "the package that provides it"
    return f"Install {what}{WITH}{shlex.join(command)}"


def install_command(reason: str | None) -> str | None:
    """Return the command at the end of a sentence that ``install_hint`` made, None without one."""
    _, found, command = (reason or "").partition(WITH)
    return command if found else None


def conda_environment(prefix: str | None) -> tuple[str | None, str | None]:
    """Return the prefix and the name of a conda environment, each None where there is none.

    ``prefix`` is ``sys.prefix`` of a Python on this host. A folder is a conda environment by its
    ``conda-meta``; it has a name where it stands in the folder ``envs`` of an installation, and
    the installation itself is called base.
    """
    if prefix is None or not (Path(prefix) / "conda-meta").is_dir():
        return None, None
    folder = Path(prefix)
    if (folder / "condabin").is_dir():
        return prefix, "base"
    root = folder.parent.parent
    named = folder.parent.name == "envs" and (root / "conda-meta").is_dir()
    return prefix, folder.name if named else None
