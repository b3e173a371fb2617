"""What a gateway's errors are turned into, and what its controller says of a cluster."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from importlib import resources
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from jupyter_cluster_launcher.backends.errors import explain
from jupyter_cluster_launcher.backends.gateway_errors import GATEWAY

# Exceptions as dask-gateway 2026.3 raises them, and how the sentence for each begins.
ERRORS = [
    ("ValueError", "No dask-gateway address provided or found in configuration", "No dask-gateway"),
    ("ClientConnectorError", "Cannot connect to host hub:80 ssl:default [x]", "dask-gateway does"),
    ("GatewayTimeout", "15 seconds", "dask-gateway did not answer within 15 seconds."),
    (
        "ClientResponseError",
        "401, message='Unauthorized', url='u'",
        "dask-gateway rejected your login",
    ),
    (
        "ClientResponseError",
        "403, message='Forbidden', url='u'",
        "You do not have access to this cluster",
    ),
    (
        "ValueError",
        "No JupyterHub API token provided, and JUPYTERHUB_API_TOKEN …",
        "This dask-gateway needs a JupyterHub token",
    ),
    (
        "GatewayServerError",
        "Permission failure verifying user's JupyterHub API token",
        "dask-gatew",
    ),
    (
        "GatewayServerError",
        "database is locked",
        "dask-gateway failed with an internal error (database is l",
    ),
    ("ValueError", "404: Not Found", "There is no dask-gateway at the configured address"),
    ("ValueError", "Cluster 1f not found", "dask-gateway does not know the cluster 1f"),
    ("GatewayClusterError", "Cluster '1f' failed to start, see logs", "dask-gateway could not sta"),
    (
        "GatewayClusterError",
        "Cluster '1f' is already stopped",
        "The cluster 1f is no longer running.",
    ),
    ("GatewayClusterError", "cluster 1f is not running", "The cluster 1f is no longer running."),
    ("ValueError", "'Huge' is not a valid option for profile", "dask-gateway rejected an option"),
    ("OSError", "Timed out trying to connect to gateway://hub:80/1f after 30 s", "The cluster was"),
    ("KeyError", "'esip-qhub'", "esip-qhub was not found."),
]


@pytest.mark.parametrize(("name", "text", "begins"), ERRORS)
def test_each_error_is_a_sentence_that_says_what_to_do(name: str, text: str, begins: str) -> None:
    """An exception's name and a traceback's last line are no help to a scientist."""
    sentence = explain(name, text, "Python 3", GATEWAY)
    assert sentence.startswith(begins)
    assert sentence.endswith(".")
    assert name not in sentence


def test_a_gateway_that_hangs_is_given_up() -> None:
    """It takes the connection and says nothing: the form must not spin for ever."""
    source = resources.files("jupyter_cluster_launcher").joinpath("resident/ask_gateway.py")
    code = source.read_text(encoding="utf-8").replace("LIMIT = 15.0", "LIMIT = 0.2")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        done = subprocess.run(
            [sys.executable, "-c", code, "options"],
            env={**os.environ, "DASK_GATEWAY__ADDRESS": address},
            capture_output=True,
            check=True,
            timeout=60,
        )
    assert json.loads(done.stdout) == {"error": ["GatewayTimeout", "0.2 seconds"]}


@pytest.mark.parametrize(
    ("prefix", "choices", "default"),
    [
        ("/opt/conda/envs/climate", ["global/pangeo", "ada/climate"], "ada/climate"),
        # Two are called so: the one whose namespace is in the path.
        ("/srv/conda/bob/envs/climate", ["ada/climate", "bob/climate"], "bob/climate"),
        ("/opt/envs/climate/", ["ada/climate", "bob/climate"], "ada/climate"),
        ("/opt/envs/climate", ["climate", "other"], "climate"),
        # Not among the choices: the gateway's own default stays.
        ("/opt/envs/climate", ["global/pangeo", "climate/other"], "global/pangeo"),
    ],
)
def test_workers_begin_with_the_environment_of_the_notebook(
    monkeypatch: pytest.MonkeyPatch, prefix: str, choices: list[str], default: str
) -> None:
    """Guards against workers that cannot unpickle what the notebook sends, for want of a package.

    The form's field as dask-gateway has it, asked by a Python in such a folder.
    """
    options = pytest.importorskip("dask_gateway.options")
    asking = ModuleType("asking")
    source = resources.files("jupyter_cluster_launcher").joinpath("resident/ask_gateway.py")
    exec(source.read_text(encoding="utf-8"), asking.__dict__)
    monkeypatch.setattr(sys, "prefix", prefix)
    field = options.Select("conda_environment", choices[0], "Environment", options=choices)
    schema = asking.schema_of(field)
    assert (schema["enum"], schema["default"]) == (choices, default)
    told = "The notebook's environment, climate, is not among them."
    assert schema.get("description") == (None if default.endswith("climate") else told)


def test_words_of_an_administrator_are_told_as_they_are() -> None:
    """A gateway's options handler may refuse in its own words."""
    assert (
        explain("ValueError", "You have 2 clusters already.", "x") == "You have 2 clusters already."
    )


@pytest.fixture
def resident() -> Any:
    """The resident's source as a controller has it, watching a cluster that nobody started."""
    module = ModuleType("resident")
    folder = resources.files("jupyter_cluster_launcher").joinpath("resident")
    for name in ("core", "gateway_eye"):
        exec(folder.joinpath(f"{name}.py").read_text(encoding="utf-8"), module.__dict__)
    cluster = SimpleNamespace(name="1f", scheduler_address="gateway://x/1f", dashboard_link="/d")
    module.eye = module.Eye(cluster)
    module.eye.requested = 4
    return module


def test_workers_that_never_come_are_worth_a_word(resident: Any) -> None:
    """A gateway says RUNNING of a cluster in which nothing runs."""
    assert resident.eye.report()["warnings"] == []
    resident.eye.waiting_since -= resident.SLOW_START + 1
    (said,) = resident.eye.report()["warnings"]
    assert said.startswith("No worker has come for more than 2 minutes.")
    resident.eye.adapting = True  # then having none is no fault
    assert resident.eye.report()["warnings"] == []


@pytest.mark.parametrize(
    ("status", "idle_timeout", "idle", "words"),
    [
        ("STOPPED", 600, 580, "Stopped by the gateway after 10 minutes without work."),
        ("STOPPED", 600, 5, "Stopped, but not from here: by another notebook, or by the gateway."),
        ("STOPPED", 0, 9999, "Stopped, but not from here: by another notebook, or by the gateway."),
        ("STOPPING", 600, 580, None),
        ("RUNNING", 600, 580, None),
    ],
)
def test_why_a_cluster_ended(
    resident: Any, status: str, idle_timeout: int, idle: int, words: str | None
) -> None:
    """The gateway gives no reason: an idle stop is told from others by the clock."""
    resident.eye.busy, resident.eye.idle_timeout = False, idle_timeout
    resident.eye.idle_since = time.time() - idle
    assert resident.eye.farewell(status) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "Scale request of 30 workers would exceed resource limit of 4 workers. Scaling to 4 "
            "instead.",
            "Asked for 30 workers, the gateway's limit is 4.",
        ),
        (
            "Adapt with `maximum=30, minimum=0` workers would exceed resource limit of 4 workers. "
            "Using `maximum=4, minimum=0` instead.",
            "Asked for 30 workers, the gateway's limit is 4.",
        ),
        ("Something new.", "Something new."),
    ],
)
def test_a_limit_in_short(resident: Any, text: str, words: str) -> None:
    """The numbers are what matters; what is not known is told as it is."""
    assert resident.limit_words(text) == words
