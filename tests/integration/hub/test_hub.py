"""On a real JupyterHub with dask-gateway as its service, as a browser uses it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import requests
from hub_browser import Browser
from real_gateway import require
from real_hub import RealHub, missing


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealHub]:
    """A hub with the servers of alice and bob."""
    require(missing())
    server = RealHub(tmp_path_factory.mktemp("hub")).start()
    try:
        for user in ("alice", "bob"):
            server.spawn(user)
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def alice(hub: RealHub) -> Browser:
    return Browser(hub.url, "alice", hub.password).open()


@pytest.fixture(scope="module")
def bob(hub: RealHub) -> Browser:
    return Browser(hub.url, "bob", hub.password).open()


def nebari(browser: Browser) -> dict[str, object]:
    """Return the gateway's platform as the sidebar gets it."""
    status, platforms = browser.ask("GET", "cluster-launcher/platforms")
    assert status == 200, platforms
    return next(p for p in platforms if p["name"] == "nebari")


async def test_a_launch_from_login_to_nothing_left(hub: RealHub, alice: Browser) -> None:
    """The main job on the hub: addresses under the hub's, and connect code that runs."""
    platform = nebari(alice)
    assert (platform["available"], platform["detected"]) == (True, True), platform["reason"]
    status, form = alice.ask("GET", "cluster-launcher/platforms/nebari/options")
    assert status == 200, form
    fields = form["options"]["properties"]
    assert "alice/alice-analysis" in fields["conda_environment"]["enum"]

    options = {"profile": "Small Worker", "conda_environment": "alice/alice-analysis"}
    cluster = alice.launch(platform="nebari", workers=1, options=options)
    cluster = alice.ready(cluster["id"], 1)
    assert cluster["state"] == "running", cluster["message"]
    (listed,) = hub.clusters("alice")
    code = "client.submit(__import__('os').getenv, 'CONDA_ENVIRONMENT').result()"
    answer = await alice.run(f"{cluster['code']['connect']}\nprint({code})\nclient.close()")
    assert answer == "alice/alice-analysis"

    dashboard = cluster["dashboard_url"]
    assert dashboard == f"/services/dask-gateway/clusters/{listed['name']}/status"
    page = alice.session.get(hub.url.rstrip("/") + dashboard, timeout=30)
    assert (page.status_code, "Dask" in page.text) == (200, True)
    plots = alice.ask("GET", f"cluster-launcher/clusters/{cluster['id']}/plots")[1]
    plot = next(p["name"] for p in plots if p["title"] == "Task Stream")
    address = hub.url.rstrip("/") + dashboard.replace("/status", f"/{plot}")
    assert alice.session.get(address, timeout=30).ok

    path = f"cluster-launcher/clusters/{cluster['id']}"
    assert alice.ask("PATCH", path, {"workers": 2})[0] == 202
    assert alice.ready(cluster["id"], 2)["workers"]["requested"] == 2
    alice.stop(cluster["id"])
    assert hub.clusters("alice") == []


def test_without_the_token_of_the_page_or_a_login_nothing_happens(
    hub: RealHub, alice: Browser, bob: Browser
) -> None:
    """Another site that a browser visits must not start clusters in its name."""
    body = {"platform": "nebari"}
    status, answer = alice.ask("POST", "cluster-launcher/clusters", body, xsrf=False)
    assert status == 403, answer
    stranger = requests.post(f"{alice.base}cluster-launcher/clusters", json=body, timeout=30)
    assert stranger.status_code == 403
    theirs = bob.session.get(f"{alice.base}cluster-launcher/clusters", timeout=30)
    assert theirs.status_code == 403
    assert hub.clusters("alice") == []


