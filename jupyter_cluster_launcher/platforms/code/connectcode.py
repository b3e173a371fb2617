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


def connect_by_name(class_name: str, name: str, link: str | None = None) -> str:
    """Return the code that attaches a notebook to a cluster whose class knows it by its name.

    ``class_name`` is the dotted name of the class, ``link`` as in ``connect_scheduler``.
    """
    module, _, cls = class_name.rpartition(".")
    return (
        f"{COMMENT}{_import(link)}from {module} import {cls}\n\n{_set(link)}"
        f"cluster = {cls}(name={literal(name)})\n"
        "client = cluster.get_client()\nclient\n"
    )


def _import(link: str | None) -> str:
    return "" if link is None else "import dask\n"


def _set(link: str | None) -> str:
    return "" if link is None else dashboard_link(link)


def dashboard_link(template: str) -> str:
    """Return the line that makes the link which ``client`` shows, as Dask fills in a template."""
    return f'dask.config.set({{"distributed.dashboard.link": {literal(template)}}})\n'


# A list of clusters has it for each, each time.
@lru_cache(maxsize=1024)
def connect_scheduler(address: str, credentials: Path | None, link: str | None = None) -> str:
    """Return the code that attaches a notebook to a scheduler.

    ``credentials`` is the folder of the PEM files of an encrypted cluster: they stand in the code
    by path, never by value. ``link`` is the template of Dask for the link that ``client`` shows.
    """
    head, settings = f"{COMMENT}{_import(link)}", _set(link)
    if credentials is None:
        return (
            f"{head}from dask.distributed import Client\n\n{settings}"
            f"client = Client({literal(address)})\nclient\n"
        )
    files = {
        "tls_ca_file": literal(str(credentials / CA)),
        "tls_client_cert": literal(str(credentials / CERT)),
        "tls_client_key": literal(str(credentials / KEY)),
        "require_encryption": "True",
    }
    return (
        f"{head}from dask.distributed import Client, Security\n\n{settings}"
        f"{call('Security', files, 'security = ')}\n"
        f"client = Client({literal(address)}, security=security)\n"
        "client\n"
    )
