"""What the rest of the launcher knows of a kind of platform.

One `Backend` object for each kind replaces every question "which kind is this?": what differs from
kind to kind stands in its module, what they share stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from ..errors import BadInputError
from ..jobs import Queue
from ..models import Cluster
from . import errors
from .facts import Check, Context, Found, Log, Needs, Size, Start, Status

if TYPE_CHECKING:
    from ..platforms.platform import Platform

# The variable that says how nannies start their workers.
WORKERS_START = "DASK_DISTRIBUTED__WORKER__MULTIPROCESSING_METHOD"


class Backend:
    """A kind of platform. This base is the plainest one: it knows nothing of the cluster."""

    # The expression with which create code makes a client of ``cluster``.
    client: ClassVar[str] = "Client(cluster)"
    # The module of the resident package that watches such clusters.
    resident: ClassVar[str] = "local"
    # Whether the cluster goes on when its controller has ended, and a new one can find it again.
    outlives_controller: ClassVar[bool] = False
    # Whether clusters that were made elsewhere can be found, and joined.
    discovers: ClassVar[bool] = False
    # Whether clusters can be launched, and not only joined.
    launches: ClassVar[bool] = True
    # The variable that create code leaves, by which the resident watches the cluster.
    watched: ClassVar[str] = "cluster"
    # Whether notebooks on any host reach such clusters, through a service that is there for them.
    reached_from_anywhere: ClassVar[bool] = False
    # Whether the controller starts the workers. Others may inherit its environment on a host where
    # no socket can be made in the temporary directory: they start as plain Dask starts them.
    starts_workers: ClassVar[bool] = True
    # Whether users pay or queue for cores, so that core-hours are worth showing.
    metered: ClassVar[bool] = False

    def __init__(self, context: Context) -> None:
        """Work with ``context``."""
        self.context = context

    # A platform, before anything is launched

    def unavailable(self, platform: Platform) -> str | None:
        """Return why the platform cannot work on this host, in one sentence, or None."""
        gateway = self.context.environments.gateway
        if gateway and not self.reached_from_anywhere:
            return (
                f"The kernels of your notebooks run behind a kernel gateway ({gateway}), where "
                f"clusters of {platform.title} cannot be reached."
            )
        if platform.options_from not in (None, self.options_source(platform)):
            return (
                f"{platform.title} does not launch through a gateway, so it cannot take options "
                f"from one. Remove the line options_from: in {platform.origin}."
            )
        return None

    def batch_system(self, platform: Platform) -> str | None:
        """Return the name of the batch system behind a platform, or None."""
        return None

    def options_source(self, platform: Platform) -> str | None:
        """Return the name of what declares further options when it is queried, or None."""
        return None

    async def options(
        self, platform: Platform, kernel_name: str, fresh: bool = False
    ) -> dict[str, Any]:
        """Return the schemas of options that the engine itself declares, by name.

        ``fresh`` queries it again. Raises ``NotAvailableError`` where it does not answer.
        """
        return {}

    async def answers(self, platform: Platform) -> bool:
        """Return whether the engine of a platform that was detected here does answer."""
        return True

    async def discover(self, kernel_name: str, known: Collection[str]) -> list[Found]:
        """Return the user's clusters that were made elsewhere, without those in ``known``.

        Raises ``NotAvailableError`` where the engine does not answer.
        """
        return []

    def needs(self, platform: Platform, options: Mapping[str, Any]) -> Needs:
        """Return what a cluster with these options must remember of the platform."""
        return Needs()

    def environment(self, batch: str | None) -> Mapping[str, str]:
        """Return what the environment of a controller gets; ``batch`` is as in ``Needs``.

        With "forkserver" workers on one host start together from one prepared process; with
        "spawn" each imports everything again, one after the other on a busy machine. The debugger
        of kernels, which controllers do not need, warns at each start unless it skips a check.
        """
        how = {WORKERS_START: "forkserver"} if self.starts_workers else {}
        return {**how, "PYDEVD_DISABLE_FILE_VALIDATION": "1"}

    def preparation(self, cluster: Cluster, directory: Path) -> dict[str, Any]:
        """Return what the resident gets before the create code runs."""
        return {"directory": str(directory), **cluster.preparation}

    async def joinable(self, platform: Platform, given: str) -> str:
        """Return the name of a running cluster, for ``join_code``, from what a user gave.

        Raises ``BadInputError`` where it names none, and where none can be joined.
        """
        raise BadInputError(f"Clusters of {platform.title} cannot be joined: launch one.")

    def join_code(self, name: str) -> str:
        """Return the create code that joins the running cluster called ``name``.

        Raises ``BadInputError`` where clusters of this kind cannot be joined.
        """
        raise BadInputError(f"{name} cannot be joined: its platform has no way to do so.")

    def refuse(self, platform: Platform, options: Mapping[str, Any]) -> None:
        """Raise ``BadInputError`` for options with which a launch cannot work on this host."""

    def warnings(self, platform: Platform, options: Mapping[str, Any]) -> list[str]:
        """Return what users should know before a launch with these options, a sentence each."""
        return []

    def excess(self, platform: Platform, values: Mapping[str, Any]) -> list[str]:
        """Return what of options the site does not allow, as far as is known, a sentence each.

        ``values`` has those that are not chosen as well, with their defaults.
        """
        return []

    def folder_warnings(self, platform: Platform, cluster: Cluster, directory: Path) -> list[str]:
        """Return what users should know about ``directory``, where the cluster's files would be."""
        return []

    def summary(self, platform: Platform, cluster: Cluster) -> str | None:
        """Return what a launch requests in total, or what cores cost; None where neither counts."""
        cost = cluster.cost
        return f"{cost.per_core_hour:g} {cost.currency} per core and hour" if cost else None

    def size(self, platform: Platform, cluster: Cluster) -> Size | None:
        """Return what a launch requests for each worker, None where its memory is not set."""
        return None

    async def check(self, platform: Platform, cluster: Cluster, directory: Path) -> Check:
        """Return the engine's verdict on a launch without making it.

        ``directory`` is where the cluster's files would stand.
        """
        return Check()

    async def starts(self, platform: Platform, cluster: Cluster, directory: Path) -> list[Start]:
        """Return when a launch would start, and when in other ways; nothing is submitted.

        Raises ``NotAvailableError`` where that cannot be known.
        """
        return []

    # A cluster

    @classmethod
    def connect_code(
        cls, cluster: Cluster, directory: Path, base_url: str | None = None
    ) -> str | None:
        """Return the code that connects a notebook, None while there is nothing to connect to.

        ``directory`` has the cluster's credentials. ``base_url`` is the path of the Jupyter
        server, below which browsers reach its dashboard, None where that is not known.
        """
        return None

    def dashboard_access(self, cluster: Cluster) -> str | None:
        """Return who can open the dashboard besides its owner, in a sentence, or None."""
        return None

    @classmethod
    def reachable_from_other_hosts(cls, cluster: Cluster) -> bool:
        """Return whether a notebook on another host than the controller's can connect."""
        return False

    def status(self, cluster: Cluster, now: datetime) -> Status:
        """Return what a cluster's row shows at the time ``now``, which has a time zone."""
        # What adapts is not what was requested at first.
        reported = cluster.report.requested if cluster.adapt else None
        requested = cluster.requested if reported is None else reported
        return Status(cluster.message, requested, failed=cluster.report.failed)

    def explain(self, cluster: Cluster, name: str, text: str) -> str:
        """Return the sentence for an exception in the controller; ``name`` is its class."""
        environment = self.context.environments.title(cluster.kernel_name)
        return errors.explain(name, text, environment)

    @classmethod
    def waits(cls, cluster: Cluster) -> bool:
        """Return whether a running cluster waits for workers that its engine is to provide."""
        return False

    def log_files(self, cluster: Cluster, directory: Path) -> list[Log]:
        """Return the logs that are kept in files besides the launch's own."""
        return []

    def newly_ended(self, cluster: Cluster) -> list[str]:
        """Return the ids of jobs that have ended, which the controller does not know yet."""
        return []

    def unwanted(self, cluster: Cluster) -> list[str]:
        """Return the ids of jobs that go on although the controller has canceled them."""
        return []

    def unconfirmed(self, cluster: Cluster) -> str:
        """Return the sentence of the last `cleanup` about jobs that may be left, if it had one."""
        return ""

    async def cleanup(
        self, cluster: Cluster, directory: Path, shut_down: bool = False, wait: bool = False
    ) -> None:
        """End what a controller left behind.

        ``shut_down`` ends a cluster that was joined as well; ``wait`` returns only when the engine
        has confirmed the end. Raises ``NotAvailableError`` with a sentence where something may be
        left; another try is possible then.
        """

    # All clusters of this kind

    def follow(
        self,
        clusters: Callable[[], Iterable[Cluster]],
        update: Callable[[str, Queue], None],
    ) -> None:
        """Look after ``clusters``; call ``update(id, queue)`` when the engine's answer changes."""

    def poll_soon(self, cluster: Cluster) -> None:
        """Poll the engine about a cluster soon, where there is something to poll."""

    def hurry(self) -> None:
        """From now on take the order to end something for its end: the server is stopping."""

    async def stop(self) -> None:
        """Poll no more, and leave no process behind."""
