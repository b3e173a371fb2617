"""The REST interface as the browser uses it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import promises
from tornado.httpclient import HTTPClientError

ROOT = Path(__file__).parent.parent.parent
PLATFORMS = ROOT / "jupyter_cluster_launcher/platforms/data"
SAMPLES = ROOT / "jupyter_cluster_launcher/platforms/samples"


class Api:
    """The REST interface as the browser uses it."""

    def __init__(self, fetch: Callable[..., Awaitable[Any]]) -> None:
        self._fetch = fetch

    async def ask(
        self, method: str, *path: str, body: Any = None, **kwargs: Any
    ) -> tuple[int, Any]:
        """Return the status and the answer, of errors too; each has to keep to the contract."""
        text = body if isinstance(body, str | bytes | None) else json.dumps(body)
        try:
            answer = await self._fetch(
                "cluster-launcher", *path, method=method, body=text,
                allow_nonstandard_methods=True, **kwargs,
            )  # fmt: skip
        except HTTPClientError as error:
            answer = error.response
        promises.check(method, "/".join(path), text, answer)
        data = "json" in answer.headers.get("Content-Type", "") and answer.body
        return answer.code, json.loads(answer.body) if data else answer.body.decode() or None

    async def launch(self, **request: Any) -> dict[str, Any]:
        """Launch a cluster and return it as it starts."""
        status, cluster = await self.ask("POST", "clusters", body=request)
        assert status == 202, cluster
        return dict(cluster)

    async def plots(self, cluster_id: str, timeout: float = 30) -> list[dict[str, str]]:
        """Return the plots of a cluster, once its scheduler has listed them."""
        deadline = asyncio.get_running_loop().time() + timeout
        while not (plots := (await self.ask("GET", "clusters", cluster_id, "plots"))[1]):
            assert asyncio.get_running_loop().time() < deadline, "no plots"
            await asyncio.sleep(0.05)
        return list(plots)

    async def until(
        self, cluster_id: str, holds: Callable[[dict[str, Any]], bool], timeout: float = 90
    ) -> dict[str, Any]:
        """Return the cluster once something holds of it."""
        deadline = asyncio.get_running_loop().time() + timeout
        while True:
            status, cluster = await self.ask("GET", "clusters", cluster_id)
            if status == 200 and holds(cluster):
                return dict(cluster)
            assert asyncio.get_running_loop().time() < deadline, f"never came to it: {cluster}"
            assert status == 200, cluster
            if cluster["state"] == "failed":
                log = await self.ask("GET", "clusters", cluster_id, "logs")
                raise AssertionError(f"{cluster['message']}\n{log[1]['launch']}")
            await asyncio.sleep(0.05)

    async def ready(self, cluster_id: str, workers: int, timeout: float = 90) -> dict[str, Any]:
        """Return the cluster once it runs with this many workers."""
        return await self.until(
            cluster_id,
            lambda c: c["state"] == "running" and c["workers"]["ready"] == workers,
            timeout,
        )

    async def gone(self, cluster_id: str, timeout: float = 60) -> None:
        """Wait until there is no such cluster any more."""
        deadline = asyncio.get_running_loop().time() + timeout
        while (await self.ask("GET", "clusters", cluster_id))[0] != 404:
            assert asyncio.get_running_loop().time() < deadline, "the cluster is still listed"
            await asyncio.sleep(0.05)

    async def stop(self, cluster_id: str, leave: bool | None = None) -> None:
        """Stop a cluster and wait until it is gone; ``leave`` is sent for one that was joined."""
        params = {} if leave is None else {"leave": str(leave).lower()}
        status, answer = await self.ask("DELETE", "clusters", cluster_id, params=params)
        assert status == 204, answer
        await self.gone(cluster_id)
