"""``jupyter cluster-launcher run``: a notebook from cron, with a cluster of its own, no server."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from desk import CONNECT, Desk
from notebooks import write_notebook
from real_server import wait_until

from jupyter_cluster_launcher.backends.dashboards import by_name
from jupyter_cluster_launcher.platforms.code.connectcode import connect_scheduler

BUSY = "print('here', flush=True)\nimport time\ntime.sleep(600)"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk where nothing runs any more afterwards."""
    desk = Desk(tmp_path)
    yield desk
    if desk.running is not None and desk.running.poll() is None:
        desk.running.terminate()
        desk.running.communicate(timeout=120)


def test_a_notebook_runs_and_nothing_is_left(desk: Desk) -> None:
    """The purpose: connect() finds the run's cluster, the handle works, the outputs are saved."""
    output = desk.folder / "done.ipynb"
    ends = "cluster.scale(2)\nprint(cluster.workers['requested'])\ncluster.close()"
    running = desk.run(
        CONNECT,
        "print(client.submit(lambda: 6 * 7).result())",
        ends,
        words=("--output", str(output)),
    )
    said = running.communicate(timeout=150)[1]
    assert running.returncode == 0, said
    assert [out[0]["text"] for out in desk.outputs(output)[1:]] == [["42\n"], ["2\n"]]
    assert desk.outputs() == [[], [], []]
    assert "Executed 3 cells." in said
    assert "Kernel is running over TCP" not in said  # other users could read along
    assert not desk.records()
    kept = desk.folder / ".local/share/jupyter/cluster-launcher/history.jsonl"
    (line,) = kept.read_text().splitlines()
    assert json.loads(line)["used"]["tasks"] == 1, "what a night's run has used is known in the day"


def test_a_notebook_that_says_what_it_wants(desk: Desk) -> None:
    """Guards against a platform to remember for each notebook, and against yesterday's cluster."""
    link = by_name("/user/ann/")
    plain = connect_scheduler("tls://127.0.0.1:1", desk.folder / "gone", link).rstrip()
    sizes = "print([w['nthreads'] for w in client.scheduler_info()['workers'].values()])"
    write_notebook(desk.notebook, plain, sizes)
    book = json.loads(desk.notebook.read_text())
    request = {"platform": "local", "workers": 1, "options": {"threads_per_worker": 3}}
    book["metadata"]["cluster_launcher"] = {"request": request}
    desk.notebook.write_text(json.dumps(book))
    said = desk.run(where=()).communicate(timeout=150)[1]
    assert desk.outputs()[1] == [{"name": "stdout", "output_type": "stream", "text": ["[3]\n"]}], (
        said
    )
    (first, _) = json.loads(desk.notebook.read_text())["cells"]
    assert "".join(first["source"]) == plain
    assert not desk.records()


def test_a_cell_that_fails(desk: Desk) -> None:
    """Guards a cron job against success that is none, and against outputs that are lost."""
    running = desk.run(CONNECT, "print('so far')\nraise ValueError('no tides today')", "print(1)")
    said = running.communicate(timeout=150)[1]
    assert running.returncode == 1
    assert said.endswith("Cell [2] failed with ValueError: no tides today\n")
    _, second, third = desk.outputs()
    assert (second[0]["text"], second[1]["ename"], third) == (["so far\n"], "ValueError", [])
    assert not desk.records()


def _kill(running: subprocess.Popen[str]) -> None:
    running.kill()


def _terminate(running: subprocess.Popen[str]) -> None:
    running.terminate()


def _press_control_c(running: subprocess.Popen[str]) -> None:
    running.send_signal(signal.SIGINT)


@pytest.mark.parametrize(
    ("end", "status"), [(_terminate, 143), (_press_control_c, 130), (_kill, -9)]
)
def test_an_interrupted_run(
    desk: Desk, end: Callable[[subprocess.Popen[str]], None], status: int
) -> None:
    """Guards against a cluster that goes on for nobody, and against a wait for the cell."""
    running = desk.run(BUSY)
    desk.said_until("Executing")
    (record,) = desk.records()
    assert json.loads(record.read_text())["state"] == "running"
    end(running)
    running.communicate(timeout=100)
    assert running.returncode == status
    wait_until(lambda: not desk.records(), "the cluster has been stopped")


def test_a_run_that_takes_too_long(desk: Desk) -> None:
    """Guards against a run that waits for ever, here for workers that never come."""
    running = desk.run(BUSY, words=("--timeout", "0.5"))
    said = running.communicate(timeout=100)[1]
    assert running.returncode == 124
    assert said.endswith("Stopped: the time limit of 0.5 s is reached.\n")
    assert not desk.records()
