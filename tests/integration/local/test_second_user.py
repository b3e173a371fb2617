"""A running cluster, as a second Unix user of the same host finds it: closed on every side."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from real_server import RealServer
from second_user import SecondUser, second_user

# A function whose name, text and log must stay the first user's.
NAME, WORD = "unpublished_result", "tidal-secret"
WORK = f"""
import logging
from distributed import get_worker
def {NAME}(x):
    logging.getLogger("distributed.worker").warning("{WORD}")
    folder = get_worker().local_directory
    open(folder + "/data", "w").write("{WORD}")
    return folder
folders = set(client.gather(client.map({NAME}, range(8))))
print(*folders, client.dashboard_link)
input()
"""
# What may be behind a port: HTTP with its pages, or TLS that wants a certificate.
PROBE = """
import http.client, json, socket, ssl
found = []
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
for port in {ports}:
    for path in {paths}:
        plain = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            plain.request("GET", path, headers={headers})
            answer = plain.getresponse()
            found.append([port, path, answer.status, answer.read().decode("latin-1")])
            continue
        except TimeoutError:
            break  # a port of ZeroMQ, by which the kernel's own children print: it never answers
        except (OSError, http.client.HTTPException):
            pass  # it speaks no HTTP
        finally:
            plain.close()
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=20) as plain:
                with context.wrap_socket(plain) as secured:
                    found.append([port, "tls", 200, secured.recv(1).decode("latin-1")])
        except OSError as error:
            found.append([port, "tls", 0, str(error)])
        break
print(json.dumps(found))
"""
PATHS = [
    "/", "/status", "/tasks", "/graph", "/profile", "/individual-plots.json", "/sitemap.json",
    "/individual-task-stream", "/info/main/workers.html", "/info/main/logs.html", "/counters",
    "/json/counts.json", "/json/identity.json", "/metrics", "/health", "/statics/css/base.css",
    "/static/js/bokeh.min.js", "/eventstream", "/api/v1", "/status/ws",
]  # fmt: skip
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol": "bokeh, token",
}


@dataclass
class Victim:
    """The first user's server, cluster and work."""

    server: RealServer
    cluster: dict[str, Any]
    record: dict[str, Any]
    processes: list[psutil.Process]
    scratch: list[str]
    link: str

    def ports(self) -> list[int]:
        """Return every TCP port on which the controller and its workers listen."""
        found = {
            one.laddr.port
            for process in self.processes
            for one in process.net_connections("inet")
            if one.status == psutil.CONN_LISTEN
        }
        return sorted(found)


@pytest.fixture(scope="module")
def other() -> Iterator[SecondUser]:
    """The second user."""
    with second_user() as user:
        yield user


@pytest.fixture(scope="module")
def victim(other: SecondUser) -> Iterator[Victim]:
    """A cluster that computes, in folders that everybody may enter, with the worst umask."""
    folder = Path(tempfile.mkdtemp(prefix="first-", dir="/tmp"))
    folder.chmod(0o755)
    before = os.umask(0)
    server = RealServer(folder)
    try:
        server.start()
        cluster_id = server.launch(platform="local", workers=2, options={"memory_limit": "500MB"})
        cluster = server.ready(cluster_id, 2)
        command = [sys.executable, "-c", cluster["code"]["connect"] + WORK]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder
        ) as work:
            assert work.stdout is not None
            *scratch, link = work.stdout.readline().split()
            record = folder / "runtime" / "cluster-launcher" / cluster_id / "cluster.json"
            stored = json.loads(record.read_text())
            controller = psutil.Process(stored["controller"]["pid"])
            processes = [controller, *controller.children(recursive=True)]
            yield Victim(server, server.ready(cluster_id, 2), stored, processes, scratch, link)
            work.communicate("\n", timeout=60)
    finally:
        os.umask(before)
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def probe(other: SecondUser, ports: list[int], **headers: str) -> list[tuple[int, str, int, str]]:
    """Return what the second user gets from ports: (port, path, status, text)."""
    code = PROBE.format(ports=ports, paths=PATHS, headers=headers)
    return [
        (port, path, status, text) for port, path, status, text in json.loads(other.python(code))
    ]


