"""A short-lived program of a kernel's environment: prints the script of one job, starts nothing.

The very code of a launch runs, but the cluster stops being created before its scheduler would
start. Prints one line of JSON: ``{"script": …}`` or ``{"error": …}``.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn
from unittest.mock import patch

from ..process import program

if TYPE_CHECKING:
    from .jobs import JobSettings

ADDRESS = "tcp://<insert-scheduler-address-here>:8786"  # as dask-jobqueue has it
NAME = "dummy-name"


class ClusterSeen(BaseException):
    """Carries the cluster out of its constructor, past whatever catches an ``Exception``."""


def script(settings: JobSettings, code: str) -> str:
    """Return the script of a job of the cluster that ``code`` creates.

    Raises ``RuntimeError`` where it creates none of dask-jobqueue, and whatever ``code`` raises.
    """
    from distributed import Security  # noqa: PLC0415 - Dask may be missing
    from distributed.deploy.spec import SpecCluster  # noqa: PLC0415

    from .jobs import track_jobs  # noqa: PLC0415

    def stop(cluster: Any, *args: Any, **kwargs: Any) -> NoReturn:
        raise ClusterSeen(cluster)

    def placeholders(cls: type[Security], /, **kwargs: Any) -> Security:
        folder = settings["directory"]
        return cls(
            require_encryption=True,
            tls_ca_file=f"{folder}/CA",
            tls_worker_cert=f"{folder}/CERTIFICATE",
            tls_worker_key=f"{folder}/KEY",
        )

    no_start = patch.object(SpecCluster, "__init__", stop)
    no_keys = patch.object(Security, "temporary", classmethod(placeholders))
    no_folders = patch.object(os, "makedirs")  # that of the logs is made by the launch
    with no_start, no_keys, no_folders:
        with suppress(ImportError, AttributeError):  # the code fails with the reason
            track_jobs(settings)
        try:
            exec(compile(code, "create", "exec"), {})  # noqa: S102 - what a launch would run
        except ClusterSeen as seen:
            text: str = seen.args[0].job_script()
            return text.replace(ADDRESS, "ADDRESS-OF-THE-SCHEDULER").replace(NAME, "NAME")
    raise RuntimeError("the code makes no cluster of dask-jobqueue")


def main() -> None:
    """Print the script for the private input {settings, code}, or the error as a text."""
    try:
        program.answer({"script": script(**program.private())})
    except Exception as error:  # shown to the user
        program.answer({"error": f"{type(error).__name__}: {error}"})
