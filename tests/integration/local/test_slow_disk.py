"""No request waits in the event loop for the disk: a home may be a slow network file system.

Nor does the end of a server wait for one that hangs.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fakes import write_kernelspec, write_platform
from observed_server import ObservedServer
from real_server import wait_until

from api import Api
from jupyter_cluster_launcher.clusters.saved import ownership

PROBE = Path(__file__).parents[3] / "benchmarks" / "probes" / "slow" / "sitecustomize.py"
FILES = ((os, "utime"), (os, "pwrite"), (os, "ftruncate"), (os, "close"), (fcntl, "flock"))
BODY = {"platform": "mine", "kernel_name": "own", "workers": 1}

# In the server only: its files hang below a folder as soon as another file is there.
HANGING = """
import os, sys, time

def hook(event, arguments):
    if event in ("open", "os.chmod", "os.listdir", "os.mkdir", "os.rename", "os.scandir"):
        path = arguments[0] if arguments else None
        if isinstance(path, (str, bytes, os.PathLike)):
            if os.fsdecode(path).startswith({folder!r}) and os.path.exists({sign!r}):
                time.sleep(3600)

if "jupyter_server" in sys.orig_argv:
    sys.addaudithook(hook)
"""

_watching: list[Any] = []  # one at most


@cache
def listen() -> None:
    """Add the hook, once: it stays for as long as the process."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        for one in _watching:
            one.hook(event, arguments)

    sys.addaudithook(hook)


class Waits:
    """What the functions of this package do on the disk while the event loop waits for them."""

    def __init__(self, log: Path) -> None:
        self._log = log

    def begin(self) -> None:
        """Forget what was found until now."""
        self._log.write_text("", encoding="utf-8")

    @property
    def found(self) -> list[str]:
        """The functions with their operations, such as "clusters.saved.store.save open"."""
        lines = map(json.loads, self._log.read_text(encoding="utf-8").splitlines())
        known = [f"{name} {event} {file}" for name, event, file in lines if name]
        return sorted({one for one in known if not one.startswith("tests.")})


def of_descriptors(function: Callable[..., Any], slow: Any) -> Callable[..., Any]:
    """Return a function of ``os`` that notes operations on a file by its descriptor."""

    def noted(file: Any, *args: Any, **kwargs: Any) -> Any:
        path = file
        if isinstance(file, int):
            with contextlib.suppress(FileNotFoundError):  # no such descriptor
                path = os.readlink(f"/proc/self/fd/{file}")
        slow.wait(f"os.{function.__name__}", path)
        return function(file, *args, **kwargs)

    return noted


@pytest.fixture
def waits(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Waits]:
    """Note operations below the folder of this test's server, as the benchmark does."""
    spec = importlib.util.spec_from_file_location("slow_probe", PROBE)
    assert spec is not None
    assert spec.loader is not None
    probe = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(probe)
    log = tmp_path_factory.mktemp("log") / "waits"
    log.touch()
    slow = probe.Slow(str(tmp_path), 0.0, str(log))
    slow._server = True
    for one in (os.stat, os.lstat, os.access):
        monkeypatch.setattr(os, one.__name__, slow.slowed(one))
    # Also of open files: a server of files is asked to lock one, and to close one that is locked.
    for module, name in FILES:
        monkeypatch.setattr(module, name, of_descriptors(getattr(module, name), slow))
    listen()
    _watching.append(slow)
    yield Waits(log)
    _watching.clear()


async def test_no_request_waits_for_the_disk(
    api: Api, jp_data_dir: Path, jp_kernel_dir: Path, waits: Waits
) -> None:
    """Guards all requests of a server against one that waits for a slow home directory."""
    write_platform(jp_data_dir / "cluster-platforms", "mine", presets=[{"name": "Site"}])
    write_kernelspec(jp_kernel_dir, "own")
    preset = {"platform": "mine", "workers": 1}
    waits.begin()
    for method, path, body, status in (
        ("GET", "platforms", None, 200),
        ("GET", "kernel", None, 200),
        ("PUT", "presets/Two", preset, 200),
        ("GET", "presets", None, 200),
        ("POST", "code", {"preset": "Two"}, 200),
        ("POST", "code", BODY, 200),
        ("POST", "check", BODY, 200),
        ("DELETE", "presets/Two", None, 204),
        ("GET", "platforms/running/found", None, 200),
        ("GET", "clusters", None, 200),
    ):
        answer = await api.ask(method, *path.split("/"), body=body)
        assert answer[0] == status, (method, path, answer)
        assert waits.found == [], (method, path)


