"""The Python text that attaches a notebook to a cluster, with nothing but Dask."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from .expressions import call, literal

DASHBOARDS = "cluster-launcher/dashboard"  # below the base URL, each by its cluster's id
CA, CERT, KEY = "ca.pem", "cert.pem", "key.pem"
# Without it, the cell of yesterday's cluster ends in FileNotFoundError and no word of a cluster.
STOPPED = "# If this cell fails, its cluster has stopped"
COMMENT = f"{STOPPED}. Launch it again in the Dask Clusters sidebar.\n"
# What was not launched here cannot be launched again here.
JOINED = f"{STOPPED}, or this computer cannot reach it.\n"


def connect_by_name(class_name: str, name: str) -> str:
    """Return the code that attaches a notebook to a cluster whose class knows it by its name.

    ``class_name`` is the dotted name of the class.
    """
    module, _, cls = class_name.rpartition(".")
    return (
        f"{COMMENT}from {module} import {cls}\n\n"
        f"cluster = {cls}(name={literal(name)})\n"
        "client = cluster.get_client()\nclient\n"
    )


def dashboard_link(template: str) -> str:
    """Return the line that makes the link which ``client`` shows, as Dask fills in a template."""
    return f'dask.config.set({{"distributed.dashboard.link": {literal(template)}}})\n'


# A list of clusters has it for each, each time.
@lru_cache(maxsize=1024)
def connect_scheduler(address: str, credentials: Path | None, base_url: str | None = None) -> str:
    """Return the code that attaches a notebook to a scheduler.

    ``credentials`` is the folder of the PEM files of an encrypted cluster: they stand in the code
    by path, never by value. ``base_url`` is the path of the Jupyter server that browsers reach its
    dashboard through, which makes the link that ``client`` shows.
    """
    head, link = COMMENT, ""
    if base_url is not None:
        # Dask fills in {port}, which is the name of the dashboard.
        path = f"{base_url.replace('{', '{{').replace('}', '}}')}{DASHBOARDS}/{{port}}/status"
        head += "import dask\n"
        link = dashboard_link(path)
    if credentials is None:
        return (
            f"{head}from dask.distributed import Client\n\n{link}"
            f"client = Client({literal(address)})\nclient\n"
        )
    files = {
        "tls_ca_file": literal(str(credentials / CA)),
        "tls_client_cert": literal(str(credentials / CERT)),
        "tls_client_key": literal(str(credentials / KEY)),
        "require_encryption": "True",
    }
    return (
        f"{head}from dask.distributed import Client, Security\n\n{link}"
        f"{call('Security', files, 'security = ')}\n"
        f"client = Client({literal(address)}, security=security)\n"
        "client\n"
    )
