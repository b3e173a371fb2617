"""The client of the REST interface: which server, with which token, and what it refuses."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from real_server import TOKEN, RealServer

from jupyter_cluster_launcher.client import server as rest
from jupyter_cluster_launcher.errors import BadInputError, NotAvailableError, UnknownError


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    """A server that requires its token."""
    running = RealServer(tmp_path_factory.mktemp("server")).start()
    yield running
    running.stop()


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The runtime directory in which servers are looked for, empty at first."""
    for name in list(os.environ):
        if name.startswith(("JPY", "JUPYTER")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    return tmp_path


def url(server: RealServer) -> str:
    """Return the address of a server."""
    return f"http://127.0.0.1:{server.port}{server.base_url}"


def test_finds_the_running_server(
    server: RealServer, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a command line that needs as an argument what it can read from a file."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(server.runtime))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")  # as on many a computing centre
    found = rest.find()
    assert found.url == url(server)
    assert found.send("GET", "clusters") == []
    with pytest.raises(UnknownError, match="no platform 'nowhere'"):
        found.send("POST", "code", {"platform": "nowhere"})
    with pytest.raises(UnknownError, match="no such cluster"):
        rest.holder("unknown")


def test_no_server(runtime: Path) -> None:
    """Guards against files of servers that ended long ago, and against a traceback."""
    (runtime / "jpserver-1.json").write_text("{")
    (runtime / "jpserver-2.json").write_text(json.dumps({"pid": 2**22 + 1, "url": "http://x/"}))
    with pytest.raises(NotAvailableError, match="Start one with: jupyter lab"):
        rest.find()


def test_files_of_other_programs(runtime: Path) -> None:
    """Guards against a traceback where another program names its file like a Jupyter server."""
    odd: list[object] = [
        {"pid": os.getpid(), "port": 1}, [], None, "x", {"pid": "x", "url": "http://x/"},
    ]  # fmt: skip
    for number, content in enumerate(odd):
        (runtime / f"jpserver-mcp-{number}.json").write_text(json.dumps(content))
    (runtime / "jpserver-mcp-9.json").write_bytes(b"\xff")
    (runtime / "jpserver-mcp-10.json").mkdir()
    (runtime / "jpserver-mcp-11.json").write_text("[" * 100_000)
    os.mkfifo(runtime / "jpserver-mcp-12.json")  # nobody writes to it
    assert rest.servers() == []
    for name, strange in {"pid": 2**70, "url": "http://[::1/"}.items():
        write(runtime, "odd", **{"url": "http://odd/", name: strange})
        assert rest.servers() == []
    write(runtime, "odd", url="http://odd/", pid=-1)
    assert rest.servers() == []
    assert rest.base_url() is None
    write(runtime, "a", url="http://a/")
    assert [one.url for one in rest.servers()] == ["http://a/"]


ANSWERS = {
    "SSH": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "cut short": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[",
    "a web page": b"HTTP/1.1 200 OK\r\n\r\n<html>",
    "nothing": b"",
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_a_port_that_another_program_has_by_now(runtime: Path, answer: bytes) -> None:
    """Guards against a traceback, and against a broken server that hides the one that works."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def reply() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(10_000)
                connection.sendall(answer)

        answering = threading.Thread(target=reply)
        answering.start()
        write(runtime, "a", url=f"http://127.0.0.1:{listening.getsockname()[1]}/")
        with pytest.raises(NotAvailableError, match="does not answer"):
            rest.find()
        answering.join()


SHAPES: dict[str, object] = {
    "a text": "hello",
    "a number": 1,
    "nothing": None,
    "a list": [1],
    "an empty object": {},
    "half a cluster": {"id": "c1", "state": "running"},
    "a cluster of other types": {**dict.fromkeys(rest.USED, "x"), "workers": []},
}


@pytest.mark.parametrize("answer", SHAPES.values(), ids=SHAPES)
def test_an_answer_of_another_shape(runtime: Path, answer: object) -> None:
    """Guards against a KeyError of a program that answers JSON, but is no launcher."""

    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Other) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        write(runtime, "a", url=f"http://127.0.0.1:{other.server_port}/")
        for ask in (lambda: rest.holder("c1"), rest.find):
            with pytest.raises(NotAvailableError, match="cannot be understood"):
                ask()
        other.shutdown()


@pytest.mark.parametrize("address", ["http://127.0.0.1:port/", "http://a b/"])
def test_an_address_that_cannot_be(runtime: Path, address: str) -> None:
    """Guards against a traceback about an address that some program wrote."""
    write(runtime, "a", url=address)
    with pytest.raises(NotAvailableError, match="does not answer"):
        rest.find()


def write(runtime: Path, name: str, **info: object) -> None:
    """Write the file of a server that runs: of this very process."""
    known = {"pid": os.getpid(), "base_url": "/", "token": "own", "sock": "", **info}
    (runtime / f"jpserver-{name}.json").write_text(json.dumps(known))


def test_prefers_the_server_it_came_from(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a terminal of one server that scales the clusters of another."""
    write(runtime, "a", url="http://a/")
    write(runtime, "b", url="http://b/")
    write(runtime, "c", url="http+unix://c/", sock="/c")
    for path, age in (("a", 10), ("b", 20)):
        os.utime(runtime / f"jpserver-{path}.json", (age, age))
    assert [one.url for one in rest.servers()] == ["http://b/", "http://a/"]
    monkeypatch.setenv("JUPYTER_SERVER_URL", "http://a/")
    assert [one.url for one in rest.servers()] == ["http://a/", "http://b/"]


def test_prefers_a_server_that_can_act(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a command that goes to a server which only shows the cluster."""
    write(runtime, "a", url="http://a/")
    write(runtime, "b", url="http://b/")
    states = {"http://a/": "running", "http://b/": "elsewhere"}
    monkeypatch.setattr(rest.Server, "send", lambda one, *_: {"state": states[one.url]})
    assert rest.holder("c1")[0].url == "http://a/"
    states["http://a/"] = "elsewhere"
    assert rest.holder("c1")[1] == {"state": "elsewhere"}


def test_on_a_hub_the_hub_lets_in(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against the token of the server's own file, which no server of a hub takes."""
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/alice/")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "of-the-hub")
    write(runtime, "a", url="http://a/user/alice/", base_url="/user/alice/")
    write(runtime, "b", url="http://b/user/alice/other/", base_url="/user/alice/other/")
    assert rest.servers()[0] == rest.Server("http://a/user/alice/", "of-the-hub", True)
    assert rest.servers()[1].token == "own"


def test_a_wrong_token(server: RealServer) -> None:
    """Guards against an error that does not say that it is about the token."""
    with pytest.raises(NotAvailableError, match="needs its token"):
        rest.Server(url(server), "wrong").send("GET", "clusters")


def test_a_server_without_token(tmp_path: Path) -> None:
    """Guards against a server that refuses changes because no browser sends them."""
    server = RealServer(tmp_path, token="").start()
    try:
        answer = rest.Server(url(server), "").send("POST", "code", {"platform": "local"})
        assert "LocalCluster" in answer["create"]
    finally:
        server.stop()


def test_a_server_without_the_launcher(tmp_path: Path) -> None:
    """Guards against "404" where the answer is to install something."""
    off = "--ServerApp.jpserver_extensions=jupyter_cluster_launcher=False"
    server = RealServer(tmp_path, off).start()
    try:
        with pytest.raises(NotAvailableError, match="Install jupyter-cluster-launcher"):
            rest.Server(url(server), TOKEN).send("GET", "clusters")
    finally:
        server.stop()


def test_nobody_else_gets_the_token() -> None:
    """Guards against a redirect that carries the token to another host."""
    paths = []

    class Elsewhere(BaseHTTPRequestHandler):
        server: HTTPServer

        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/thief")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Elsewhere) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        with pytest.raises(NotAvailableError, match="refused access: it needs its token"):
            rest.Server(f"http://127.0.0.1:{other.server_port}/", "secret").send("GET", "clusters")
        other.shutdown()
    assert paths == ["/cluster-launcher/clusters"]


def test_not_a_server() -> None:
    """Guards against a traceback of the network."""
    with pytest.raises(NotAvailableError, match="does not answer"):
        rest.Server("http://127.0.0.1:9/", "").send("GET", "clusters")
    with pytest.raises(BadInputError, match="starts with http"):
        rest.Server("file:///etc/", "").send("GET", "passwd")
