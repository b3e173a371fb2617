"""For the end of a hub's configuration: the service, its rights, and who can open it."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from traitlets.config.application import get_config

c = get_config()  # JupyterHub puts it among the names of this file

FOLDER = Path(os.environ.get("CLUSTERS_FOLDER", "/srv/hub-service"))
PORT = os.environ.get("CLUSTERS_PORT", "10101")
# The address at which this host reaches the hub's proxy, without a slash at its end.
PROXY = os.environ.get("CLUSTERS_PROXY_URL", "http://127.0.0.1:8000")

c.JupyterHub.services.append(
    {
        "name": "clusters",
        "url": f"http://127.0.0.1:{PORT}",
        "command": [sys.executable, str(FOLDER / "cluster_service.py")],
        "environment": {"CLUSTERS_PROXY_URL": PROXY},
        "oauth_no_confirm": True,
    }
)
c.JupyterHub.load_roles.extend(
    [
        # What the service can do: list the users' servers and send requests to them.
        {
            "name": "cluster-service",
            "scopes": ["list:users", "read:servers", "access:servers"],
            "services": ["clusters"],
        },
        # Who can open it, besides the hub's administrators.
        {
            "name": "cluster-administrators",
            "scopes": ["access:services!service=clusters"],
            "groups": ["cluster-administrators"],
        },
    ]
)
