"""A gateway that goes away, and comes back."""

from __future__ import annotations

import asyncio

from cloud import ended, until
from real_gateway import RealGateway

from api import Api


async def test_no_gateway_is_configured(api: Api) -> None:
    """On a laptop the platform is a mystery unless it says what it is for."""
    status, answer = await api.ask("GET", "platforms", "nebari", "options")
    assert status == 503
    assert "This platform needs a JupyterHub" in answer["message"]


async def test_the_gateway_is_down_at_the_launch(api: Api, durable: RealGateway) -> None:
    """Down between the form and the click, and down before the form."""
    assert (await api.ask("GET", "platforms", "nebari", "options"))[0] == 200
    durable.stop()
    cluster = await api.launch(platform="nebari", workers=1)
    cluster = await ended(api, cluster["id"])
    assert cluster["state"] == "failed"
    assert cluster["message"].startswith("dask-gateway does not answer at 127.0.0.1:")
    await api.stop(cluster["id"])
    status, answer = await api.ask("GET", "platforms", "nebari", "options")
    assert (status, answer["message"][:30]) == (503, "dask-gateway does not answer a")


async def test_the_gateway_goes_and_comes_back(api: Api, durable: RealGateway) -> None:
    """Its clusters run on: the row shows why it waits, and all is well afterwards."""
    cluster = await api.launch(platform="nebari", workers=1)
    cluster = await api.ready(cluster["id"], 1)
    durable.kill()
    cluster = await api.until(cluster["id"], lambda c: c["warnings"])
    assert cluster["state"] == "running"
    assert "does not answer" in cluster["warnings"][0]
    assert "The cluster may go on" in cluster["warnings"][0]
    await asyncio.to_thread(durable.start)
    await api.until(cluster["id"], lambda c: not c["warnings"] and c["workers"]["ready"] == 1)
    assert (await api.ask("PATCH", "clusters", cluster["id"], body={"workers": 2}))[0] == 202
    await api.ready(cluster["id"], 2)
    await api.stop(cluster["id"])
    assert durable.clusters() == []


async def test_stopping_while_the_gateway_is_down(api: Api, durable: RealGateway) -> None:
    """Clusters cost money: a stop that did not happen must not look like one that did."""
    cluster = await api.launch(platform="nebari", workers=1)
    await api.ready(cluster["id"], 1)
    durable.kill()
    await until(lambda: not durable.healthy(), "the end of the gateway")
    assert (await api.ask("DELETE", "clusters", cluster["id"]))[0] == 204
    cluster = await ended(api, cluster["id"])
    assert cluster["state"] == "failed"
    assert "may go on at the gateway. Dismiss it again to remove this row" in cluster["message"]
    await asyncio.to_thread(durable.start)
    assert len(durable.clusters()) == 1
    await api.stop(cluster["id"])
    assert durable.clusters() == []


async def test_shutting_down_a_joined_one_while_the_gateway_is_down(
    api: Api, durable: RealGateway
) -> None:
    """It runs on and costs money: the row must stay until the cluster has really stopped."""
    name = durable.start_cluster()
    cluster = await api.launch(platform="nebari", adopt=name)
    await api.until(cluster["id"], lambda c: c["joined"])
    durable.kill()
    await until(lambda: not durable.healthy(), "the end of the gateway")
    params = {"leave": "false"}
    assert (await api.ask("DELETE", "clusters", cluster["id"], params=params))[0] == 204
    cluster = await ended(api, cluster["id"])
    assert cluster["state"] == "failed"
    assert "may go on at the gateway. Dismiss it again to remove this row" in cluster["message"]
    await asyncio.to_thread(durable.start)
    assert [listed["name"] for listed in durable.clusters()] == [name]
    # A joined cluster is neither left nor stopped unless the request says which.
    assert (await api.ask("DELETE", "clusters", cluster["id"]))[0] == 409
    await api.stop(cluster["id"], leave=False)
    assert durable.clusters() == []
