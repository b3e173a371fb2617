"""How a controller and its cluster end, where processes of it do not."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fakes import a_cluster

from jupyter_cluster_launcher.clusters import ending
from jupyter_cluster_launcher.clusters.connection import Connection
from jupyter_cluster_launcher.clusters.reconcile import Facts, Work
from jupyter_cluster_launcher.controller import host
from jupyter_cluster_launcher.controller.boot import boot_id
from jupyter_cluster_launcher.controller.client import Controller
from jupyter_cluster_launcher.controller.controllers import Controllers
from jupyter_cluster_launcher.errors import NotAvailableError
from jupyter_cluster_launcher.models import ControllerRef, Report, State


async def test_a_cluster_that_closed_before_its_processes_hang(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a row that asks to end yourself what has ended, and sockets that stay."""
    sockets, asked = tmp_path / "sockets", list[bool]()
    sockets.mkdir()
    ref = ControllerRef(str(tmp_path / "c.json"), str(sockets), os.getpid(), "here", boot_id())
    connection = Connection(Controllers(), lambda _: None, lambda _: None, lambda _: "")

    async def closed(*_: Any) -> bool:
        return True

    async def remains(*_: Any) -> None:
        raise NotAvailableError(host.REMAINS)

    async def cleanup(_: Any, __: Path, shut_down: bool, wait: bool) -> None:
        asked.append(shut_down)

    controller = connection.connect(ref)
    controller._connected = True
    monkeypatch.setattr(Controller, "alive", True)
    monkeypatch.setattr(controller, "_close_politely", closed)
    monkeypatch.setattr(host, "end_group", remains)
    services: Any = SimpleNamespace(
        controllers=Controllers(),
        store=SimpleNamespace(root=tmp_path),
        limits=SimpleNamespace(close=1.0),
        backend=lambda _: SimpleNamespace(cleanup=cleanup),
    )
    joined = a_cluster(state=State.CLOSING, controller=ref, report=Report(joined=True))
    facts = Facts(State.CLOSING, work=Work.STOP)
    assert await ending.end(joined, services, connection, facts) == host.REMAINS
    assert asked == [False]
    assert not sockets.exists()
