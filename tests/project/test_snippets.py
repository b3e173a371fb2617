"""The blocks of the documents are what users can copy: files that are read, and code that runs."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import dask
import dask_jobqueue  # noqa: F401 - its defaults
import distributed  # noqa: F401 - its defaults
import jsonschema
import pytest
import yaml
from documents import PAGES, ROOT, blocks
from traitlets.config.loader import PyFileConfigLoader

from jupyter_cluster_launcher.backends.batch import system
from jupyter_cluster_launcher.platforms import files as platforms
from jupyter_cluster_launcher.platforms.code import codegen
from jupyter_cluster_launcher.server.app import ClusterLauncher

FORMAT = (ROOT / "docs/platforms.md").read_text(encoding="utf-8")


def snippets(*languages: str) -> list[Any]:
    """Return the blocks in some languages, as parameters with the name of their page."""
    return [
        pytest.param(text, id=f"{page.relative_to(ROOT)}-{number}")
        for page in PAGES
        for number, text in enumerate(blocks(page.read_text(encoding="utf-8"), *languages))
    ]


def printed(code: str) -> str:
    """Return what code prints in a process of its own; nothing that it started is left."""
    running = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        out, error = running.communicate(timeout=120)
    finally:
        with contextlib.suppress(ProcessLookupError):  # all have ended
            os.killpg(running.pid, signal.SIGKILL)
    assert running.returncode == 0, error
    return out


@pytest.mark.parametrize("text", snippets("python"))
def test_python(tmp_path: Path, text: str) -> None:
    """Guards against code that is none, and settings of the server that it does not have."""
    compile(text, "page", "exec")
    if "c.ClusterLauncher." in text:
        (tmp_path / "config.py").write_text(text)
        given = PyFileConfigLoader("config.py", str(tmp_path)).load_config()
        (settings,) = given.values()
        read = ClusterLauncher(config=given)
        assert {name: getattr(read, name) for name in settings} == settings


@pytest.mark.parametrize("text", snippets("json"))
def test_settings(text: str) -> None:
    """Guards against settings that the Settings Editor refuses."""
    schema = json.loads((ROOT / "schema/sidebar.json").read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(text), schema)


@pytest.mark.parametrize("text", snippets("toml"))
def test_entry_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Guards against an entry point under which nobody looks for a batch system."""
    tomllib = pytest.importorskip("tomllib")  # comes with Python 3.11
    groups = tomllib.loads(text)["project"]["entry-points"]
    ((group, points),) = groups.items()
    ((name, module),) = points.items()
    # The module of the example, under the name that the page gives it.
    functions = ROOT / "examples/batch-system/example_batch_system/functions.py"
    shutil.copy(functions, tmp_path / f"{module}.py")
    described = tmp_path / "birch-1.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: birch\nVersion: 1.0\n")
    (described / "entry_points.txt").write_text(f"[{group}]\n{name} = {module}\n")
    monkeypatch.syspath_prepend(tmp_path)
    found = system.batch_system(name)
    assert found.submit_arguments("tides") == ["--name=tides"]


@pytest.mark.parametrize("text", snippets("yaml"))
def test_yaml(tmp_path: Path, text: str) -> None:
    """Guards against lines that administrators copy and that nothing reads, or that break."""
    data = yaml.safe_load(text)
    if set(data) == {"singleuser"}:  # values of the Helm chart of JupyterHub
        assert set(data["singleuser"]["image"]) == {"name", "tag"}
    elif "form" in data:  # an app of Open OnDemand; its own attributes need no description
        assert set(data) == {"cluster", "title", "form", "attributes"}
        assert set(data["attributes"]) <= set(data["form"])
    elif set(data) <= {"distributed", "jobqueue"}:  # Dask's configuration
        assert not [path for path in leaves(data) if not is_configured(path)]
    else:
        whole = "version" in data  # else it is a part of a platform file
        example = yaml.safe_load(blocks(FORMAT, "yaml")[0])
        (tmp_path / "site.yaml").write_text(text if whole else yaml.safe_dump({**example, **data}))
        (platform,), faults = platforms.find([str(tmp_path)])
        assert not faults
        assert [preset["name"] for preset in data.get("presets", [])] == [
            preset["name"] for preset in platform.presets
        ]
        created = codegen.create(platform, workers=2)
        compile(created, "site.yaml", "exec")
        assert str(platform.class_name) in created


def leaves(data: Any, path: str = "") -> list[str]:
    """Return the paths of the values in nested objects."""
    if not isinstance(data, dict):
        return [path]
    return [
        leaf for key, value in data.items() for leaf in leaves(value, f"{path}.{key}".strip("."))
    ]


def is_configured(path: str) -> bool:
    """Return whether Dask or dask-jobqueue have a default for a key."""
    missing = object()
    return dask.config.get(path, default=missing) is not missing


def test_there_is_a_block_of_each_kind() -> None:
    """Guards against a search that finds none any more."""
    kinds = {"python": 8, "json": 1, "toml": 1, "yaml": 8}
    assert [kind for kind, least in kinds.items() if len(snippets(kind)) < least] == []


def test_example_platform_makes_the_example_code(tmp_path: Path) -> None:
    """Guards against an example that users copy and that is refused, or does something else."""
    (tmp_path / "birch.yaml").write_text(blocks(FORMAT, "yaml")[0], encoding="utf-8")
    found, faults = platforms.find([str(tmp_path)])
    assert not faults
    assert codegen.create(found[0], workers=8) == blocks(FORMAT, "python")[0]


def test_code_of_the_shared_node() -> None:
    """Guards against a page that shows other code than the platform runs, or code that fails."""
    page = (ROOT / "docs/howto/shared-node.md").read_text(encoding="utf-8")
    golden = (ROOT / "tests/golden/denali.txt").read_text(encoding="utf-8")
    assert blocks(page, "python") == [golden]
    code, replaced = re.subn("threads_per_worker=1,", r"n_workers=1, \g<0>", golden)
    assert replaced == 1
    answer = "print(client.submit(lambda: 6 * 7).result(), cluster.scheduler_address[:6])"
    assert printed(f"{code}{answer}\nclient.close()\ncluster.close()") == "42 tls://\n"


def test_code_of_the_tutorial() -> None:
    """Guards the first five minutes: what the tutorial computes is right."""
    page = (ROOT / "docs/tutorial.md").read_text(encoding="utf-8")
    answer, estimate = blocks(page, "python")
    *definitions, value = estimate.rstrip().split("\n")
    code = "\n".join(
        [
            "from dask.distributed import Client",
            "client = Client(processes=False, n_workers=1, dashboard_address='127.0.0.1:0')",
            f"print({answer.strip()})",
            *definitions,
            f"print(round({value}, 2))",
            "client.close()",
        ]
    )
    assert printed(code).split() == ["42", "3.14"]
