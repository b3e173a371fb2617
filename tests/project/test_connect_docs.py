"""The lines with ``connect()`` in the documentation, run as a notebook runs them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from documents import PAGES, ROOT, blocks
from notebooks import run
from real_server import RealServer

SNIPPETS = [
    pytest.param(code, id=f"{page.relative_to(ROOT)}-{number}")
    for page in PAGES
    for number, code in enumerate(blocks(page.read_text(encoding="utf-8"), "python"))
    if "connect(" in code
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    """A server whose only cluster has the name that Local gives."""
    server = RealServer(tmp_path_factory.mktemp("server")).start()
    cluster = server.ready(server.launch(platform="local", workers=1), 1)
    assert cluster["name"] == "This computer 1"
    yield server
    server.stop()


def test_there_are_snippets() -> None:
    """Guards against a search that finds none any more."""
    assert len(SNIPPETS) >= 2


@pytest.mark.parametrize("code", SNIPPETS)
def test_snippet(server: RealServer, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Guards against a line that users copy and that does not give them what the page says."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(server.runtime))
    for name in ("JPY_SESSION_NAME", "JUPYTERHUB_API_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    assert run(code, "client.submit(sum, [40, 2]).result()") == "42"
