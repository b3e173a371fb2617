"""The jobs of one controller without processes, as the resident of dask-jobqueue tracks them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from fake_slurm import OPEN, PENDING, RUNNING, FakeJob, FakeSlurm


class FakeJobs:
    """What a controller has submitted, and what it knows of that."""

    def __init__(self, slurm: FakeSlurm, directory: Path, job_name: str) -> None:
        self._slurm, self._directory, self.name = slurm, directory, job_name
        self.entries: list[dict[str, Any]] = []

    def report(self) -> Mapping[str, Any]:
        """Return what a report says of the jobs."""
        ready = sum(job.state == RUNNING for job in self._slurm.open(self.name))
        return {"ready": ready, "cores": ready, "jobs": [dict(one) for one in self.entries]}

    def submit(self, number: int) -> None:
        """Submit so many jobs."""
        for _ in range(number):
            entry: dict[str, Any] = dict.fromkeys(("closed", "lost", "ended"), False)
            entry.update(worker=str(len(self.entries)), id=None, error=None)
            self.entries.append(entry)
            try:
                entry["id"] = self._slurm.submit(self.name)
            except RuntimeError as error:
                entry["error"] = str(error)
            else:
                self._note("job-ids", entry["id"])

    def rejected(self) -> str:
        """Return why no job was accepted, empty where one was."""
        errors = [one["error"] for one in self.entries if one["error"]]
        return errors[0] if errors and len(errors) == len(self.entries) else ""

    def scale(self, number: int) -> None:
        """Keep so many jobs: those go first that wait, and what has ended is tried again."""
        for one in self._wanted():
            if one["error"] or one["ended"]:
                one["closed"] = True
        wanted = sorted(self._wanted(), key=self._waits)
        self._close(wanted[number:])
        self.submit(number - len(wanted))

    def close(self) -> None:
        """Cancel all jobs."""
        self._close(self._wanted())

    def cancel(self, ids: Collection[str]) -> None:
        """Cancel jobs once more."""
        self._slurm.cancel([job for job in self._slurm.jobs if job.id in ids])

    def ended(self, ids: Collection[str]) -> None:
        """Note what the batch system has ended."""
        for one in self.entries:
            one["ended"] = one["ended"] or one["id"] in ids

    def _wanted(self) -> list[dict[str, Any]]:
        return [one for one in self.entries if not one["closed"]]

    def _waits(self, entry: Mapping[str, Any]) -> bool:
        return any(job.state == PENDING for job in self._of(entry))

    def _of(self, entry: Mapping[str, Any]) -> list[FakeJob]:
        return [job for job in self._slurm.jobs if job.id == entry["id"] and job.state in OPEN]

    def _close(self, entries: Collection[dict[str, Any]]) -> None:
        for one in entries:
            one["closed"] = True
            if one["id"] and self._slurm.cancel(self._of(one)):
                self._note("cancelled-ids", one["id"])

    def _note(self, name: str, job_id: str) -> None:
        if self._directory.is_dir():
            with (self._directory / name).open("a", encoding="utf-8") as note:
                note.write(f"{job_id}\n")
