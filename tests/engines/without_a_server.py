"""What timers promise without any server: whatever happens then, they end everything."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable

from held_cluster import SOON, HeldCluster
from local_faults import Fault, end_by_a_later_server, happen, small_disk
from real_server import wait_until


def end_without_a_server(
    step: str, cluster: HeldCluster, what: str = "", gone: Callable[[], object] = lambda: None
) -> None:
    """Assert that the timers end everything at a step when the server is killed for good.

    Right after, ``what`` of a ``Fault`` happens to all that is left; "" is nothing. ``gone``
    asserts what else ends. A later server removes the files.
    """
    server = cluster.server
    with contextlib.ExitStack() as stack:
        full = what == "full"
        fill = stack.enter_context(small_disk(server.runtime)) if full else lambda: None
        stack.callback(server.stop)
        server.start()
        cluster.bring_to(step)
        assert server.sockets()
        cluster.kill_server()
        if what == "freeze":
            freeze(cluster)
        elif what:
            happen(Fault(what, "all", step, ()), cluster, fill)
        wait_until(lambda: not server.processes(), "the end by the timers", 180)
        assert server.sockets() == []
        gone()
        end_by_a_later_server(cluster)


def freeze(cluster: HeldCluster) -> None:
    """Freeze a controller, with what it has started, for longer than its timer."""
    os.killpg(cluster.controller, signal.SIGSTOP)
    time.sleep(SOON + 5)
    os.killpg(cluster.controller, signal.SIGCONT)
