"""Clusters of dask-gateway, on a JupyterHub in the cloud.

The gateway is queried through the kernel's own environment, each time by a short-lived process
(``resident/gateway/queries.py``): a gateway that hangs blocks that process alone, until its time
limit, and no key or secret reaches this server.
"""

from __future__ import annotations

import contextlib
import keyword
import logging
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..controller.disk import on_disk
from ..controller.guarded_files import read_texts, words
from ..errors import BadInputError, LauncherError, NotAvailableError
from ..models import Cluster
from ..platforms.code.connectcode import COMMENT
from ..platforms.code.expressions import literal
from . import errors
from .base import Backend
from .facts import Context, Found, Status
from .gateway_errors import GATEWAY, left_there, no_kernel
from .warned import Warned

if TYPE_CHECKING:
    from ..platforms.platform import Platform

BY_NAME = "Whoever knows the name of this cluster can open its dashboard, if the gateway lets them."
STARTED = "gateway.json"  # in a cluster's directory: the names of what its launch requested

log = logging.getLogger(__name__)


class GatewayBackend(Backend):
    """A scheduler that a gateway started, to which notebooks connect by its name there."""

    client = "cluster.get_client()"
    resident = "gateway.resident"
    outlives_controller = True
    discovers = True
    metered = True
    reached_from_anywhere = True

    def __init__(self, context: Context) -> None:
        """Query gateways through the environments of ``context``."""
        super().__init__(context)
        self._options: dict[str, dict[str, Any]] = {}
        self._given_up = Warned()  # that clusters could not be stopped

    def options_source(self, platform: Platform) -> str | None:
        """Return "gateway" where the platform file asks for the gateway's own options."""
        return platform.options_from

    async def options(
        self, platform: Platform, kernel_name: str, fresh: bool = False
    ) -> dict[str, Any]:
        """Return the fields of the gateway's form, as properties of a JSON Schema.

        A launch is checked against the form that the user saw, even one without any field: the
        last answer holds until ``fresh`` fetches another, each time the platform is chosen in a
        form. What has changed since is refused by the gateway itself. Raises
        ``NotAvailableError`` where the gateway does not answer, and ``BadInputError`` for a kernel
        that cannot query it.
        """
        if not self.options_source(platform):
            return {}
        if fresh or kernel_name not in self._options:
            declared = await self._query(kernel_name, "options")
            # The names become the names of arguments in code.
            self._options[kernel_name] = {
                name: schema
                for name, schema in declared.items()
                if name.isidentifier() and not keyword.iskeyword(name)
            }
        return dict(self._options[kernel_name])

    async def discover(self, kernel_name: str, known: Collection[str]) -> list[Found]:
        """Return the user's clusters at the gateway; raises as ``options``."""
        clusters = await self._query(kernel_name, "found")
        return [_found(cluster) for cluster in clusters if cluster["id"] not in known]

    async def joinable(self, platform: Platform, given: str) -> str:
        """Return the name of a cluster at the gateway; raises ``BadInputError`` for other text."""
        from ..platforms.options import check_name  # noqa: PLC0415 - not for notebooks

        return check_name(given)

    def join_code(self, name: str) -> str:
        """Return the create code that joins a running cluster of the gateway."""
        return _join(name)

    @classmethod
    def connect_code(
        cls, cluster: Cluster, directory: Path, base_url: str | None = None
    ) -> str | None:
        """Return the code that connects by the cluster's name at the gateway."""
        name = cluster.report.name
        return f"{COMMENT}{_join(name)}client\n" if name else None

    def dashboard_access(self, cluster: Cluster) -> str | None:
        """Return the sentence about what protects the dashboard."""
        return BY_NAME

    @classmethod
    def reachable_from_other_hosts(cls, cluster: Cluster) -> bool:
        """Return true: the gateway is reached over the network."""
        return True

    def status(self, cluster: Cluster, now: datetime) -> Status:
        """Return what a cluster's row shows; the gateway's limits may lower what was requested."""
        reported = cluster.report.requested
        status = super().status(cluster, now)
        return status if reported is None else replace(status, requested=reported)

    @classmethod
    def waits(cls, cluster: Cluster) -> bool:
        """Return whether the gateway still has workers to start."""
        reported = cluster.report.requested
        return cluster.report.ready < (cluster.requested if reported is None else reported)

    def explain(self, cluster: Cluster, name: str, text: str) -> str:
        """Return the sentence for an exception of dask-gateway's client, or of any other."""
        return self._explain(cluster.kernel_name, name, text)

    async def cleanup(
        self, cluster: Cluster, directory: Path, shut_down: bool = False, wait: bool = False
    ) -> None:
        """Stop what the launch started and its controller could not stop.

        A gateway may be gone for good, or the kernel that reaches it: a user's second try in a row
        leaves what cannot be stopped.
        """
        file, name, unread = directory / STARTED, cluster.report.name, ""
        names: list[str] = []
        try:
            names = await on_disk(_names, file)
        except NotAvailableError as error:  # the one that the record knows is stopped
            unread = str(error)
        if name and name not in names and (shut_down or (unread and not cluster.report.joined)):
            names = [*names, name]
        again = self._given_up.take(cluster.id, wait)
        failed = await self._stop(cluster.kernel_name, names)
        if not (unread or failed):
            if names:
                with contextlib.suppress(OSError):  # what stays is stopped once more
                    await on_disk(file.unlink)
            return
        left = left_there(names if failed else [], wait)
        why = " ".join(filter(None, (unread, failed, left)))
        if again:
            log.warning("Cluster %s is left at its gateway: %s", cluster.id, why)
            return
        if wait:
            self._given_up.add(cluster.id)
        raise NotAvailableError(why)

    async def _stop(self, kernel_name: str, names: list[str]) -> str:
        """Stop clusters at the gateway; return why that failed, empty where it did not."""
        if not names:
            return ""
        try:
            await self._query(kernel_name, "stop", *names)
        except BadInputError:  # whose words are for a launch
            return no_kernel(await on_disk(self.context.environments.title, kernel_name))
        except LauncherError as error:
            return f"{str(error).rstrip('.')}."
        return ""

    def _explain(self, kernel_name: str, name: str, text: str) -> str:
        environment = self.context.environments.title(kernel_name)
        return errors.explain(name, text, environment, GATEWAY)

    async def _query(self, kernel_name: str, query: str, *names: str) -> Any:
        answer = await self.context.environments.run_resident(
            kernel_name,
            "gateway.queries",
            [query],
            self.context.gateway_patience,
            private=names,  # whoever knows a name can open the dashboard of that cluster
        )
        if "error" in answer:
            words = await on_disk(self._explain, kernel_name, *answer["error"])
            raise NotAvailableError(words)
        return answer["answer"]


def _join(name: str) -> str:
    return (
        "from dask_gateway import Gateway\n\n"
        f"cluster = Gateway().connect({literal(name)})\n"
        "client = cluster.get_client()\n"
    )


def _names(file: Path) -> list[str]:
    """Return the names that a controller has noted; raises ``NotAvailableError`` if unknown."""
    try:
        return read_texts(file)
    except (FileNotFoundError, NotADirectoryError):  # or the controller has stopped them
        return []
    except OSError as error:  # it may pass, as of a file server that was restarted
        raise NotAvailableError(
            f"What this cluster has started cannot be looked up: {words(error)}."
        ) from None
    except ValueError:
        raise NotAvailableError("The note of what this cluster has started is damaged.") from None


def _found(cluster: dict[str, Any]) -> Found:
    since = datetime.fromisoformat(cluster["since"]).astimezone(timezone.utc)
    title = ", ".join(cluster["options"].values()) or "Cluster"
    return Found(
        cluster["id"],
        f"{title} ({cluster['id'][-6:]})",
        f"{cluster['status']} since {since:%d %b, %H:%M} UTC",
    )


BACKEND = GatewayBackend
