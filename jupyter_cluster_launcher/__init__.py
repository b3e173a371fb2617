"""Start Dask clusters from JupyterLab: pick a platform, press Launch, run the inserted cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .client.handle import ClusterHandle


def connect(name: str | None = None, launch: bool = False) -> tuple[ClusterHandle, Any]:
    """Return the running cluster of that name, or the only one, and a Dask client of it.

    ``cluster, client = connect()`` makes the same notebook run on every platform. With ``launch`` a
    cluster that has stopped is launched again, with the same workers and options. Raises
    ``errors.LauncherError`` with a sentence where it is not clear which cluster is meant.
    """
    # Imported here, so that the server and the import itself stay light.
    from .client.connect import connect as connect_by_name  # noqa: PLC0415 - a server needs none

    return connect_by_name(name, launch)


def __getattr__(name: str) -> str:
    """Return the version of the installed package as ``__version__``, looked up when asked for."""
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415 - most imports do not need it

        return version("jupyter-cluster-launcher")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Return where JupyterLab finds the front-end extension."""
    return [{"src": "labextension", "dest": "jupyter-cluster-launcher"}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Return the extension that the Jupyter server loads.

    Raises ``NotAvailableError`` on a system that cannot run it.
    """
    # Imported here, so that a notebook that imports this package loads no server.
    from .systems import check_system  # noqa: PLC0415 - before what needs such a system

    check_system()
    from .server.app import ClusterLauncher  # noqa: PLC0415 - a notebook needs none

    return [{"module": "jupyter_cluster_launcher", "app": ClusterLauncher}]
