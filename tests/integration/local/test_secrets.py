"""A whole run with every secret that is about, and a look at all places where one may turn up."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fakes import script, write_kernelspec
from real_server import RealServer, wait_until
from spying import files, leaks, spying, subscribed

from jupyter_cluster_launcher.masking import MASK

# Of the server's environment, which kernels, clusters and workers share.
VARIABLES = {
    name: secrets.token_hex(16)
    for name in ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "JUPYTERHUB_API_TOKEN", "PASSWORD")
}
PRINTED = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
LOG = "/launch.log"
WORD = f"unpublished{secrets.token_hex(8)}"
WORK = f"""
import logging, os
def {WORD}(x):
    logging.getLogger("distributed.worker").warning(os.environ["AWS_SECRET_ACCESS_KEY"])
    return "{WORD}" * x
assert len(client.submit({WORD}, 1000).result()) == 1000 * len("{WORD}")
"""


def test_a_run_on_this_computer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards tokens, keys and variables: none in a record, log, event, answer, argument or packet.

    A task that logs one does not show it either.
    """
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    server = RealServer(tmp_path, token=secrets.token_hex(16))
    fails = 'case "$*" in *ipykernel*) echo "No $AWS_SESSION_TOKEN" >&2; exit 1;; esac'
    python = script(tmp_path, "python", f'{fails}; exec {sys.executable} "$@"')
    write_kernelspec(tmp_path / "jupyter" / "kernels", "broken", python=python)
    with spying() as seen:
        try:
            server.start()
            with subscribed(server):
                found, answers = run(server, tmp_path)
        finally:
            server.stop()
    assert MASK in answers, "what the task logged"
    assert WORD.encode() not in seen.apart_from(server.port), "notebook, scheduler and workers"
    key = str(found.pop("key"))
    found["traffic"] = seen.apart_from(server.port)
    leaked = leaks(seen, server, {**VARIABLES, "token": server.token, "key": key}, found)
    # What a task or a kernel itself prints is in the log files, which only their owner can read.
    printed = {one for one in leaked if one[0] in PRINTED and one[1].endswith(LOG)}
    assert leaked - printed == set()


def run(server: RealServer, folder: Path) -> tuple[dict[str, Any], str]:
    """Launch, compute, scale, fail, stop; return the files on the way and the logs' answer."""
    cluster_id = server.launch(platform="local", workers=1)
    cluster = server.ready(cluster_id, 1)
    code = cluster["code"]["connect"] + WORK
    env = {**os.environ, "JUPYTER_RUNTIME_DIR": str(server.runtime)}
    subprocess.run([sys.executable, "-c", code], env=env, check=True, timeout=100)
    for path in ("cluster-launcher/platforms", f"cluster-launcher/clusters/{cluster_id}/plots"):
        assert server.ask("GET", path)[0] == 200
    assert server.ask("POST", "cluster-launcher/code", {"platform": "local"})[0] == 200
    assert server.ask("PATCH", f"cluster-launcher/clusters/{cluster_id}", {"workers": 2})[0] == 202
    server.ready(cluster_id, 2)
    directory = server.runtime / "cluster-launcher" / cluster_id
    key = (directory / "key.pem").read_text().splitlines()[3]
    found: dict[str, Any] = dict(files(folder))
    answers = json.dumps(server.ask("GET", f"cluster-launcher/clusters/{cluster_id}/logs")[1])
    status, refused = server.ask(
        "POST", "cluster-launcher/clusters", {"platform": VARIABLES["PASSWORD"]}
    )
    assert (status, VARIABLES["PASSWORD"] in refused["message"]) == (404, False)
    failed = server.launch(platform="local", kernel_name="broken")
    message = server.until(failed, lambda c: c["state"] == "failed")["message"]
    assert MASK in message, "the last output of its kernel"
    found |= dict(files(folder))
    for one in (cluster_id, failed):
        assert server.ask("DELETE", f"cluster-launcher/clusters/{one}")[0] == 204
    wait_until(lambda: not server.clusters(), "the clusters are gone")
    return {**found, **dict(files(folder)), "key": key}, answers
