"""Clusters of dask-gateway for real: a real server, real kernels, real schedulers and workers."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from cloud import SECRET, ended, opens, point_to
from notebooks import run
from real_gateway import RealGateway, missing, require

from api import Api


async def test_the_form_is_the_gateways_own(api: Api, gateway: RealGateway) -> None:
    """A field of which the label, the bounds or the choices get lost cannot be filled in."""
    status, platforms = await api.ask("GET", "platforms")
    nebari = next(p for p in platforms if p["name"] == "nebari")
    assert nebari["available"], nebari["reason"]
    assert (nebari["options_from"], nebari["finds"]) == ("gateway", True)

    status, answer = await api.ask("GET", "platforms", "nebari", "options")
    assert status == 200, answer
    fields = answer["options"]["properties"]
    assert list(fields)[:3] == ["conda_environment", "profile", "environment_vars"]
    assert fields["profile"]["title"] == "Cluster Profile"
    assert fields["profile"]["enum"][:2] == ["Small Worker", "Medium Worker"]
    assert fields["retries"] == {
        "title": "Retries", "type": "integer", "default": 2, "minimum": 0, "maximum": 5,
    }  # fmt: skip
    assert (fields["spot_price"]["type"], fields["spot_price"]["minimum"]) == ("number", 0.1)
    assert (fields["public"]["type"], fields["note"]["type"]) == ("boolean", "string")
    names = fields["environment_vars"]
    assert {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} <= set(names["default"])
    assert SECRET not in json.dumps(answer)


async def test_a_gateway_without_a_form_is_queried_once(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jp_serverapp: Any
) -> None:
    """Guards against a process that imports dask_gateway at each key that is pressed.

    No field is an answer as good as any, until the form is opened anew.
    """
    require(missing())
    queries: list[str] = []
    environments = jp_serverapp.web_app.settings["cluster_manager"].services.environments
    run_code = environments.run

    async def counting(kernel_name: str, code: str, *args: Any, **kwargs: Any) -> str:
        queries.append("gateway" if "gateway.queries" in code else "modules")
        return str(await run_code(kernel_name, code, *args, **kwargs))

    monkeypatch.setattr(environments, "run", counting)
    server = RealGateway(tmp_path / "gateway", form="none").start()
    try:
        point_to(server, monkeypatch)
        request = {"platform": "nebari", "workers": 1}
        for _ in range(3):
            status, answer = await api.ask("POST", "code", body=request)
            assert status == 200, answer
        assert queries.count("gateway") == 1
        _, answer = await api.ask("GET", "platforms", "nebari", "options")
        assert answer["options"]["properties"] == {}
        assert queries.count("gateway") == 2
    finally:
        server.stop()


async def test_a_launch_from_the_form_to_nothing_left(
    api: Api, gateway: RealGateway, jp_runtime_dir: Path
) -> None:
    """The main job. A number above the limit, or a secret on the disk, must be noticed."""
    options = {"profile": "Medium Worker"}
    cluster = await api.launch(platform="nebari", workers=30, options=options)
    assert 'profile="Medium Worker"' in cluster["code"]["create"]
    assert "for name in" in cluster["code"]["create"]
    cluster = await api.ready(cluster["id"], 4)
    assert cluster["workers"]["requested"] == 4
    assert cluster["warnings"] == ["Asked for 30 workers, the gateway's limit is 4."]
    assert (cluster["cores"], cluster["memory"], cluster["tls"]) == (8, 4 * 2**30, True)
    assert not cluster["joined"]
    (listed,) = gateway.clusters()
    assert f'Gateway().connect("{listed["name"]}")' in cluster["code"]["connect"]

    code = cluster["code"]["connect"]
    assert run(code, "client.submit(lambda: 6 * 7).result()") == "42"
    # `os.environ.get` would be pickled with this process's environment and answer from that.
    code_to_run = "client.submit(os.getenv, 'AWS_SECRET_ACCESS_KEY').result()"
    assert run(f"import os\n{code}", code_to_run) == SECRET
    assert await api.ask("PATCH", "clusters", cluster["id"], body={"workers": 1})
    cluster = await api.ready(cluster["id"], 1)
    assert (cluster["workers"]["requested"], cluster["warnings"]) == (1, [])

    assert await asyncio.to_thread(opens, cluster["dashboard_url"])
    plots = {plot["title"]: plot["name"] for plot in await api.plots(cluster["id"])}
    address = cluster["dashboard_url"].replace("/status", f"/{plots['Task Stream']}")
    assert await asyncio.to_thread(opens, address)

    directory = Path(jp_runtime_dir) / "cluster-launcher" / cluster["id"]
    written = b"".join(path.read_bytes() for path in directory.iterdir() if path.is_file())
    assert SECRET.encode() not in written
    assert b"PRIVATE KEY" not in written
    assert SECRET not in json.dumps(await api.ask("GET", "clusters"))
    await api.stop(cluster["id"])
    assert gateway.clusters() == []
    assert not directory.exists()


async def test_adapting_follows_the_load_within_the_limit(api: Api, gateway: RealGateway) -> None:
    """Adaptive scaling at a gateway is the gateway's: its number is the one to show."""
    cluster = await api.launch(platform="nebari", adapt={"minimum": 0, "maximum": 9})
    running = lambda c: c["state"] == "running"  # noqa: E731  # one word for it below
    cluster = await api.until(cluster["id"], running)
    assert cluster["adapt"] == {"minimum": 0, "maximum": 9}
    assert cluster["warnings"] == ["Asked for 9 workers, the gateway's limit is 4."]
    run(cluster["code"]["connect"], "client.submit(sum, [1, 2]).result()")
    await api.until(cluster["id"], lambda c: c["workers"]["ready"] == 0)
    status, cluster = await api.ask("PATCH", "clusters", cluster["id"], body={"workers": 1})
    assert (status, cluster["adapt"]) == (202, None)
    await api.ready(cluster["id"], 1)
    await api.stop(cluster["id"])


