"""The short-lived programs of the resident: a job's script, and queries to dask-gateway."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dask
import pytest
from dask_gateway import options as fields
from dask_jobqueue import SLURMCluster
from distributed import Security
from distributed.deploy.cluster import Cluster
from distributed.deploy.spec import SpecCluster

from jupyter_cluster_launcher.resident.gateway import queries
from jupyter_cluster_launcher.resident.jobqueue import job_script, site_config
from jupyter_cluster_launcher.resident.process import program

CREATE = """
from dask.distributed import Security
from dask_jobqueue import SLURMCluster
import os
assert "CLUSTER_LAUNCHER_PRIVATE" not in os.environ
cluster = SLURMCluster(cores=1, processes=1, memory="1GB", security=Security.temporary())
raise SystemExit("nothing after it runs")
"""


@pytest.fixture
def answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Any]:
    """Run a program with private input and arguments, and return its answer."""

    def run(main: Callable[[], None], private: Any, *arguments: str) -> Any:
        monkeypatch.setenv(program.PRIVATE, json.dumps(private))
        monkeypatch.setattr(sys, "argv", ["-c", *arguments])
        main()
        return json.loads(capsys.readouterr().out.split("\n")[-2])

    return run


# What a site configured


@pytest.mark.parametrize(
    ("section", "found"),
    [
        (
            {"slurm": {"account": "proj123", "cores": 4, "queue": None}},
            {"account": "proj123", "cores": 4},
        ),
        (
            {"slurm": {"log_directory": "/x", "walltime": 3600}},
            {"log-directory": "/x", "walltime": 3600},
        ),
        ({"pbs": {"account": "other"}}, {}),
        (None, {}),
    ],
)
def test_what_a_site_configured(
    answer: Callable[..., Any], section: Any, found: dict[str, Any]
) -> None:
    """Guards against the defaults of another batch system, and against those of dask-jobqueue."""
    with dask.config.set({"jobqueue": section}):
        private = {"module": "dask_jobqueue", "class_name": "SLURMCluster"}
        assert answer(site_config.main, private) == found


# The script of a job


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """What the server sends; the classes that are changed are as before afterwards."""
    monkeypatch.setattr(SLURMCluster, "job_cls", SLURMCluster.job_cls)
    monkeypatch.setattr(SLURMCluster, "close", SLURMCluster.close)
    monkeypatch.setattr(Cluster, "__del__", lambda self: None)  # of one that was never made
    monkeypatch.setattr(dask.config, "config", json.loads(json.dumps(dask.config.config)))
    return {
        "directory": str(tmp_path / "cluster"), "module": "dask_jobqueue", "class": "SLURMCluster",
        "job_name": "cluster-abc", "unit": "jobs", "lifetime": ["--lifetime", "180s"],
        "submission": {"arguments": [], "job_id": None, "own_jobs": [], "unset": {}},
    }  # fmt: skip


def test_the_script_of_a_job(
    answer: Callable[..., Any], settings: dict[str, Any], tmp_path: Path
) -> None:
    """Guards the preview: the script of a launch, with no key, no folder and no cluster made."""
    before = SpecCluster.__init__, Security.temporary, os.makedirs
    printed = answer(job_script.main, {"settings": settings, "code": CREATE})
    script = printed["script"]
    assert script.startswith("#!/usr/bin/env bash\n")
    assert "#SBATCH -J cluster-abc\n" in script
    assert "ADDRESS-OF-THE-SCHEDULER --name NAME" in script
    assert "--lifetime 180s" in script
    assert f"{settings['directory']}/KEY" in script
    assert list(tmp_path.iterdir()) == []
    assert (SpecCluster.__init__, Security.temporary, os.makedirs) == before


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("x = 1", "RuntimeError: the code makes no cluster of dask-jobqueue"),
        ("import no_such", "ModuleNotFoundError: No module named 'no_such'"),
    ],
)
def test_a_script_that_cannot_be_made(
    answer: Callable[..., Any], settings: dict[str, Any], code: str, error: str
) -> None:
    """Guards against a traceback where the user expects a sentence."""
    assert answer(job_script.main, {"settings": settings, "code": code}) == {"error": error}
    gone = {**settings, "module": "no_such"}
    assert answer(job_script.main, {"settings": gone, "code": code}) == {"error": error}


# The form of a gateway


@pytest.mark.parametrize(
    ("field", "schema"),
    [
        (fields.String("s", "x", "S"), {"title": "S", "type": "string", "default": "x"}),
        (fields.Bool("b", True, "B"), {"title": "B", "type": "boolean", "default": True}),
        (
            fields.Integer("i", 2, "I", min=0, max=5),
            {"title": "I", "type": "integer", "default": 2, "minimum": 0, "maximum": 5},
        ),
        (fields.Float("f", 0.5, "F"), {"title": "F", "type": "number", "default": 0.5}),
        (
            fields.Select("p", "a", "P", options=["a", "b"]),
            {"title": "P", "type": "string", "enum": ["a", "b"], "default": "a"},
        ),
    ],
)
def test_fields(field: Any, schema: dict[str, Any]) -> None:
    """Guards against a field that loses its label, its bounds or its choices."""
    assert queries.schema_of(field) == schema


# As notebooks hand them to workers, for AWS and for stores with an address of their own.
ELSEWHERE_TOO = (
    *("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION", "AWS_S3_ENDPOINT"),
    *("AWS_REQUEST_CHECKSUM_CALCULATION", "AWS_RESPONSE_CHECKSUM_VALIDATION"),
    *("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_NO_SIGN_REQUEST", "AWS_REQUEST_PAYER"),
)


def test_mappings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards secrets: environment variables are offered by name, and none where none is set."""
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    variables = fields.Mapping("environment_vars", {}, "Variables")
    assert queries.schema_of(variables) is None
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "secret")
    schema = queries.schema_of(variables)
    assert schema is not None
    assert schema["items"] == {"type": "string", "enum": ["AWS_ACCESS_KEY_ID", "AWS_PROFILE"]}
    assert (schema["default"], schema["as"]) == (["AWS_ACCESS_KEY_ID"], "environ")
    assert "secret" not in json.dumps(schema)
    for name in ELSEWHERE_TOO:
        monkeypatch.setenv(name, "x")
    schema = queries.schema_of(variables)
    assert schema is not None
    assert set(schema["default"]) == {"AWS_ACCESS_KEY_ID", *ELSEWHERE_TOO}
    other = queries.schema_of(fields.Mapping("labels", {}, "Labels"))
    assert other is not None
    assert (other["type"], other["title"]) == ("object", "Labels")


