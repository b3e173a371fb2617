"""The clusters of ``benchmarks/clusters.py``, with a stand-in in the place of Dask."""

from __future__ import annotations

from pathlib import Path

from real_server import RealServer, wait_until

STANDINS = Path(__file__).parents[3] / "benchmarks" / "probes" / "standins"


def test_from_launch_to_stop(tmp_path: Path) -> None:
    """Guards against a benchmark of many clusters that fails once it is needed."""
    server = RealServer(tmp_path)
    server.variables = {
        "JUPYTER_PATH": str(STANDINS / "jupyter"),
        "PYTHONPATH": str(STANDINS),
        "BENCHMARK_MOVING": str(tmp_path / "moving"),
    }
    try:
        cluster_id = server.start().launch(platform="idle", workers=4)
        still = server.ready(cluster_id, 4)["usage"]["memory"]
        (tmp_path / "moving").touch()
        server.until(cluster_id, lambda c: c["usage"]["memory"] != still)
        assert server.ask("DELETE", f"cluster-launcher/clusters/{cluster_id}")[0] == 204
        wait_until(lambda: not server.clusters(), "the row is gone")
    finally:
        server.stop()
