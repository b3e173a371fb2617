"""The kernel that a resident is in."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_cluster_launcher.resident.process import kernel


def test_what_is_published(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards the way to the server: the kernel's own broadcast channel, under our name."""
    sent: list[dict[str, Any]] = []
    display = SimpleNamespace(publish=lambda **message: sent.append(message))
    monkeypatch.setattr(kernel, "get_ipython", lambda: SimpleNamespace(display_pub=display))
    kernel.publish({"ready": 1})
    assert sent == [{"data": {kernel.MIME: {"ready": 1}}, "metadata": {}}]
    monkeypatch.setattr(kernel, "get_ipython", lambda: None)
    kernel.publish({"ready": 2})
    assert len(sent) == 1


@pytest.mark.parametrize(
    ("group", "session", "what"),
    [(5, 5, ("group", 5)), (5, 3, ("group", 5)), (4, 4, ("group", 4)), (4, 3, ("one", 5))],
    ids=["leads its session", "leads a group", "in a shell that was started for it", "a guest"],
)
def test_the_process_ends_with_its_workers(
    monkeypatch: pytest.MonkeyPatch, group: int, session: int, what: tuple[str, int]
) -> None:
    """Guards against workers that stay, and against ending a group that is not ours."""
    killed: list[tuple[str, int]] = []
    monkeypatch.setattr(kernel, "PUBLISHING", 0)
    monkeypatch.setattr(os, "getpid", lambda: 5)
    monkeypatch.setattr(os, "getpgrp", lambda: group)
    monkeypatch.setattr(os, "getsid", lambda _: session)
    monkeypatch.setattr(os, "kill", lambda pid, signal: killed.append(("one", pid)))
    monkeypatch.setattr(os, "killpg", lambda pid, signal: killed.append(("group", pid)))
    kernel.end_process()
    assert killed == [what]
