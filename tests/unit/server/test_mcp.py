"""The tools for assistants, as jupyter-server-mcp finds and calls them."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import re
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from fakes import write_platform
from worlds import AtOnce, World, crash

from jupyter_cluster_launcher.errors import BadInputError, NotAvailableError, UnknownError
from jupyter_cluster_launcher.models import State
from jupyter_cluster_launcher.server import mcp, mcp_tools

ROOT = Path(__file__).parent.parent.parent.parent


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A server whose tools are on, at a site where cores cost something."""
    cost = {"per_core_hour": 0.5, "currency": "EUR"}
    write_platform(tmp_path / "platforms", "local", cost=cost)
    world = World(AtOnce(tmp_path / "clusters"), tmp_path / "platforms")
    mcp.turn_on(world.manager, "/user/ann/")
    yield world
    mcp.turn_off()


def test_there_are_none_while_they_are_off() -> None:
    """Guards users who never asked for it against an assistant that launches clusters."""
    assert mcp.tools() == []
    with pytest.raises(NotAvailableError, match=r"Set c\.ClusterLauncher\.mcp_tools = True"):
        asyncio.run(mcp_tools.list_clusters())


def test_they_are_found(world: World) -> None:
    """Guards the names by which they are found, and what assistants read about them."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    declared = re.search(r'^\[project\.entry-points\."(.*tools)"\]\n(\w+) = "(.*)"$', text, re.M)
    assert declared is not None
    group, name, value = declared.groups()
    assert group == "jupyter_server_mcp.tools"
    specs = EntryPoint(name, value, group).load()()
    assert len(specs) == 5
    for spec in specs:
        module, _, function = spec.partition(":")
        tool = getattr(importlib.import_module(module), function)
        assert inspect.iscoroutinefunction(tool)
        assert tool.__doc__


async def test_with_the_real_extension(world: World) -> None:
    """Guards the types of the arguments, from which the extension makes schemas."""
    real = pytest.importorskip("jupyter_server_mcp.mcp_server")
    app = pytest.importorskip("jupyter_server_mcp.extension").MCPExtensionApp()
    server = real.MCPServer(name="test")
    server.register_tools([app._load_function_from_string(spec) for spec in mcp.tools()])
    listed = {tool.name: tool for tool in await server.mcp.list_tools()}
    assert set(listed) == {spec.partition(":")[2] for spec in mcp.tools()}
    seen = await server.mcp.call_tool("preview_cluster", {"platform": "local", "workers": 4})
    assert "n_workers=4" in seen.structured_content["create"]


def test_a_cluster_by_tools(world: World) -> None:
    """Guards the way of an assistant: look, launch, scale, stop."""

    async def story() -> None:
        await world.manager.attach()
        seen = await mcp_tools.preview_cluster("local", 4)
        assert "n_workers=4" in seen["create"]
        made: dict[str, Any] = await mcp_tools.launch_cluster("local", workers=2, name="Tides")
        while world.manager.get(made["id"]).state is not State.RUNNING:
            await asyncio.sleep(0.01)
        (row,) = await mcp_tools.list_clusters()
        assert (row["name"], row["state"], row["workers"]["requested"]) == ("Tides", "running", 2)
        assert "Client(" in row["connect"]
        world.controllers.running()[0].report(dashboard_socket="/run/dashboard")
        (row,) = await mcp_tools.list_clusters()
        assert "/user/ann/cluster-launcher/dashboard/" in row["connect"]  # as a browser finds it
        assert (await mcp_tools.scale_cluster("Tides", 3))["workers"]["requested"] == 3
        assert await mcp_tools.stop_cluster(made["id"]) == "Tides is being stopped."
        while await mcp_tools.list_clusters():
            await asyncio.sleep(0.01)
        await crash(world)

    asyncio.run(story())


def test_what_is_refused(world: World) -> None:
    """Guards an assistant against errors from which it learns nothing."""
    with pytest.raises(UnknownError, match="There is no platform 'moon'"):
        asyncio.run(mcp_tools.launch_cluster("moon"))
    with pytest.raises(BadInputError, match="workers must be a whole number, 0 or more"):
        asyncio.run(mcp_tools.launch_cluster("local", workers=-1))
    with pytest.raises(UnknownError, match="There is no cluster 'Tides'"):
        asyncio.run(mcp_tools.stop_cluster("Tides"))
