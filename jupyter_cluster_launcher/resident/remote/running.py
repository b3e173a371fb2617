"""The resident of a scheduler that was there before: it is watched, and left as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..report import Sample
from .joining import TLS, check, connection_arguments
from .resident import RemoteResident
from .scheduler import port_of, terminate

LAST_PORT = 65535


class JoinedCluster:
    """A running scheduler as a cluster object, for the monitor."""

    status = "running"  # whether it goes on is seen at its port
    _supports_scaling = False

    def __init__(self, client: Any, address: str, identity: Mapping[str, Any]) -> None:
        """Take the event loop of ``client``, and a connection of our own to ``address``.

        A client gives up after a while; this connection is made again for each request.
        """
        from distributed.core import rpc  # noqa: PLC0415 - Dask may be missing

        self.name = self.scheduler_address = address
        self.loop, self._client = client.loop, client
        self.scheduler_comm = rpc(address, connection_args=connection_arguments(address))
        port, place = (identity.get("services") or {}).get("dashboard"), port_of(address)
        # A launcher's own scheduler has a private socket in its place.
        known = isinstance(port, int) and 0 < port <= LAST_PORT and place is not None
        host = place[0] if place else ""
        host = f"[{host}]" if ":" in host else host
        self.dashboard_link = f"http://{host}:{port}/status" if known else None

    def close(self) -> None:
        """Disconnect."""
        self._client.close()


class RunningResident(RemoteResident):
    """Watches a scheduler; only ``shut_down`` ends it."""

    identity: Mapping[str, Any]  # from ``prepare`` on
    starts = False  # what others started is never ended in place of the controller

    def prepare(self, settings: Mapping[str, Any]) -> None:
        """Check that there is a scheduler at the address ``join`` of ``settings``.

        Raises ``CannotJoinError``.
        """
        super().prepare(settings)
        try:
            import distributed  # noqa: F401, PLC0415 - the create code fails with the reason
        except ImportError:
            return
        self.identity = check(settings["join"])

    def start(self, cluster: Any, **limits: Any) -> None:
        """Begin to watch the scheduler to which ``cluster``, a client, is connected."""
        super().start(JoinedCluster(cluster, self.settings["join"], self.identity), **limits)  # type: ignore[arg-type]

    def sample(self) -> Sample:
        """Return the state of the cluster, which others may be using as well."""
        self.watch.idle_timeout = None
        sample = super().sample()
        encrypted = self.cluster.scheduler_address.startswith(TLS)
        return Sample({**sample.report, "joined": True, "tls": encrypted}, sample.activity)

    def shut_down(self) -> None:
        """End the scheduler and its workers although others may use them."""
        from distributed.security import Security  # noqa: PLC0415 - Dask may be missing

        terminate(self.settings["join"], Security(), self.identity["id"])
        self.close(self.cluster)


RESIDENT = RunningResident
