"""Named launches: those of sites, and those that users save."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fakes import write_platform
from worlds import Saves, World

from jupyter_cluster_launcher.clusters.launching.presets import Preset, Presets
from jupyter_cluster_launcher.errors import BadInputError, NotAvailableError, UnknownError

OPTIONS = {"memory": {"type": "string", "title": "Memory", "default": "1GB", "maxLength": 5}}
LARGE = {"name": "Large", "workers": 8, "options": {"memory": "8GB"}}
NIGHT = {"name": "Night", "adapt": {"minimum": 1, "maximum": 4}}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A server of a site with two presets."""
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "config"))
    write_platform(tmp_path / "platforms", "site", options=OPTIONS, presets=[LARGE, NIGHT])
    return World(Saves(tmp_path / "clusters"), tmp_path / "platforms")


def save(world: World, name: str, **given: Any) -> Preset:
    """Save a preset as the route does."""
    return asyncio.run(world.manager.save_preset(name, {"platform": "site", **given}))


def plan(world: World, **request: Any) -> Any:
    """Return the cluster that a request amounts to."""
    return asyncio.run(world.manager._plan(request))[1]


def test_what_a_preset_launches(world: World) -> None:
    """Guards against a preset that is only half applied, or overrules what the user said."""
    large = plan(world, preset="Large")
    assert (large.platform, large.requested, large.options) == ("site", 8, {"memory": "8GB"})
    changed = plan(world, preset="Large", workers=2, options={"memory": "2GB"}, name="Tides")
    assert (changed.requested, changed.options, changed.name) == (2, {"memory": "2GB"}, "Tides")
    assert plan(world, preset="Night").adapt.maximum == 4
    assert plan(world, preset="Night", workers=3).adapt is None
    assert plan(world, preset="Large", adapt={"maximum": 3}).adapt.maximum == 3


def test_what_cannot_be_meant(world: World) -> None:
    """Guards against a guess, and against a list of presets that nobody finds."""
    with pytest.raises(UnknownError, match=r"no preset 'Small'\. There are: Large, Night\."):
        plan(world, preset="Small")
    with pytest.raises(BadInputError, match="The preset Large is for the platform site"):
        plan(world, preset="Large", platform="other")
    with pytest.raises(BadInputError, match="either a preset or a cluster"):
        plan(world, **{"preset": "Large", "from": "Tides"})


def test_a_preset_of_the_user(world: World, tmp_path: Path) -> None:
    """Guards the way from the form to the next server: saved, listed first, replaced, deleted."""
    saved = save(world, " Mine ", workers=3, options={"memory": "3GB"})
    assert saved == Preset("Mine", "site", 3, None, {"memory": "3GB"}, own=True)
    save(world, "Large", workers=1)
    again = World(Saves(tmp_path / "clusters"), tmp_path / "platforms").manager.presets
    listed = [(one.name, one.workers, one.own) for one in again.list()]
    assert listed == [("Mine", 3, True), ("Large", 1, True), ("Night", None, False)]
    again.delete("Large")
    assert again.get("Large").workers == 8
    with pytest.raises(UnknownError, match="comes with the platform site, so you cannot delete"):
        again.delete("Large")
    with pytest.raises(UnknownError, match="There is no preset 'Small'"):
        again.delete("Small")
    file = tmp_path / "config" / "cluster-launcher" / "presets.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(json.loads(file.read_text())) == ["Mine"]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"platform": "gone"}, "There is no platform 'gone'"),
        ({"options": {"memory": "much too much"}}, "Memory: must have at most 5 characters"),
        ({"options": {"colour": "red"}}, "Site has no option 'colour'"),
        ({"workers": 9}, "must be a whole number from 1 to 8"),
        ({"adapt": {"minimum": 5, "maximum": 4}}, "must not be above the maximum"),
        ({"adapt": {"maximum": 9}}, "The maximum must be a whole number from 1 to 8"),
    ],
)
def test_what_could_not_be_launched(world: World, given: dict[str, Any], sentence: str) -> None:
    """Guards against a mistake that only shows at the launch."""
    with pytest.raises((BadInputError, UnknownError), match=sentence):
        save(world, "Mine", **given)
    assert [one.name for one in world.manager.presets.list()] == ["Large", "Night"]


@pytest.mark.parametrize("text", ["{", "[]", '{"Mine": 1}', '{"Mine": {"platform": 3}}'])
def test_a_broken_file(world: World, tmp_path: Path, text: str) -> None:
    """Guards what a user wrote by hand against being replaced, and the site's presets with it."""
    folder = tmp_path / "config" / "cluster-launcher"
    folder.mkdir(parents=True)
    (folder / "presets.json").write_text(text)
    assert [one.name for one in world.manager.presets.list()] == ["Large", "Night"]
    with pytest.raises(NotAvailableError, match=r"Presets cannot be saved in .*presets\.json"):
        save(world, "Mine")
    assert (folder / "presets.json").read_text() == text


def test_two_servers_at_once(world: World, tmp_path: Path) -> None:
    """Guards against a preset that another server's takes away."""
    folder = tmp_path / "shared"
    servers = [Presets(world.manager.services.catalog, folder) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        for number, server in enumerate(servers):
            pool.submit(server.save, Preset(f"P{number}", "site", own=True))
    assert sum(one.own for one in servers[0].list()) == 8


@pytest.mark.parametrize(
    ("preset", "sentence"),
    [
        ({"workers": 99}, "The number of workers must be from 1 to 8"),
        ({"adapt": {"maximum": 99}}, "The bounds must be from 0 to 8"),
        ({"options": {"memory": 3}}, "Memory: must be of type string"),
        ({"options": {"colour": "red"}}, "has no option 'colour'"),
        ({"name": "a\nb"}, "A name must have 1 to 60 characters"),
        ({"name": "Large"}, "There are two presets Large"),
    ],
)
def test_a_platform_file_with_a_wrong_preset(
    world: World, tmp_path: Path, preset: dict[str, Any], sentence: str
) -> None:
    """Guards administrators against a preset that fails for every user."""
    with pytest.raises(AssertionError, match=sentence):
        write_platform(
            tmp_path / "broken", options=OPTIONS, presets=[LARGE, {"name": "Mine", **preset}]
        )
