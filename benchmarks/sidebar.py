"""What an open sidebar costs: requests while nothing happens, and drawing a hundred clusters.

Drawing lasts from the arrival of the list until the end of the frame in which it is drawn: what is
visible of it, and all of it. Here the first 20 rows are drawn before the others, in full where they
are visible.
"""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from figures import CannotMeasureError, Goal, Result, median, say, spread, table
from many import CLUSTERS, Many, crowd
from servers import OUR_CLUSTERS, OURS, PEER, PEER_CLUSTER, TOKEN, Server, wait_until

ROUNDS = 3
MINUTES = 6
SECONDS = 180
REQUESTS, SHARE = 2.0, 0.7  # a minute, and of the time of dask-labextension, at most
SCRIPT = Path(__file__).with_name("sidebar.mjs")
PARTS = {
    "visible": "ms to draw what is visible of 100 clusters",
    "all": "ms until the page has all of them",
}

# The id of the tab, what a row looks like, the address of the list, and those of all its requests.
SIDEBARS = {
    OURS: (
        "jp-cluster-launcher",
        ".jp-ClusterLauncher-row",
        r"/cluster-launcher/clusters(\?|$)",
        "/cluster-launcher/",
    ),
    PEER: (
        "dask-dashboard-launcher",
        ".dask-ClusterListingItem",
        r"/dask/clusters/?(\?|$)",
        "/dask/",
    ),
}


class Seen(NamedTuple):
    """The milliseconds to draw what is visible and all rows, and the requests per minute then."""

    visible: float
    all: float
    requests: float


def browse(server: Server, count: int, seconds: float) -> Seen:
    """Return what a browser sees of ``count`` rows.

    Raises ``CannotMeasureError`` where there is no browser.
    """
    assert server.extension is not None
    tab, rows, address, requests = SIDEBARS[server.extension]
    command = ["node", str(SCRIPT), f"{server.url}lab?token={TOKEN}", tab, rows]
    command += [str(count), address, requests, str(seconds)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    except OSError as error:
        raise CannotMeasureError(f"Node cannot be started: {error.strerror}.") from None
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:]
        raise CannotMeasureError(
            f"The browser failed ({''.join(last)}). It takes Chromium, and Playwright in "
            'ui-tests: run "make bench", which installs both.'
        )
    seen = json.loads(done.stdout)
    return Seen(seen["draw"], seen["all"], seen["sent"] / seconds * 60 if seconds else 0.0)


def idle(extension: str, seconds: float) -> float:
    """Return the requests per minute with one cluster that computes nothing."""
    kwargs = json.dumps({"n_workers": 1})
    with Server(extension, DASK_LABEXTENSION__FACTORY__KWARGS=kwargs) as server:
        if extension == PEER:
            server.ask("PUT", PEER_CLUSTER)
        else:
            cluster = server.ask("POST", OUR_CLUSTERS, {"platform": "local", "workers": 1})
            path = f"{OUR_CLUSTERS}/{cluster['id']}"
            wait_until(lambda: server.ask("GET", path)["workers"]["ready"] == 1)
        return browse(server, 1, seconds).requests


def drawing(extension: str, rounds: int) -> list[Seen]:
    """Return how long it takes to draw a hundred clusters, on a page each."""
    kwargs = {"DASK_LABEXTENSION__FACTORY__KWARGS": '{"n_workers": 0, "dashboard_address": ":0"}'}
    with Many() if extension == OURS else Server(extension, **kwargs) as server:
        if extension == PEER:
            crowd(server)
        return [browse(server, CLUSTERS, 0) for _ in range(rounds)]


def measure(rounds: int = ROUNDS, seconds: float = SECONDS) -> Result:
    """Measure both sidebars."""
    draws = {extension: drawing(extension, rounds) for extension in SIDEBARS}
    say(f"sidebar: drawing measured; now the requests of {seconds:g} seconds")
    with ThreadPoolExecutor(len(SIDEBARS)) as pool:  # their number depends on no load
        each = pool.map(lambda extension: idle(extension, seconds), SIDEBARS)
        sent = dict(zip(SIDEBARS, each, strict=True))
    requests = [f"{sent[extension]:.1f}" for extension in SIDEBARS]
    rows = [["requests a minute, one idle cluster", *requests, _bold(sent[OURS] / sent[PEER])]]
    shares = {}
    for part, words in PARTS.items():
        taken = {one: [getattr(seen, part) for seen in draws[one]] for one in SIDEBARS}
        shares[part] = median(taken[OURS]) / median(taken[PEER])
        rows.append([words, *(spread(taken[one], 0, "") for one in SIDEBARS), _bold(shares[part])])
    goals = [
        Goal("requests a minute of an idle sidebar", sent[OURS], REQUESTS),
        Goal("time to draw what is visible, share of dask-labextension", shares["visible"], SHARE),
    ]
    head = ["sidebar", "jupyter-cluster-launcher", "dask-labextension", "ratio"]
    return Result(table(head, rows), goals)


def _bold(ratio: float) -> str:
    return f"**{ratio:.2f}**"
