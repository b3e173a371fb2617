"""The routes of presets."""

from __future__ import annotations

from http import HTTPStatus

from jupyter_server.auth.decorator import authorized
from tornado import web

from ...controller.disk import on_disk
from ..base import LauncherHandler
from ..serializers import preset_view


class PresetsHandler(LauncherHandler):
    """The presets of the site and of the user."""

    route = "/presets"

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """List them."""
        found = await self.within(on_disk(self.manager.presets.list))
        self.reply(list(map(preset_view, found)))


class PresetHandler(LauncherHandler):
    """A preset of the user."""

    route = "/presets/{name}"

    @web.authenticated
    @authorized("execute")
    async def put(self, name: str) -> None:
        """Save it."""
        self.reply(preset_view(await self.within(self.manager.save_preset(name, self.body()))))

    @web.authenticated
    @authorized("execute")
    async def delete(self, name: str) -> None:
        """Delete it."""
        await self.within(on_disk(self.manager.presets.delete, name))
        self.set_status(HTTPStatus.NO_CONTENT)
        self.finish()
