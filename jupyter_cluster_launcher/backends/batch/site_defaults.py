"""Defaults of the form from a site's own configuration of dask-jobqueue."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...controller.environments import Environments
from ...errors import LauncherError
from ...platforms.validation import OptionValidator

if TYPE_CHECKING:
    from ...platforms.platform import Platform

PATIENCE = 10.0  # seconds for the answer of a kernel's environment
SCALARS = (str, int, float)

log = logging.getLogger(__name__)


class SiteDefaults:
    """What the site set for dask-jobqueue in each kernel's environment.

    It is read again at most every ``interval`` seconds.
    """

    def __init__(self, environments: Environments, interval: float) -> None:
        """Begin with nothing known."""
        self._environments, self._interval = environments, interval
        self._known: dict[tuple[str, str, str], tuple[float, dict[str, Any]]] = {}
        self._reading = asyncio.Lock()

    def known(self, platform: Platform, kernel_name: str) -> Mapping[str, Any]:
        """Return what has been read by now, by dask-jobqueue's own keys."""
        return self._known.get(_key(platform, kernel_name), (0.0, {}))[1]

    async def read(self, platform: Platform, kernel_name: str, fresh: bool) -> Mapping[str, Any]:
        """Return what the site set, by dask-jobqueue's own keys; ``fresh`` reads it again.

        Nothing where it cannot be read: the launch itself fails with the reason.
        """
        key = _key(platform, kernel_name)
        async with self._reading:
            now = asyncio.get_running_loop().time()
            when, values = self._known.get(key, (float("-inf"), {}))
            if key in self._known and not (fresh and now - when >= self._interval):
                return values
            private = {"module": platform.module, "class_name": platform.class_name}
            try:
                values = await self._environments.run_resident(
                    kernel_name, "jobqueue.site_config", timeout=PATIENCE, private=private
                )
            except LauncherError as error:
                log.debug("The configuration of dask-jobqueue cannot be read: %s", error)
                return values
            self._known[key] = (now, values)
            return values


def _key(platform: Platform, kernel_name: str) -> tuple[str, str, str]:
    return kernel_name, platform.module, platform.class_name


def with_defaults(
    properties: Mapping[str, Any], values: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """Return the options for which a site set something, with that as their default.

    A list is no default: dask-jobqueue, or the launch, adds it to what is chosen. Neither is what
    the option does not allow, nor the path of a file, which dask-jobqueue resolves itself.
    """
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
