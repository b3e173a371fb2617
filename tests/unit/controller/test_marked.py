"""Processes that are known by the mark of a cluster in their environment."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from dask.config import serialize
from processes import running

from jupyter_cluster_launcher.controller import marked

Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a process in a session of its own, with variables added to its environment."""
    started: list[subprocess.Popen[bytes]] = []

    def start(argument: str = "", **variables: str) -> subprocess.Popen[bytes]:
        code = "import time; print('ready', flush=True); time.sleep(600)"
        child = subprocess.Popen(
            [sys.executable, "-c", code, argument],
            env={**os.environ, **variables},
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        started.append(child)
        assert child.stdout is not None
        child.stdout.readline()
        return child

    yield start
    for child in started:
        child.kill()
        child.communicate()


def test_what_a_cluster_has_started_and_nothing_else(start: Start) -> None:
    """Guards against processes in other sessions that stay, and against others that are killed."""
    config = {"cluster-launcher": {"cluster": "cluster-12e5"}, "array": {}}
    ours = [
        start(DASK_CLUSTER_LAUNCHER__CLUSTER="cluster-12e5"),
        start(DASK_INTERNAL_INHERIT_CONFIG=serialize(config)),
        start(f'env DASK_INTERNAL_INHERIT_CONFIG="{serialize(config)}" python -m distributed'),
    ]
    others = [
        start(),
        start(DASK_CLUSTER_LAUNCHER__CLUSTER="cluster-12e50"),
        start(DASK_INTERNAL_INHERIT_CONFIG=serialize({"cluster-launcher": 12})),
        start(f"env DASK_INTERNAL_INHERIT_CONFIG={serialize({})}"),
        start(DASK_INTERNAL_INHERIT_CONFIG="no base64, nor JSON"),
        start(DASK_INTERNAL_INHERIT_CONFIG=base64.b64encode(json.dumps([]).encode()).decode()),
    ]
    assert {one.pid for one in marked.marked("12e5")} == {one.pid for one in ours}
    marked.kill("12e5")
    assert [running(one.pid) for one in (*ours, *others)] == [False] * 3 + [True] * 6
