"""``cluster, client = connect()`` in a notebook, against real servers and real clusters."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from real_gateway import require
from real_hub import RealHub, missing
from real_server import RealServer, wait_until

from jupyter_cluster_launcher.client.connect import choose, reachable
from jupyter_cluster_launcher.clusters.saved.store import Store
from jupyter_cluster_launcher.controller.boot import boot_id
from jupyter_cluster_launcher.controller.host import host
from jupyter_cluster_launcher.errors import LauncherError, NotAvailableError, UnknownError
from jupyter_cluster_launcher.models import Cluster, ControllerRef, Report, State

if TYPE_CHECKING:
    from collections.abc import Mapping

CONNECT = "from jupyter_cluster_launcher import connect\ncluster, client = connect()\n"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RealServer]:
    """A Jupyter server of a user."""
    running = RealServer(tmp_path).start()
    yield running
    running.stop()


def run(code: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh process with this environment and nothing of Jupyter besides."""
    rest = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "JPY"))}
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**rest, **env},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def notebook(server: RealServer, code: str) -> str:
    """Run code as a notebook of this server does and return what it printed."""
    done = run(code, {"JUPYTER_RUNTIME_DIR": str(server.runtime)})
    assert done.returncode == 0, done.stderr
    return done.stdout


def launching(**wanted: Any) -> str:
    """Return code that launches a cluster as the sidebar does, and does not wait for it."""
    return (
        "from jupyter_cluster_launcher import connect\n"
        "from jupyter_cluster_launcher.client import server as rest\n"
        f"rest.find().send('POST', 'clusters', {wanted!r})\n"
    )


def test_import_is_light() -> None:
    """Guards against a notebook that loads a web server, or Dask before it is needed."""
    code = "import sys\nfrom jupyter_cluster_launcher import connect\nprint(*sys.modules)"
    loaded = set(run(code, {}).stdout.split())
    assert "jupyter_cluster_launcher" in loaded
    heavy = {"jupyter_server", "tornado", "dask", "distributed", "jupyter_client", "numpy"}
    assert not loaded & heavy
    ours = {name.split(".")[1] for name in loaded if name.startswith("jupyter_cluster_launcher.")}
    assert not ours & {"server", "clusters", "controller"}
    # What checks platform files costs a second or two.
    code = "import sys\nimport jupyter_cluster_launcher.client.connect\nprint(*sys.modules)"
    assert not (heavy | {"jsonschema"}) & set(run(code, {}).stdout.split())


def test_the_only_cluster(server: RealServer) -> None:
    """One line connects to every platform, and the handle works as users expect."""
    server.ready(server.launch(platform="local", workers=2, name="Tides"), 2)
    lines = notebook(
        server,
        f"{CONNECT}"
        "assert client.submit(lambda: 6 * 7).result() == 42\n"
        "print(cluster)\n"
        "assert cluster.workers['ready'] == 2 and cluster.status == 'running'\n"
        "import urllib.request\n"
        "assert 'Scheduler at' in cluster.logs()['scheduler']\n"
        "assert '<summary>Worker 1</summary>' in cluster.logs()._repr_html_()\n"
        # In a page, the browser knows the host; Dask's own link is the same.
        "assert f'href=\"{client.dashboard_link}\"' in cluster._repr_html_()\n"
        "assert f'href=\"{client.dashboard_link}\"' in client._repr_html_()\n"
        "assert client.dashboard_link.startswith('/base/cluster-launcher/dashboard/')\n"
        "assert cluster.dashboard_link.endswith(client.dashboard_link)\n"
        "print(cluster.dashboard_link)\n"
        "cluster.scale(3)\n"
        "client.wait_for_workers(3, timeout=60)\n"
        "cluster.adapt(maximum=4)\n"
        "print(cluster.info()['adapt'])\n"
        "try:\n"
        "    cluster.scale(-1)\n"
        "except Exception as error:\n"
        "    print(error)\n"
        "cluster.close()\n"
        "print(cluster)\n",
    ).splitlines()
    assert lines[0].startswith("<Tides: This computer, running, 2 of 2 workers, ")
    assert lines[1].startswith(f"http://127.0.0.1:{server.port}{server.base_url}cluster-launcher/")
    assert lines[2] == "{'minimum': 0, 'maximum': 4}"
    assert lines[3].startswith("workers must be a whole number")
    assert lines[4] == "<Tides: There is no such cluster: it may have been stopped.>"
    assert server.clusters() == []


