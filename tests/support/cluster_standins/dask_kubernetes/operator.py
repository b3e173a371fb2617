"""As ``dask_kubernetes.operator``."""

from __future__ import annotations

from typing import Any

from standin import Standin, fails, record


class KubeCluster(Standin):
    """As the class of this name, for a Kubernetes cluster with the operator."""

    def __init__(
        self,
        *,
        name: str | None = None,
        namespace: str | None = None,
        image: str | None = None,
        n_workers: int | None = None,
        resources: dict[str, str] | None = None,
        env: dict[str, str] | None = None,
        worker_command: list[str] | None = None,
        port_forward_cluster_ip: bool | None = None,
        create_mode: Any = None,
        shutdown_on_close: bool | None = None,
        idle_timeout: int | None = None,
        resource_timeout: int | None = None,
        scheduler_service_type: str | None = None,
        custom_cluster_spec: Any = None,
        scheduler_forward_port: int | None = None,
        jupyter: bool = False,
        loop: Any = None,
        asynchronous: bool = False,
        quiet: bool = False,
    ) -> None:
        record("KubeCluster", locals())
        if fails():
            raise ValueError("Unable to find valid credentials")
        workers = 3 if n_workers is None else n_workers
        super().__init__(name, workers, shutdown_on_close=shutdown_on_close is not False)

    @classmethod
    def from_name(cls, name: str, **kwargs: Any) -> KubeCluster:
        """Return the cluster of this name, left running unless ``kwargs`` say otherwise."""
        return cls(name=name, **{"shutdown_on_close": False, **kwargs})
