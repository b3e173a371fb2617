"""The routes that say what a launch would be, and prepare for it."""

from __future__ import annotations

from http import HTTPStatus

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..base import LauncherHandler
from ..serializers import check_view, preview_view, start_view


class CodeHandler(LauncherHandler):
    """The code that a launch would run."""

    route = "/code"
    about_clusters = True
    only_reads = True

    @web.authenticated
    @authorized("execute")
    async def post(self) -> None:
        """Preview it without starting anything."""
        self.reply(preview_view(await self.within(self.manager.preview(self.body()))))


class CheckHandler(LauncherHandler):
    """What the batch system answers to a launch."""

    route = "/check"
    about_clusters = True
    only_reads = True

    @web.authenticated
    @authorized("execute")
    async def post(self) -> None:
        """Fetch the job script and the verdict without submitting anything."""
        self.reply(check_view(*await self.within(self.manager.check(self.body()))))


class PrepareHandler(LauncherHandler):
    """A controller for the launch that the user is about to make."""

    route = "/prepare"

    @web.authenticated
    @authorized("execute")
    async def post(self) -> None:
        """Begin to start it, or keep the one there is."""
        await self.within(self.manager.preparer.touch(self.body()))
        self.set_status(HTTPStatus.NO_CONTENT)
        self.finish()


class StartsHandler(LauncherHandler):
    """When a launch would start."""

    route = "/starts"
    about_clusters = True
    only_reads = True

    @web.authenticated
    @authorized("execute")
    async def post(self) -> None:
        """Estimate it for other partitions and sizes as well, without submitting anything."""
        starts = await self.within(self.manager.starts(self.body()))
        self.reply(list(map(start_view, starts)))
