"""Whether a scheduler in another process has ended, and how it is ended from elsewhere."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from jupyter_cluster_launcher.resident.remote import ending
from jupyter_cluster_launcher.resident.remote import scheduler as schedulers

UNKNOWN_FAMILY = 63  # as IPv6 on a host without it
SPEC = "distributed.deploy.spec.SpecCluster"
Place = tuple[int, int, int, str, Any]


@pytest.fixture
def silent() -> Iterator[Place]:
    """A port that does not answer: others wait for it already."""
    with socket.socket() as listening, socket.socket() as first, socket.socket() as second:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for waiting in (first, second):
            waiting.setblocking(False)
            waiting.connect_ex(listening.getsockname())
        yield place(listening)


@pytest.fixture
def refusing() -> Place:
    """A port at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return place(listening)


def place(listening: socket.socket) -> Place:
    """Return a port as one of the addresses of a name."""
    return (socket.AF_INET, socket.SOCK_STREAM, 0, "", listening.getsockname())


def test_a_name_with_several_addresses(
    silent: Place, refusing: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a scheduler that is taken for dead, as one of its addresses refuses."""
    places: list[Place] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: places)
    monkeypatch.setattr(schedulers, "CONNECT_LIMIT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        for found, refuses, answers in (
            ([silent, refusing], False, False),
            ([refusing, silent], False, False),
            ([refusing, refusing], True, False),
            ([(UNKNOWN_FAMILY, *refusing[1:]), refusing], True, False),
            ([(UNKNOWN_FAMILY, *refusing[1:])], False, False),
            ([refusing, place(listening)], False, True),
        ):
            places[:] = found
            assert schedulers.refuses("tcp://a:1") is refuses, found
            assert schedulers.answers("tcp://a:1") is answers, found


def test_what_is_no_name_is_not_looked_up() -> None:
    """Guards against an exception of the lookup, as for a label without a letter."""
    assert not schedulers.refuses("tcp://a..b:1")
    assert not schedulers.answers("tcp://a..b:1")
    assert not schedulers.listens_there("tcp://10.0.0.7:1", "tcp://a..b:1")


def test_a_scheduler_that_has_ended(refusing: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against "nothing is left" where nobody ended what else was started."""
    note = {"class": SPEC, "id": "s", "address": f"tcp://127.0.0.1:{refusing[-1][1]}"}
    assert ending.end(note, "/none") == ending.GONE
    asked = [False, True]
    monkeypatch.setattr(ending, "answers", lambda address: True)
    monkeypatch.setattr(ending, "terminate", lambda *args: asked.pop(0))
    assert ending.end(note, "/none") == ending.GONE, "another one is there"
    assert ending.end(note, "/none") is None


def test_work_in_a_process_that_can_start_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against workers that stay at a container's limit of threads."""

    def start(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    assert schedulers.in_thread(lambda: "closed", 1) == "closed"


def test_the_sentence_for_what_takes_too_long() -> None:
    """Guards against "does not answer" about a scheduler that is known to have ended."""
    held = threading.Event()
    with pytest.raises(TimeoutError, match="Too late"):
        schedulers.in_thread(held.wait, 0.01, "Too late.")
    held.set()
