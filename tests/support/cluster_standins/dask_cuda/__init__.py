"""A stand-in for dask-cuda 26.10."""

from __future__ import annotations

from typing import Any

from distributed import LocalCluster
from standin import fails, record


class NVMLError_LibraryNotFound(Exception):  # noqa: N801, N818 - as pynvml's
    """As pynvml's."""


class LocalCUDACluster(LocalCluster):
    """As the class of this name: a local cluster with a worker for each GPU, which cannot grow."""

    def __init__(
        self,
        CUDA_VISIBLE_DEVICES: list[int] | None = None,  # noqa: N803 - as the class has it
        n_workers: int | None = None,
        threads_per_worker: int = 1,
        memory_limit: str = "auto",
        rmm_pool_size: str | None = None,
        **kwargs: Any,
    ) -> None:
        record("LocalCUDACluster", locals())
        if fails():
            raise NVMLError_LibraryNotFound("NVML Shared Library Not Found")
        self.cuda_visible_devices = list(CUDA_VISIBLE_DEVICES or [0])
        super().__init__(n_workers=0, threads_per_worker=threads_per_worker, **kwargs)
        self.scale(n_workers or len(self.cuda_visible_devices))
        self.sync(self._correct_state)

    def new_worker_spec(self) -> dict[Any, Any]:
        """Return the next worker; raises ``ValueError`` where there is no GPU for it."""
        free = set(self.cuda_visible_devices) - set(self.worker_spec)
        if not free:
            raise ValueError("Can not scale beyond visible devices", self.cuda_visible_devices)
        return {min(free): self.new_spec}
