"""The routes of platforms, and of the environments in which they work."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from ...backends.facts import Found
from ...controller.disk import on_disk
from ...platforms.platform import Platform
from ..base import LauncherHandler
from ..serializers import found_view, platform_view


class PlatformsHandler(LauncherHandler):
    """The platforms, and whether each can work with a kernel's environment."""

    route = "/platforms"

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """List them."""
        self.reply(await self.within(self._views()))

    async def _views(self) -> list[dict[str, Any]]:
        services = self.manager.services
        found = await services.catalog.look()
        detected = await asyncio.gather(
            *map(self._answers, found, await services.catalog.detected(found))
        )
        here = {platform.name for platform, yes in zip(found, detected, strict=True) if yes}
        found = [one for one in found if services.catalog.listed(one, one.name in here)]
        reasons = await services.catalog.reasons(found, await self.kernel_name())
        backends = [services.backends.for_platform(one) for one in found]
        known = [one.name in here for one in found]
        # In a thread: a default may depend on whether a folder is there.
        views = map(platform_view, found, backends, reasons, known)
        return await on_disk(list, views)

    async def _answers(self, platform: Platform, detected: bool) -> bool:
        backend = self.manager.services.backends.for_platform(platform)
        return detected and await backend.answers(platform)


class OptionsHandler(LauncherHandler):
    """The options of a platform, with those that its engine declares."""

    route = "/platforms/{name}/options"

    @web.authenticated
    @authorized
    async def get(self, name: str) -> None:
        """Fetch them."""
        properties = await self.within(self._options(name))
        self.reply({"options": {"type": "object", "properties": properties}})

    async def _options(self, name: str) -> dict[str, Any]:
        return await self.manager.options(name, await self.kernel_name())


class FoundHandler(LauncherHandler):
    """The user's clusters on a platform that were not started here."""

    route = "/platforms/{name}/found"
    about_clusters = True

    @web.authenticated
    @authorized
    async def get(self, name: str) -> None:
        """List those that can be joined."""
        found = await self.within(self._found(name))
        self.reply([found_view(cluster) for cluster in found])

    async def _found(self, name: str) -> Sequence[Found]:
        return await self.manager.found(name, await self.kernel_name())


class KernelHandler(LauncherHandler):
    """The environment of a kernel."""

    route = "/kernel"

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Look for this package in it, from which notebooks import ``connect``."""
        self.reply({"connect": await self.within(self._has_connect())})

    async def _has_connect(self) -> bool:
        packages = self.manager.services.environments.packages
        own = __name__.partition(".")[0]
        return not await packages.missing(await self.kernel_name(), [own])
