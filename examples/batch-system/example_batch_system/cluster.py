"""The dask-jobqueue class of the example batch system. Kernels import this module."""

from __future__ import annotations

from typing import Any

import dask
from dask_jobqueue.core import Job, JobQueueCluster

# dask-jobqueue looks up each of these; users override them in ~/.config/dask/jobqueue.yaml.
DEFAULTS: dict[str, Any] = {
    "name": "dask-worker",
    "cores": None,
    "memory": None,
    "processes": 1,
    "python": None,
    "interface": None,
    "death-timeout": 60,
    "local-directory": None,
    "shared-temp-directory": None,
    "extra": None,
    "worker-command": "distributed.cli.dask_worker",
    "worker-extra-args": [],
    "env-extra": None,
    "job-script-prologue": [],
    "log-directory": None,
    "shebang": "#!/usr/bin/env bash",
    "queue": "main",
    "walltime": 60,
}
dask.config.update_defaults({"jobqueue": {"example": DEFAULTS}})


class ExampleJob(Job):
    """One job, with the directives that `example-submit` reads from its script."""

    submit_command = "example-submit"
    cancel_command = "example-delete"
    config_name = "example"

    def __init__(
        self,
        scheduler: str | None = None,
        name: str | None = None,
        queue: str | None = None,
        walltime: int | None = None,
        **kwargs: Any,
    ) -> None:
        """Describe a job that may take ``walltime`` minutes in ``queue``."""
        super().__init__(scheduler=scheduler, name=name, **kwargs)
        settings = dask.config.get(f"jobqueue.{self.config_name}")
        directives = [
            f"--name={self.job_name}",
            f"--queue={queue or settings['queue']}",
            f"--minutes={walltime or settings['walltime']}",
            # Into the folder where the launcher looks for logs; NAME-ID.out is what it expects.
            f"--output={self.log_directory or '.'}",
        ]
        self.job_header = "\n".join(f"#EXAMPLE {directive}" for directive in directives)


class ExampleCluster(JobQueueCluster):
    """A cluster whose workers are jobs of the example batch system."""

    job_cls = ExampleJob
