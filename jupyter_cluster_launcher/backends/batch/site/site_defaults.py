"""Defaults of the form from a site's own configuration of dask-jobqueue."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ....errors import LauncherError

if TYPE_CHECKING:
    from ....controller.environments import Environments
    from ....platforms.platform import Platform

PATIENCE = 10.0  # seconds for the answer of a kernel's environment
SCALARS = (str, int, float)

log = logging.getLogger(__name__)


Key = tuple[str, str, str]  # the kernel, and the module and the name of the class


class SiteDefaults:
    """What the site set for dask-jobqueue in each kernel's environment.

    It is read again at most every ``interval`` seconds.
    """

    def __init__(self, environments: Environments, interval: float) -> None:
        """Begin with nothing known."""
        self._environments, self._interval = environments, interval
        self._known: dict[Key, dict[str, Any]] = {}
        self._tried: dict[Key, float] = {}
        self._reading = asyncio.Lock()

    def known(self, platform: Platform, kernel_name: str) -> Mapping[str, Any]:
        """Return what has been read by now, by dask-jobqueue's own keys."""
        return self._known.get(_key(platform, kernel_name), {})

    async def read(self, platform: Platform, kernel_name: str, fresh: bool) -> Mapping[str, Any]:
        """Return what the site set, by dask-jobqueue's own keys; ``fresh`` reads it again.

        Nothing where it cannot be read: the launch itself fails with the reason.
        """
        key = _key(platform, kernel_name)
        async with self._reading:
            now = asyncio.get_running_loop().time()
            recent = now - self._tried.get(key, float("-inf")) < self._interval
            if not recent and (fresh or key not in self._known):
                try:
                    self._known[key] = await self._ask(key)
                except LauncherError as error:
                    log.debug("The configuration of dask-jobqueue cannot be read: %s", error)
                self._tried[key] = asyncio.get_running_loop().time()
        return self._known.get(key, {})

    async def _ask(self, key: Key) -> dict[str, Any]:
        kernel_name, module, class_name = key
        private = {"module": module, "class_name": class_name}
        found: dict[str, Any] = await self._environments.run_resident(
            kernel_name, "jobqueue.site_config", timeout=PATIENCE, private=private
        )
        return found


def _key(platform: Platform, kernel_name: str) -> Key:
    return kernel_name, platform.module, str(platform.class_name)


def with_defaults(
    properties: Mapping[str, Any], values: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """Return the options for which a site set something, with that as their default.

    A list is no default: dask-jobqueue, or the launch, adds it to what is chosen. Neither is what
    the option does not allow, nor the path of a file, which dask-jobqueue resolves itself.
    """
    from ....platforms.checking.validation import OptionValidator  # noqa: PLC0415 - not for notebooks

    found = {}
    for name, schema in properties.items():
        value = values.get(name.replace("_", "-"))
        if not isinstance(value, SCALARS) or schema.get("as") == "path":
            continue
        if schema.get("type") == "string":
            value = str(value)
        if OptionValidator(schema).is_valid(value):
            rest = {key: entry for key, entry in schema.items() if key != "suggested"}
            found[name] = {**rest, "default": value}
    return found
