"""The thread that polls a gateway's cluster.

The scheduler is far away, behind a server that can be down, restarted or polled too often. So a
thread of its own polls with the asynchronous client (the synchronous one can deadlock): the
scheduler every second or two, the gateway only now and then and when the scheduler is silent.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

import aiohttp
from dask_gateway.client import Gateway
from distributed.core import rpc

from ..observed.deaths import MEMORY_EVENTS
from ..observed.identity import scheduler_versions
from .scheduler import GatewaySettings, by_value, gateway_settings
from .state import ANSWER_LIMIT, GatewayState

POLL_PERIOD = 1.0  # seconds between two polls of the scheduler, for up to 50 workers
GATEWAY_PERIOD = 20.0  # seconds between two polls of the gateway while the scheduler answers
QUICK = 2.0  # seconds that the scheduler has before the gateway is polled for what became of it
PLOTS_LIMIT = 5.0  # seconds for the list of the dashboard's plots

T = TypeVar("T")


class GatewayMonitor(threading.Thread):
    """Keeps ``state`` up to date and sends the gateway requests."""

    gateway: Any  # a ``Gateway`` and an ``rpc`` to the scheduler, both without types;
    scheduler: Any  # there once ``first`` is set

    def __init__(self, state: GatewayState) -> None:
        """Poll the connected cluster of ``state``."""
        super().__init__(name="cluster-launcher-gateway", daemon=True)
        self.state = state
        self._settings_read = False
        self._answered = self._gateway_polled = time.monotonic()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.first = threading.Event()

    def run(self) -> None:
        """Poll until the cluster has ended."""
        asyncio.run(self.monitor())

    async def monitor(self) -> None:
        """Connect, and poll again and again."""
        self._loop = asyncio.get_running_loop()
        cluster, known = self.state.cluster, self.state.cluster.gateway
        security = cluster.security.get_connection_args("client")
        self.scheduler = rpc(cluster.scheduler_address, connection_args=security)
        async with Gateway(known.address, auth=known.auth, asynchronous=True) as self.gateway:
            while self.state.ended is None:
                await self.poll()
                self.first.set()
                await asyncio.sleep(max(POLL_PERIOD, len(self.state.workers) / 50))

    def do(self, request: Coroutine[Any, Any, T], limit: float = ANSWER_LIMIT) -> T:
        """Return the answer to a request, from another thread.

        Raises what the request raises, and ``TimeoutError`` after ``limit`` seconds.
        """
        if self._loop is None:
            raise RuntimeError("The gateway is not connected yet.")
        return asyncio.run_coroutine_threadsafe(request, self._loop).result(limit)

    async def poll(self) -> None:
        """Poll the scheduler; poll the gateway where it is silent, and now and then."""
        now = time.monotonic
        try:
            await asyncio.wait_for(self.poll_scheduler(), QUICK)
            self._answered, self.state.trouble = now(), ""
        except Exception as error:  # of whatever kind: the gateway knows more
            # A scheduler with very much to do is slow; that is not worth a warning.
            if now() - self._answered > ANSWER_LIMIT:
                kind = type(error).__name__
                self.state.trouble = f"The cluster's scheduler does not answer ({kind})."
        if self._answered < now() - QUICK or now() - self._gateway_polled > GATEWAY_PERIOD:
            await self.poll_gateway()
            self._gateway_polled = now()

    async def poll_scheduler(self) -> None:
        """Fetch the workers and their load."""
        if not self._settings_read:
            self._settings_read = True
            await self.read_settings()
        identity = await self.scheduler.identity()
        states = list((await self.scheduler.get_task_prefix_states()).values())
        self.state.killed = await self.scheduler.events(topic=MEMORY_EVENTS)
        self.state.update(identity["workers"], states)

    async def read_settings(self) -> None:
        """Read, once, what the gateway has set in its scheduler, and which plots there are.

        Its Python version must be ours for that: a function of another version could crash it.
        """
        state, settings = self.state, GatewaySettings()
        state.idle_timeout = 0
        packages = (await self.scheduler.versions())["packages"]
        python = packages["python"].split(".")
        state.versions = scheduler_versions(packages)
        if python[:2] == [str(part) for part in sys.version_info[:2]]:
            answer = await self.scheduler.run_function(function=by_value(gateway_settings))
            settings = answer.get("result") or settings
        state.idle_timeout = settings.get("idle_timeout") or 0
        if state.requested is None:
            state.requested = settings.get("count")
            state.adapting = bool(settings.get("adapting"))
        state.plots = await self.fetch_plots()

    async def fetch_plots(self) -> dict[str, str]:
        """Return the single plots of the dashboard, {title: path}, as the scheduler lists them."""
        url = f"{self.gateway.address}/clusters/{self.state.cluster.name}/individual-plots.json"
        session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PLOTS_LIMIT))
        try:
            async with session, session.get(url) as answer:
                listed: dict[str, str] = await answer.json(content_type=None) if answer.ok else {}
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError):
            return {}  # not behind this address, or no bokeh in the cluster's environment
        return listed

    async def poll_gateway(self) -> None:
        """Learn what became of the cluster: a ``GatewayCluster`` says "running" for ever."""
        try:
            request = self.gateway.get_cluster(self.state.cluster.name)
            status = (await asyncio.wait_for(request, ANSWER_LIMIT)).status.name
        except ValueError:  # a 404
            self.state.failed = True
            self.state.ended = "dask-gateway does not know this cluster any more: it was restarted."
        except Exception as error:
            self.state.trouble = (
                f"dask-gateway at {self.gateway.address} does not answer ({type(error).__name__}). "
                "The cluster may go on; this row will show when there is an answer again."
            )
        else:
            self.state.end(status)
