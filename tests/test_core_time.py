"""The time of a cluster's cores, which somebody pays or queues for: counted, kept, shown."""

from __future__ import annotations

from importlib import resources
from types import ModuleType
from typing import Any

import pytest
import yaml
from conftest import Api

PRICE = {"per_core_hour": 0.05, "currency": "USD"}


@pytest.fixture
def core() -> Any:
    """The resident's own source, as a controller has it."""
    module = ModuleType("core")
    source = resources.files("jupyter_cluster_launcher").joinpath("resident/core.py")
    exec(source.read_text(encoding="utf-8"), module.__dict__)
    return module


def test_cores_add_up(core: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards the sum over scaling: every number of cores counts for as long as it held.

    And the idle sidebar: while the number stays, there is nothing new to tell.
    """
    now = 1_700_000_000.0
    monkeypatch.setattr(core.time, "time", lambda: now)
    counted = core.CoreTime(100.0)
    assert counted.report(0)["core_seconds"] == 100
    now += 50
    assert counted.report(4)["core_seconds"] == 100
    first = counted.report(4)
    now += 30
    assert counted.report(4) == first
    assert counted.report(1) == {
        "core_seconds": 220.0, "cores_since": "2023-11-14T22:14:40+00:00",
    }  # fmt: skip
    now += 10
    assert counted.report(0)["core_seconds"] == 230


async def test_a_platform_with_a_price(api: Api, platform_folder: Any) -> None:
    """Guards the administrator's price on its whole way: file, preview, row; no laptop has one."""
    data = yaml.safe_load((platform_folder / "local.yaml").read_text())
    (platform_folder / "paid.yaml").write_text(yaml.safe_dump({**data, "cost": PRICE}))
    _, preview = await api.ask("POST", "code", body={"platform": "paid", "workers": 1})
    assert preview["summary"] == "0.05 USD for each core and hour"
    cluster = await api.launch(platform="paid", workers=1)
    cluster = await api.ready(cluster["id"], 1)
    assert cluster["spent"]["cost"] == PRICE
    assert cluster["spent"]["since"] >= cluster["created"]
    await api.stop(cluster["id"])

    free = await api.launch(platform="local", workers=1)
    assert (await api.ready(free["id"], 1))["spent"] is None
    await api.stop(free["id"])
