"""What a user reads of a cluster: within limits, and off the event loop."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fakes import a_cluster, backend

from jupyter_cluster_launcher.clusters import logs
from jupyter_cluster_launcher.clusters.saved.store import Store
from jupyter_cluster_launcher.controller.log_files import LIMIT
from jupyter_cluster_launcher.models import State


def services(store: Store) -> Any:
    """Return a store and a backend, all that logs need."""
    return SimpleNamespace(store=store, backend=lambda cluster: backend())


async def test_logs_are_read_beside_the_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a server that does not respond while it reads logs from a slow disk."""
    store, threads = Store(tmp_path), set()
    read_log = store.read_log

    def reading(*args: Any, **kwargs: Any) -> str:
        threads.add(threading.current_thread())
        return read_log(*args, **kwargs)

    def masking(value: Any, env: Any) -> Any:
        threads.add(threading.current_thread())
        return value

    monkeypatch.setattr(store, "read_log", reading)
    monkeypatch.setattr(logs, "masked", masking)
    store.directory("c1")
    store.append_log("c1", "said\n")
    one: Any = SimpleNamespace(cluster=a_cluster())
    said = await logs.collect(one, services(store))
    assert said == {"launch": "said\n", "scheduler": "", "workers": [], "jobs": []}
    assert threads
    assert threading.main_thread() not in threads


async def test_logs_on_a_disk_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against one more thread each time that a log panel fetches what is in it."""
    store, answers, reads = Store(tmp_path), threading.Event(), list[str]()

    def reading(cluster_id: str) -> str:
        reads.append(cluster_id)
        answers.wait(60)
        return "said\n"

    monkeypatch.setattr(store, "read_log", reading)
    one: Any = SimpleNamespace(cluster=a_cluster())
    fetched = [asyncio.ensure_future(logs.collect(one, services(store))) for _ in range(20)]
    await asyncio.wait(fetched, timeout=0.1)
    assert reads == ["c1"]
    answers.set()
    assert {each["launch"] for each in await asyncio.gather(*fetched)} == {"said\n"}
    assert (await logs.collect(one, services(store)))["launch"] == "said\n"
    assert len(reads) == 2, "read anew once it answers"


async def test_words_of_a_thousand_workers(tmp_path: Path) -> None:
    """Guards against workers that print without a line break, of which lines are no measure."""
    worker = {"id": "w", "title": "Worker", "text": "x" * 30_000 + "last"}

    async def call(_: str) -> dict[str, Any]:
        return {"scheduler": "y" * 5_000_000, "workers": [worker] * 1000}

    connection = SimpleNamespace(call=call)
    one: Any = SimpleNamespace(
        cluster=a_cluster(state=State.RUNNING),
        connection=connection,
        ownership=SimpleNamespace(held=True),
    )
    said = await logs.collect(one, services(Store(tmp_path)))
    assert len(said["scheduler"]) == LIMIT
    assert sum(len(one["text"]) for one in said["workers"]) == LIMIT
    assert {one["text"][-5:] for one in said["workers"]} == {"xlast"}
    assert (worker["id"], len(worker["text"])) == ("w", 30_004)


async def test_logs_of_a_cluster_that_is_ending(tmp_path: Path) -> None:
    """Guards against a server error where the scheduler, its files or its folder just went."""

    class Going:
        @staticmethod
        def log_files(*_: Any) -> None:
            raise FileNotFoundError(2, "No such file or directory", "jobs")

    async def call(_: str) -> None:
        """Answer nothing, as a kernel that is closing."""

    one: Any = SimpleNamespace(
        cluster=a_cluster(state=State.RUNNING),
        connection=SimpleNamespace(call=call),
        ownership=SimpleNamespace(held=True),
    )
    store = Store(tmp_path)
    (store.directory("c1") / "launch.log").mkdir()
    ending: Any = SimpleNamespace(store=store, backend=lambda cluster: Going)
    said = await logs.collect(one, ending)
    assert said["scheduler"] == ""
    assert "launch.log cannot be read: it is not a regular file" in said["launch"]
    (job,) = said["jobs"]
    assert job["text"].startswith("The log files of the jobs cannot be read:")


async def test_logs_below_the_home_of_nobody(tmp_path: Path) -> None:
    """Guards against a server error for a log directory that an administrator mistyped."""
    one: Any = SimpleNamespace(
        cluster=a_cluster(state=State.FAILED, log_directory="~nosuchuser/x", kind="batch")
    )
    on_slurm: Any = SimpleNamespace(store=Store(tmp_path), backend=lambda cluster: backend("batch"))
    said = await logs.collect(one, on_slurm)
    assert "home" in said["jobs"][0]["text"]
