"""What the suites share: a real Jupyter server with the extension, and a user's view of it."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from api import PLATFORMS, Api

# Fixtures of the cloud side stand in a file of their own.
pytest_plugins = ["cloud"]

# For long runs: pytest --hypothesis-profile=long
settings.register_profile("long", max_examples=10_000, deadline=None)
# The same random input in each run; `make test-long` has another in each.
settings.register_profile("same", derandomize=True, database=None, deadline=None)
settings.load_profile("same")

# A runner in the background of a shell has SIGINT ignored, and all that it starts inherits that.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def jp_server_config() -> dict[str, Any]:
    return {
        "ServerApp": {"jpserver_extensions": {"jupyter_cluster_launcher": True}},
        "ClusterLauncher": {"show_all_platforms": True},
    }


@pytest.fixture
def jp_serverapp(jp_serverapp: Any) -> Any:
    """The server. Its extensions are not started: there are no clusters of earlier servers."""
    for launcher in jp_serverapp.extension_manager.extension_apps.get(
        "jupyter_cluster_launcher", ()
    ):
        launcher.load().manager._others._begun.set()
    return jp_serverapp


@pytest.fixture
def platform_folder(jp_environ: Any, jp_env_jupyter_path: Path) -> Path:
    """The folder where an environment's platform files stand, with ours in it."""
    folder = Path(jp_env_jupyter_path) / "cluster-platforms"
    shutil.copytree(PLATFORMS, folder, dirs_exist_ok=True)
    return folder


@pytest.fixture
def api(platform_folder: Path, jp_fetch: Any) -> Api:
    return Api(jp_fetch)
