"""A stand-in for coiled 1.135."""

from __future__ import annotations

from typing import Any

from standin import Standin, fails, record


class ClientConnectorDNSError(OSError):
    """As aiohttp's."""


class Cluster(Standin):
    """As the class of this name: encrypted, with a dashboard on the public internet."""

    def __init__(
        self,
        name: str | None = None,
        *,
        software: str | None = None,
        container: str | None = None,
        n_workers: int | None = None,
        worker_vm_types: list[str] | None = None,
        scheduler_vm_types: list[str] | None = None,
        workspace: str | None = None,
        shutdown_on_close: bool | None = None,
        idle_timeout: str | None = None,
        show_widget: bool | None = None,
        spot_policy: str | None = None,
        region: str | None = None,
        **kwargs: Any,
    ) -> None:
        record("Cluster", locals())
        if fails():
            raise ClientConnectorDNSError(
                "Cannot connect to host cloud.coiled.io:443 ssl:default "
                "[Temporary failure in name resolution]"
            )
        if kwargs:
            raise TypeError(f"Cluster.__init__() got unexpected arguments {sorted(kwargs)}")
        leave = shutdown_on_close is False or (name is not None and shutdown_on_close is None)
        workers = 4 if n_workers is None else n_workers
        super().__init__(name, workers, encrypted=True, shutdown_on_close=not leave)

    @property
    def dashboard_link(self) -> str:
        """The page of the service."""
        return f"https://cluster-{self.name}.dask.host/a-token/status"
