"""The code of a launch: as text, as the recipes that users know, and as what it does."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from fakes import Call, Recorder, a_cluster, backend

from api import PLATFORMS
from jupyter_cluster_launcher.backends import backend_class, connect_code, kind_of
from jupyter_cluster_launcher.backends.dashboards import by_name
from jupyter_cluster_launcher.models import Adapt, Report
from jupyter_cluster_launcher.platforms import cpus, options
from jupyter_cluster_launcher.platforms import files as platforms
from jupyter_cluster_launcher.platforms.code import codegen, connectcode
from jupyter_cluster_launcher.platforms.platform import Platform

GOLDEN = Path(__file__).parent.parent.parent / "golden"

# What a gateway declares of its own, as the browser and the server get to know it.
DISCOVERED: dict[str, Any] = {
    "conda_environment": {
        "type": "string", "title": "Environment", "default": "global/pangeo",
        "enum": ["global/pangeo", "mine/new"],
    },
    "profile": {"type": "string", "title": "Profile", "default": "Small Worker"},
    "environment_vars": {
        "type": "array", "title": "Variables", "as": "environ",
        "default": ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"], "items": {"type": "string"},
    },
}  # fmt: skip

# The name of a golden file is the platform's, and what was chosen.
CASES: dict[str, dict[str, Any]] = {
    "local": {},
    "local-4-workers": {"workers": 4},
    "local-0-workers": {"workers": 0},
    "local-unprotected": {"tls": False},
    "local-options": {"workers": 2, "options": {"threads_per_worker": 3, "memory_limit": "4GB"}},
    "local-adapt": {"adapt": Adapt(1, 4)},
    "denali": {},
    "denali-3-workers": {"workers": 3},
    "denali-options": {"options": {"memory_limit": "2GiB"}},
    "denali-adapt": {"adapt": Adapt(0, 4)},
    "tallgrass": {},
    "tallgrass-options": {
        "workers": 12,
        "options": {
            "processes": 4, "cores": 8, "memory": "64GB", "account": 'wa"ter', "queue": "long",
            "walltime": "1-00:00:00", "job_extra_directives": ["--constraint=haswell"],
        },
    },
    "tallgrass-adapt": {"adapt": Adapt(1, 20), "tls": False},
    "slurm": {},
    "slurm-options": {
        "options": {
            "queue": "debug", "qos": "high", "gres": "gpu:1", "interface": "ib0", "memory": "",
            "directives": ["--exclusive"],
        },
    },
    "esip-qhub": {},
    "esip-qhub-options": {
        "workers": 12,
        "options": {
            "library_folder": "~/shared/users/lib", "profile": "mine",
            "use_existing_cluster": False,
        },
    },
    "nebari": {},
    "nebari-discovered": {
        "workers": 5, "discovered": DISCOVERED, "options": {"profile": "Large Worker"},
    },
    "nebari-adapt": {"adapt": Adapt(2, 10)},
}  # fmt: skip


@pytest.fixture(autouse=True)
def four_cpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this machine have four CPUs, all of them ours."""
    monkeypatch.setattr(cpus, "usable", lambda: 4)
    monkeypatch.setattr(cpus, "affinity", lambda: 4)


def shipped(name: str) -> Platform:
    platform = platforms.read(PLATFORMS / f"{name}.yaml")
    assert isinstance(platform, Platform)
    return platform


def created(case: str) -> str:
    """Return the code of a case, its options checked as those of a user are."""
    chosen = dict(CASES[case])
    (platform,) = [p for p in platforms.find([str(PLATFORMS)])[0] if case.startswith(p.name)]
    discovered = chosen.get("discovered")
    chosen["options"] = options.check_options(platform, chosen.get("options"), discovered)
    return codegen.create(platform, **chosen, client=backend_class(kind_of(platform)).client)


@pytest.mark.parametrize("case", CASES)
def test_golden(case: str) -> None:
    """Guards against code that changes unseen: users read it, keep it and share it."""
    assert created(case) == (GOLDEN / f"{case}.txt").read_text(encoding="utf-8")


def test_golden_files_are_all_used() -> None:
    """Guards against a golden file that holds nothing any more."""
    assert {path.stem for path in GOLDEN.iterdir()} == set(CASES) | set(CONNECTS)


