"""As ``dask_cloudprovider.aws``."""

from __future__ import annotations

from typing import Any

from standin import Standin, fails, record


class NoCredentialsError(Exception):
    """As botocore's."""


class FargateCluster(Standin):
    """As the class of this name."""

    def __init__(
        self,
        *,
        fargate_spot: bool | None = None,
        image: str | None = None,
        worker_cpu: int | None = None,
        worker_nthreads: int | None = None,
        worker_mem: int | None = None,
        n_workers: int | None = None,
        environment: dict[str, str] | None = None,
        region_name: str | None = None,
        security: Any = None,
    ) -> None:
        record("FargateCluster", locals())
        if fails():
            raise NoCredentialsError("Unable to locate credentials")
        if security is True:
            raise AttributeError("'bool' object has no attribute 'get_connection_args'")
        super().__init__(None, n_workers or 0)
