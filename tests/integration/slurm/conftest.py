"""A real SLURM for the suites in this folder, started once, and the launcher's view of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from real_server import RealServer
from real_slurm import RealSlurm
from slurm_site import enforce_accounts, start
from tallgrass import Tallgrass

from api import Api


@pytest.fixture(scope="session")
def plain_slurm() -> Iterator[RealSlurm]:
    """Keep a SLURM without accounting, which takes any account and QOS."""
    yield from start(accounting=False)


@pytest.fixture(scope="session")
def accounting_slurm() -> Iterator[RealSlurm]:
    """Keep a SLURM that enforces accounts and QOS: account ``sci``, QOS ``debug`` with limits."""
    for slurm in start(accounting=True):
        enforce_accounts(slurm)
        yield slurm


@pytest.fixture
def slurm(plain_slurm: RealSlurm, monkeypatch: pytest.MonkeyPatch) -> Iterator[RealSlurm]:
    """Point this test at a SLURM, and leave no job of it for the next."""
    yield from using(plain_slurm, monkeypatch)


@pytest.fixture
def accounting(accounting_slurm: RealSlurm, monkeypatch: pytest.MonkeyPatch) -> Iterator[RealSlurm]:
    """Point this test at a SLURM with accounting, and leave no job of it for the next."""
    yield from using(accounting_slurm, monkeypatch)


def using(slurm: RealSlurm, monkeypatch: pytest.MonkeyPatch) -> Iterator[RealSlurm]:
    """Yield a SLURM that the commands of this process use."""
    monkeypatch.setenv("SLURM_CONF", str(slurm.layout.conf))
    monkeypatch.setenv("SLURM_JOB_ACCOUNT", "sci")
    yield slurm
    slurm.empty()


@pytest.fixture
def jp_server_config(jp_server_config: dict[str, Any]) -> dict[str, Any]:
    # Without the settings of the other suites: which platforms are listed is as on a real site.
    return {**jp_server_config, "ClusterLauncher": {"queue_interval": 0.5}}


@pytest.fixture
def server(slurm: RealSlurm, tmp_path: Path) -> Iterator[RealServer]:
    """Start a server that uses the private SLURM."""
    server = RealServer(tmp_path, "--ClusterLauncher.queue_interval=0.5")
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
def tallgrass(api: Api) -> Tallgrass:
    return Tallgrass(api)
