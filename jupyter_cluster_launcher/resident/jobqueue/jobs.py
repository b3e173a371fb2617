"""Makes dask-jobqueue track its jobs, end their workers in time, and close them for good.

dask-jobqueue hides a failed submission: nothing is raised, the cluster counts a worker that will
never come, its ``close`` fails and a second one waits for ever. The job class made here records
refusals in the batch system's words instead, and closes as often as it is called.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import shlex
import sys
import types
from collections.abc import Mapping
from typing import Any, TypedDict

import dask
from distributed.core import Status
from distributed.deploy.spec import ProcessInterface

from . import shell
from .ids import own_id, possible_ids
from .keys import expanded, key_files, note_keys, removing_keys
from .tracker import JobEntry, JobTracker, note_cancel_command, note_cancelled, note_id
from .workers import addresses_of


class Submission(TypedDict):
    """How the batch system wants jobs to be submitted.

    ``arguments`` are added to the submit command, ``job_id`` is the pattern of an id in its output,
    None for dask-jobqueue's; ``own_jobs`` is the command that lists the cluster's jobs, a line
    ``NAME|ID`` each, empty where there is none: it decides where the output has several numbers.
    Each key of ``unset`` is a pattern of variables that submissions do not get; where it has
    directives, only if the job script has one of them.
    """

    arguments: list[str]
    job_id: str | None
    own_jobs: list[str]
    unset: dict[str, list[str]]


SILENCED = " 2> /dev/null"  # ends the command with which dask-jobqueue submits to LSF
LOGS = "jobs"  # the folder of the jobs' logs, in the cluster's directory
PLAIN = Submission(arguments=[], job_id=None, own_jobs=[], unset={})

# Functional, because one of the names is a keyword.
JobSettings = TypedDict(
    "JobSettings",
    {
        "directory": str,
        "module": str,
        "class": str,
        "job_name": str,
        "unit": str,
        "lifetime": "list[str]",
        "submission": "Submission",
    },
)
JobSettings.__doc__ = """What the server says of the jobs before the create code runs.

``module`` and ``class`` name the cluster's class, ``directory`` is where the jobs' logs and keys go
unless the create code says otherwise, ``submission`` is how jobs are submitted, the rest is what a
``JobTracker`` is made of.
"""


def track_jobs(settings: JobSettings) -> JobTracker:
    """Have the jobs of the cluster that will be created tracked, and return their tracker.

    Raises ``ImportError`` or ``AttributeError`` where there is no such cluster class.
    """
    cluster_class: Any = getattr(importlib.import_module(settings["module"]), settings["class"])
    directory = settings["directory"]
    tracker = JobTracker(settings["job_name"], settings["unit"], settings["lifetime"])
    tracker.directory = directory
    section = f"jobqueue.{cluster_class.job_cls.config_name}"
    shell.keep_logs(f"{section}.log-directory", os.path.join(directory, LOGS))
    keys = f"{section}.shared-temp-directory"  # a site whose homes are not shared sets it
    shared = dask.config.get(keys, None) or directory
    dask.config.set({keys: shared})
    os.makedirs(expanded(shared), mode=0o700, exist_ok=True)
    submission = settings["submission"]
    cluster_class.job_cls = tracked(cluster_class.job_cls, tracker, directory, submission)
    cluster_class.close = removing_keys(cluster_class.close, directory)
    options = f"{section}.scheduler-options"
    cluster_class.__init__ = shell.merging_options(cluster_class.__init__, options)
    return tracker


def tracked(
    job_class: Any, tracker: JobTracker, directory: str, submission: Submission = PLAIN
) -> type:
    """Return ``job_class`` with ``TrackedJob`` in front; ``directory`` is the cluster's."""
    attributes = {
        "tracker": tracker,
        "directory": directory,
        "unset": submission["unset"],
        "submit_arguments": submission["arguments"],
        "own_jobs": submission["own_jobs"],
        "job_file": shell.job_file,
        "job_id_regexp": submission["job_id"] or job_class.job_id_regexp,
    }
    return types.new_class(
        job_class.__name__, (TrackedJob, job_class), exec_body=lambda body: body.update(attributes)
    )


