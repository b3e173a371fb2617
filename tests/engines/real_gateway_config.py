"""The configuration of the tests' dask-gateway-server: all on loopback, a form like Nebari's.

docs/hub.md quotes the part between the marks.

Read by dask-gateway-server, alone or as a service of the hub; its numbers come from the
environment. Never ``LocalBackend`` here: run as root it would change the owner of ``/``.
"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dask_gateway_server.models import User
from dask_gateway_server.options import Bool, Float, Integer, Mapping, Options, Select, String

if TYPE_CHECKING:
    from traitlets.config.application import get_config

c = get_config()  # traitlets puts it among the names of this file

BIN = Path(sys.executable).parent
DIRECTORY = os.environ["GATEWAY_DIRECTORY"]
PORT, PRIVATE_PORT = os.environ["GATEWAY_PORT"], os.environ["GATEWAY_PRIVATE_PORT"]

c.DaskGateway.address = f"127.0.0.1:{PRIVATE_PORT}"
c.Proxy.address = f"127.0.0.1:{PORT}"
if "JUPYTERHUB_SERVICE_PREFIX" in os.environ:
    c.DaskGateway.authenticator_class = "dask_gateway_server.auth.JupyterHubAuthenticator"
    c.Proxy.prefix = os.environ["JUPYTERHUB_SERVICE_PREFIX"].rstrip("/")
else:
    c.DaskGateway.authenticator_class = "dask_gateway_server.auth.SimpleAuthenticator"
    c.SimpleAuthenticator.password = os.environ["GATEWAY_PASSWORD"]

c.DaskGateway.backend_class = "dask_gateway_server.backends.local.UnsafeLocalBackend"
backend = c.UnsafeLocalBackend
backend.clusters_directory = DIRECTORY
backend.sigint_timeout = backend.sigterm_timeout = 2
# The defaults are made for a cloud and would make every test wait.
backend.cluster_heartbeat_period = backend.cluster_status_period = backend.worker_status_period = 1
backend.cluster_heartbeat_timeout = 12
if "GATEWAY_DATABASE" in os.environ:
    backend.db_url = f"sqlite:///{os.environ['GATEWAY_DATABASE']}"
    backend.db_encrypt_keys = [os.environ["GATEWAY_DATABASE_KEY"]]
    backend.stop_clusters_on_shutdown = False

os.environ["PATH"] = f"{BIN}:{os.environ['PATH']}"  # in an image, Dask is on it
# docs: begin
c.ClusterConfig.scheduler_cmd = ["dask", "scheduler"]
c.ClusterConfig.worker_cmd = ["dask", "worker"]
# docs: end
c.ClusterConfig.worker_cmd.append("--no-nanny")
c.ClusterConfig.scheduler_memory = c.ClusterConfig.worker_memory = "512 M"
c.ClusterConfig.cluster_max_workers = 4
c.ClusterConfig.adaptive_period = 1

PROFILES: dict[str, dict[str, Any]] = {
    "Small Worker": {"worker_cores": 1, "worker_memory": "512 M"},
    "Medium Worker": {"worker_cores": 2, "worker_memory": "1 G"},
    # Faults that a cloud has, by name:
    "Broken scheduler": {"scheduler_cmd": ["/bin/false"]},
    "Broken workers": {"worker_cmd": ["/bin/false"]},
    "Silent workers": {"worker_cmd": ["/bin/sh", "-c", "exec sleep 600"]},
    "Silent scheduler": {
        "scheduler_cmd": ["/bin/sh", "-c", "exec sleep 600"],
        "cluster_start_timeout": 600,
    },
    "Short idle": {"idle_timeout": 8},
}


def configuration(options: Any, user: User) -> dict[str, Any]:
    """Return the configuration of a cluster with these options, an attribute each."""
    if options.profile == "Over quota":
        raise ValueError("You may run 2 clusters and 2 are running: stop one of them first.")
    environment = {
        "CONDA_ENVIRONMENT": options.conda_environment,
        "HOME": DIRECTORY,
        "DASK_TEMPORARY_DIRECTORY": DIRECTORY,
        "SUPERVISED_BY": os.environ["SUPERVISED_BY"],
        **options.environment_vars,
    }
    return {**PROFILES[options.profile], "environment": environment}


def form(user: User) -> Options:
    """Return the options for one user, like Nebari's."""
    if os.environ.get("GATEWAY_FORM") == "none":
        return Options()
    fields = [
        Select(
            "conda_environment",
            ["global/global-pangeo", f"{user.name}/{user.name}-analysis"],
            label="Environment",
        ),
        Select("profile", [*PROFILES, "Over quota"], label="Cluster Profile"),
        Mapping("environment_vars", {}, label="Environment Variables"),
    ]
    if os.environ.get("GATEWAY_FORM") == "all":
        fields += [
            Integer("retries", 2, min=0, max=5, label="Retries"),
            Float("spot_price", 0.5, min=0.1, max=2, label="Highest price (USD/h)"),
            Bool("public", False, label="Readable by all"),
            String("note", "", label="Note"),
        ]
    return Options(*fields, handler=configuration)


c.Backend.cluster_options = form