def test_a_mismatch_is_shown(server: RealServer) -> None:
    """Guards against a first task that fails for no visible reason."""
    server.ready(server.launch(platform="local", workers=1), 1)
    old = server.folder / "old" / "cloudpickle-0.1.dist-info"
    old.mkdir(parents=True)
    (old / "METADATA").write_text("Metadata-Version: 2.1\nName: cloudpickle\nVersion: 0.1\n")
    env = {"JUPYTER_RUNTIME_DIR": str(server.runtime)}
    done = run(f"{CONNECT}client.close()", {**env, "PYTHONPATH": str(old.parent)})
    assert done.returncode == 0, done.stderr
    assert "This notebook and the cluster differ" in done.stderr
    (row,) = [line for line in done.stderr.splitlines() if line.startswith("cloudpickle ")]
    assert row.split()[1] == "0.1"
    assert "VersionMismatchWarning" not in done.stderr
    assert run(f"{CONNECT}client.close()", env).stderr == ""


def test_without_a_server(server: RealServer) -> None:
    """Guards against a notebook that cannot compute because the server is being restarted."""
    cluster_id = server.launch(platform="local", workers=1, name="Tides", keep_running=True)
    server.ready(cluster_id, 1)
    server.signal(signal.SIGTERM)
    lines = notebook(
        server,
        f"{CONNECT}"
        "print(client.submit(lambda: 6 * 7).result())\n"
        "print(cluster)\n"
        "try:\n"
        "    cluster.scale(2)\n"
        "except Exception as error:\n"
        "    print(error)\n"
        "client.close()\n",
    ).splitlines()
    assert lines[0] == "42"
    assert "No Jupyter server of yours is running" in lines[1]
    assert "Start one with: jupyter lab" in lines[2]


def test_run_all_on_the_next_day(server: RealServer) -> None:
    """Guards against FileNotFoundError without a file name, and a launch with other workers."""
    options = {"threads_per_worker": 1, "memory_limit": "1GB"}
    cluster_id = server.launch(platform="local", workers=2, name="Tides", options=options)
    server.ready(cluster_id, 2)
    assert server.ask("DELETE", f"cluster-launcher/clusters/{cluster_id}")[0] == 204
    wait_until(lambda: server.clusters() == [], "the cluster is gone")
    server.stop()
    server.start()
    lines = notebook(
        server,
        "from jupyter_cluster_launcher import connect\n"
        "try:\n"
        "    connect('Tides')\n"
        "except Exception as error:\n"
        "    print(error)\n"
        "cluster, client = connect('Tides', launch=True)\n"
        "client.wait_for_workers(2, timeout=60)\n"
        "print(client.submit(lambda: 6 * 7).result(), cluster.name, cluster.info()['cores'])\n"
        # As when the whole notebook runs once more.
        "again, _ = connect('Tides', launch=True)\n"
        "assert again.id == cluster.id\n",
    ).splitlines()
    assert lines[0].startswith("The cluster Tides has stopped at ")
    assert 'call connect("Tides", launch=True)' in lines[0]
    assert lines[1] == "42 Tides 2"
    (listed,) = server.clusters()
    assert 'memory_limit="1GB"' in listed["code"]["create"]


