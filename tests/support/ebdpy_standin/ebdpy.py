"""A stand-in for ebdpy, which is on no package index: its public signatures, over the real client.

Written from those signatures and from what notebooks see of it, for the tests alone. It is
synchronous, prints what it does, and takes credentials from ``~/.aws``, as the real one.

``EBDPY_FAILS`` makes it fail in the ways that are known of the real one: ``after-up`` raises when
the gateway's cluster is there already, ``never-returns`` waits for ever then, ``deaf`` does so and
cannot be interrupted.
"""
# ruff: noqa: PLR0917  # the signature is the real one's

import configparser
import os
import signal
import time
from pathlib import Path
from typing import Any

from dask_gateway import Gateway, GatewayCluster
from distributed import Client, WorkerPlugin

CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION")


def set_credentials(
    profile: str = "w-ebd-public",
    region: str = "us-east-1",
    endpoint: str | None = "s3.wasabisys.com",
) -> None:
    """Put a profile's credentials into this process; KeyError where there is no such profile."""
    known = configparser.ConfigParser()
    known.read(Path.home() / ".aws" / "credentials")
    keys = known[profile]
    os.environ["AWS_PROFILE"] = profile
    os.environ["AWS_ACCESS_KEY_ID"] = keys["aws_access_key_id"]
    os.environ["AWS_SECRET_ACCESS_KEY"] = keys["aws_secret_access_key"]
    os.environ["AWS_DEFAULT_REGION"] = region
    if endpoint:
        os.environ["AWS_S3_ENDPOINT"] = endpoint


def start_dask_cluster(
    environment: str = os.path.basename(os.environ.get("CONDA_PREFIX", "")),
    worker_profile: str = "Medium Worker",
    profile: str = "default",
    region: str = "us-west-2",
    endpoint: str | None = None,
    worker_min: int = 2,
    worker_max: int = 20,
    adaptive_scaling: bool = True,
    wait_for_cluster: bool = True,
    cfile: str | None = None,
    use_existing_cluster: bool = True,
    propagate_env: bool = False,
) -> tuple[Client, GatewayCluster]:
    """Join the first cluster that runs, or make one; return (client, cluster)."""
    set_credentials(profile, region, endpoint)
    gateway = Gateway()
    running = gateway.list_clusters() if use_existing_cluster else []
    if running:
        print(f"Connecting to the existing cluster {running[0].name}")
        cluster = gateway.connect(running[0].name)
    else:
        print("Starting a new cluster")
        options = gateway.cluster_options()
        options.profile = worker_profile
        cluster = gateway.new_cluster(options)
    fail(os.environ.get("EBDPY_FAILS"))
    if adaptive_scaling:
        cluster.adapt(worker_min, worker_max)
    else:
        cluster.scale(worker_max)
    client = cluster.get_client()
    while wait_for_cluster and len(cluster.scheduler_info["workers"]) < worker_max:
        time.sleep(1)
    if propagate_env:
        client.register_worker_plugin(credentials_plugin())
    return client, cluster


def credentials_plugin() -> WorkerPlugin:
    """Return what sets variables on each worker, by a module that the worker imports."""
    variables = {name: os.environ[name] for name in CREDENTIALS}
    script = f"import os\nos.environ.update({variables!r})\n"

    class Credentials(WorkerPlugin):
        """Within a function, so that it can be sent to workers that have no such module."""

        name = "credentials"

        async def setup(self, worker: Any) -> None:
            """Write the module and import it, as the workers of 2021 did."""
            answer = await worker.upload_file(
                comm=None, filename="credentials_of_user.py", data=script, load=True
            )
            assert answer["nbytes"] == len(script)

    return Credentials()


def stop_dask_cluster(client: Client, cluster: GatewayCluster) -> None:
    """Stop the cluster for all who use it."""
    client.close()
    cluster.shutdown()


def fail(how: str | None) -> None:
    """Fail in one of the known ways, after the cluster is up."""
    if how == "after-up":
        raise AttributeError("'Client' object has no attribute 'register_worker_plugin'")
    if how == "deaf":
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    while how in ("never-returns", "deaf"):
        time.sleep(1)