@pytest.mark.parametrize("prepared", [True, False], ids=["prepared", "cold"])
async def test_no_step_of_a_cluster_waits_for_the_disk(
    api: Api, jp_data_dir: Path, waits: Waits, prepared: bool
) -> None:
    """Guards all requests against a launch, a change or a stop that holds up the event loop."""
    write_platform(jp_data_dir / "cluster-platforms", "mine")
    waits.begin()
    if prepared:
        assert (await api.ask("POST", "prepare", body={"platform": "local"}))[0] == 204
    cluster_id = (await api.launch(platform="local", workers=0))["id"]
    assert waits.found == []
    await api.ready(cluster_id, 0)
    for body in ({"workers": 1}, {"name": "Tides"}, {"idle_timeout": 600}):
        assert (await api.ask("PATCH", "clusters", cluster_id, body=body))[0] == 202
    await api.ready(cluster_id, 1)
    for part in ("logs", "workers", "plots"):
        assert (await api.ask("GET", "clusters", cluster_id, part))[0] == 200
    assert waits.found == []
    await api.stop(cluster_id)
    assert waits.found == []
    again = await api.launch(**{"from": "Tides"})
    await api.stop(again["id"])
    assert waits.found == []


async def test_no_scan_waits_for_the_disk(
    api: Api, jp_data_dir: Path, jp_serverapp: Any, monkeypatch: pytest.MonkeyPatch, waits: Waits
) -> None:
    """Guards all requests against what a server does by itself, again and again."""
    monkeypatch.setattr(ownership, "RENEW", 0.0)
    write_platform(jp_data_dir / "cluster-platforms", "failing", **{"class": "NoSuchCluster"})
    manager = jp_serverapp.web_app.settings["cluster_manager"]
    running, lost = [(await api.launch(platform="local", workers=0))["id"] for _ in range(2)]
    for one in (running, lost):
        await api.ready(one, 0)
    waits.begin()
    os.kill(manager.get(lost).controller.pid, signal.SIGKILL)
    await api.until(lost, lambda row: row["state"] == "lost")
    failed = (await api.launch(platform="failing"))["id"]
    await api.until(failed, lambda row: row["state"] == "failed")
    assert waits.found == []
    for _ in range(2):
        await manager._others.scan()
        assert waits.found == []
    for row in (await api.ask("GET", "clusters"))[1]:
        assert (await api.ask("GET", "clusters", row["id"], "logs"))[0] == 200
        await api.stop(row["id"])
    assert waits.found == []


@pytest.mark.timeout(400)
def test_a_server_ends_while_its_disk_hangs(tmp_path: Path) -> None:
    """Guards against a server that has stopped its clusters, and waits for the disk until SIGKILL.

    It is the longest stop: what can be waited for is waited for.
    """
    server = ObservedServer(tmp_path, "--ClusterLauncher.close_timeout=2")
    sign, probe = tmp_path / "hangs", tmp_path / "probe"
    probe.mkdir()
    text = HANGING.format(folder=str(server.runtime / "cluster-launcher"), sign=str(sign))
    (probe / "sitecustomize.py").write_text(text)
    server.variables["PYTHONPATH"] = f"{probe}{os.pathsep}{server.variables['PYTHONPATH']}"
    try:
        server.start()
        server.ready(server.launch(platform="local", workers=0), 0)
        sign.touch()
        time.sleep(12)  # at least one scan
        assert server.ask("GET", "api/status")[0] == 200, "its event loop waits"
        pid = server.pid
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not Path(f"/proc/{pid}").exists(), "the server has ended", 120)
    finally:
        server.stop()
