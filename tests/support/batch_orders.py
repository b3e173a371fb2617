"""What can happen to the jobs of clusters, as rules for random orders, and what holds at rest."""

from __future__ import annotations

from datetime import datetime, timezone

from fake_controllers import FakeControllers
from fake_processes import FakeProcess
from fake_slurm import COMPLETING, OPEN, PENDING, RUNNING, FakeJob
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from worlds import World

from jupyter_cluster_launcher.backends.batch.backend import FORGETS
from jupyter_cluster_launcher.backends.batch.jobs import job_name
from jupyter_cluster_launcher.clusters.reconcile import ENDED
from jupyter_cluster_launcher.models import Cluster, State

JOB = st.integers(0, 9)


class BatchOrders(RuleBasedStateMachine):
    """Jobs that start and end, and a batch system that does not always answer."""

    controllers: FakeControllers

    def use_slurm(self) -> None:
        """Let the commands of servers and controllers reach the stand-in."""
        self.forgotten: set[str] = set()  # the names of jobs that a user was told to be left behind
        self.slurm = self.controllers.slurm
        self.slurm.changed = self._changed
        self._in_place = self.slurm.in_place()
        self._in_place.__enter__()

    def leave_slurm(self) -> None:
        """Undo ``use_slurm``."""
        self._in_place.__exit__(None, None, None)

    def _changed(self, job: FakeJob) -> None:
        """Let a controller see that a worker has come or gone."""
        for process in self.controllers.running():
            if process.jobs is not None and process.jobs.name == job.name:
                process.report()

    def _move(self, number: int, before: tuple[str, ...], after: str) -> None:
        jobs = [job for job in self.slurm.jobs if job.state in before]
        if jobs:
            self.slurm.move(jobs[number % len(jobs)], after)

    @rule(number=JOB)
    def start_job(self, number: int) -> None:
        self._move(number, (PENDING,), RUNNING)

    @rule(number=JOB, state=st.sampled_from(["COMPLETED", "FAILED", "TIMEOUT", "NODE_FAIL"]))
    def end_job(self, number: int, state: str) -> None:
        self._move(number, (RUNNING,), state)

    @rule(number=JOB)
    def cancel_job(self, number: int) -> None:
        """Cancel a job as an administrator."""
        self._move(number, OPEN, "CANCELLED")

    @rule()
    def forget_jobs(self) -> None:
        """Let squeue forget what has ended, as it does after some minutes."""
        for job in self.slurm.jobs:
            job.listed = job.state in OPEN

    @rule(accounting=st.booleans())
    def account(self, accounting: bool) -> None:
        self.slurm.accounting = accounting

    @rule(how=st.sampled_from(["", "hangs", "fails", "missing"]), late=st.booleans())
    def batch_system(self, how: str, late: bool) -> None:
        if how:
            self.slurm.fall_silent(how, late)
        else:
            self.slurm.answer()

    @rule(seconds=st.sampled_from([3.0, 60.0, None]))
    def epilog(self, seconds: float | None) -> None:
        """Let nodes take so long to end what is cancelled."""
        self.slurm.ending = seconds

    def repair_slurm(self) -> None:
        """Let all go well from now on."""
        self.slurm.answer()
        self.slurm.ending = 3.0
        for job in self.slurm.jobs:
            if job.state == COMPLETING:
                self.slurm.move(job, "CANCELLED")

    def will_stop(self, row: Cluster) -> None:
        """Note that a user stops a cluster, whose row may say that jobs are left behind then."""
        if FORGETS in row.message:
            self.forgotten.add(job_name(row.id))

    def no_job_is_left(self, known: set[str]) -> None:
        """Assert that no job goes on without its cluster; the system may still be ending it."""
        names = set(map(job_name, known)) | self.forgotten
        left = [one for one in self.slurm.jobs if one.state in (PENDING, RUNNING)]
        assert {one.name for one in left} <= names, "a job that nobody knows"

    def jobs_are_true(self, world: World, row: Cluster, process: FakeProcess | None) -> None:
        """Assert that a row at rest shows the jobs there are."""
        jobs = self.slurm.open(job_name(row.id))
        if self.slurm.silence or row.kind != "batch":
            return
        status = world.backends.of(row).status(row, datetime.now(timezone.utc))
        about = f"{row.state.value} ({status.message}, {status.queue}) with {jobs}"
        if row.state is State.RUNNING and process is not None and not process.frozen:
            assert status.queued == sum(job.state == PENDING for job in jobs), about
            assert row.report.ready == sum(job.state == RUNNING for job in jobs), about
        elif row.state is State.LOST:
            listed = {job.id for job in row.queue.open}
            assert {job.id for job in jobs} == listed, about
            assert not listed or "Clean up cancels" in status.message or "still ending" in about
        elif row.state in ENDED:
            assert {job.state for job in jobs} <= {COMPLETING}, about
            assert not jobs or "still ending" in about
            assert jobs or not row.left, about
