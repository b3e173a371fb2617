"""A Jupyter server for one command: ``python -m jupyter_cluster_launcher.server.alone FOLDER``.

It has no other extension, answers on loopback only, and prints where it is as a line of JSON. It
ends when its standard input does, whatever became of the command, and stops what it launched.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import sys
from typing import Any

from tornado.ioloop import IOLoop

from .app import ClusterLauncher

HOST = "127.0.0.1"
# What a user or a site configured for JupyterLab, and must not hold here.
SETTINGS: dict[str, dict[str, object]] = {
    "Application": {"log_level": "ERROR"},
    "ServerApp": {
        "ip": HOST,
        "base_url": "/",
        "allow_root": True,
        "open_browser": False,
        "certfile": "",
        "keyfile": "",
        "sock": "",
        "shutdown_no_activity_timeout": 0,
        "identity_provider_class": "jupyter_server.auth.identity.PasswordIdentityProvider",
        "authorizer_class": "jupyter_server.auth.authorizer.AllowAllAuthorizer",
    },
    "PasswordIdentityProvider": {"hashed_password": ""},
}


def main(folder: str) -> None:
    """Serve until standard input ends; clusters are launched in ``folder``."""
    os.chdir(folder)
    token = secrets.token_hex(24)
    arguments = [
        f"--{section}.{name}={value}"
        for section, settings in SETTINGS.items()
        for name, value in settings.items()
    ]
    package = ClusterLauncher.__module__.partition(".")[0]
    server: Any = ClusterLauncher.make_serverapp(jpserver_extensions={package: True})
    server.initialize(
        # Not arguments of the process, which every user could read.
        [*arguments, f"--ServerApp.port={_free_port()}", f"--IdentityProvider.token={token}"],
        find_extensions=False,
        starter_extension=ClusterLauncher.name,
    )
    server.extension_manager.extension_points[ClusterLauncher.name].app.alone = True
    loop = IOLoop.current()

    def ended(*_: Any) -> None:
        loop.remove_handler(sys.stdin.fileno())
        server.stop()

    def announce() -> None:
        where = {"url": f"http://{HOST}:{server.port}/", "token": token}
        print(json.dumps(where), flush=True)  # noqa: T201 - for the command

    loop.add_handler(sys.stdin.fileno(), ended, IOLoop.READ)
    # After the callback in which the server begins to listen.
    loop.add_callback(announce)
    server.start()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    main(sys.argv[1])