async def test_a_cluster_made_elsewhere_is_found_connected_to_scaled_and_stopped(
    api: Api, gateway: RealGateway
) -> None:
    """Users start clusters in notebooks, too, and must not have to remember their names."""
    name = gateway.start_cluster(profile="Medium Worker")
    gateway.start_cluster(user="bob")
    status, found = await api.ask("GET", "platforms", "nebari", "found")
    assert status == 200, found
    assert [entry["id"] for entry in found] == [name]
    assert "Medium Worker" in found[0]["title"]

    cluster = await api.launch(platform="nebari", adopt=name)
    cluster = await api.until(cluster["id"], lambda c: c["state"] == "running")
    assert cluster["joined"]
    assert cluster["workers"]["requested"] == 0
    assert (await api.ask("GET", "platforms", "nebari", "found"))[1] == []
    await api.ask("PATCH", "clusters", cluster["id"], body={"workers": 2})
    cluster = await api.ready(cluster["id"], 2)
    assert run(cluster["code"]["connect"], "client.submit(lambda: 6 * 7).result()") == "42"

    # Leaving does not stop it; it is stopped only on request, and a choice is required.
    status, answer = await api.ask("DELETE", "clusters", cluster["id"])
    assert (status, "Choose whether to leave it running" in answer["message"]) == (409, True)
    await api.stop(cluster["id"], leave=True)
    assert [listed["name"] for listed in gateway.clusters()] == [name]
    cluster = await api.launch(platform="nebari", adopt=name)
    await api.ready(cluster["id"], 2)
    await api.stop(cluster["id"], leave=False)
    assert gateway.clusters() == []
    gateway.stop_cluster(gateway.clusters("bob")[0]["name"], "bob")


async def test_the_gateway_stops_an_idle_cluster_and_the_row_says_so(
    api: Api, gateway: RealGateway
) -> None:
    """A row that says "running" for ever would hide that the gateway has stopped the cluster."""
    cluster = await api.launch(platform="nebari", workers=0, options={"profile": "Short idle"})
    # The idle time comes from the gateway, which the second report may be the first to have.
    cluster = await api.until(
        cluster["id"], lambda c: c["state"] == "running" and c["idle"] is not None
    )
    assert cluster["idle"]["timeout"] == 8
    assert cluster["idle"]["closes_at"] is not None
    cluster = await ended(api, cluster["id"])
    assert cluster["state"] == "closed"
    assert cluster["message"] == "Stopped by the gateway after 8 seconds without work."
    await api.stop(cluster["id"])


async def test_another_notebook_stops_the_cluster(api: Api, gateway: RealGateway) -> None:
    """Not every end is an idle one."""
    cluster = await api.launch(platform="nebari", workers=1)
    await api.ready(cluster["id"], 1)
    gateway.stop_cluster(gateway.clusters()[0]["name"])
    cluster = await ended(api, cluster["id"])
    assert cluster["state"] == "closed"
    assert "not from here" in cluster["message"]
    await api.stop(cluster["id"])


async def test_a_joined_cluster_outlives_the_server(
    api: Api, gateway: RealGateway, jp_serverapp: Any
) -> None:
    """Closing JupyterLab must not take a cluster from the notebooks that it was made for."""
    name = gateway.start_cluster()
    cluster = await api.launch(platform="nebari", adopt=name)
    await api.until(cluster["id"], lambda c: c["state"] == "running")
    await jp_serverapp.web_app.settings["cluster_manager"].stop()
    assert [listed["name"] for listed in gateway.clusters()] == [name]
    gateway.stop_cluster(name)
