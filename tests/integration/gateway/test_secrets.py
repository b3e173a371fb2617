"""A whole run behind a gateway, and a look at all places where a secret may turn up."""

from __future__ import annotations

import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from real_gateway import PASSWORD, RealGateway
from real_server import RealServer, wait_until
from spying import files, leaks, spying, subscribed

HIDDEN = {
    name: secrets.token_hex(16)
    for name in ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "JUPYTERHUB_API_TOKEN")
}


def test_a_run_behind_a_gateway(
    tmp_path: Path, gateway: RealGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards the gateway's password, and the variables that workers get by their names."""
    for name, value in HIDDEN.items():
        monkeypatch.setenv(name, value)
    server = RealServer(tmp_path, token=secrets.token_hex(16))
    with spying() as seen:
        try:
            server.start()
            with subscribed(server):
                cluster_id = server.launch(platform="nebari", workers=1)
                cluster = server.ready(cluster_id, 1)
                code = f"{cluster['code']['connect']}\nclient.submit(int).result()"
                subprocess.run([sys.executable, "-c", code], check=True, timeout=100)
                for path in ("platforms/nebari/options", f"clusters/{cluster_id}/logs"):
                    assert server.ask("GET", f"cluster-launcher/{path}")[0] == 200
                found = dict(files(tmp_path))
                path = f"cluster-launcher/clusters/{cluster_id}"
                assert server.ask("DELETE", path)[0] == 204
                wait_until(lambda: not server.clusters(), "the cluster is gone")
            found |= dict(files(tmp_path))
        finally:
            server.stop()
    hidden = {**HIDDEN, "token": server.token, "password": PASSWORD}
    assert leaks(seen, server, hidden, found) == set()
