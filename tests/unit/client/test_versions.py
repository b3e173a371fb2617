"""When a notebook and a cluster do not fit together."""

from __future__ import annotations

from collections.abc import Mapping

from jupyter_cluster_launcher.client.versions import Mismatch

SAME = {"python": "3.11.4", "dask": "2026.8.0", "numpy": "2.1.0", "tornado": "6.5"}


def test_nothing_to_say() -> None:
    """Guards against an alarm about what does not matter."""
    assert not Mismatch(SAME, SAME, [SAME, SAME])
    assert not Mismatch(SAME, SAME, [])
    # Dask's own way to write a version, a bug fix of Python, a scheduler without numpy.
    scheduler = {"python": "3.11.9.final.0", "dask": "2026.8.0", "numpy": None}
    assert not Mismatch(SAME, scheduler, [{**SAME, "tornado": "6.4"}])
    # What only the cluster has, the notebook cannot send.
    assert not Mismatch(SAME, {**SAME, "pandas": "2.2"}, [{**SAME, "pandas": "2.2"}])


def test_a_table_of_what_differs() -> None:
    """Guards against a mismatch that is found only by a task that fails in a strange way."""
    workers: list[Mapping[str, str | None]] = [
        {**SAME, "numpy": "1.26"},
        {**SAME, "numpy": "2.1.0"},
        {**SAME, "dask": None},
    ]
    mismatch = Mismatch(SAME, {**SAME, "python": "3.10.1"}, workers)
    assert mismatch.rows == [
        ("python", "3.11", "3.10", "3.11"),
        ("dask", "2026.8.0", "2026.8.0", "2026.8.0, none"),
        ("numpy", "2.1.0", "2.1.0", "1.26, 2.1.0"),
    ]
    lines = str(mismatch).split("\n")
    assert lines[1].split() == ["package", "this", "notebook", "scheduler", "workers"]
    assert lines[2].split() == ["python", "3.11", "3.10", "3.11"]
    assert "launch a cluster with the kernel of this notebook" in lines[-1]


def test_shown_in_a_notebook() -> None:
    """Guards against text of a worker that becomes a part of the page."""
    shown = Mismatch(SAME, SAME, [{**SAME, "dask": "<script>"}])._repr_html_()
    assert "<td>&lt;script&gt;</td>" in shown
    assert "<script>" not in shown
