"""The command line against a real server: what a script relies on, and what a user reads."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from real_server import PLATFORMS, TOKEN, RealServer
from terminal import Terminal


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    """The Jupyter server of a user."""
    running = RealServer(tmp_path_factory.mktemp("server")).start()
    yield running
    running.stop()


@pytest.fixture
def terminal(
    server: RealServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Terminal:
    """A terminal on the computer where the server runs."""
    return Terminal(server.runtime, monkeypatch, capsys)


def test_as_a_command_of_jupyter(server: RealServer) -> None:
    """Guards against a command that is not installed, or takes seconds before its request."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = {**os.environ, "PATH": path, "JUPYTER_RUNTIME_DIR": str(server.runtime)}
    words = ["jupyter", "cluster-launcher", "list"]
    done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=90, check=True)
    assert done.stdout == "There are no clusters.\n"
    code = (
        "import sys\nfrom jupyter_cluster_launcher.cli import main\nmain(['list'])\n"
        "print(*sys.modules)"
    )
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=90, check=True)
    assert not {"jsonschema", "jupyter_server", "dask"} & set(done.stdout.split())


def test_a_day_in_a_script(terminal: Terminal, server: RealServer) -> None:
    """The whole way of a cluster in JSON. A script breaks where a command answers too early."""
    assert json.loads(terminal.says("list", "--json")) == []
    made = json.loads(
        terminal.says(
            *["start", "local", "-w", "2", "--name", "Tides", "-o", "threads_per_worker=1"],
            *["-o", "memory_limit=1GB", "--idle-timeout", "3600", "--wait", "--json"],
        )
    )
    assert (made["state"], made["workers"]["ready"], made["cores"]) == ("running", 2, 2)
    assert made["idle"]["timeout"] == 3600
    assert 'memory_limit="1GB"' in made["code"]["create"]

    code = terminal.says("code", "Tides")
    test = f"{code}\nprint(client.submit(lambda: 6 * 7).result())\nclient.close()"
    ran = subprocess.run(
        [sys.executable, "-c", test], capture_output=True, text=True, timeout=60, check=True
    )
    assert ran.stdout.strip() == "42"
    assert "cluster = LocalCluster(" in terminal.says("code", "Tides", "--create")
    assert json.loads(terminal.says("code", made["id"], "--json")) == made["code"]

    scaled = json.loads(terminal.says("scale", "Tides", "3", "--json"))
    assert scaled["workers"]["requested"] == 3
    server.ready(made["id"], 3)
    adapted = json.loads(terminal.says("scale", "Tides", "--adapt", "1:4", "--json"))
    assert adapted["adapt"] == {"minimum": 1, "maximum": 4}
    assert "Scheduler at" in json.loads(terminal.says("logs", "Tides", "--json"))["scheduler"]

    assert json.loads(terminal.says("stop", "Tides", "--json")) == {"stopped": [made["id"]]}
    assert server.clusters() == []


def test_start_again(terminal: Terminal, server: RealServer) -> None:
    """Guards against options that have to be typed again for a cluster that has stopped."""
    options = ["-o", "threads_per_worker=1", "-o", "memory_limit=1GB"]
    terminal.says("start", "local", "-w", "2", "--name", "Tides", *options, "--wait")
    terminal.says("stop", "Tides")
    made = json.loads(terminal.says("start", "--again", "Tides", "-w", "1", "--wait", "--json"))
    assert (made["name"], made["workers"]["ready"], made["cores"]) == ("Tides", 1, 1)
    assert 'memory_limit="1GB"' in made["code"]["create"]
    terminal.says("stop", "Tides")
    status, _, error = terminal.run("start", "--again", "Neap")
    assert (status, "There is no record of a cluster 'Neap'" in error) == (1, True)
    status, _, error = terminal.run("start")
    assert (status, "give a platform, --preset or --again" in error) == (2, True)


def test_for_a_person(terminal: Terminal) -> None:
    """Guards against output that only a program can read."""
    assert terminal.says("list") == "There are no clusters.\n"
    # As the page has it, but for a minimum of one worker, which is there in the end.
    shown = ("start", "local", "--adapt", "1:4", "--idle-timeout", "1800", "--wait")
    status, output, progress = terminal.run(*shown, "--name", "Ebb")
    assert status == 0, progress
    assert "Creating the cluster" in progress
    assert output.startswith("Ebb (")
    assert output.endswith(") is running.\n")
    head, row = terminal.says("list").splitlines()
    assert head.split() == ["NAME", "STATE", "WORKERS", "THREADS", "MEMORY", "PLATFORM", "ID"]
    assert row.split()[:3] == ["Ebb", "running", "1/1"]
    assert terminal.says("scale", "Ebb", "2") == "Scaling Ebb to 2 workers.\n"
    assert "has no jobs to renew" in terminal.refuses("renew", "Ebb", "4")
    assert "== Scheduler\n" in terminal.says("logs", "Ebb")
    assert terminal.says("stop", "Ebb") == "Stopped: Ebb\n"


def test_what_the_server_refuses(terminal: Terminal) -> None:
    """Guards against a status of 0, or a traceback, for what did not happen."""
    assert "There is no cluster 'x'. Your clusters: none." in terminal.refuses("stop", "x")
    assert "There is no platform 'nowhere'" in terminal.refuses("start", "nowhere")
    assert "whole number from 0 to" in terminal.refuses("start", "local", "-w", "1000")
    assert "has no jobs to renew" in terminal.refuses("start", "local", "--renew-for", "4")
    assert "has no option 'colour'" in terminal.refuses("start", "local", "-o", "colour=red")
    kernel = terminal.refuses("start", "local", "--kernel", "no such", "-o", "memory_limit=1GB")
    assert "There is no kernel named 'no such'" in kernel


