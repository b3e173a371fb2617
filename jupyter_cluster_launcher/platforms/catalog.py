"""The platforms as this server offers them: their files, and what each needs to work here."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..controller.disk import on_disk
from ..controller.environments import Environments
from ..controller.looks import Looks
from ..errors import BadInputError, NotAvailableError, UnknownError
from . import files
from .encryption import TLS_MODULE, cryptography_missing
from .files import Fault
from .install import conda_environment, install_hint
from .platform import Platform

DASK = ("dask", "distributed")  # what users know by one name
PATIENCE = 5.0  # seconds that the rows of clusters wait for a disk
HANGING = 0.2  # the same while it has not answered
Declared = Mapping[str, tuple[Platform, Mapping[str, Any]]]


class Catalog:
    """Finds platforms, and whether they can work with a kernel's environment."""

    def __init__(
        self,
        environments: Environments,
        unavailable: Callable[[Platform], str | None],
        folders: Sequence[str] | None = None,
        show_all: bool = False,
    ) -> None:
        """Look in ``folders``, by default on Jupyter's data path.

        ``unavailable`` returns why a platform's engine cannot work on this host, or None. With
        ``show_all`` platforms of other sites are listed as well.
        """
        self._show_all = show_all
        self._environments, self._unavailable = environments, unavailable
        self._folders = folders
        self._looks = Looks[tuple[list[Platform], list[Fault]]]()
        self._declarations = Looks[None]()
        self._declared: Declared = {}
        self._hangs = False

    def find(self) -> tuple[list[Platform], list[Fault]]:
        """Return the platforms in their order, and the faults of files that are none.

        Read anew each time: an administrator's change holds from the next launch.
        """
        return files.find(self._folders)

    async def look(self) -> list[Platform]:
        """Return the platforms in their order, found in a thread.

        The user's are in a home directory, which may be a slow network file system.
        """
        return (await self._looks.at("platforms", self.find))[0]

    async def declared(self) -> Declared:
        """Return the platforms and their options by name: the last known while the disk hangs.

        Which folder is the default of an option may depend on the disk, too.
        """
        look = asyncio.ensure_future(self._declarations.at("options", self._declare))
        await asyncio.wait({look}, timeout=HANGING if self._hangs else PATIENCE)
        self._hangs = not look.done()
        if not look.cancel():  # that leaves the thread alone, and the next request waits for it
            look.result()
        return self._declared

    def _declare(self) -> None:
        self._declared = {one.name: (one, one.options) for one in self.find()[0]}

    async def get(self, name: str) -> Platform:
        """Return a platform, found in a thread; raises ``UnknownError``."""
        return chosen(await self.look(), name)

    async def detected(self, found: Sequence[Platform]) -> list[bool]:
        """Return for each of some platforms whether this server runs at its own site."""
        return await on_disk(
            lambda: [files.detected(one, os.environ, shutil.which) for one in found]
        )

    def listed(self, platform: Platform, detected: bool) -> bool:
        """Return whether users see a platform: one of another site may have no place here."""
        return detected or self._show_all or platform.listed == "always"

    async def reasons(self, found: Sequence[Platform], kernel_name: str) -> list[str | None]:
        """Return why each of some platforms cannot work here, in one sentence, or None.

        A kernel that cannot run a cluster is such a reason, so that there is a list beside which
        another can be chosen. Raises ``BadInputError`` for the name of no kernel at all.
        """
        if kernel_name != self._environments.default:
            await on_disk(self._environments.spec, kernel_name)
        wanted: dict[str | None, set[str]] = {None: {TLS_MODULE}}
        for platform in found:
            wanted.setdefault(await _folder(platform), set()).update(platform.requires_modules)
        try:
            await self._environments.packages.refresh(kernel_name, wanted)
        except BadInputError as error:
            return [str(error)] * len(found)
        except NotAvailableError as error:
            return [await self._here(platform) or str(error) for platform in found]
        return await asyncio.gather(*(self.reason(one, kernel_name) for one in found))

    async def reason(self, platform: Platform, kernel_name: str, *more: str) -> str | None:
        """Return why a platform cannot work here, in one sentence, or None.

        ``more`` modules are looked for at the same time, but are no reason. Raises
        ``BadInputError`` for a kernel that cannot run a cluster at all.
        """
        here = await self._here(platform)
        if here:
            return here
        folder = await _folder(platform)
        try:
            absent = await self._environments.packages.missing(
                kernel_name, [*platform.requires_modules, *more], folder
            )
        except NotAvailableError as error:
            return str(error)
        missing = [module for module in platform.requires_modules if module in absent]
        if not missing:
            return None
        command = await self._environments.look(kernel_name)
        prefix = self._environments.packages.prefix(command, folder)
        python = command.python or (f"{prefix}/bin/python",)
        conda = await on_disk(conda_environment, prefix)
        hint = install_hint(missing[0], python, *conda)
        name = "Dask" if missing[0].partition(".")[0] in DASK else missing[0]
        sentence = f"{name} is not installed in {command.title}. {hint}"
        return files.reason(platform, missing[0], sentence)

    async def check_available(self, platform: Platform, kernel_name: str, tls: bool) -> None:
        """Raise ``NotAvailableError`` with the reason where a cluster could not be made."""
        modules = [TLS_MODULE] if tls else []
        # At the same time and of the same modules, so that one look and one query do for both.
        all_modules = [*modules, *([] if await _folder(platform) else platform.requires_modules)]
        other = asyncio.ensure_future(self._environments.packages.missing(kernel_name, all_modules))
        other.add_done_callback(lambda done: done.cancelled() or done.exception())
        reason = await self.reason(platform, kernel_name, *modules)
        if reason:
            raise NotAvailableError(reason)
        if tls and TLS_MODULE in await other:
            title = await on_disk(self._environments.title, kernel_name)
            raise NotAvailableError(cryptography_missing(title))

    async def _here(self, platform: Platform) -> str | None:
        """Return why a platform cannot work on this host, whatever the environment, or None."""
        missing = await on_disk(files.missing, platform, os.environ, shutil.which)
        return missing or self._unavailable(platform)


async def _folder(platform: Platform) -> str | None:
    """Return where the library of a platform is, which may be in a slow folder."""
    if platform.sys_path is None:
        return None
    return await on_disk(lambda: platform.library_folder)


def chosen(found: Sequence[Platform], name: str) -> Platform:
    """Return the platform of a name; raises ``UnknownError``."""
    known = {platform.name: platform for platform in found}
    if name not in known:
        raise UnknownError(f"There is no platform {name!r:.80}. There are: {', '.join(known)}.")
    return known[name]
