"""Dask's configuration, as this package reads it and as Dask itself does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fakes import shipped

from jupyter_cluster_launcher.platforms import dask_config, files

KEY = "gateway.address"
DASK = "import dask, json; print(json.dumps(dask.config.get('gateway.address', None)))"


def settings(folder: Path, **variables: str) -> dict[str, str]:
    """Return variables with which only files below a folder count."""
    (folder / "home").mkdir(exist_ok=True)
    return {
        "DASK_ROOT_CONFIG": str(folder / "root"),
        "HOME": str(folder / "home"),
        "PATH": os.environ["PATH"],
        **variables,
    }


def write(folder: Path, name: str, address: str | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps({"gateway": {"address": address, "proxy-address": 1}}))


CASES: dict[str, tuple[dict[str, str | None], dict[str, str], str | None]] = {
    "nothing": ({}, {}, None),
    "a hub's file": ({"root/gateway.yaml": "http://a"}, {}, "http://a"),
    "the later file": ({"root/a.yaml": "http://a", "root/b.yml": "http://b"}, {}, "http://b"),
    "the user's": (
        {"root/a.yaml": "http://a", "home/.config/dask/x.yaml": "http://u"},
        {},
        "http://u",
    ),
    "a variable": (
        {"root/a.yaml": "http://a"},
        {"DASK_GATEWAY__ADDRESS": "http://v"},
        "http://v",
    ),
    "a null": ({"root/a.yaml": None}, {}, None),
    "a null that hides the hub's": (
        {"root/a.yaml": "http://a", "home/.config/dask/x.yaml": None},
        {},
        None,
    ),
    "a file in capitals": ({"root/a.yaml": "http://a", "root/b.YAML": "http://b"}, {}, "http://b"),
    "a variable without a value": (
        {"root/a.yaml": "http://a"},
        {"DASK_GATEWAY__ADDRESS": "null"},
        None,
    ),
    "a folder that cannot be": (
        {"root/a.yaml": "http://a"},
        {"DASK_CONFIG": "x" * 5000},
        "http://a",
    ),
    "a variable alone": ({}, {"DASK_GATEWAY__ADDRESS": "http://v:8000/services/x"}, None),
}
CASES["a variable alone"] = (*CASES["a variable alone"][:2], "http://v:8000/services/x")


@pytest.mark.parametrize("case", CASES)
def test_as_dask_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    """Guards hubs that are not recognized: their gateway's address stands in a file."""
    written, variables, expected = CASES[case]
    for name, address in written.items():
        write((tmp_path / name).parent, Path(name).name, address)
    env = settings(tmp_path, **variables)
    monkeypatch.setenv("HOME", env["HOME"])
    assert dask_config.value(KEY, env) == expected
    answer = subprocess.run(
        [sys.executable, "-c", DASK], env=env, capture_output=True, text=True, check=True
    )
    assert json.loads(answer.stdout) == expected


@pytest.mark.parametrize("section", ["gateway:\n", "gateway: 3\n", "gateway: {other: 1}\n"])
def test_a_section_without_the_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, section: str
) -> None:
    """Guards the hub's address against a user's file in which all values are comments."""
    write(tmp_path / "root", "a.yaml", "http://a")
    folder = tmp_path / "home/.config/dask"
    folder.mkdir(parents=True)
    (folder / "gateway.yaml").write_text(section)
    env = settings(tmp_path)
    monkeypatch.setenv("HOME", env["HOME"])
    answer = subprocess.run(
        [sys.executable, "-c", DASK], env=env, capture_output=True, text=True, check=True
    )
    assert dask_config.value(KEY, env) == json.loads(answer.stdout) == "http://a"


def test_files_that_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards the list of platforms against whatever else stands in such a folder."""
    write(tmp_path / "root", "a.yaml", "http://a")
    for name, text in {"b.yaml": "[", "c.yaml": "gateway: 3", "d.txt": "{", "e.json": ""}.items():
        (tmp_path / "root" / name).write_text(text)
    (tmp_path / "root" / "f.yaml").mkdir()
    (tmp_path / "root" / "g.yaml").symlink_to("nowhere")
    os.mkfifo(tmp_path / "root" / "h.yaml")
    env = settings(tmp_path)
    monkeypatch.setenv("HOME", env["HOME"])
    assert dask_config.value(KEY, env) == "http://a"


@pytest.mark.parametrize("name", ["nebari", "esip-qhub"])
def test_a_hub_is_recognized(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Guards Nebari and QHub, which set no variable."""
    env = settings(tmp_path, JUPYTERHUB_API_URL="http://hub")
    monkeypatch.setenv("HOME", env["HOME"])
    assert not files.detected(shipped(name), env, lambda command: None)
    write(tmp_path / "root", "gateway.yaml", "http://a")
    assert files.detected(shipped(name), env, lambda command: None)