def add_platform(server: RealServer, name: str, text: str) -> None:
    """Add a platform file to those that a server finds."""
    folder = server.folder / "jupyter" / "cluster-platforms"
    if folder.is_symlink():  # to the files of this project
        folder.unlink()
        shutil.copytree(PLATFORMS, folder)
    (folder / f"{name}.yaml").write_text(text)


def test_an_option_that_is_emptied(terminal: Terminal, server: RealServer) -> None:
    """Guards against a default that nobody can leave out on the command line."""
    add_platform(
        server,
        "small",
        "version: 1\ntitle: Small\nmodule: dask.distributed\nclass: LocalCluster\n"
        "workers: {keyword: n_workers, default: 0, maximum: 2}\noptions:\n"
        "  memory_limit: {type: string, title: Memory, default: 1GB}\n"
        "  threads_per_worker: {type: integer, title: Threads, default: 1}\n",
    )
    emptied = ("-o", "memory_limit=", "-o", "threads_per_worker=")
    terminal.says("start", "small", "--name", "Ebb", "--wait", *emptied)
    code = terminal.says("code", "Ebb", "--create")
    assert "memory_limit" not in code
    assert "threads_per_worker" not in code
    terminal.says("stop", "Ebb")


def test_a_launch_that_fails(terminal: Terminal, server: RealServer) -> None:
    """Guards against a script that goes on without a cluster."""
    add_platform(
        server,
        "broken",
        "version: 1\ntitle: Broken\nmodule: dask.distributed\nclass: NoSuchCluster\n"
        "workers: {keyword: n_workers, default: 1, maximum: 2}\n",
    )
    output = terminal.refuses("start", "broken", "--wait", "--name", "Wreck")
    assert "Wreck: failed." in output
    assert "NoSuchCluster" in output
    assert "cannot connect to Wreck" in terminal.refuses("code", "Wreck")
    assert "Traceback (most recent call last)" in terminal.says("logs", "Wreck")
    assert terminal.says("stop", "Wreck") == "Dismissed: Wreck\n"


def test_usage(terminal: Terminal) -> None:
    """Guards against typing mistakes that reach the server."""
    assert "required" in terminal.refuses(status=2)
    assert "either a number" in terminal.refuses("scale", "x", status=2)
    assert "either a number" in terminal.refuses("scale", "x", "2", "--adapt", "0:2", status=2)
    bounds = terminal.refuses("scale", "x", "--adapt", "many", status=2)
    assert "'many' is not of the form MINIMUM:MAXIMUM, such as 0:10" in bounds
    assert "NAME=VALUE" in terminal.refuses("start", "local", "-o", "memory", status=2)


def test_another_server(terminal: Terminal, server: RealServer, tmp_path: Path) -> None:
    """Guards against a login node from which the server of a batch job cannot be reached."""
    terminal.runtime = tmp_path
    assert "Start one with: jupyter lab" in terminal.refuses("list")
    url = f"http://127.0.0.1:{server.port}{server.base_url}"
    assert terminal.says("list", "--server", url, "--token", TOKEN) == "There are no clusters.\n"
    assert terminal.says("list", "--server", url, JUPYTER_TOKEN=TOKEN)
    assert "needs its token" in terminal.refuses("list", "--server", url, "--token", "wrong")
    assert "does not answer" in terminal.refuses("list", "--server", "http://127.0.0.1:9/")


def test_platforms(terminal: Terminal, tmp_path: Path) -> None:
    """Guards against a broken file that an administrator learns of only from the users."""
    folder = tmp_path / "cluster-platforms"
    folder.mkdir()
    (folder / "local.yaml").write_text((PLATFORMS / "local.yaml").read_text())
    assert str(folder / "local.yaml") in terminal.says("platforms", JUPYTER_PATH=str(tmp_path))
    (folder / "site.yaml").write_text("version: 1\ntitle: [\n")
    status, output, _ = terminal.run("platforms", "--json", JUPYTER_PATH=str(tmp_path))
    assert status == 1
    (fault,) = json.loads(output)["faults"]
    assert fault["origin"] == str(folder / "site.yaml")
    assert fault["line"] > 0


def test_presets(terminal: Terminal, server: RealServer) -> None:
    """Guards the way of a preset from one request to the launch of another command."""
    path = "cluster-launcher/presets"
    body = {"platform": "local", "workers": 1, "options": {"threads_per_worker": 1}}
    status, saved = server.ask("PUT", f"{path}/My%20own", body)
    assert (status, saved) == (200, {"name": "My own", "adapt": None, "own": True, **body})
    assert server.ask("GET", path) == (200, [saved])
    assert server.ask("PUT", f"{path}/Mine", {**body, "workers": -1})[0] == 422
    refused = terminal.refuses("start", "--preset", "Small", "-o", "memory_limit=1GB")
    assert "There is no preset 'Small'. There are: My own." in refused
    terminal.refuses("start", "local", "--preset", "My own", status=2)
    words = ["start", "--preset", "My own", "-o", "memory_limit=1GB", "--json"]
    made = json.loads(terminal.says(*words))
    assert made["workers"]["requested"] == 1
    assert "threads_per_worker=1" in made["code"]["create"]
    assert 'memory_limit="1GB"' in made["code"]["create"]
    terminal.says("stop", made["id"])
    assert server.ask("DELETE", f"{path}/My%20own")[0] == 204
    assert server.ask("GET", path) == (200, [])
    assert server.ask("DELETE", f"{path}/My%20own")[0] == 404
