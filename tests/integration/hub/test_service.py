"""The example of a service that shows a hub's administrators all clusters; bob is one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from hub_browser import LIMIT, Browser
from real_gateway import require
from real_hub import RealHub, missing
from real_server import wait_until

SERVICE = "services/clusters/"
COMPUTE = """
import time
from distributed import fire_and_forget

fire_and_forget(client.submit(time.sleep, 600))
while not any(client.processing().values()):
    time.sleep(0.1)
"""
WITHOUT = "c.ServerApp.jpserver_extensions = {'jupyter_cluster_launcher': False}\n"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealHub]:
    """A hub on which alice has a server, and bob has none."""
    require(missing())
    server = RealHub(tmp_path_factory.mktemp("hub")).start()
    try:
        server.spawn("alice")
        yield server
    finally:
        server.stop()


def listed(hub: RealHub, browser: Browser) -> list[dict[str, Any]]:
    """Return the clusters that the service lists."""
    answer = browser.session.get(f"{hub.url}{SERVICE}clusters", timeout=LIMIT)
    assert answer.status_code == 200, answer.text
    assert answer.json()["problems"] == []
    return list(answer.json()["clusters"])


def visit(hub: RealHub, browser: Browser) -> requests.Response:
    """Return the page of the service; the first visit logs in to it."""
    return browser.session.get(f"{hub.url}{SERVICE}", timeout=LIMIT)


def token_of(page: requests.Response) -> str:
    """Return the token that each form of the page sends."""
    token = re.search(r'name="_xsrf" value="([^"]+)"', page.text)
    assert token is not None
    return token[1]


def press_stop(
    hub: RealHub, browser: Browser, row: dict[str, Any], token: str
) -> requests.Response:
    """Return the answer to the form in a row of the page."""
    address = f"{hub.url}{row['stop'].lstrip('/')}"
    return browser.session.post(address, data={"_xsrf": token}, timeout=LIMIT)


def test_an_administrator_sees_and_stops_what_others_cannot(hub: RealHub) -> None:
    """Guards against an example that does not run, shows too little, or shows it to everyone."""
    alice = Browser(hub.url, "alice", hub.password).open()
    bob = Browser(hub.url, "bob", hub.password)
    empty = visit(hub, bob)
    assert (empty.status_code, "No user has a cluster now." in empty.text) == (200, True)
    cluster = alice.launch(platform="local", workers=1, name="mine")
    alice.ready(cluster["id"], 1)

    (row,) = listed(hub, bob)
    assert (row["user"], row["name"], row["state"]) == ("alice", "mine", "running")
    assert (row["workers"], row["age"][:2], row["idle"]) == (1, "0:", True)
    page = visit(hub, bob)
    assert "Stop mine of alice" in page.text

    for below in ("", "clusters"):
        refused = alice.session.get(f"{hub.url}{SERVICE}{below}", timeout=LIMIT)
        assert (refused.status_code, "mine" in refused.text) == (403, False)
    stop = f"{hub.url}{row['stop'].lstrip('/')}"
    assert alice.session.post(stop, timeout=LIMIT).status_code == 403
    # Another site that bob visits cannot send the form of this page.
    assert bob.session.post(stop, timeout=LIMIT).status_code == 403
    token = token_of(page)
    assert press_stop(hub, bob, row, token).status_code == 200
    wait_until(lambda: listed(hub, bob) == [], "the cluster is stopped")
    assert alice.ask("GET", "cluster-launcher/clusters") == (200, [])
    late = press_stop(hub, bob, row, token)
    said = "404: No running server of this user has this cluster."
    assert (late.status_code, late.text) == (404, said)
    assert late.headers["Content-Type"].startswith("text/plain")


async def test_which_clusters_compute(hub: RealHub) -> None:
    """Guards against an idle cluster that looks busy, and against a busy one that is stopped."""
    alice = Browser(hub.url, "alice", hub.password).open()
    bob = Browser(hub.url, "bob", hub.password)
    visit(hub, bob)
    cluster = alice.launch(platform="local", workers=1, name="mine")
    connect = alice.ready(cluster["id"], 1)["code"]["connect"]
    # The user's other server lists the cluster too, and does not know its load.
    hub.spawn("alice", "second")
    second = Browser(hub.url, "alice", hub.password).open("second")
    second.until(cluster["id"], lambda one: one["state"] == "running" and one["usage"] is None)
    assert [(row["name"], row["idle"]) for row in listed(hub, bob)] == [("mine", True)]
    await alice.run(f"{connect}\n{COMPUTE}")
    wait_until(lambda: not listed(hub, bob)[0]["idle"], "the cluster computes")
    alice.stop(cluster["id"])
    hub.ask("DELETE", "users/alice/servers/second")
    hub.wait_gone("alice", "second")


def test_a_user_with_a_server_that_has_no_clusters(hub: RealHub) -> None:
    """Guards against a button that only works for clusters of a user's first server."""
    assert hub.server_config.read_text() == ""
    hub.server_config.write_text(WITHOUT)
    hub.spawn("bob")
    hub.server_config.write_text("")
    hub.spawn("bob", "second")
    bob = Browser(hub.url, "bob", hub.password).open()
    assert bob.ask("GET", "cluster-launcher/clusters")[0] == 404
    second = Browser(hub.url, "bob", hub.password).open("second")
    cluster = second.launch(platform="local", workers=1)
    second.ready(cluster["id"], 1)
    token = token_of(visit(hub, bob))
    (row,) = listed(hub, bob)
    assert press_stop(hub, bob, row, token).status_code == 200
    wait_until(lambda: listed(hub, bob) == [], "the cluster is stopped")