def test_the_scheduler(other: SecondUser, victim: Victim) -> None:
    """Guards against a user who connects to the scheduler and runs code as its owner."""
    port = int(victim.cluster["address"].rsplit(":", 1)[1])
    found = probe(other, [port])
    assert [path for _, path, *_ in found] == ["tls"], "no HTTP"
    assert "certificate required" in found[0][3] or "handshake failure" in found[0][3]


def test_the_workers_and_their_nannies(other: SecondUser, victim: Victim) -> None:
    """Guards each port of each process: TLS that wants a certificate, or HTTP without a page."""
    ports = victim.ports()
    assert len(ports) >= 5, "a scheduler, two workers, two nannies"
    found = probe(other, ports)
    pages = sorted({port for port, path, *_ in found if path != "tls"})
    assert len(pages) == 2, "of the two workers, none of the scheduler"
    found += probe(other, pages, **UPGRADE)
    # What is left is a list of the pages, which says that there is none besides itself.
    assert {path for _, path, status, _ in found if status in (101, 200)} <= {"/sitemap.json"}
    for _, _, _, text in found:
        for word in (NAME, WORD, "127.0.0.1", "dask"):
            assert word not in text.lower()


def test_keys_records_and_logs(other: SecondUser, victim: Victim) -> None:
    """Guards against files that follow the umask."""
    directory = victim.server.runtime / "cluster-launcher"
    mine = {path.name for path in directory.rglob("*") if path.is_file()}
    assert {"key.pem", "cert.pem", "cluster.json", "connection.json", "launch.log"} <= mine
    assert other.readable(str(victim.server.runtime)) != [], "the folder itself is open"
    assert other.readable(str(directory)) == []


def test_sockets(other: SecondUser, victim: Victim) -> None:
    """Guards the kernel's sockets, with which its code is sent, and the dashboard's."""
    directory = Path(victim.record["controller"]["socket_dir"])
    sockets = [str(path) for path in directory.rglob("*") if path.is_socket()]
    assert any(path.endswith("/dashboard") for path in sockets)
    assert len(sockets) >= 6
    refused = (
        "import socket\n"
        f"for path in {sockets}:\n"
        "    try:\n"
        "        socket.socket(socket.AF_UNIX).connect(path)\n"
        "    except PermissionError:\n"
        "        continue\n"
        "    print(path)\n"
    )
    assert other.python(refused) == ""
    assert other.readable(str(directory)) == []


def test_the_memory_and_the_environment_of_processes(other: SecondUser, victim: Victim) -> None:
    """Guards what /proc shows, and data that workers wrote to disk."""
    pids = [process.pid for process in victim.processes]
    assert other.readable(*(f"/proc/{pid}/environ" for pid in pids)) == []
    written = [Path(folder, "data") for folder in victim.scratch]
    assert all(path.read_text() == WORD for path in written)
    assert other.readable(*map(str, written)) == []
    parent = Path(victim.scratch[0]).parent
    assert [path for path in other.readable(str(parent)) if not path.endswith("lock")] == []


def test_the_dashboard(other: SecondUser, victim: Victim) -> None:
    """Guards names of functions, code and logs: there is one way to them, with a login."""
    base = f"http://127.0.0.1:{victim.server.port}"
    url = f"{base}{victim.cluster['dashboard_url']}"
    page = other.python(
        "import urllib.request, urllib.error\n"
        f"for path in {PATHS}:\n"
        "    try:\n"
        f"        answer = urllib.request.urlopen('{url}'[:-len('/status')] + path)\n"
        "        print(answer.geturl(), answer.read().decode('latin-1'))\n"
        "    except urllib.error.HTTPError as error:\n"
        "        print(error.code)\n"
    )
    assert "/login?" in page
    assert NAME not in page
    assert "Bokeh" not in page
    request = urllib.request.Request(url, headers={"Authorization": f"token {victim.server.token}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert "<title>Dask" in answer.read().decode()
    assert victim.link == victim.cluster["dashboard_url"]
