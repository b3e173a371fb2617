"""Runs inside the controller of a cluster that dask-gateway made: how the cluster is.

Sent after ``core`` and into the same module. The scheduler is far away, behind a server that can be
down, restarted or asked too often. So a thread of its own asks, with the asynchronous client (the
synchronous one can deadlock): the scheduler every second or two, the gateway only now and then and
when the scheduler does not answer.
"""
# ruff: noqa: F821  # names of core

import asyncio
import re
import sys
import threading
import time
from datetime import datetime, timedelta, timezone

LOOK_PERIOD = 1.0  # seconds between two questions to the scheduler, for up to 50 workers
GATEWAY_PERIOD = 20.0  # seconds between two questions to the gateway while the scheduler answers
ANSWER_LIMIT = 10.0  # seconds for one answer of the gateway
QUICK = 2.0  # seconds that the scheduler has before the gateway is asked what became of it
SLOW_START = 120.0  # seconds after which a worker that has not come is worth a word

LIMITS = []  # what the gateway said of numbers above its limit


class Eye(threading.Thread):
    """Asks the scheduler and the gateway how a cluster is; ``report`` has the newest answer."""

    def __init__(self, cluster, joined=False, slow_start=SLOW_START):
        """Look after ``cluster``, a connected ``GatewayCluster``.

        ``joined`` says that somebody else started it; ``slow_start`` is in seconds.
        """
        super().__init__(name="cluster-launcher-gateway", daemon=True)
        self.cluster, self.slow_start = cluster, slow_start
        self.joined = joined
        self.requested = self.idle_timeout = self.ended = None
        self.failed = self.adapting = False
        self.info, self.plots, self.versions, self.trouble = {}, {}, {}, ""
        self.busy, self.idle_since = True, time.time()
        self.waiting_since = self.asked_gateway = self.answered = time.monotonic()
        self.loop = self.comm = self.gateway = None
        self.first = threading.Event()

    def run(self):
        """Look until the cluster has ended."""
        asyncio.run(self.watch())

    async def watch(self):
        """Connect, and look again and again."""
        from dask_gateway import Gateway
        from distributed.core import rpc

        known, self.loop = self.cluster.gateway, asyncio.get_running_loop()
        security = self.cluster.security.get_connection_args("client")
        self.comm = rpc(self.cluster.scheduler_address, connection_args=security)
        async with Gateway(known.address, auth=known.auth, asynchronous=True) as self.gateway:
            while self.ended is None:
                await self.look()
                self.first.set()
                await asyncio.sleep(max(LOOK_PERIOD, len(self.info.get("workers", ())) / 50))

    def do(self, request, limit=ANSWER_LIMIT):
        """Wait, in another thread, for the answer to a request that the gateway is sent."""
        return asyncio.run_coroutine_threadsafe(request, self.loop).result(limit)

    async def look(self):
        """Ask the scheduler; ask the gateway where it does not answer, and now and then."""
        now = time.monotonic
        try:
            await asyncio.wait_for(self.ask_scheduler(), QUICK)
            self.answered, self.trouble = now(), ""
        except Exception as error:  # of whatever kind: the gateway knows more
            # A scheduler with very much to do is slow; that is not worth a word.
            if now() - self.answered > ANSWER_LIMIT:
                self.trouble = f"The cluster's scheduler does not answer ({type(error).__name__})."
        if self.answered < now() - QUICK or now() - self.asked_gateway > GATEWAY_PERIOD:
            await self.ask_gateway()
            self.asked_gateway = now()

    async def ask_scheduler(self):
        """Learn of the workers and their load."""
        if self.idle_timeout is None:
            await self.ask_once()
        self.info = await self.comm.identity()
        states = (await self.comm.get_task_prefix_states()).values()
        busy = any(state["processing"] or state["waiting"] for state in states)
        if busy or self.busy:
            self.idle_since = time.time()
        self.busy = busy
        self.info["tasks"] = sum(sum(state.values()) - state["released"] for state in states)
        if len(self.info["workers"]) >= (self.requested or 0):
            self.waiting_since = time.monotonic()

    async def ask_once(self):
        """Learn what the gateway's part of the scheduler was told, and which plots there are.

        Its Python must be ours for that: a function of another version could crash it.
        """
        from distributed.protocol.pickle import dumps

        self.idle_timeout, told = 0, {}
        packages = (await self.comm.versions())["packages"]
        version = packages["python"].split(".")[:2]
        self.versions = {"python": ".".join(packages["python"].split(".")[:3])}
        self.versions |= {name: packages[name] for name in PACKAGES if packages.get(name)}
        if version == [str(part) for part in sys.version_info[:2]]:
            answer = await self.comm.run_function(function=dumps(told_to_scheduler))
            told = answer.get("result") or {}
        self.idle_timeout = told.get("idle_timeout") or 0
        if self.requested is None:
            self.requested = told.get("count")
            self.adapting = bool(told.get("adapting"))
        self.plots = await self.ask_plots()

    async def ask_plots(self):
        """Return the single plots of the dashboard, {title: path}, as the scheduler lists them."""
        import aiohttp

        root = f"{self.gateway.address}/clusters/{self.cluster.name}"
        limit = aiohttp.ClientTimeout(total=5)
        try:
            async with (
                aiohttp.ClientSession(timeout=limit) as session,
                session.get(f"{root}/individual-plots.json") as answer,
            ):
                return await answer.json(content_type=None) if answer.ok else {}
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError):
            return {}  # not behind this address, or no bokeh in the cluster's environment

    async def ask_gateway(self):
        """Learn what became of the cluster: a ``GatewayCluster`` says "running" for ever."""
        try:
            request = self.gateway.get_cluster(self.cluster.name)
            status = (await asyncio.wait_for(request, ANSWER_LIMIT)).status.name
        except ValueError:  # a 404
            self.failed = True
            self.ended = "dask-gateway does not know this cluster any more: it was restarted."
        except Exception as error:
            self.trouble = (
                f"dask-gateway at {self.gateway.address} does not answer ({type(error).__name__}). "
                "The cluster may go on; this row will tell when there is an answer again."
            )
        else:
            self.failed = status == "FAILED"
            self.ended = self.farewell(status)

    def farewell(self, status):
        """Return why the cluster ended, None while it lives; the gateway itself gives no reason."""
        if status == "FAILED":
            return (
                "The gateway says that the cluster failed: its scheduler or all its workers died."
            )
        if status == "STOPPING":  # on the way to STOPPED or to FAILED
            self.trouble = "The cluster is being stopped."
        if status != "STOPPED":
            return None
        idle = time.time() - self.idle_since
        if self.idle_timeout and not self.busy and idle > 0.5 * self.idle_timeout:
            return f"Stopped by the gateway after {words(self.idle_timeout)} without work."
        return "Stopped, but not from here: by another notebook, or by the gateway."

    def report(self):
        """Return the newest report."""
        workers = self.info.get("workers", {}).values()
        cores = sum(worker["nthreads"] for worker in workers)
        metrics = [worker.get("metrics") or {} for worker in workers]
        return {
            "name": self.cluster.name,
            "address": self.cluster.scheduler_address,
            "tls": True,
            "joined": self.joined,
            "ready": 0 if self.ended else len(workers),
            "requested": len(workers) if self.adapting else self.requested,
            "cores": cores,
            "memory": sum(worker["memory_limit"] or 0 for worker in workers),
            "dashboard_link": self.cluster.dashboard_link,
            "plots": self.plots,
            "versions": self.versions,
            "usage": {
                "cpu": round(sum(m.get("cpu", 0) for m in metrics) / 100 / max(1, cores), 2),
                "memory": sum(m.get("memory", 0) for m in metrics),
                "tasks": self.info.get("tasks", 0),
                "busy": self.busy,
            },
            "warnings": self.warnings(),
            "stops_at": self.stops_at(),
            "idle_limit": self.idle_timeout or None,
            **({"ended": self.ended, "broken": self.failed} if self.ended else {}),
        }

    def warnings(self):
        """Return what a person should know besides, in sentences."""
        said = [self.trouble] if self.trouble else []
        said += [limit_words(text) for text in LIMITS]
        waited = time.monotonic() - self.waiting_since
        if not self.trouble and not self.adapting and waited > self.slow_start:
            said.append(
                f"No worker has come for more than {words(self.slow_start)}. In a cloud a new "
                "machine takes some minutes; if none comes, try another profile or environment."
            )
        return said

    def stops_at(self):
        """Return when the gateway will stop an idle cluster, ISO 8601 in UTC, or None."""
        if not self.idle_timeout or self.busy:
            return None
        when = datetime.fromtimestamp(self.idle_since, timezone.utc)
        return (when + timedelta(seconds=self.idle_timeout)).isoformat(timespec="seconds")


def told_to_scheduler(dask_scheduler):
    """Return, in the scheduler, what the gateway told it: wanted workers and idle time."""
    service = dask_scheduler.services.get("gateway")
    return {
        "count": getattr(service, "count", None),
        "idle_timeout": getattr(service, "idle_timeout", 0),
        "adapting": getattr(service, "adapt_task", None) is not None,
    }


def limit_words(text):
    """Return the gateway's warning about its limit in short, or as it is."""
    match = re.search(r"(?:request of|maximum=)\s*(\d+).*?resource limit of (\d+) workers", text)
    return f"Asked for {match[1]} workers, the gateway's limit is {match[2]}." if match else text
