"""A home directory that hangs for ever, as a network file system whose server is gone."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fakes import a_cluster, write_platform

from api import Api
from jupyter_cluster_launcher.clusters import owned_cluster
from jupyter_cluster_launcher.clusters.managed_cluster import ManagedCluster
from jupyter_cluster_launcher.controller.disk import on_disk
from jupyter_cluster_launcher.errors import BadInputError
from jupyter_cluster_launcher.models import State
from jupyter_cluster_launcher.platforms import catalog
from jupyter_cluster_launcher.server import base

EVENTS = ("open", "os.chmod", "os.listdir", "os.mkdir", "os.remove", "os.rename", "os.scandir")
BODY = {"platform": "mine"}

_hanging: list[Hanging] = []  # one at most


class Hanging:
    """The threads that wait for files below a folder, until ``answers`` is set."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.answers = str(folder), threading.Event()

    def wait(self, path: Any) -> None:
        if not isinstance(path, str | bytes | os.PathLike):
            return
        if os.fsdecode(path).startswith(self._folder):
            assert threading.current_thread() is not threading.main_thread(), path
            self.answers.wait(60)

    def waiting(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function of ``os``, which Python does not announce, that waits first."""

        def waits(path: Any, *args: Any, **kwargs: Any) -> Any:
            self.wait(path)
            return function(path, *args, **kwargs)

        for able in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks):
            if function in able:
                able.add(waits)
        return waits


@cache
def listen() -> None:
    """Add the hook, once: it stays for as long as the process."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        for one in _hanging:
            if event in EVENTS and arguments:
                one.wait(arguments[0])

    sys.addaudithook(hook)


@pytest.fixture
def hang(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Hanging]]:
    """Let the home directory hang from now on, for a server that is quick to lose patience."""
    monkeypatch.setattr(base, "LIMIT", 0.5)
    monkeypatch.setattr(catalog, "PATIENCE", 0.5)
    monkeypatch.setattr(owned_cluster, "DISK_LIMIT", 0.2)
    hanging = Hanging(tmp_path)

    def begin() -> Hanging:
        for one in (os.stat, os.lstat, os.access):
            monkeypatch.setattr(os, one.__name__, hanging.waiting(one))
        listen()
        _hanging.append(hanging)
        return hanging

    yield begin
    hanging.answers.set()
    _hanging.clear()


async def test_every_request_is_answered(
    api: Api, jp_data_dir: Path, jp_serverapp: Any, hang: Callable[[], Hanging]
) -> None:
    """Guards against a sidebar that shows nothing, and a button that never comes back."""
    write_platform(jp_data_dir / "cluster-platforms", "mine")
    manager = jp_serverapp.web_app.settings["cluster_manager"]
    for key, state in (("failed", State.FAILED), ("lost", State.LOST)):
        cluster = a_cluster(id=key, state=state, platform="mine", message="It ended.")
        manager.services.store.save(cluster)
        manager._clusters[key] = ManagedCluster(cluster, manager.services, manager._changed)
    before = await api.ask("GET", "clusters")
    disk = hang()
    for _ in range(3):
        assert await api.ask("GET", "clusters") == before
    for method, path, body in (
        ("DELETE", "clusters/failed", None),
        ("PATCH", "clusters/lost", {"name": "Mine"}),
        ("POST", "clusters", BODY),
        ("POST", "code", BODY),
        ("POST", "prepare", BODY),
        ("GET", "clusters/failed/logs", None),
        ("GET", "platforms", None),
        ("GET", "platforms/mine/found", None),
        ("GET", "presets", None),
        ("PUT", "presets/Two", {"platform": "mine", "workers": 1}),
    ):
        status, answer = await api.ask(method, *path.split("/"), body=body)
        assert status == 503, (method, path, answer)
        assert answer["message"] == base.UNANSWERED
    assert (await api.ask("GET", "clusters"))[0] == 200
    disk.answers.set()
    await api.gone("failed")  # what was asked for is done now
    assert (await api.ask("GET", "platforms"))[0] == 200


async def test_one_directory_that_hangs(
    api: Api, jp_serverapp: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a form that shows no platform, since a directory of logs does not answer."""
    await api.ask("GET", "clusters")
    answers = threading.Event()

    def hangs(*_: Any) -> list[Any]:
        answers.wait(60)
        return []

    with monkeypatch.context() as patched:
        patched.setattr(jp_serverapp.web_app.settings["cluster_manager"].presets, "list", hangs)
        patched.setattr(base, "GIVEN_UP", 1)
        patched.setattr(base, "LIMIT", 0.05)
        try:
            assert (await api.ask("GET", "presets"))[0] == 503
            patched.setattr(base, "LIMIT", 50.0)
            assert (await api.ask("GET", "presets"))[0] == 503, "no more of these are begun"
            assert (await api.ask("GET", "platforms"))[0] == 200
        finally:
            answers.set()


@pytest.mark.parametrize(
    ("method", "path", "function"),
    [("GET", "presets", "presets.list"), ("POST", "code", "preview")],
)
async def test_no_more_threads_than_some(
    api: Api,
    jp_serverapp: Any,
    method: str,
    path: str,
    function: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Guards the memory of a server whose disk hangs for a day: a browser asks again and again."""
    await api.ask("GET", "clusters")
    manager, answers = jp_serverapp.web_app.settings["cluster_manager"], threading.Event()

    def hangs(*_: Any) -> list[Any]:
        answers.wait(60)
        return []

    async def hangs_later(*_: Any) -> Any:
        await on_disk(hangs)
        raise BadInputError("Nobody hears of it.")

    of, _, name = function.rpartition(".")
    before, body = disk_threads(), BODY if method == "POST" else None
    with monkeypatch.context() as patched:
        target = getattr(manager, of) if of else manager
        patched.setattr(target, name, hangs if method == "GET" else hangs_later)
        patched.setattr(base, "LIMIT", 0.05)
        try:
            for _ in range(base.GIVEN_UP + 8):
                status, answer = await api.ask(method, path, body=body)
                assert (status, answer["message"]) == (503, base.UNANSWERED)
                assert disk_threads() - before <= base.GIVEN_UP
            patched.setattr(base, "LIMIT", 50.0)
            # What changes something is begun all the same.
            assert (await api.ask("DELETE", "clusters", "nosuch"))[0] == 404
        finally:
            answers.set()
    deadline = time.monotonic() + 60
    while (await api.ask("GET", "presets"))[0] != 200:
        assert time.monotonic() < deadline, "the disk answers again"
        await asyncio.sleep(0.01)


def disk_threads() -> int:
    """Return how many threads there are for the disk."""
    return sum(thread.name == "disk" for thread in threading.enumerate())
