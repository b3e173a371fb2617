"""The routes of the workers of a cluster."""

from __future__ import annotations

from http import HTTPStatus

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..base import LauncherHandler
from ..serializers import workers_view


class WorkersHandler(LauncherHandler):
    """The workers of a cluster, one by one."""

    route = "/clusters/{cluster_id}/workers"

    @web.authenticated
    @authorized
    async def get(self, cluster_id: str) -> None:
        """List them, with those that died."""
        workers = await self.within(self.manager.workers(cluster_id))
        self.reply(workers_view(self.manager.get(cluster_id), workers))


class RestartHandler(LauncherHandler):
    """A worker that is restarted."""

    route = "/clusters/{cluster_id}/restart"

    @web.authenticated
    @authorized("execute")
    async def post(self, cluster_id: str) -> None:
        """Restart it, and answer when it is back."""
        await self.within(self.manager.restart_worker(cluster_id, self.body()["worker"]))
        self.set_status(HTTPStatus.NO_CONTENT)
        self.finish()