def test_a_bad_token_of_the_hub(hub: RealHub, alice: Browser) -> None:
    """The gateway answers 500 where it means 401, and the user can fix it by a restart."""
    folder = hub.home("alice") / ".local" / "share" / "jupyter" / "kernels" / "stale"
    folder.mkdir(parents=True)
    spec = {
        "argv": ["python", "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "With a stale token",
        "language": "python",
        "env": {"JUPYTERHUB_API_TOKEN": "0" * 32},
    }
    (folder / "kernel.json").write_text(json.dumps(spec))
    path = "cluster-launcher/platforms/nebari/options?kernel_name=stale"
    status, answer = alice.ask("GET", path)
    assert status == 503
    assert answer["message"].startswith("dask-gateway rejected your login. On a hub, restart")
    status, answer = alice.ask(
        "POST", "cluster-launcher/clusters", {"platform": "nebari", "kernel_name": "stale"}
    )
    assert (status, answer["message"][:33]) == (503, "dask-gateway rejected your login.")


def test_two_people_see_nothing_of_each_other(hub: RealHub, alice: Browser, bob: Browser) -> None:
    """One gateway for all, but to each only what is theirs."""
    cluster = alice.launch(platform="nebari", workers=1, options={"profile": "Small Worker"})
    cluster = alice.ready(cluster["id"], 1)
    (listed,) = hub.clusters("alice")
    assert bob.ask("GET", "cluster-launcher/clusters") == (200, [])
    assert bob.ask("GET", "cluster-launcher/platforms/nebari/found") == (200, [])
    stolen = bob.launch(platform="nebari", adopt=listed["name"])
    stolen = bob.until(stolen["id"], lambda c: c["state"] not in ("starting", "running"))
    assert stolen["message"].startswith("You do not have access to this cluster")
    bob.stop(stolen["id"])
    assert alice.ready(cluster["id"], 1)["state"] == "running"
    alice.stop(cluster["id"])


@pytest.mark.timeout(600)  # it starts four servers
def test_a_dashboard_belongs_to_one_person(hub: RealHub, alice: Browser, bob: Browser) -> None:
    """Guards what one sees of the other's cluster through either server, named ones included."""
    cluster = alice.launch(platform="local", workers=1)
    cluster = alice.ready(cluster["id"], 1)
    path = f"cluster-launcher/dashboard/{cluster['id']}/status"
    assert cluster["dashboard_url"] == f"/user/alice/{path}"
    assert f'"/user/alice/{path}"'.replace(cluster["id"], "{port}") in cluster["code"]["connect"]
    status, page = alice.ask("GET", path)
    assert (status, "<title>Dask" in page) == (200, True)

    hub.spawn("alice", "second")
    hub.spawn("bob", "second")
    second = Browser(hub.url, "alice", hub.password).open("second")
    assert [row["id"] for row in second.ask("GET", "cluster-launcher/clusters")[1]] == [
        cluster["id"]
    ]
    assert second.ask("GET", path)[0] == 200
    for theirs in (bob, Browser(hub.url, "bob", hub.password).open("second")):
        assert theirs.ask("GET", "cluster-launcher/clusters") == (200, [])
        for below in (path, f"cluster-launcher/clusters/{cluster['id']}/logs"):
            assert theirs.ask("GET", below)[0] == 404
            for server in ("user/alice/", "user/alice/second/"):
                refused = theirs.session.get(f"{hub.url}{server}{below}", timeout=90)
                assert refused.status_code == 403
    for user in ("alice", "bob"):
        hub.ask("DELETE", f"users/{user}/servers/second")
        hub.wait_gone(user, "second")
    alice.stop(cluster["id"])


async def test_a_named_server_beside_the_first_one(hub: RealHub, alice: Browser) -> None:
    """Both have one home directory, but each looks after, and ends with it, its own clusters."""
    cluster = alice.launch(platform="nebari", workers=1, options={"profile": "Small Worker"})
    cluster = alice.ready(cluster["id"], 1)
    hub.spawn("alice", "second")
    second = Browser(hub.url, "alice", hub.password).open("second")
    _, rows = second.ask("GET", "cluster-launcher/clusters")
    assert [(row["id"], row["state"]) for row in rows] == [(cluster["id"], "running")]
    assert "another of your Jupyter servers" in rows[0]["message"]

    own = second.launch(platform="nebari", workers=1, options={"profile": "Small Worker"})
    own = second.ready(own["id"], 1)
    code = "print(client.submit(lambda: 6 * 7).result())\nclient.close()"
    assert await second.run(f"{own['code']['connect']}\n{code}") == "42"
    hub.ask("DELETE", "users/alice/servers/second")
    hub.wait_gone("alice", "second")
    # What the second server started ended with it; the first one's goes on.
    (left,) = hub.clusters("alice")
    assert left["name"] in cluster["code"]["connect"]
    assert alice.ready(cluster["id"], 1)["state"] == "running"
    alice.stop(cluster["id"])
    assert hub.clusters("alice") == []
