"""What is an address of a scheduler, and what is not: it becomes part of code and of a URL."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from jupyter_cluster_launcher.backends.addresses import address_of
from jupyter_cluster_launcher.errors import BadInputError


@pytest.mark.parametrize(
    "text",
    [
        *("tcp://10.0.0.1:8786", "tls://node-17.cluster.example:1", "tcp://dask_scheduler:65535"),
        *("tcp://[::1]:8786", "tls://[fe80::1]:8786", "tcp://localhost:8786"),
    ],
)
def test_addresses(text: str) -> None:
    """Guards against a site whose addresses are refused."""
    assert address_of(f" {text}\n") == text


@pytest.mark.parametrize(
    "text",
    [
        *("tcp://", "tcp://host", "tcp://host:", "tcp://host:0", "tcp://host:65536"),
        *("tcp://host:8786/", "tcp://host:8786/status", "tcp://host:8786?x", "tcp://host:8786#x"),
        *("tcp://user@host:8786", "tcp://a:b@host:8786", "tcp://ho st:8786", "tcp://host:87 86"),
        *('tcp://host:8786"); import os #', "tcp://host:8786\nimport os", "tcp://-host:8786"),
        *("http://host:8786", "inproc://10.0.0.1/1/1", "TCP://host:8786", "ws://host:8786"),
        *("tcp://hôst:8786", "tcp://host:٨٧", "tcp://[::1:8786", "tcp://::1:8786"),
        *("tcp://host:8786,tcp://other:8786", f"tcp://{'a' * 254}:8786", "host:8786", "://"),
    ],
)
def test_what_is_no_address(text: str) -> None:
    """Guards against text that reaches code, and against refusals that do not say what to do."""
    with pytest.raises(BadInputError, match="Write it as tcp://HOST:PORT"):
        address_of(text)


def test_scheduler_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is as good as the address in it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    file = tmp_path / "my scheduler.json"
    file.write_text(json.dumps({"type": "Scheduler", "address": "tls://10.0.0.1:8786"}))
    assert address_of(str(file)) == address_of("~/my scheduler.json") == "tls://10.0.0.1:8786"


@pytest.mark.parametrize(
    "content",
    [
        *(
            "",
            "{",
            "[]",
            "1",
            "null",
            "{}",
            '{"address": 1}',
            '{"address": null}',
            "\0",
            "[" * 9999,
        ),
        *('{"address": "inproc://1/2/3"}', '{"address": "tcp://h:1/; import os"}'),
    ],
)
def test_files_that_are_none(tmp_path: Path, content: str) -> None:
    """Guards against errors of Python for a file of another kind."""
    file = tmp_path / "file.json"
    file.write_text(content)
    with pytest.raises(BadInputError, match=r"is not a scheduler file|no address that can be"):
        address_of(str(file))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """Guards against a server that waits for a pipe, and against a 500 for a strange path."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    for name in ("pipe", "bytes", ""):
        with pytest.raises(BadInputError, match="is not a scheduler file"):
            address_of(str(tmp_path / name))
    for text in (f"{tmp_path}/missing", "/a\0b", f"/{'a' * 5000}"):
        with pytest.raises(BadInputError, match="There is no file"):
            address_of(text)
    with pytest.raises(BadInputError, match="full path of a scheduler file"):
        address_of("scheduler.json")
