"""ESIP-QHUB: the recipe through ebdpy (a stand-in of the same signatures) on a real gateway."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from cloud import ended, until
from notebooks import run
from real_gateway import RealGateway

from api import Api

STANDIN = Path(__file__).parent.parent.parent / "support/ebdpy_standin" / "ebdpy.py"
CREDENTIALS = "[esip-qhub]\naws_access_key_id = AKIATEST\naws_secret_access_key = hub-secret\n"


@pytest.fixture
def jp_server_config(jp_server_config: dict[str, Any]) -> dict[str, Any]:
    """Less patience with a call that cannot be interrupted."""
    ours = {**jp_server_config["ClusterLauncher"], "close_timeout": 4}
    return {**jp_server_config, "ClusterLauncher": ours}


@pytest.fixture
def hub_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home directory as on the hub: the library in the shared folder, a profile in ~/.aws."""
    home = tmp_path / "hub-home"
    library = home / "shared" / "users" / "lib"
    library.mkdir(parents=True)
    shutil.copy(STANDIN, library)
    (home / ".aws").mkdir()
    (home / ".aws" / "credentials").write_text(CREDENTIALS)
    monkeypatch.setenv("HOME", str(home))
    return home


async def test_without_the_library_the_platform_is_grey_and_says_why(
    api: Api, gateway: RealGateway
) -> None:
    """The library is on no package index: "install it" would be bad advice."""
    _, platforms = await api.ask("GET", "platforms")
    esip = next(p for p in platforms if p["name"] == "esip-qhub")
    assert not esip["available"]
    assert "neither in this environment nor in ~/shared/users/lib" in esip["reason"]
    assert "default" not in esip["options"]["properties"]["library_folder"]
    status, answer = await api.ask("POST", "clusters", body={"platform": "esip-qhub"})
    assert (status, answer["message"]) == (503, esip["reason"])


async def test_the_recipe_from_click_to_nothing_left(
    api: Api, gateway: RealGateway, hub_home: Path
) -> None:
    """The job these users come for, with their credentials on the workers."""
    _, platforms = await api.ask("GET", "platforms")
    esip = next(p for p in platforms if p["name"] == "esip-qhub")
    assert esip["available"], esip["reason"]
    options = {"worker_profile": "Small Worker", "use_existing_cluster": False}
    cluster = await api.launch(platform="esip-qhub", workers=2, options=options)
    create = cluster["code"]["create"]
    assert 'sys.path.insert(0, os.path.expanduser("~/shared/users/lib"))' in create
    assert "worker_max=2," in create
    cluster = await api.ready(cluster["id"], 2)
    assert (cluster["joined"], cluster["workers"]["requested"]) == (False, 2)
    (listed,) = gateway.clusters()
    code = cluster["code"]["connect"]
    assert f'Gateway().connect("{listed["name"]}")' in code
    expression = "client.submit(os.getenv, 'AWS_SECRET_ACCESS_KEY').result()"
    assert run(f"import os\n{code}", expression) == "hub-secret"
    _, logs = await api.ask("GET", "clusters", cluster["id"], "logs")
    assert "Starting a new cluster" in logs["launch"]
    assert "hub-secret" not in json.dumps([cluster, logs])
    await api.stop(cluster["id"])
    assert gateway.clusters() == []


async def test_an_unknown_profile(api: Api, gateway: RealGateway, hub_home: Path) -> None:
    """What is raised is a bare KeyError, which does not say what to do."""
    cluster = await api.launch(platform="esip-qhub", options={"profile": "nobody"})
    cluster = await ended(api, cluster["id"])
    assert cluster["state"] == "failed"
    assert "~/.aws/credentials has no such profile" in cluster["message"]
    assert "nobody" in cluster["message"]
    await api.stop(cluster["id"])


async def test_an_exception_after_the_cluster_is_up(
    api: Api, gateway: RealGateway, hub_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the failed launch started is stopped; clusters started elsewhere are not."""
    monkeypatch.setenv("EBDPY_FAILS", "after-up")
    other = gateway.start_cluster()
    options = {"worker_profile": "Small Worker", "use_existing_cluster": False}
    cluster = await api.launch(platform="esip-qhub", options=options)
    await until(lambda: len(gateway.clusters()) == 2, "the cluster of the launch")
    cluster = await ended(api, cluster["id"])
    assert cluster["state"] == "failed"
    assert "register_worker_plugin" in cluster["message"]
    assert [listed["name"] for listed in gateway.clusters()] == [other]
    await api.stop(cluster["id"])
    gateway.stop_cluster(other)


@pytest.mark.parametrize("how", ["never-returns", "deaf"])
async def test_cancelling_a_call_that_never_returns(
    api: Api, gateway: RealGateway, hub_home: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """The button has to work, also on a call that cannot be interrupted."""
    monkeypatch.setenv("EBDPY_FAILS", how)
    options = {"worker_profile": "Small Worker"}
    cluster = await api.launch(platform="esip-qhub", options=options)
    await until(
        lambda: [c for c in gateway.clusters() if c["status"] == "RUNNING"], "a running cluster"
    )
    await api.stop(cluster["id"])
    assert gateway.clusters() == []


async def test_a_call_that_never_returns_is_given_up(
    api: Api,
    gateway: RealGateway,
    hub_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    platform_folder: Path,
) -> None:
    """The time limit of the platform file ends a launch that is not cancelled."""
    file = platform_folder / "esip-qhub.yaml"
    file.write_text(file.read_text().replace("timeout: 180", "timeout: 8"))
    monkeypatch.setenv("EBDPY_FAILS", "never-returns")
    cluster = await api.launch(platform="esip-qhub", options={"worker_profile": "Small Worker"})
    cluster = await ended(api, cluster["id"])
    assert cluster["state"] == "failed"
    assert "took too long" in cluster["message"]
    assert gateway.clusters() == []
    await api.stop(cluster["id"])


async def test_an_existing_cluster_is_joined_and_left(
    api: Api, gateway: RealGateway, hub_home: Path
) -> None:
    """It was there before and stays there, unless the user stops it."""
    name = gateway.start_cluster()
    cluster = await api.launch(platform="esip-qhub", workers=2)
    cluster = await api.ready(cluster["id"], 2)
    assert cluster["joined"]
    assert name in cluster["code"]["connect"]
    _, logs = await api.ask("GET", "clusters", cluster["id"], "logs")
    assert "existing cluster" in logs["launch"]
    await api.stop(cluster["id"], leave=True)
    assert [listed["name"] for listed in gateway.clusters()] == [name]
    cluster = await api.launch(platform="esip-qhub", workers=1)
    await api.ready(cluster["id"], 1)
    await api.stop(cluster["id"], leave=False)
    assert gateway.clusters() == []
