"""A stand-in for ebdpy, which is on no package index: its public signatures, over the real client.

Written from those signatures and from what notebooks see of it, for the tests alone. It is
synchronous, prints what it does, and takes credentials from ``~/.aws``, as the real one.

``EBDPY_FAILS`` makes it fail in the ways that are known of the real one: ``after-up`` raises when
the gateway's cluster is there already, ``never-returns`` waits for ever then, ``deaf`` does so and
cannot be interrupted.
"""
# ruff: noqa: B008, PLR0917  # the signature is the real one's

import configparser
import os
import signal
import time
from pathlib import Path

from dask_gateway import Gateway

CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION")


def set_credentials(profile="w-ebd-public", region="us-east-1", endpoint="s3.wasabisys.com"):
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
    environment=os.path.basename(os.environ.get("CONDA_PREFIX", "")),
    worker_profile="Medium Worker",
    profile="default",
    region="us-west-2",
    endpoint=None,
    worker_min=2,
    worker_max=20,
    adaptive_scaling=True,
    wait_for_cluster=True,
    cfile=None,
    use_existing_cluster=True,
    propagate_env=False,
):
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
        if propagate_env:
            options.environment_vars = {name: os.environ[name] for name in CREDENTIALS}
        cluster = gateway.new_cluster(options)
    fail(os.environ.get("EBDPY_FAILS"))
    if adaptive_scaling:
        cluster.adapt(worker_min, worker_max)
    else:
        cluster.scale(worker_max)
    client = cluster.get_client()
    while wait_for_cluster and len(cluster.scheduler_info["workers"]) < worker_max:
        time.sleep(1)
    return client, cluster


def stop_dask_cluster(client, cluster):
    """Stop the cluster for everybody."""
    client.close()
    cluster.shutdown()


def fail(how):
    """Fail in one of the known ways, after the cluster is up."""
    if how == "after-up":
        raise AttributeError("'Client' object has no attribute 'register_worker_plugin'")
    if how == "deaf":
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    while how in ("never-returns", "deaf"):
        time.sleep(1)
