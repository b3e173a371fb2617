"""A real sshd for the suites in this folder, and the files that ship as samples."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from real_scheduler import credentials
from real_sshd import RealSshd, missing

from api import SAMPLES


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealSshd]:
    """An sshd that lets in whoever has the key; skip where it cannot run."""
    reason = missing()
    if reason and os.environ.get("CI"):
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)
    server = RealSshd(tmp_path_factory.mktemp("sshd")).start()
    yield server
    server.stop()


@pytest.fixture
def tls_dashboard(tmp_path: Path) -> dict[str, str]:
    """The variables of an environment in which schedulers encrypt their dashboard."""
    folder = tmp_path / "dashboard"
    folder.mkdir()
    credentials(folder)
    prefix = "DASK_DISTRIBUTED__SCHEDULER__DASHBOARD__TLS"
    return {f"{prefix}__{part.upper()}": str(folder / part) for part in ("cert", "key")}


@pytest.fixture
def home(jp_environ: Any) -> Path:
    """The home directory of the user who launches clusters."""
    return Path(os.environ["HOME"])


@pytest.fixture
def samples(platform_folder: Path) -> Path:
    """The folder of the platforms, with those in it that ship as samples."""
    for sample in SAMPLES.glob("*.yaml"):
        shutil.copy(sample, platform_folder)
    return platform_folder
