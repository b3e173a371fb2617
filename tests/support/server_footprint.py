"""An extension of a Jupyter server under test: what the server itself holds at the moment.

It also puts the sockets of controllers where the test looks for what is left over.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import json
import tempfile
from typing import Any

import psutil
from jupyter_server.base.handlers import APIHandler
from tornado import web

from jupyter_cluster_launcher.controller import spawn


class FootprintHandler(APIHandler):
    """What this process holds."""

    @web.authenticated
    def get(self) -> None:
        """Count tasks, and measure memory after everything that can be freed was."""
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)
        tasks = [str(task.get_coro()) for task in asyncio.all_tasks()]
        names = sorted(name.partition(" at 0x")[0] for name in tasks)
        process = psutil.Process()
        memory = process.memory_info()
        self.finish(
            json.dumps(
                {
                    "tasks": names,
                    "threads": process.num_threads(),
                    "memory": memory.rss - memory.shared,
                }
            )
        )


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "server_footprint"}]


def _load_jupyter_server_extension(serverapp: Any) -> None:
    spawn.SOCKETS = tempfile.gettempdir()
    serverapp.web_app.add_handlers(".*", [(f"{serverapp.base_url}footprint", FootprintHandler)])
