"""The platforms as this server offers them: files, and what each needs to work here."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..backends.batch.backend import settings, unknown_batch_system
from ..backends.batch.system import batch_system
from ..backends.errors import cryptography_missing
from ..backends.gateway import Gateways
from ..controller.environments import Environments
from ..models import BadInputError, NotAvailableError, UnknownError
from . import files as platforms
from .files import Fault, Platform

TLS_MODULE = "cryptography"


class Platforms:
    """Finds platforms, and tells whether they can work with a kernel's environment."""

    def __init__(self, environments: Environments, folders: Sequence[str] | None = None) -> None:
        """Look in ``folders``, by default on Jupyter's data path."""
        self._environments, self._folders = environments, folders
        self.gateways = Gateways(environments)

    def find(self) -> tuple[list[Platform], list[Fault]]:
        """Return the platforms in their order, and the faults of files that are none.

        Read anew each time: an administrator's change holds from the next launch.
        """
        return platforms.find(self._folders)

    def get(self, name: Any) -> Platform:
        """Return a platform; raises ``UnknownError``."""
        known = {platform.name: platform for platform in self.find()[0]}
        if not isinstance(name, str) or name not in known:
            raise UnknownError(f"There is no platform {name!r:.80}. There are: {', '.join(known)}.")
        return known[name]

    def detected(self, platform: Platform) -> bool:
        """Return whether this server runs at the platform's own place."""
        return platforms.detected(platform, os.environ, shutil.which)

    def finds(self, platform: Platform) -> bool:
        """Return whether clusters of one's own that were made elsewhere can be found there."""
        return bool(platform.get("connect") == "gateway")

    async def reasons(self, found: Sequence[Platform], kernel_name: str) -> list[str | None]:
        """Return why each of some platforms cannot work here, in one sentence, or None.

        A kernel that cannot run a cluster is such a reason, so that there is a list beside which
        another can be chosen. Raises ``BadInputError`` for the name of no kernel at all.
        """
        if kernel_name != self._environments.default:
            self._environments.spec(kernel_name)
        wanted: dict[str | None, set[str]] = {None: {TLS_MODULE}}
        for platform in found:
            wanted.setdefault(platform.library_folder, set()).update(_modules(platform))
        try:
            await self._environments.look(kernel_name, wanted)
        except BadInputError as error:
            return [str(error)] * len(found)
        except NotAvailableError as error:
            return [_reason_here(platform) or str(error) for platform in found]
        return [await self.reason(platform, kernel_name) for platform in found]

    async def reason(self, platform: Platform, kernel_name: str, *more: str) -> str | None:
        """Return why a platform cannot work here, in one sentence, or None.

        Only what this platform needs is asked for, and ``more`` modules in the same question that
        are no reason. Raises ``BadInputError`` for a kernel that cannot run a cluster at all.
        """
        here = _reason_here(platform)
        if here:
            return here
        try:
            absent = await self._environments.missing(
                kernel_name, [*_modules(platform), *more], platform.library_folder
            )
        except NotAvailableError as error:
            return str(error)
        missing = [module for module in _modules(platform) if module in absent]
        title = self._environments.title(kernel_name)
        return (
            platforms.reason(
                platform,
                missing[0],
                f"The environment {title} has no {missing[0]}. "
                "Install dask and distributed there, or choose another environment.",
            )
            if missing
            else None
        )

    async def check_available(self, platform: Platform, kernel_name: str, tls: bool) -> None:
        """Raise ``NotAvailableError`` with the reason where a cluster could not be made."""
        reason = await self.reason(platform, kernel_name, *([TLS_MODULE] if tls else []))
        if reason:
            raise NotAvailableError(reason)
        if tls and await self._environments.missing(kernel_name, [TLS_MODULE]):
            raise NotAvailableError(cryptography_missing(self._environments.title(kernel_name)))

    async def asked(self, platform: Platform, kernel_name: str) -> dict[str, Any]:
        """Return the schemas of options that the platform itself declares when it is asked.

        Raises ``NotAvailableError`` where it does not tell.
        """
        if platform.get("options_from") == "gateway":
            return await self.gateways.known_options(kernel_name)
        return {}

    async def options(self, name: str, kernel_name: str) -> dict[str, Any]:
        """Return the properties of all options of a platform, asked anew where it declares them.

        Raises ``UnknownError`` and as ``asked``.
        """
        platform = self.get(name)
        if platform.get("options_from") == "gateway":
            return {**platform.options, **await self.gateways.options(kernel_name)}
        return platform.options

    def resident(self, platform: Platform) -> str:
        """Return the name of the resident's module that a controller needs."""
        if platform.get("connect") == "gateway":
            return "gateway"
        return "jobqueue" if platform.get("batch") else "local"

    def preparation(
        self, platform: Platform, options: Mapping[str, Any], directory: Path
    ) -> dict[str, Any]:
        """Return what the resident's ``prepare`` is told before the create code runs."""
        if platform.get("batch"):
            return settings(platform, options, directory)
        # Dask's own classes start the workers here, from one process that has to have Dask first.
        here = platform.get("module") in ("dask.distributed", "distributed")
        return {"directory": str(directory), "workers_here": here}

    def controller_env(self, platform: Platform, directory: Path) -> Mapping[str, str]:
        """Return what a controller's environment gets besides that of this server."""
        batch = platform.get("batch")
        return {
            **(batch_system(batch).ENVIRONMENT if batch else {}),
            # Workers start together from one prepared process; from `spawn` each would import
            # everything again, one after the other on a busy machine.
            "DASK_DISTRIBUTED__WORKER__MULTIPROCESSING_METHOD": "forkserver",
            # The debugger of kernels warns on every start; nobody debugs a controller.
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        }


def _modules(platform: Platform) -> list[str]:
    modules: list[str] = platform.get("requires", {}).get("modules", [])
    return modules


def _reason_here(platform: Platform) -> str | None:
    """Return why a platform cannot work on this computer, whatever the environment, or None."""
    here = platforms.missing(platform, os.environ, shutil.which)
    return here or unknown_batch_system(platform)
