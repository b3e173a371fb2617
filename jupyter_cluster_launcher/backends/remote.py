"""Clusters of any other class: the scheduler may run in another process, on another host, in a pod.

What such a class starts is not ours, and does not end with the controller. So the controller notes
in the cluster's directory what it would have to end, and where it was killed, a short-lived process
(``resident/remote/ending.py``) does that in its place.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..controller import marked
from ..controller.boot import boot_id
from ..controller.disk import on_disk
from ..controller.guarded_files import read_object, words
from ..controller.host import host, is_elsewhere
from ..errors import LauncherError, NotAvailableError
from ..models import Cluster, State
from ..platforms.code.connectcode import connect_by_name
from ..platforms.encryption import encryption
from . import dashboards, errors
from .batch.polling.cancel import remove_keys
from .facts import Context, Needs, Status
from .local import LocalBackend, counted
from .remote_errors import REMOTE
from .warned import Warned

if TYPE_CHECKING:
    from ..platforms.platform import Platform

STARTED = "started.json"  # in a cluster's directory: what has to end where the controller cannot
END_LIMIT = 60.0  # seconds for that
GONE = "its scheduler has ended"  # as the program that does it says, in resident/remote/ending.py
LEFT = "Its scheduler and workers may still be running. Clean up ends them."
IPV6_LOOPBACK = "::1"
LOOPBACK = ("//localhost:", "//127.", f"//[{IPV6_LOOPBACK}]")

log = logging.getLogger(__name__)


class RemoteBackend(LocalBackend):
    """A scheduler that the class starts wherever it likes."""

    resident = "remote.resident"
    starts_workers = False

    def __init__(self, context: Context) -> None:
        """Follow clusters as ``context`` says; no user was warned yet."""
        super().__init__(context)
        self._unread = Warned()  # that it is not known what was started

    def needs(self, platform: Platform, options: Mapping[str, Any]) -> Needs:
        """Return the class, how it encrypts, and how notebooks connect."""
        return Needs(
            {
                "class": f"{platform.module}.{platform.class_name or platform.function}",
                "encryption": encryption(platform),
                "connect": platform.connect,
            }
        )

    def preparation(self, cluster: Cluster, directory: Path) -> dict[str, Any]:
        """Return what the resident gets: also whether the cluster has to be encrypted."""
        return {**super().preparation(cluster, directory), "tls": cluster.tls}

    def warnings(self, platform: Platform, options: Mapping[str, Any]) -> list[str]:
        """Return the warning for a class that cannot encrypt."""
        if encryption(platform) is not None:
            return []
        return [
            f"{platform.title} does not encrypt traffic: anyone who can reach the scheduler can "
            "run code as you."
        ]

    def status(self, cluster: Cluster, now: datetime) -> Status:
        """Return what a cluster's row shows: without its controller, the rest may run on."""
        status = super().status(cluster, now)
        ref = cluster.controller
        away = ref is not None and ref.host != host() and ref.boot_id != boot_id()
        if cluster.state is not State.LOST or cluster.report.joined or away:
            return status
        return replace(status, warnings=(*status.warnings, LEFT))

    def summary(self, platform: Platform, cluster: Cluster) -> str | None:
        """Return the number of workers where it follows from an option."""
        source, base = platform.workers.get("from"), super().summary(platform, cluster)
        if source is None:
            return base
        title = platform.declared[source]["title"]
        text = f"{counted(cluster.requested, 'worker')}: the number follows from {title}."
        return " ".join(filter(None, (text, base)))

    @classmethod
    def connect_code(
        cls, cluster: Cluster, directory: Path, base_url: str | None = None
    ) -> str | None:
        """Return the code that connects, by name where the platform says so, else by address."""
        name, prepared = cluster.report.name, cluster.preparation
        if name and prepared.get("connect") == "name":
            link = None if base_url is None else cls.link(cluster, base_url)
            return connect_by_name(str(prepared.get("class")), name, link)
        return super().connect_code(cluster, directory, base_url)

    @classmethod
    def link(cls, cluster: Cluster, base_url: str) -> str | None:
        """Return the template of Dask for the link to the dashboard that ``client`` shows.

        For ports that Dask knows by itself it holds for each ``client`` of a notebook.
        """
        report = cluster.report
        forwarded = not report.dashboard_host or cluster.preparation.get("connect") == "name"
        if report.dashboard_socket or forwarded:
            return dashboards.fixed(cluster, base_url)
        return dashboards.template(cluster, base_url)

    def dashboard_access(self, cluster: Cluster) -> str | None:
        """Return the sentence about a dashboard that listens on a port, here or elsewhere."""
        host = cluster.report.dashboard_host
        if host and host != IPV6_LOOPBACK and cluster.report.dashboard_port:
            return f"Whoever can reach {host} can open the dashboard of this cluster."
        return super().dashboard_access(cluster)

    @classmethod
    def reachable_from_other_hosts(cls, cluster: Cluster) -> bool:
        """Return whether the scheduler is at an address that other hosts have, too."""
        if cluster.preparation.get("connect") == "name":
            return bool(cluster.report.name)
        address = str(cluster.report.address or LOOPBACK[0])
        return not any(loopback in address for loopback in LOOPBACK)

    def explain(self, cluster: Cluster, name: str, text: str) -> str:
        """Return the sentence for an exception of the class; one that is not known begins with it.

        The class's own words say little to users who do not know that they use it.
        """
        environment = self.context.environments.title(cluster.kernel_name)
        known = errors.known(name, text, environment, REMOTE)
        if known or name in OURS:
            return known or text
        class_name = cluster.preparation.get("class")
        words = errors.explain(name, text, environment)
        return f"{class_name} failed: {words}" if class_name else words

    async def cleanup(
        self, cluster: Cluster, directory: Path, shut_down: bool = False, wait: bool = False
    ) -> None:
        """End what the class has started, where its controller could not."""
        await on_disk(remove_keys, directory)
        file = directory / STARTED
        note = await self._note(cluster, file, wait)
        if note is None:
            return
        name, address = cluster.preparation.get("class"), note.get("address")
        error = None
        if address or note.get("by_name"):
            error = await self._end(cluster, directory, note)
        await asyncio.to_thread(marked.kill, cluster.id)
        # A second try leaves it as it is: the user knows.
        await on_disk(file.unlink, missing_ok=True)
        where = address or note.get("name")
        if error == GONE:
            if not await asyncio.to_thread(_elsewhere, note):  # else it has been killed by now
                return
            raise NotAvailableError(
                f"The scheduler of {name} at {where} has ended or does not answer, so nothing "
                "confirmed that its workers have ended. Check that none is left, then dismiss "
                "this cluster."
            )
        if error:
            raise NotAvailableError(
                f"What {name} started at {where} may still be running ({error}). End it yourself, "
                "then dismiss this cluster."
            )
        if not address and not note.get("by_name") and await asyncio.to_thread(_elsewhere, note):
            place = f" on {note['host']}" if note.get("host") else " and may have done so elsewhere"
            raise NotAvailableError(
                f"{name} was starting a scheduler{place}. Check that none is left there, then "
                "dismiss this cluster."
            )

    async def _note(self, cluster: Cluster, file: Path, wait: bool) -> dict[str, Any] | None:
        """Return what the controller has noted to end, None for nothing.

        Raises ``NotAvailableError`` where that is not known, once to a user who waits; what is here
        ends all the same.
        """
        try:
            return await on_disk(read_object, file)
        except (FileNotFoundError, NotADirectoryError):  # or the controller has ended it
            return None
        except OSError as error:  # it may pass, as of a file server that was restarted
            await asyncio.to_thread(marked.kill, cluster.id)
            why = f"What this cluster has started cannot be looked up: {words(error)}."
            if self._unread.take(cluster.id, wait):
                log.warning("Cluster %s: %s", cluster.id, why)
                return None
            if wait:
                self._unread.add(cluster.id)
            what = "once more, then leaves it as it is" if wait else "again"
            raise NotAvailableError(f"{why} Dismiss tries {what}.") from None
        except ValueError:
            await asyncio.to_thread(marked.kill, cluster.id)
            await on_disk(_forget, file)  # a second try leaves it as it is, as above
            raise NotAvailableError(
                "The note of what this cluster has started is damaged. Check that no scheduler is "
                "left, then dismiss it."
            ) from None

    async def _end(self, cluster: Cluster, directory: Path, note: dict[str, Any]) -> str | None:
        """End what a note describes; return why that failed, None where it did not."""
        try:
            answer = await self.context.environments.run_resident(
                cluster.kernel_name,
                "remote.ending",
                [],
                END_LIMIT,
                private={"note": note, "directory": str(directory)},
            )
        except LauncherError as failed:
            return str(failed)
        error: str | None = answer["error"]
        return error


def _elsewhere(note: dict[str, Any]) -> bool:
    """Return whether a scheduler may have been started on another host; may look up its name."""
    host = note.get("host")
    return not isinstance(host, str) or is_elsewhere(host)


def _forget(file: Path) -> None:
    """Remove a damaged note, which may be a directory; one that stays is said again."""
    with contextlib.suppress(OSError):
        if file.is_dir() and not file.is_symlink():
            shutil.rmtree(file)
        else:
            file.unlink()


OURS = ("NotEncryptedError", "CannotScaleError", "UnreachableError")  # sentences already

BACKEND = RemoteBackend
