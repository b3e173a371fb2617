"""Start Dask clusters from JupyterLab: pick a platform, press Launch, run the inserted cell."""

from __future__ import annotations

from typing import Any


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Tell JupyterLab where the browser half is."""
    return [{"src": "labextension", "dest": "jupyter-cluster-launcher"}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Tell the Jupyter server what to load."""
    # Imported here, so that a notebook that imports this package loads no server.
    from .app import ClusterLauncher  # noqa: PLC0415

    return [{"module": "jupyter_cluster_launcher", "app": ClusterLauncher}]
