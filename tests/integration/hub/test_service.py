"""The example of a service that shows a hub's administrators all clusters; bob is one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hub_browser import LIMIT, Browser
from real_gateway import require
from real_hub import RealHub, missing
from real_server import wait_until

SERVICE = "services/clusters/"


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


def test_an_administrator_sees_and_stops_what_others_cannot(hub: RealHub) -> None:
    """Guards against an example that does not run, shows too little, or shows it to everyone."""
    alice = Browser(hub.url, "alice", hub.password).open()
    bob = Browser(hub.url, "bob", hub.password)
    # The first visit logs in to the service.
    empty = bob.session.get(f"{hub.url}{SERVICE}", timeout=LIMIT)
    assert (empty.status_code, "No user has a cluster now." in empty.text) == (200, True)
    cluster = alice.launch(platform="local", workers=1, name="mine", idle_timeout=600)
    alice.ready(cluster["id"], 1)
    alice.until(cluster["id"], lambda one: one["idle"]["closes_at"] is not None)

    (row,) = listed(hub, bob)
    assert (row["user"], row["name"], row["state"]) == ("alice", "mine", "running")
    assert (row["workers"], row["age"][:2], row["idle"]) == (1, "0:", True)
    page = bob.session.get(f"{hub.url}{SERVICE}", timeout=LIMIT).text
    assert "Stop mine of alice" in page

    for below in ("", "clusters"):
        refused = alice.session.get(f"{hub.url}{SERVICE}{below}", timeout=LIMIT)
        assert (refused.status_code, "mine" in refused.text) == (403, False)
    stop = f"{hub.url}{row['stop'].lstrip('/')}"
    assert alice.session.post(stop, timeout=LIMIT).status_code == 403
    # Another site that bob visits cannot send the form of this page.
    assert bob.session.post(stop, timeout=LIMIT).status_code == 403
    token = re.search(r'name="_xsrf" value="([^"]+)"', page)
    assert token is not None
    sent = bob.session.post(stop, data={"_xsrf": token[1]}, timeout=LIMIT)
    assert sent.status_code == 200
    wait_until(lambda: listed(hub, bob) == [], "the cluster is stopped")
    assert alice.ask("GET", "cluster-launcher/clusters") == (200, [])
