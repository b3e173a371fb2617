"""What a notebook says of its cluster, as `jupyter cluster-launcher run` reads it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fakes import backend

from jupyter_cluster_launcher.backends.dashboards import by_name
from jupyter_cluster_launcher.cli.wanted import redirect, request_in
from jupyter_cluster_launcher.platforms.code.connectcode import (
    JOINED,
    connect_by_name,
    connect_scheduler,
)

OLD = connect_scheduler("tls://127.0.0.1:1", Path("/run/old"), by_name("/user/ann/"))
NEW = connect_scheduler("tls://127.0.0.1:2", Path("/run/new"), by_name("/"))


def a_notebook(*sources: str, cell_type: str = "code", **metadata: Any) -> Any:
    cells = [SimpleNamespace(cell_type=cell_type, source=source) for source in sources]
    return SimpleNamespace(cells=cells, metadata=metadata)


def test_the_request_of_a_notebook() -> None:
    """Guards against a cluster of another size than the one that the notebook was used with."""
    request = {
        **{"platform": "slurm", "title": "SLURM", "unit": "jobs", "workers": 8},
        "options": {"memory": "4GB"},
    }
    notebook = a_notebook(cluster_launcher={"request": request, "connect_on_start": True})
    wanted = {"platform": "slurm", "workers": 8, "options": {"memory": "4GB"}}
    assert request_in(notebook) == wanted


@pytest.mark.parametrize("ours", [None, 5, {}, {"request": []}, {"request": {"workers": 2}}])
def test_a_notebook_that_requests_nothing(ours: Any) -> None:
    """Guards against a traceback where somebody has edited the metadata."""
    assert request_in(a_notebook(cluster_launcher=ours)) is None
    assert request_in(a_notebook()) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (OLD.rstrip(), NEW.rstrip()),
        (f"# mine\n{OLD}client.run(f)", f"# mine\n{NEW}client.run(f)"),
        # Without the last line, which shows the client.
        (OLD.removesuffix("client\n") + "x = 1", NEW.removesuffix("client\n") + "x = 1"),
        (connect_by_name("x.Cloud", "a", "/user/ann/proxy/8787/status"), NEW),
        (connect_by_name("dask_gateway.GatewayCluster", "hub.8f1c"), NEW),
        (f"{JOINED}{backend(kind='running').join_code('tls://h:1')}client\n", NEW),
        ("if x:\n    # If this", None),
    ],
)
def test_code_that_connects_by_itself(before: str, after: str | None) -> None:
    """Guards against yesterday's cluster, whose credentials are gone, and against lost lines."""
    notebook = a_notebook("import os", before)
    changed = redirect(notebook, NEW)
    assert [cell.source for cell in notebook.cells] == ["import os", after or before]
    assert changed == ([] if after is None else [(notebook.cells[1], before)])


def test_code_inside_of_a_block() -> None:
    """Guards against code of a template that is no Python any more."""
    deep = "if True:\n" + "".join(f"    {line}\n" if line else "\n" for line in OLD.splitlines())
    notebook = a_notebook(deep + "    print(client)")
    redirect(notebook, NEW)
    compile(notebook.cells[0].source, "cell", "exec")
    assert "127.0.0.1:2" in notebook.cells[0].source
    assert notebook.cells[0].source.endswith("    client\n    print(client)")


def test_text_about_the_code() -> None:
    """Guards against a Markdown cell that changes, and other code that does."""
    assert redirect(a_notebook(OLD, cell_type="markdown"), NEW) == []
    mine = OLD.replace("client = Client", "mine = Client").removesuffix("client\n")
    assert redirect(a_notebook(f"{mine}work()\nclient = other"), NEW) == []
    assert redirect(a_notebook('client = Client("tls://127.0.0.1:1")\nclient'), NEW) == []
