"""The server of one command."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from pathlib import Path

SLOW = """
import sys, time
from jupyter_server.serverapp import ServerApp
from jupyter_cluster_launcher.server.alone import main
bind = ServerApp._bind_http_server
ServerApp._bind_http_server = lambda self: (time.sleep(1), bind(self))
main(sys.argv[1])
"""


def test_it_answers_as_soon_as_it_says_where_it_is(tmp_path: Path) -> None:
    """Guards a run on a busy computer, where a server takes its time until it listens."""
    command = [sys.executable, "-c", SLOW, str(tmp_path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd="/", text=True, stdin=pipe, stdout=pipe) as server:
        assert server.stdout is not None
        said = json.loads(server.stdout.readline())
        request = urllib.request.Request(
            f"{said['url']}cluster-launcher/clusters",
            headers={"Authorization": f"token {said['token']}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert json.load(answer) == []
        server.communicate()
    assert server.returncode == 0
