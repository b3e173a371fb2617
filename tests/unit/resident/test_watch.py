"""The resident's own source, as a controller has it, watching a cluster that does as it is told."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest


@pytest.fixture
def core() -> Any:
    """The source, executed where nothing of a kernel is."""
    module = ModuleType("core")
    for name in ("core", "watch"):
        source = resources.files("jupyter_cluster_launcher").joinpath(f"resident/{name}.py")
        exec(source.read_text(encoding="utf-8"), module.__dict__)
    return module


@pytest.fixture
def told(core: Any, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was pushed."""
    pushed: list[dict[str, Any]] = []
    publish = SimpleNamespace(publish=lambda data, metadata: pushed.append(data[core.MIME]))
    monkeypatch.setattr(
        core, "get_ipython", lambda: SimpleNamespace(display_pub=publish), raising=False
    )
    return pushed


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


def test_a_cluster_that_cannot_be_looked_at(
    core: Any, told: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a row that stands still and does not say why, or says it for ever."""
    looks = iter([{"ready": 1}, ValueError("odd"), ValueError("odd"), {"ready": 1}])

    def sample(cluster: Any, last: Any) -> dict[str, Any]:
        look = next(looks, None)
        if look is None:
            watch.done.set()
            return {"ready": 1}
        if isinstance(look, Exception):
            raise look
        return look

    monkeypatch.setattr(core, "PERIOD", 0)
    watch = core.Watch(SimpleNamespace(), str(tmp_path), sample=sample)
    watch.run()
    said = [report.get("warnings") for report in told]
    assert said == [None, ["The cluster cannot be looked at: ValueError: odd"], None]
