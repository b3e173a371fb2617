"""The state of a gateway's cluster as it was last polled, and the report that is made of it."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping

from ..observed.deaths import Events
from ..observed.identity import (
    States,
    WorkerIdentity,
    is_busy,
    task_count,
    task_progress,
    worker_report,
)
from ..protocols import GatewayCluster
from ..report import Polled, Progress
from ..wall_clock import Moment
from ..watching.durations import in_words

ANSWER_LIMIT = 10.0  # seconds for one answer of the gateway
SLOW_START = 120.0  # seconds after which the user is warned that no worker has come


class GatewayState:
    """All that is known of one cluster. Times are in seconds, by the monotonic clock."""

    def __init__(
        self,
        cluster: GatewayCluster,
        joined: bool = False,
        limits: list[str] | None = None,
    ) -> None:
        """Know nothing yet of ``cluster``.

        ``joined`` says that it was not started here; ``limits`` has the gateway's messages about
        numbers above its limit.
        """
        self.cluster, self.joined = cluster, joined
        self.limits = [] if limits is None else limits
        self.requested: int | None = None
        self.idle_timeout: float | None = None  # 0 for none, None where not known yet
        self.ended: str | None = None
        self.failed = self.adapting = False
        self.workers: Mapping[str, WorkerIdentity] = {}
        self.killed: Events = ()  # what nannies killed for memory
        self.tasks = 0
        self.progress: Progress = {}
        self.plots: dict[str, str] = {}
        self.versions: dict[str, str] = {}
        self.trouble = ""
        self.busy, self.idle_since = True, time.monotonic()
        self._stops_at: Moment | None = None
        self.waiting_since = time.monotonic()

    def update(self, workers: Mapping[str, WorkerIdentity], states: list[States]) -> None:
        """Take in the workers, and how many tasks are in which state for each kind of task."""
        self.workers = workers
        busy = is_busy(states)
        if busy or self.busy:
            self.idle_since = time.monotonic()
        self.busy = busy
        self.tasks, self.progress = task_count(states), task_progress(states, len(workers))
        if len(workers) >= (self.requested or 0):
            self.waiting_since = time.monotonic()

    def end(self, status: str) -> None:
        """Take in what the gateway says of the cluster: RUNNING, STOPPING, STOPPED or FAILED."""
        self.failed = status == "FAILED"
        if status == "STOPPING":  # on the way to STOPPED or to FAILED
            self.trouble = "The cluster is being stopped."
        self.ended = self._reason(status)

    def _reason(self, status: str) -> str | None:
        """Return why the cluster ended, None while it runs; the gateway itself gives no reason."""
        if status == "FAILED":
            return (
                "The gateway says that the cluster failed: its scheduler or all its workers died."
            )
        if status != "STOPPED":
            return None
        idle = time.monotonic() - self.idle_since
        if self.idle_timeout and not self.busy and idle > 0.5 * self.idle_timeout:
            return f"Stopped by the gateway after {in_words(self.idle_timeout)} without work."
        return "Stopped, but not from here: by another notebook, or by the gateway."

    def report(self) -> Polled:
        """Return the newest report."""
        workers = list(self.workers.values())
        report: Polled = {
            **worker_report(workers, self.tasks, self.busy, self.progress),
            "name": self.cluster.name,
            "address": self.cluster.scheduler_address,
            "tls": True,
            "joined": self.joined,
            "requested": len(workers) if self.adapting else self.requested,
            "dashboard_link": self.cluster.dashboard_link,
            "plots": self.plots,
            "versions": self.versions,
            "warnings": self.warnings(),
            "stops_at": self.stops_at(),
            "idle_limit": self.idle_timeout or None,
        }
        if self.ended:
            report["ready"], report["ended"], report["broken"] = 0, self.ended, self.failed
        return report

    def warnings(self) -> list[str]:
        """Return what the user should know besides, in sentences."""
        found = [self.trouble] if self.trouble else []
        found += [limit_in_words(text) for text in self.limits]
        waited = time.monotonic() - self.waiting_since
        if not self.trouble and not self.adapting and waited > SLOW_START:
            found.append(
                f"No worker has come for more than {in_words(SLOW_START)}. In a cloud a new "
                "machine takes some minutes; if none comes, try another profile or environment."
            )
        return found

    def stops_at(self) -> str | None:
        """Return when the gateway will stop an idle cluster, ISO 8601 in UTC, or None."""
        if not self.idle_timeout or self.busy:
            return None
        at = self.idle_since + self.idle_timeout
        if self._stops_at is None or self._stops_at.at != at:
            self._stops_at = Moment(at)
        return self._stops_at.text()


def limit_in_words(text: str) -> str:
    """Return the gateway's warning about its limit in short, or as it is."""
    match = re.search(r"(?:request of|maximum=)\s*(\d+).*?resource limit of (\d+) workers", text)
    return f"Asked for {match[1]} workers, the gateway's limit is {match[2]}." if match else text
