"""Which requests jupyter-server-proxy may pass on to other hosts."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from fakes import a_cluster
from jupyter_server_proxy.config import ServerProxy
from traitlets.config import Config

from jupyter_cluster_launcher.models import Report, State
from jupyter_cluster_launcher.server.dashboard_hosts import allow_dashboards

REPORT = Report(dashboard_host="node7", dashboard_port=8787)


def allowed(config: Config, host: str, port: str, state: State = State.RUNNING) -> bool:
    allow_dashboards(config, lambda: [a_cluster(state=state, report=REPORT), a_cluster()])
    handler = SimpleNamespace(path_args=[host, port, "/status"])
    decide: Any = ServerProxy(config=config).host_allowlist
    return bool(decide(handler, host))


@pytest.mark.parametrize(
    ("host", "port", "expected"),
    [
        ("node7", "8787", True),
        ("node7", "22", False),
        ("node8", "8787", False),
        ("localhost", "9999", True),
        ("None", "None", False),
    ],
)
def test_exactly_the_dashboard_of_a_cluster(host: str, port: str, expected: bool) -> None:
    """Guards other services of the hosts where clusters run, and other hosts."""
    assert allowed(Config(), host, port) is expected


def test_not_of_a_cluster_that_has_ended() -> None:
    """Guards against a port that is somebody else's by now."""
    assert not allowed(Config(), "node7", "8787", State.CLOSED)


def as_list() -> Config:
    return Config({"ServerProxy": {"host_allowlist": ["node9"]}})


def appended() -> Config:
    config = Config()
    config.ServerProxy.host_allowlist.append("node9")
    return config


def as_function() -> Config:
    return Config({"ServerProxy": {"host_allowlist": lambda handler, host: host == "node9"}})


@pytest.mark.parametrize("configured", [as_list, appended, as_function])
def test_what_the_administrator_allows_stays_allowed(configured: Any) -> None:
    """Guards a site's own configuration, in each of its forms."""
    assert allowed(configured(), "node9", "1")
    assert allowed(configured(), "node7", "8787")
    assert not allowed(configured(), "node8", "8787")
