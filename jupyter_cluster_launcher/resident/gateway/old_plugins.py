"""What libraries of 2021 call and a current distributed no longer has.

The public ebdpy passes credentials to the workers with ``client.register_worker_plugin`` and a
plugin that calls ``worker.upload_file(comm=None, …)``: the recipe of a hub's users, which has to
go on working. Workers have no module of ours, so what stands here is sent to them as it is.
"""

from __future__ import annotations

import sys
from typing import Any

import cloudpickle
from distributed import Client, WorkerPlugin


def add_old_names() -> None:
    """Give clients of this process the method that they had, where they have lost it."""
    if not hasattr(Client, "register_worker_plugin"):
        client: Any = Client
        client.register_worker_plugin = _register_worker_plugin
        by_value: Any = cloudpickle.register_pickle_by_value
        by_value(sys.modules[__name__])


def _register_worker_plugin(client: Client, plugin: Any, name: str | None = None, **_: Any) -> Any:
    return client.register_plugin(OldPlugin(plugin), name=name)


class OldWorker:
    """A worker whose methods take the arguments that they took."""

    def __init__(self, worker: Any) -> None:
        """Stand for ``worker``."""
        self._worker = worker

    def __getattr__(self, name: str) -> Any:
        """Return what the worker itself has."""
        return getattr(self._worker, name)

    async def upload_file(
        self, comm: None = None, filename: str = "", data: Any = "", load: bool = True
    ) -> Any:
        """Write a file, and import it."""
        return await self._worker.upload_file(filename=filename, data=data, load=load)


class OldPlugin(WorkerPlugin):
    """A plugin that is given an ``OldWorker``."""

    def __init__(self, plugin: Any) -> None:
        """Stand for ``plugin``."""
        self.plugin = plugin
        self.name = getattr(plugin, "name", type(plugin).__name__)

    def setup(self, worker: Any) -> Any:
        """Set the plugin up."""
        return self.plugin.setup(OldWorker(worker))

    def teardown(self, worker: Any) -> Any:
        """Take the plugin down, where it has something to do for that."""
        return getattr(self.plugin, "teardown", lambda worker: None)(OldWorker(worker))
