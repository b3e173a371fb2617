"""Rows of clusters that cannot be stopped: the user is told, and can let go of them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from typing import Any

import pytest
from cloud import ended, point_to, until
from fakes import a_cluster
from real_gateway import RealGateway

from api import Api
from jupyter_cluster_launcher.models import State


async def refused(api: Api, cluster_id: str) -> str:
    """Stop a cluster, or dismiss it; return what its row then says."""
    assert (await api.ask("DELETE", "clusters", cluster_id))[0] == 204
    cluster = await ended(api, cluster_id)
    assert cluster["state"] == "failed"
    return str(cluster["message"])


async def test_a_gateway_that_is_gone_for_good(api: Api, durable: RealGateway) -> None:
    """Its rows would stay for ever; what may go on there is said before one of them goes."""
    cluster = await api.launch(platform="nebari", workers=1)
    await api.ready(cluster["id"], 1)
    (name,) = [listed["name"] for listed in durable.clusters()]
    durable.kill()
    await until(lambda: not durable.healthy(), "the end of the gateway")
    message = await refused(api, cluster["id"])
    assert message.startswith("dask-gateway does not answer at 127.0.0.1:")
    assert message.count("dask-gateway") == 1
    assert message.endswith(
        f" The cluster {name} may go on at the gateway. Dismiss it again to remove this row, even "
        "if it cannot be stopped."
    )
    await api.stop(cluster["id"])
    await asyncio.to_thread(durable.start)
    assert [listed["name"] for listed in durable.clusters()] == [name]
    durable.stop_cluster(name)


async def test_a_login_that_is_out_of_date(
    api: Api, gateway: RealGateway, jp_serverapp: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards a cluster that the next server stops: once the login is right, Dismiss stops it."""
    name = gateway.start_cluster()
    manager = jp_serverapp.web_app.settings["cluster_manager"]
    record = a_cluster(platform="nebari", kind="gateway", state=State.CLOSING)
    manager.services.store.save(record)
    (manager.services.store.root / record.id / "gateway.json").write_text(json.dumps([name]))
    point_to(gateway, monkeypatch, password="guess")
    await manager.attach()
    cluster = await ended(api, record.id)
    assert cluster["state"] == "failed"
    assert cluster["message"].startswith("dask-gateway rejected your login.")
    assert f"The cluster {name} may go on at the gateway. Dismiss it again" in cluster["message"]
    point_to(gateway, monkeypatch)
    await api.stop(record.id)
    assert gateway.clusters() == []


async def test_a_note_that_is_damaged(api: Api, gateway: RealGateway, jp_serverapp: Any) -> None:
    """Clusters cost money: one that was lost ends although it cannot be read what was requested."""
    cluster = await api.launch(platform="nebari", workers=1)
    await api.ready(cluster["id"], 1)
    manager = jp_serverapp.web_app.settings["cluster_manager"]
    damage = manager.services.store.root / cluster["id"] / "gateway.json"
    damage.write_text("[")
    os.kill(manager.get(cluster["id"]).controller.pid, signal.SIGKILL)
    cluster = await ended(api, cluster["id"])
    assert cluster["state"] == "lost"
    why = "The note of what this cluster has started is damaged."
    assert cluster["message"].endswith(f"could not be reached again: {why}")
    assert len(gateway.clusters()) == 1, "it is not stopped without a request"
    assert await refused(api, cluster["id"]) == (
        f"{why} A cluster may go on at the gateway. Dismiss it again to remove this row, even if "
        "it cannot be stopped."
    )
    assert gateway.clusters() == []
    await api.stop(cluster["id"])