class TrackedJob(ProcessInterface):
    """A job that records its submission; to be put in front of a class of dask-jobqueue's jobs."""

    tracker: JobTracker
    directory: str
    unset: dict[str, list[str]]
    submit_arguments: list[str]
    own_jobs: list[str]
    config_name: str  # these are of dask-jobqueue's class
    log_directory: str | None
    job_header: str
    _command_template: str
    submit_command: str
    cancel_command: str
    name: object
    job_id: str | None
    entry: JobEntry | None = None

    def __init__(
        self,
        *args: Any,
        worker_extra_args: list[str] | None = None,
        job_extra_directives: list[str] | dict[str, str] | None = None,
        job_script_prologue: list[str] | None = None,
        **kwargs: Any,
    ) -> None:
        """Add what a site configured, our arguments and name to what dask-jobqueue got.

        A name of the user's own would be lost: the jobs are found by the tracker's.
        """
        # Of an option that is given twice, a worker takes the last.
        own = [*self._site("worker-extra-args", "extra"), *(worker_extra_args or [])]
        if shell.DASHBOARD in " ".join(own):
            os.environ.pop(shell.NO_PAGES, None)
        site = self._site("job-extra-directives", "job-extra")
        kwargs["job_extra_directives"] = shell.merged_directives(site, job_extra_directives or [])
        kwargs["worker_extra_args"] = shell.worker_arguments(own, self.tracker.lifetime)
        commands, first = job_script_prologue or [], self._site("job-script-prologue", "env-extra")
        kwargs["job_script_prologue"] = [*(one for one in first if one not in commands), *commands]
        kwargs["job_name"] = self.tracker.job_name
        gone = not os.path.isdir(self.directory)
        super().__init__(*args, **kwargs)
        command = [*shlex.split(self.submit_command or ""), *self.submit_arguments]
        self.submit_command = shlex.join(command)
        self._quote_paths(kwargs)
        shell.withhold(self.unset, self.job_header or "")
        if gone:
            # dask-jobqueue makes the folder of the logs again, which no later server would remove.
            for made in (os.path.join(self.directory, LOGS), self.directory):
                with contextlib.suppress(OSError):
                    os.rmdir(made)
        else:
            note_keys(kwargs.get("security"), self.directory)

    def _site(self, key: str, old: str) -> Any:
        """Return what a site configured under a key, or the one of dask-jobqueue before 0.8."""
        section = f"jobqueue.{self.config_name}"
        return (
            dask.config.get(f"{section}.{key}", None)
            or dask.config.get(f"{section}.{old}", [])
            or []
        )

    def _quote_paths(self, kwargs: Mapping[str, Any]) -> None:
        """Quote the paths that dask-jobqueue wrote into directives and the worker's command."""
        if self.log_directory and self.job_header:
            self.job_header = shell.quote_in_header(self.job_header, self.log_directory)
        section = dask.config.get(f"jobqueue.{self.config_name}", {})
        python = kwargs.get("python") or section.get("python") or sys.executable
        paths = [kwargs.get("local_directory") or section.get("local-directory")]
        if os.path.exists(python):  # else it is a command of several words
            paths.append(python)
        paths += key_files(kwargs.get("security"))
        command = shell.escape_in_command(self._command_template, filter(None, paths))
        self._command_template = command

    async def start(self) -> None:
        """Submit the job; a refusal is recorded and not raised."""
        self.entry = entry = self.tracker.begin(self.name)
        self.tracker.cancel_command = self.cancel_command
        try:
            note_cancel_command(self.directory, self.cancel_command)
            await super().start()
            entry["id"] = self.job_id
            note_id(self.directory, self.job_id)
        except (RuntimeError, ValueError, OSError) as error:
            # Raised, it would be lost in a task that nothing awaits, and stop adaptive scaling.
            entry["error"] = str(error)
            sys.stderr.write(f"{error}\n")  # to the log of the launch
            self.status = Status.running
        if entry["closed"]:  # closed while it was being submitted
            await self._cancel()

    async def _submit_job(self, script_filename: str) -> str:
        """Submit the job; of several numbers that the command wrote, return the job's own."""
        output: str = await super()._submit_job(script_filename)  # type: ignore[misc]
        possible = possible_ids(output)
        if len(possible) < 2 or not self.own_jobs:
            return output
        with contextlib.suppress(RuntimeError, OSError):  # then it is the last number
            listing = await self._call(self.own_jobs)
            taken = {entry["id"] or "" for entry in self.tracker.entries}
            return own_id(possible, listing, self.tracker.job_name, taken) or output
        return output

    @classmethod
    async def _call(cls, cmd: list[str], *, shell: bool = False, **kwargs: Any) -> str:
        """Run a command of the batch system; keep what dask-jobqueue would throw away.

        That is why LSF refused a job, and that a job could not be cancelled.
        """
        kept = [part.removesuffix(SILENCED) for part in cmd] if shell else cmd
        try:
            output: str = await super()._call(kept, shell=shell, **kwargs)  # type: ignore[misc]
        except RuntimeError:
            cls.tracker.note_failure(cmd)
            raise
        return output

    async def close(self) -> None:
        """Cancel the job, and count as closed whether or not that works."""
        if self.entry is not None:
            cluster = self._its_cluster()
            self.entry["closed"] = True
            wanted = cluster is not None and self.name in cluster.worker_spec
            self.entry["lost"] = self.entry["lost"] or wanted
        try:
            await self._cancel()
        finally:
            self.status = Status.closed

    async def _cancel(self) -> None:
        """Cancel the job, and note that unless it may go on."""
        self.tracker.refused.discard(self.job_id)
        await super().close()
        if self.job_id not in self.tracker.refused or self._has_ended():
            note_cancelled(self.directory, self.job_id)

    def _has_ended(self) -> bool:
        """Return whether the job has ended by itself: its workers were there and have gone."""
        cluster, entry = self._its_cluster(), self.entry
        worked = entry is not None and (entry["lost"] or entry["worker"] in self.tracker.worked)
        return worked and cluster is not None and not addresses_of(cluster, self.name)

    def _its_cluster(self) -> Any:
        return getattr(self, "_cluster", lambda: None)()
