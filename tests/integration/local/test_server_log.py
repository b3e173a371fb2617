"""What the package logs is in the server's own log."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

from real_server import RealServer, wait_until

from api import Api

TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}"


def test_a_warning_has_level_time_and_name(tmp_path: Path) -> None:
    """Guards against a warning in the server's log that does not name its source."""
    server = RealServer(tmp_path)
    broken = server.runtime / "cluster-launcher" / "broken"
    broken.mkdir(parents=True)
    (broken / "cluster.json").write_text("{")
    try:
        server.start()
        wait_until(lambda: str(broken) in server.output(), "a word about the broken record")
        (line,) = (line for line in server.output().splitlines() if str(broken) in line)
        assert re.match(rf"\[W {TIME} jupyter_cluster_launcher(\.\w+)+\] \S", line)
    finally:
        server.stop()


async def test_the_level_is_the_servers(api: Api, jp_serverapp: Any) -> None:
    """Guards messages of level INFO, which Python does not show by itself.

    And servers of the same process after this one: they must not write to a log that is closed.
    """
    shown: list[str] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            shown.append(record.getMessage())

    jp_serverapp.log.addHandler(Handler())
    package = logging.getLogger("jupyter_cluster_launcher")
    package.getChild("clusters.managed_cluster").info("Cluster %s launched", "Local 1")
    assert "Cluster Local 1 launched" in shown
    assert package.level == jp_serverapp.log.level
    await jp_serverapp.cleanup_extensions()
    package.getChild("clusters.managed_cluster").warning("after the end")
    assert "after the end" not in shown
    assert package.level == logging.NOTSET
