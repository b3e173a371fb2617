"""The gauges on the server's own page of metrics."""

from __future__ import annotations

from typing import Any

import pytest
from tornado.httpclient import HTTPClientError

from api import Api


async def test_metrics_of_a_server(api: Api, jp_fetch: Any, jp_serverapp: Any) -> None:
    """Guards against gauges that are not where Prometheus looks, or open to everyone."""

    async def lines() -> list[str]:
        text = (await jp_fetch("metrics")).body.decode()
        return [line for line in text.splitlines() if line.startswith("cluster_launcher_")]

    assert await lines() == []
    cluster = await api.launch(platform="local", workers=1, name="Measured")
    await api.ready(cluster["id"], 1)
    shown = await lines()
    assert 'cluster_launcher_clusters{platform="local",state="running"} 1.0' in shown
    assert 'cluster_launcher_workers{platform="local"} 1.0' in shown
    assert "Measured" not in str(shown)
    with pytest.raises(HTTPClientError, match="403"):
        await jp_fetch("metrics", headers={"Authorization": "token wrong"})
    await api.ask("DELETE", "clusters", cluster["id"])
    await api.gone(cluster["id"])
    assert await lines() == []
    await jp_serverapp.cleanup_extensions()
