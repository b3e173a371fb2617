"""Clusters at a gateway that a user dismisses, and that the server cannot stop, or does not know.

Each is stopped by the fixture ``stopped``, as a gateway would.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fakes import a_cluster, backend

from jupyter_cluster_launcher.backends.base import Backend
from jupyter_cluster_launcher.errors import BadInputError, LauncherError, NotAvailableError
from jupyter_cluster_launcher.models import Cluster, Report

NOTE = "gateway.json"
DOWN = ["ClientConnectorError", "Cannot connect to host hub:80 ssl:default [refused]"]
LEAVES = "Dismiss it again to remove this row, even if it cannot be stopped."


class Gateway:
    """What a gateway does with requests to stop clusters."""

    def __init__(self) -> None:
        """Stop what it is asked to."""
        self.stopped: list[list[str]] = []
        self.error: list[str] | LauncherError | None = None

    async def answer(self, *args: Any, private: tuple[str, ...]) -> Any:
        """Answer as the short-lived process that queries it."""
        if isinstance(self.error, LauncherError):
            raise self.error
        if self.error:
            return {"error": self.error}
        self.stopped.append([*private])
        return {"answer": []}


@pytest.fixture
def gateway() -> Gateway:
    """A gateway that answers."""
    return Gateway()


@pytest.fixture
def backends(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Backend]:
    """Make the backend of a server that reaches the gateway."""

    def make() -> Backend:
        one = backend("gateway")
        monkeypatch.setattr(one.context.environments, "run_resident", gateway.answer)
        return one

    return make


def row(**report: Any) -> Cluster:
    """Return a cluster at the gateway."""
    return a_cluster(kind="gateway", platform="nebari", report=Report(**report))


def noted(directory: Path, *names: str) -> Path:
    """Note what a launch has requested, as its controller does."""
    path = directory / NOTE
    path.write_text(json.dumps(names))
    return path


def unreadable(directory: Path) -> Path:
    """Have a note that no process can read, not even root's, until it is replaced."""
    path = directory / NOTE
    path.symlink_to(path)
    return path


async def refusal(one: Backend, cluster: Cluster, directory: Path, **how: bool) -> str:
    """Return what a row says whose cluster cannot be stopped."""
    with pytest.raises(NotAvailableError) as refused:
        await one.cleanup(cluster, directory, **how)
    return str(refused.value)


# What was requested is not known


async def test_a_note_that_cannot_be_read_for_a_moment(
    tmp_path: Path, gateway: Gateway, backends: Callable[[], Backend]
) -> None:
    """Guards against a cluster that is forgotten and costs money, as the disk had a hiccup."""
    one, note = backends(), unreadable(tmp_path)
    assert await refusal(one, row(), tmp_path, wait=True) == (
        "What this cluster has started cannot be looked up: Too many levels of symbolic links. "
        f"A cluster may go on at the gateway. {LEAVES}"
    )
    note.unlink()
    noted(tmp_path, "1f", "2f")
    await one.cleanup(row(), tmp_path, wait=True)
    assert gateway.stopped == [["1f", "2f"]]
    assert not note.exists()


async def test_a_note_that_is_damaged(
    tmp_path: Path, gateway: Gateway, backends: Callable[[], Backend]
) -> None:
    """Guards the cluster that the row shows, and a row that nobody can dismiss."""
    one = backends()
    (tmp_path / NOTE).write_text("[")
    said = await refusal(one, row(name="1f"), tmp_path, wait=True)
    assert said.startswith("The note of what this cluster has started is damaged. A cluster may go")
    assert gateway.stopped == [["1f"]]
    await one.cleanup(row(name="1f"), tmp_path, wait=True)


async def test_a_note_beside_a_cluster_that_others_use(
    tmp_path: Path, gateway: Gateway, backends: Callable[[], Backend]
) -> None:
    """Guards a cluster that was joined: to leave it does not stop it, whatever cannot be read."""
    unreadable(tmp_path)
    await refusal(backends(), row(name="1f", joined=True), tmp_path)
    assert gateway.stopped == []


async def test_a_launch_that_has_requested_nothing(
    tmp_path: Path, gateway: Gateway, backends: Callable[[], Backend]
) -> None:
    """Guards against a process for each row, and a row that stays since its directory is none."""
    path = tmp_path / "file"
    path.touch()
    for directory in (tmp_path, path):
        await backends().cleanup(row(name="1f"), directory, wait=True)
    assert gateway.stopped == []


# The gateway does not stop it


@pytest.mark.parametrize(
    ("error", "begins"),
    [
        (DOWN, "dask-gateway does not answer at hub:80. Try again in a minute; "),
        (["ClientResponseError", "401, message='Unauthorized'"], "dask-gateway rejected your "),
        (["ClientResponseError", "403, message='Forbidden'"], "You do not have access to this "),
        (["OddError", "no luck"], "no luck. The cluster 1f"),
        (
            BadInputError("There is no kernel named 'python3'. Choose another environment."),
            "The gateway cannot be reached any more through the environment python3. The cluster",
        ),
    ],
)
async def test_a_gateway_that_stops_nothing_any_more(
    tmp_path: Path,
    gateway: Gateway,
    backends: Callable[[], Backend],
    error: Any,
    begins: str,
) -> None:
    """Guards against a row for ever, and a user who does not know what goes on where."""
    one, note = backends(), noted(tmp_path, "1f")
    gateway.error = error
    said = await refusal(one, row(name="1f"), tmp_path, wait=True)
    assert said.startswith(begins)
    assert said.endswith(f". The cluster 1f may go on at the gateway. {LEAVES}")
    assert note.exists()
    await one.cleanup(row(name="1f"), tmp_path, wait=True)


async def test_several_clusters_of_one_launch(
    tmp_path: Path, gateway: Gateway, backends: Callable[[], Backend]
) -> None:
    """Guards against a cluster that the warning does not name."""
    noted(tmp_path, "1f", "2f")
    gateway.error = DOWN
    said = await refusal(backends(), row(name="2f"), tmp_path, shut_down=True, wait=True)
    assert "The clusters 1f, 2f may go on at the gateway. Dismiss it again" in said


async def test_a_server_never_leaves_a_cluster_by_itself(
    tmp_path: Path, gateway: Gateway, backends: Callable[[], Backend]
) -> None:
    """Guards against a cluster that goes on without a user's knowledge."""
    one = backends()
    noted(tmp_path, "1f")
    gateway.error = DOWN
    for _ in range(3):
        said = await refusal(one, row(), tmp_path)
        assert said.endswith("The cluster 1f may go on at the gateway. Dismiss tries again.")
    await refusal(one, row(), tmp_path, wait=True)
    await refusal(one, row(), tmp_path)
    await one.cleanup(row(), tmp_path, wait=True)  # the first of the user's since the warning
    await refusal(one, row(), tmp_path, wait=True)


async def test_a_gateway_that_is_back(
    tmp_path: Path, gateway: Gateway, backends: Callable[[], Backend]
) -> None:
    """Guards against a Dismiss that removes the row although the cluster can be stopped."""
    one, note = backends(), noted(tmp_path, "1f")
    gateway.error = DOWN
    assert LEAVES in await refusal(one, row(), tmp_path, wait=True)
    gateway.error = None
    await one.cleanup(row(), tmp_path, wait=True)
    assert gateway.stopped == [["1f"]]
    assert not note.exists()
