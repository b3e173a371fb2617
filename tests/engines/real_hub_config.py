"""The configuration of the tests' JupyterHub; docs/hub.md quotes the part between the marks."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from traitlets.config.application import get_config

c = get_config()  # traitlets puts it among the names of this file

BIN = Path(sys.executable).parent
DIRECTORY = Path(os.environ["HUB_DIRECTORY"])
HUB = os.environ["HUB_URL"]
GATEWAY_PORT = os.environ["GATEWAY_PORT"]
GATEWAY_CONFIG = os.environ["HUB_GATEWAY_CONFIG"]

c.JupyterHub.bind_url = HUB
c.JupyterHub.hub_bind_url = os.environ["HUB_INNER_URL"]
c.ConfigurableHTTPProxy.api_url = os.environ["HUB_PROXY_API_URL"]
c.ConfigurableHTTPProxy.command = [os.environ["CONFIGURABLE_HTTP_PROXY"]]
c.ConfigurableHTTPProxy.pid_file = str(DIRECTORY / "proxy.pid")
c.JupyterHub.cookie_secret_file = str(DIRECTORY / "cookie_secret")
c.JupyterHub.db_url = f"sqlite:///{DIRECTORY}/hub.sqlite"
c.JupyterHub.allow_named_servers = True
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = os.environ["HUB_PASSWORD"]
c.Authenticator.allowed_users = {"alice", "bob"}

c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = str(DIRECTORY / "home" / "{username}")
c.Spawner.cmd = [str(BIN / "jupyterhub-singleuser")]
c.Spawner.args = ["--allow-root", f"--ServerApp.config_file={os.environ['HUB_SERVER_CONFIG']}"]
c.Spawner.ip = "127.0.0.1"
c.Spawner.default_url = "/lab"
c.Spawner.environment = {
    "SUPERVISED_BY": os.environ["SUPERVISED_BY"],
    "JUPYTER_PATH": str(DIRECTORY / "share"),
    "AWS_DEFAULT_REGION": "us-west-2",
    "AWS_SECRET_ACCESS_KEY": os.environ["HUB_SECRET"],
    # A kernelspec's command is plain `python`.
    "PATH": f"{BIN}:{os.environ['PATH']}",
}

# docs: begin
# The gateway is a service of the hub, behind the hub's address.
c.JupyterHub.services = [
    {
        "name": "dask-gateway",
        "url": f"http://127.0.0.1:{GATEWAY_PORT}",
        "command": [f"{BIN}/dask-gateway-server", "-f", GATEWAY_CONFIG],
        "display": False,
    }
]

# Both roles need the scope: a notebook authenticates with the token of its *server*.
c.JupyterHub.load_roles = [
    {"name": "user", "scopes": ["self", "access:services!service=dask-gateway"]},
    {
        "name": "server",
        "scopes": [
            "users:activity!user",
            "access:servers!server",
            "access:services!service=dask-gateway",
        ],
    },
]

# With these variables, a plain Gateway() finds the gateway in every kernel. You can set them in
# /etc/dask/gateway.yaml of the users' image instead.
c.Spawner.environment.update(
    {
        "DASK_GATEWAY__ADDRESS": f"{HUB}services/dask-gateway",
        # Links for browsers: relative, so that they work under any name of the hub.
        "DASK_GATEWAY__PUBLIC_ADDRESS": "/services/dask-gateway",
        # Scheduler traffic has its own TLS and cannot pass through the hub's HTTP proxy.
        "DASK_GATEWAY__PROXY_ADDRESS": f"gateway://127.0.0.1:{GATEWAY_PORT}",
        "DASK_GATEWAY__AUTH__TYPE": "jupyterhub",
    }
)
# docs: end

# The example of a service for administrators, as it stands there.
EXAMPLE = Path(os.environ["CLUSTERS_FOLDER"]) / "jupyterhub_config.py"
exec(compile(EXAMPLE.read_text(), EXAMPLE, "exec"))
c.JupyterHub.load_groups = {"cluster-administrators": {"users": ["bob"]}}

# A managed service is given a clean environment.
kept = {
    name: value
    for name, value in os.environ.items()
    if name.startswith("GATEWAY_") or name == "SUPERVISED_BY"
}
for service in c.JupyterHub.services:
    service["environment"] = {**kept, **service.get("environment", {})}
# The tests' own way in, to look at what is there.
c.JupyterHub.services.append({"name": "tests", "api_token": os.environ["HUB_TESTS_TOKEN"]})
c.JupyterHub.load_roles.append(
    {
        "name": "tests",
        "services": ["tests"],
        "scopes": ["admin:users", "admin:servers", "tokens", "access:servers", "read:hub"],
    }
)