# The users' own recipes. Tallgrass's directives were a dict there, which dask-jobqueue turns into
# invalid lines; here they are the list that was meant.
RECIPES = {
    "local": """
import os
from dask.distributed import Client, LocalCluster

cluster = LocalCluster(threads_per_worker=os.cpu_count())
client = Client(cluster)
""",
    "denali": """
from dask.distributed import Client, LocalCluster

cluster = LocalCluster(threads_per_worker=1)
client = Client(cluster)
""",
    "tallgrass": """
import os
from dask.distributed import Client

try:
    from dask_jobqueue import SLURMCluster
except ImportError as error:
    raise ImportError("dask-jobqueue is missing: pip install 'dask-jobqueue<0.10'") from error

cluster = SLURMCluster(
    processes=1, cores=1, memory="10GB",
    interface="ib0",
    account=os.environ.get("SLURM_JOB_ACCOUNT", "Unknown"),
    walltime="04:00:00",
    job_extra_directives=["--hint=multithread", "--exclusive=user"],
)
cluster.scale(jobs=4)
client = Client(cluster)
""",
    "esip-qhub": """
import ebdpy as ebd

aws_profile = "esip-qhub"
aws_region = "us-west-2"
endpoint = f"s3.{aws_region}.amazonaws.com"
ebd.set_credentials(profile=aws_profile, region=aws_region, endpoint=endpoint)
client, cluster = ebd.start_dask_cluster(
    profile=aws_profile, worker_max=30, region=aws_region, use_existing_cluster=True,
    adaptive_scaling=False, wait_for_cluster=False, worker_profile="Medium Worker",
    propagate_env=True,
)
""",
    "nebari": """
from dask_gateway import Gateway

gateway = Gateway()
cluster = gateway.new_cluster()
cluster.scale(30)
client = cluster.get_client()
""",
}
SAFETY = {
    "security": "True",
    "dashboard_address": "'127.0.0.1:0'",
    "scheduler_options": "{'dashboard_address': '127.0.0.1:0'}",
}


class Sorted(ast.NodeTransformer):
    """Puts keywords in the order of their names, and takes out what protects from other users."""

    def visit_Call(self, node: ast.Call) -> ast.Call:
        self.generic_visit(node)
        node.keywords = sorted(
            (k for k in node.keywords if SAFETY.get(str(k.arg)) != ast.unparse(k.value)),
            key=lambda keyword: str(keyword.arg),
        )
        return node


@pytest.mark.parametrize("name", RECIPES)
def test_defaults_are_the_recipe(name: str) -> None:
    """Guards against a form whose defaults are another cluster than the one users know."""
    ours, theirs = (Sorted().visit(ast.parse(text)) for text in (created(name), RECIPES[name]))
    assert ast.unparse(ours) == ast.unparse(theirs)


@pytest.mark.parametrize("name", ["local", "denali", "tallgrass"])
def test_protected_by_default(name: str) -> None:
    """Guards against a scheduler or a dashboard that every user of the machine can reach."""
    code = created(name)
    assert "security=True" in code
    assert '"127.0.0.1:0"' in code
    assert "security" not in codegen.create(shipped(name), tls=False)


# What the code does: executed among stand-ins of the classes


def run(case: str, **kwargs: Any) -> Recorder:
    recorder = Recorder()
    names = recorder.run(created(case), **kwargs)
    assert {"cluster", "client"} <= set(names)
    return recorder


@pytest.mark.parametrize("case", CASES)
def test_leaves_cluster_and_client(case: str) -> None:
    """Guards against code whose cluster the controller, or a notebook, cannot find."""
    run(case)


def test_local_does() -> None:
    """Guards against one worker that has not all threads, or several that have too many."""
    safe = {"dashboard_address": "127.0.0.1:0", "security": True}
    assert run("local", cpus=8).kwargs("LocalCluster") == {"threads_per_worker": 8, **safe}
    four = {"n_workers": 4, "threads_per_worker": 2, **safe}
    assert run("local-4-workers", cpus=8).kwargs("LocalCluster") == four
    assert run("local-4-workers", cpus=2).kwargs("LocalCluster")["threads_per_worker"] == 1
    assert run("local-0-workers").kwargs("LocalCluster")["n_workers"] == 0
    assert run("local-unprotected").kwargs("LocalCluster").get("security") is None
    chosen = run("local-options").kwargs("LocalCluster")
    assert chosen == {"n_workers": 2, "threads_per_worker": 3, "memory_limit": "4GB", **safe}


def test_adapting_shares_the_threads_of_the_most() -> None:
    """Guards against five workers with all threads each once a cluster has grown."""
    recorder = run("local-adapt", cpus=8)
    assert recorder.kwargs("LocalCluster")["threads_per_worker"] == 2
    assert recorder.kwargs("LocalCluster")["n_workers"] == 1
    assert recorder.kwargs("adapt") == {"minimum": 1, "maximum": 4}


def test_denali_does() -> None:
    """Guards against workers with several threads on the shared node."""
    assert run("denali").kwargs("LocalCluster") == {
        "threads_per_worker": 1,
        "dashboard_address": "127.0.0.1:0",
        "security": True,
    }
    three = run("denali-3-workers").kwargs("LocalCluster")
    assert (three["n_workers"], three["threads_per_worker"]) == (3, 1)


