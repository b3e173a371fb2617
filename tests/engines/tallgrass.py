"""Launches on the SLURM platform, as users make them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from real_slurm import RealSlurm

from api import Api

# What fits a node of the private SLURM four times, on an interface that every host has.
SMALL = {"interface": "lo", "memory": "500MB", "walltime": "00:30:00"}


class Tallgrass:
    """Launches on the platform with options that fit the private SLURM."""

    def __init__(self, api: Api) -> None:
        self.api = api

    async def launch(self, workers: int = 2, **options: Any) -> dict[str, Any]:
        """Launch a cluster and return it as it starts."""
        request = options.pop("request", {})
        return await self.api.launch(
            platform="tallgrass", workers=workers, options={**SMALL, **options}, **request
        )

    async def row(self, cluster_id: str, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return a cluster, also one that failed, once something holds of it."""
        deadline = asyncio.get_running_loop().time() + 90
        while True:
            _, cluster = await self.api.ask("GET", "clusters", cluster_id)
            if holds(cluster):
                return dict(cluster)
            assert asyncio.get_running_loop().time() < deadline, f"never came: {cluster}"
            await asyncio.sleep(0.05)

    async def empty(self, slurm: RealSlurm, timeout: float = 30) -> None:
        """Wait until squeue lists nothing."""
        await until(lambda: not slurm.jobs(), timeout)


async def until(condition: Callable[[], bool], timeout: float = 60) -> None:
    """Wait until ``condition`` holds, at most ``timeout`` seconds."""
    deadline = asyncio.get_running_loop().time() + timeout
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, "the condition never held"
        await asyncio.sleep(0.05)