@pytest.mark.parametrize(
    ("prefix", "choices", "default"),
    [
        ("/opt/conda/envs/climate", ["global/pangeo", "ada/climate"], "ada/climate"),
        # Two have that name: the one whose namespace is in the path.
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

    The form's field as dask-gateway has it, read by a Python in such a folder.
    """
    monkeypatch.setattr(sys, "prefix", prefix)
    field = fields.Select("conda_environment", choices[0], "Environment", options=choices)
    schema = queries.schema_of(field)
    assert schema is not None
    assert (schema["enum"], schema["default"]) == (choices, default)
    note = "The notebook's environment, climate, is not among them."
    assert schema.get("description") == (None if default.endswith("climate") else note)


# Queries


class FakeGateway:
    """A gateway with two clusters, of which one has gone, and a form."""

    def __init__(self, asynchronous: bool) -> None:
        assert asynchronous

    async def __aenter__(self) -> FakeGateway:
        return self

    async def __aexit__(self, *error: object) -> None:
        """Close nothing."""

    async def cluster_options(self, use_local_defaults: bool = True) -> fields.Options:
        if use_local_defaults:
            raise ValueError("'Huge' is not a valid option")
        text, nothing = fields.String("s", "x", "S"), fields.Mapping("environment_vars", {}, "V")
        return fields.Options(text, nothing)

    async def list_clusters(self) -> list[Any]:
        def report(name: str, hour: int, **options: Any) -> Any:
            return SimpleNamespace(
                name=name, status=SimpleNamespace(name="RUNNING"), options=options or None,
                start_time=datetime(2026, 1, 1, hour, tzinfo=timezone.utc), security="secret",
            )  # fmt: skip

        options = {"profile": "Small", "worker_cores": 2, "image": ["x"], "environment_vars": "k"}
        return [report("old", 1), report("new", 2, **options)]

    async def stop_cluster(self, name: str) -> None:
        if name == "gone":
            raise ValueError("404")


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dask_gateway.client.Gateway", FakeGateway)
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)


def test_options_without_broken_defaults(gateway: None, answer: Callable[..., Any]) -> None:
    """Guards against a form that is missing because the user's configuration is out of date."""
    printed = answer(queries.main, None, "options")
    assert printed == {"answer": {"s": {"title": "S", "type": "string", "default": "x"}}}


def test_clusters_that_are_found(gateway: None, answer: Callable[..., Any]) -> None:
    """Guards what leaves the process: no key, no variable, and the newest first."""
    new, old = answer(queries.main, None, "found")["answer"]
    assert datetime.fromisoformat(new.pop("since")).hour is not None
    assert new == {
        "id": "new", "status": "running", "options": {"profile": "Small", "worker_cores": "2"},
    }  # fmt: skip
    assert (old["id"], old["options"]) == ("old", {})


def test_clusters_are_stopped_by_name(gateway: None, answer: Callable[..., Any]) -> None:
    """Guards against a stop that ends at the first cluster which is gone already."""
    assert answer(queries.main, ["gone", "there"], "stop") == {"answer": ["gone"]}


def test_an_error_is_an_answer(
    gateway: None, answer: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a traceback where the server makes a sentence of a name and a text."""

    async def refuse(self: FakeGateway) -> None:
        raise PermissionError("401")

    monkeypatch.setattr(FakeGateway, "list_clusters", refuse)
    assert answer(queries.main, None, "found") == {"error": ["PermissionError", "401"]}

    async def hang(self: FakeGateway) -> None:
        await asyncio.sleep(3600)

    monkeypatch.setattr(FakeGateway, "list_clusters", hang)
    monkeypatch.setattr(queries, "LIMIT", 0.05)
    assert answer(queries.main, None, "found") == {"error": ["GatewayTimeout", "0.05 seconds"]}


def test_a_gateway_that_hangs_is_given_up() -> None:
    """It accepts the connection and does not answer: the form must not spin for ever."""
    code = f"from {queries.__name__} import sys; queries = sys.modules[{queries.__name__!r}]"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        done = subprocess.run(
            [sys.executable, "-c", f"{code}; queries.LIMIT = 0.2; queries.main()", "options"],
            env={**os.environ, "DASK_GATEWAY__ADDRESS": address},
            capture_output=True,
            check=True,
            timeout=60,
        )
    assert json.loads(done.stdout) == {"error": ["GatewayTimeout", "0.2 seconds"]}