def test_denali_says_the_number_where_dask_would_count_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Guards against a job of 2 CPUs on SLURM in which Dask starts as many workers as it sees."""
    monkeypatch.setattr(cpus, "usable", lambda: 2)
    assert "n_workers=2," in codegen.create(shipped("denali"))


def test_tallgrass_does() -> None:
    """Guards against directives that are no lines, and an account that is not looked up."""
    recorder = run("tallgrass", env={"SLURM_JOB_ACCOUNT": "water"})
    assert recorder.kwargs("SLURMCluster") == {
        "scheduler_options": {"dashboard_address": "127.0.0.1:0"},
        "processes": 1,
        "cores": 1,
        "memory": "10GB",
        "interface": "ib0",
        "account": "water",
        "walltime": "04:00:00",
        "job_extra_directives": ["--hint=multithread", "--exclusive=user"],
        "security": True,
    }
    assert [call.name for call in recorder.calls] == ["SLURMCluster", "scale", "Client"]
    assert recorder.kwargs("scale") == {"jobs": 4}
    assert run("tallgrass").kwargs("SLURMCluster")["account"] == "Unknown"
    chosen = run("tallgrass-options").kwargs("SLURMCluster")
    assert (chosen["account"], chosen["queue"]) == ('wa"ter', "long")
    assert run("tallgrass-adapt").kwargs("adapt") == {"minimum_jobs": 1, "maximum_jobs": 20}


def test_tallgrass_without_its_library() -> None:
    """Guards against an error that does not say which package is missing and how to get it."""
    with pytest.raises(ImportError, match=r"^dask-jobqueue is missing: pip install "):
        Recorder("dask_jobqueue").run(created("tallgrass"))


def test_esip_does() -> None:
    """Guards against credentials that are set after the cluster, or for another region."""
    recorder = run("esip-qhub")
    assert [call.name for call in recorder.calls[:2]] == ["set_credentials", "start_dask_cluster"]
    place = {"profile": "esip-qhub", "region": "us-west-2"}
    credentials = recorder.kwargs("set_credentials")
    assert credentials == {**place, "endpoint": "s3.us-west-2.amazonaws.com"}
    assert recorder.kwargs("start_dask_cluster") == {
        **place,
        "worker_max": 30,
        "use_existing_cluster": True,
        "adaptive_scaling": False,
        "wait_for_cluster": False,
        "worker_profile": "Medium Worker",
        "propagate_env": True,
    }


def test_esip_library_from_a_folder() -> None:
    """Guards against the folder going to ebdpy as an argument, or coming after the import."""
    recorder = Recorder()
    names = recorder.run(created("esip-qhub-options"), env={"HOME": "/people/ann"})
    assert names["sys.path"][0] == "/people/ann/shared/users/lib", "Python knows no ~"
    code = created("esip-qhub-options")
    assert code.index("sys.path.insert") < code.index("import ebdpy")
    chosen = recorder.kwargs("start_dask_cluster")
    assert "library_folder" not in chosen
    assert (chosen["worker_max"], chosen["profile"]) == (12, "mine")
    assert not chosen["use_existing_cluster"]


def test_nebari_does() -> None:
    """Guards against values of secrets in the code: names only, looked up where it runs."""
    recorder = run("nebari-discovered", env={"AWS_ACCESS_KEY_ID": "abc"})
    assert recorder.kwargs("GatewayCluster") == {
        "conda_environment": "global/pangeo",
        "profile": "Large Worker",
        "environment_vars": {"AWS_ACCESS_KEY_ID": "abc"},
    }
    assert Call("scale", (5,)) in recorder.calls
    assert run("nebari-adapt").kwargs("adapt") == {"minimum": 2, "maximum": 10}


def test_joining_takes_a_running_cluster() -> None:
    """Guards against a second cluster where one was to be joined."""
    recorder = Recorder()
    names = recorder.run(backend("gateway").join_code('a"b'))
    assert recorder.calls[:2] == [Call("Gateway"), Call("connect", ('a"b',))]
    assert "client" in names


# Connect code

KEYS = Path("/run/a b/c1")
CONNECTS = {
    "connect-protected": connectcode.connect_scheduler("tls://127.0.0.1:8786", KEYS),
    "connect-dashboard": connectcode.connect_scheduler(
        "tls://127.0.0.1:8786", KEYS, by_name("/user/ann%40b/{x}/")
    ),
    "connect-unprotected": connectcode.connect_scheduler("tcp://127.0.0.1:8786", None),
    "connect-gateway": connect_code(
        a_cluster(kind="gateway", report=Report(name="mine.8f1c")), KEYS
    ),
    "join": backend("gateway").join_code("mine.8f1c"),
}


@pytest.mark.parametrize("case", CONNECTS)
def test_golden_connect(case: str) -> None:
    """Guards against inserted code that changes unseen, or needs this package."""
    code = CONNECTS[case]
    assert code is not None
    assert code == (GOLDEN / f"{case}.txt").read_text(encoding="utf-8")
    assert "cluster_launcher" not in code