def test_one_that_is_starting(server: RealServer) -> None:
    """Guards against a Run All right after *Launch again* that fails, for want of a second."""
    done = run(
        f"{launching(platform='local', workers=1, name='Tides')}"
        "cluster, client = connect('Tides')\n"
        "print(client.submit(lambda: 6 * 7).result(), cluster.name)\n"
        "client.close()\n",
        {"JUPYTER_RUNTIME_DIR": str(server.runtime)},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "42 Tides\n"
    assert "Waiting for Tides on This computer." in done.stderr


def test_what_is_waited_for_is_no_error(server: RealServer) -> None:
    """Guards against a red line below a cell that does what it should."""
    done = run(
        f"import IPython.display\n{launching(platform='local', workers=1, name='Tides')}"
        "connect('Tides')[1].close()\n",
        {"JUPYTER_RUNTIME_DIR": str(server.runtime)},
    )
    assert done.returncode == 0, done.stderr
    assert "Waiting for Tides on This computer." in done.stdout
    assert done.stderr == ""


def test_one_whose_start_fails(server: RealServer) -> None:
    """Guards against a wait without an end, and a failure without its reason."""
    folder = server.folder / "jupyter" / "cluster-platforms"
    folder.unlink()  # it leads to the platform files of the package
    folder.mkdir()
    (folder / "odd.yaml").write_text(
        "version: 1\ntitle: Odd\nmodule: subprocess\nfunction: check_call\n"
        "kwargs: {args: [sleep, '3']}\n"
        "workers: {scale: workers, default: 1, maximum: 2}\n"
    )
    done = run(
        f"{launching(platform='odd', workers=1, name='Tides')}connect('Tides')\n",
        {"JUPYTER_RUNTIME_DIR": str(server.runtime)},
    )
    assert done.returncode == 1
    said = done.stderr.splitlines()[-1]
    assert "NotAvailableError: Tides is not running. " in said
    assert "subprocess.check_call failed" in said


def test_on_a_hub_with_a_gateway(tmp_path: Path) -> None:
    """Guards against a line that works on laptops only: other tokens, no address to reach."""
    require(missing())
    hub = RealHub(tmp_path).start()
    try:
        hub.spawn("alice")
        variables = Path(f"/proc/{hub.processes('singleuser')[-1]}/environ").read_text()
        env = dict(one.split("=", 1) for one in variables.split("\0") if "=" in one)
        done = run(
            f"{launching(platform='nebari', workers=1, name='Cloud')}"
            "cluster, client = connect('Cloud')\n"
            "print(client.submit(lambda: 6 * 7).result())\n"
            "print(cluster.dashboard_link)\n"
            "cluster.scale(2)\n"
            "client.wait_for_workers(2, timeout=60)\n"
            "cluster.close()\n"
            "print(cluster)\n",
            env,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        lines = done.stdout.splitlines()
        assert lines[0] == "42"
        assert lines[1].startswith("/services/dask-gateway/clusters/")
        assert "There is no such cluster" in lines[2]
        assert hub.clusters("alice") == []
    finally:
        hub.stop()


def cluster(name: str, state: State = State.RUNNING, address: str | None = None) -> Cluster:
    """Return the record of a cluster behind a gateway, which is reached from everywhere."""
    ref = ControllerRef("connection.json", "sockets", 2**22 + 1, "another-host", "boot")
    made = Cluster(name.lower(), name, "nebari", "Nebari", "python3", None, "", 1, controller=ref)
    return replace(made, state=state, kind="gateway", report=Report(name="hub.1", address=address))


def test_which_one_is_meant() -> None:
    """Guards against a notebook that computes on the wrong cluster, or fails with "KeyError"."""
    one, two = cluster("One"), cluster("Two")
    assert choose([one]) is one
    assert choose([one, two], "Two") is two
    assert choose([one, two], "one") is one
    assert choose([one, cluster("Old", State.FAILED)]) is one

    def refused(clusters: list[Cluster], name: str | None = None) -> str:
        with pytest.raises(LauncherError) as caught:
            choose(clusters, name)
        return str(caught.value)

    assert (
        refused([one, two])
        == "Several clusters are running: 'One', 'Two'. Name one: connect(NAME)."
    )
    assert refused([one], "Three") == "No running cluster is called 'Three'. Running: 'One'."
    twins = [one, replace(two, name="One")]
    assert "Give one of their ids: one, two." in refused(twins, "One")
    with pytest.raises(NotAvailableError, match="Launch one in the sidebar"):
        choose([])
    soon = cluster("Soon", State.STARTING)
    with pytest.raises(NotAvailableError, match="Soon is still starting"):
        choose([one, soon], "Soon")
    with pytest.raises(UnknownError):
        choose([soon, one], "Late")
    late = cluster("Late", State.STARTING)
    assert refused([soon, late]) == (
        "Several clusters are starting. Name one, as in connect(NAME): 'Soon', 'Late'."
    )
    assert refused([soon, replace(late, name="Soon")], "Soon").endswith(": soon, late.")


def test_one_that_has_stopped() -> None:
    """Guards against a cluster that stopped, and is called unknown; another name is no such one."""
    one, old = cluster("One"), cluster("Old", State.FAILED)
    gone = [(cluster("Gone"), datetime(2026, 11, 23, 17, 5, tzinfo=timezone.utc))]
    with pytest.raises(
        NotAvailableError, match=r"Old has stopped\. .*connect\(\"Old\", launch=True"
    ):
        choose([old, one], "Old")
    with pytest.raises(NotAvailableError, match="Gone has stopped at 17:05 on 23 November 2026"):
        choose([one], "Gone", lambda: gone)
    with pytest.raises(NotAvailableError, match=r"connect\(launch=True\)"):
        choose([], None, lambda: gone)
    with pytest.raises(UnknownError, match="No running cluster is called 'Other'"):
        choose([old, one], "Other", lambda: gone)
    assert choose([old, replace(one, name="Old")], "Old").id == "one"


def test_one_on_a_computer_that_does_not_answer(tmp_path: Path) -> None:
    """Guards against "Timed out" out of Dask, and no word of a cluster."""
    ref = ControllerRef("no-such-file.json", "sockets", 4242, "another-host", "boot")
    away = replace(cluster("One", address="tcp://localhost:1"), kind="local", controller=ref)
    store = Store(tmp_path / "cluster-launcher")
    store.directory(away.id)
    store.save(away)
    env = {"JUPYTER_RUNTIME_DIR": str(tmp_path), "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "1s"}
    done = run(CONNECT, env)
    assert done.stderr.splitlines()[-1].startswith(
        "jupyter_cluster_launcher.errors.NotAvailableError: The cluster One does not answer at "
        "tcp://localhost:1. "
    )
    assert 'connect("One", launch=True)' in done.stderr
    store.save(replace(away, report=replace(away.report, address="tls://localhost:1", tls=True)))
    assert "The key files of the cluster One are gone" in run(CONNECT, env).stderr


def test_what_can_be_reached() -> None:
    """Guards against minutes of waiting for a scheduler that is gone or on another computer."""
    here = ControllerRef("no-such-file.json", "sockets", os.getpid(), host(), boot_id())
    away = replace(here, host="another-host")
    local = replace(cluster("One", address="tls://127.0.0.1:5"), kind="local")
    assert not reachable(replace(local, controller=None))
    assert not reachable(replace(local, controller=here))  # another program has that number now
    assert not reachable(replace(local, controller=away))
    assert reachable(replace(local, controller=away, report=Report(address="tls://10.0.0.1:5")))
    runs = replace(here, connection_file=sys.executable)
    assert reachable(replace(local, controller=runs))
    # A laptop's name changes with its network.
    assert reachable(replace(local, controller=replace(runs, host="its-name-at-home")))
