"""What kernels get in their environment, and the files that schedulers write because of it."""

from __future__ import annotations

import ast
import asyncio
import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_cluster_launcher.controller import announcements, host, preload
from jupyter_cluster_launcher.controller.boot import boot_id
from jupyter_cluster_launcher.controller.preload import ARGUMENTS, VARIABLE
from jupyter_cluster_launcher.resident import announce


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The runtime directory of Jupyter."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    return tmp_path


def entry(**changes: Any) -> dict[str, Any]:
    """Return what a scheduler of this process announces."""
    data = {
        **{"address": "tcp://127.0.0.1:8786", "pid": os.getpid(), "since": 1_700_000_000.5},
        **{"started": host.started(os.getpid()), "workers": 1, "cores": 2, "memory": 4},
    }
    return {**data, **changes}


@pytest.mark.parametrize(
    ("before", "kept"),
    [
        *((None, []), ("", []), ("None", []), ("mine", ["mine"]), ("/a b.py", ["/a b.py"])),
        *(('["a", "b"]', ["a", "b"]), ("('a',)", ["a"]), ("['a'", ["['a'"])),
    ],
)
def test_what_the_user_preloads_stays(before: str | None, kept: list[str]) -> None:
    """Guards against a variable of the user that is replaced, here and in controllers."""
    environment = {"A": "1"} | ({} if before is None else {VARIABLE: before})
    for _ in range(2):  # also for a server that runs in a terminal of another
        preload.announce_from(environment)
        ours, *others = ast.literal_eval(environment[VARIABLE])
        assert others == kept
        assert "\n" not in environment[VARIABLE], "some batch systems lose such variables"
        compile(ours, "preload", "exec")
    quiet = preload.silent(environment)
    assert ast.literal_eval(quiet.get(VARIABLE, "[]")) == kept
    preload.announce_no_longer_from(environment)
    assert environment == quiet


def test_arguments_of_preloads_are_counted_by_dask() -> None:
    """Guards against "preload and preload_argv have mismatched lengths" in a notebook."""
    environment = {VARIABLE: "['a']", ARGUMENTS: "[['--x']]"}
    preload.announce_from(environment)
    assert environment == {VARIABLE: "['a']", ARGUMENTS: "[['--x']]"}


def test_only_running_schedulers_are_found(runtime: Path) -> None:
    """Guards against entries of processes that are gone, or of others with their number."""
    folder = preload.folder()
    assert announcements.found() == []
    folder.mkdir()
    files: dict[str, Any] = {
        "runs": entry(),
        "newer": entry(since=1_800_000_000, address="tls://[::1]:1"),
        "reused": entry(started="1"),
        "gone": entry(pid=2**22 + 1),
        "code": entry(address='tcp://h:1"); import os'),
        "half": {"address": "tcp://h:1"},
        "never": entry(since=1e300),
        "list": [],
    }
    for name, data in files.items():
        (folder / f"{name}.json").write_text(json.dumps(data))
    (folder / "broken.json").write_text("{")
    assert [one.address for one in announcements.found()] == [
        "tls://[::1]:1",
        files["runs"]["address"],
    ]
    assert sorted(path.stem for path in folder.iterdir()) == ["newer", "runs"]


def test_a_folder_that_is_gone_disturbs_nobody(runtime: Path) -> None:
    """Guards against a notebook whose cluster fails for our sake."""
    scheduler = SimpleNamespace(address="tcp://127.0.0.1:1", workers={})
    setup, teardown = announce.hooks(str(runtime / "gone"), boot_id(), alone=False)

    async def run() -> None:
        await setup(scheduler)
        await setup(SimpleNamespace())
        await teardown(scheduler)

    asyncio.run(run())


def test_another_boot_or_host_announces_nothing(runtime: Path) -> None:
    """Guards against process numbers of another host in a shared home directory."""
    scheduler = SimpleNamespace(address="tcp://127.0.0.1:1", workers={})
    for boot, number in (("another", 0), (boot_id(), 1)):
        setup, teardown = announce.hooks(str(runtime), boot, alone=False)

        async def run(
            setup: announce.Hook = setup, teardown: announce.Hook = teardown, number: int = number
        ) -> None:
            await setup(scheduler)
            assert len(list(runtime.glob("*.json"))) == number
            await teardown(scheduler)

        asyncio.run(run())
    assert list(runtime.iterdir()) == []
