"""A whole run with every secret that is about, and a look at all places where one may turn up."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fakes import script, write_kernelspec
from real_server import RealServer, wait_until
from spying import Seen, spying

from jupyter_cluster_launcher.masking import MASK

# Of the server's environment, which kernels, clusters and workers share.
VARIABLES = {
    name: secrets.token_hex(16)
    for name in ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "JUPYTERHUB_API_TOKEN", "PASSWORD")
}
PRINTED = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
LOGS = ("/python.log", "/launch.log")
WORD = f"unpublished{secrets.token_hex(8)}"
WORK = f"""
import logging, os
def {WORD}(x):
    logging.getLogger("distributed.worker").warning(os.environ["AWS_SECRET_ACCESS_KEY"])
    return "{WORD}" * x
assert len(client.submit({WORD}, 1000).result()) == 1000 * len("{WORD}")
"""


@contextmanager
def subscribed(server: RealServer) -> Iterator[None]:
    """Read the server's events like a browser, and throw them away."""
    lines = [
        f"GET {server.base_url}api/events/subscribe HTTP/1.1", f"Host: 127.0.0.1:{server.port}",
        f"Authorization: token {server.token}", "Upgrade: websocket", "Connection: Upgrade",
        "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "", "",
    ]  # fmt: skip
    with socket.create_connection(("127.0.0.1", server.port)) as events:
        events.sendall("\r\n".join(lines).encode())
        assert b" 101 " in events.recv(100)
        reader = threading.Thread(
            target=lambda: [None for _ in iter(lambda: events.recv(9999), b"")]
        )
        reader.start()
        try:
            yield
        finally:
            events.shutdown(socket.SHUT_RDWR)
            reader.join()


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files that may contain no secret: all but those whose purpose it is."""
    for path in folder.rglob("*"):
        ours = path.suffix == ".pem" or path.name.startswith(("jpserver-", "jupyter_cookie_secret"))
        if path.is_file() and not ours and path.parent.name != "config":
            yield str(path), path.read_bytes()


def test_a_run_on_this_computer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards tokens, keys and variables: none in a record, log, event, answer, argument or packet.

    A task that logs one does not show it either.
    """
    if os.getuid():
        (pytest.fail if os.environ.get("CI") else pytest.skip)("only root can capture packets")
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    server = RealServer(tmp_path, token=secrets.token_hex(16))
    fails = 'case "$*" in *ipykernel*) echo "No $AWS_SESSION_TOKEN" >&2; exit 1;; esac'
    python = script(tmp_path, "python", f'{fails}; exec {sys.executable} "$@"')
    write_kernelspec(tmp_path / "jupyter" / "kernels", "broken", python=python)
    with spying() as seen:
        try:
            server.start()
            with subscribed(server):
                found, answers = run(server, tmp_path)
        finally:
            server.stop()
    key = found.pop("key")
    assert MASK in answers, "what the task logged"
    check(seen, server, {**VARIABLES, "token": server.token, "key": key}, found)


def run(server: RealServer, folder: Path) -> tuple[dict[str, object], str]:
    """Launch, compute, scale, fail, stop; return the files on the way and the logs' answer."""
    cluster_id = server.launch(platform="local", workers=1)
    cluster = server.ready(cluster_id, 1)
    code = cluster["code"]["connect"] + WORK
    env = {**os.environ, "JUPYTER_RUNTIME_DIR": str(server.runtime)}
    subprocess.run([sys.executable, "-c", code], env=env, check=True, timeout=100)
    for path in ("cluster-launcher/platforms", f"cluster-launcher/clusters/{cluster_id}/plots"):
        assert server.ask("GET", path)[0] == 200
    assert server.ask("POST", "cluster-launcher/code", {"platform": "local"})[0] == 200
    assert server.ask("PATCH", f"cluster-launcher/clusters/{cluster_id}", {"workers": 2})[0] == 202
    server.ready(cluster_id, 2)
    directory = server.runtime / "cluster-launcher" / cluster_id
    key = (directory / "key.pem").read_text().splitlines()[3]
    found: dict[str, object] = dict(files(folder))
    answers = json.dumps(server.ask("GET", f"cluster-launcher/clusters/{cluster_id}/logs")[1])
    status, refused = server.ask(
        "POST", "cluster-launcher/clusters", {"platform": VARIABLES["PASSWORD"]}
    )
    assert (status, VARIABLES["PASSWORD"] in refused["message"]) == (404, False)
    failed = server.launch(platform="local", kernel_name="broken")
    message = server.until(failed, lambda c: c["state"] == "failed")["message"]
    assert MASK in message, "the last output of its kernel"
    found |= dict(files(folder))
    for one in (cluster_id, failed):
        assert server.ask("DELETE", f"cluster-launcher/clusters/{one}")[0] == 204
    wait_until(lambda: not server.clusters(), "the clusters are gone")
    return {**found, **dict(files(folder)), "key": key}, answers


def check(
    seen: Seen, server: RealServer, hidden: dict[str, object], found: dict[str, object]
) -> None:
    """Fail for each place where one of the secrets was."""
    places = {
        "arguments": b"\0".join(seen.arguments),
        "answers and events": seen.sent_from(server.port),
        "traffic": seen.apart_from(server.port),
        **found,
    }
    assert WORD.encode() not in places["traffic"], "between notebook, scheduler and workers"
    assert b"cluster-launcher" in places["answers and events"], "packets were captured"
    leaks = {
        (name, place)
        for name, value in hidden.items()
        for place, data in places.items()
        if str(value).encode() in bytes(data)
    }
    # What a task or a kernel itself prints is in the log files, which only their owner can read.
    printed = {one for one in leaks if one[0] in PRINTED and one[1].endswith(LOGS)}
    assert leaks - printed == set()
