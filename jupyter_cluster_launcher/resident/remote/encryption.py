"""Encryption for classes that read it from Dask's configuration, as their processes do."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import dask
from distributed.security import Security

from ..credentials import FILES
from ..private_files import write_private

ROLES = ("client", "scheduler", "worker")
ENCRYPTED = ("tls://", "wss://")  # begins the address of a scheduler that encrypts


def configure(directory: str) -> None:
    """Set new credentials in Dask's configuration, here and for the processes started from here.

    They are private files in ``directory``, which the other hosts must share. Credentials that the
    user or the site has configured are left as they are. Raises ``ImportError`` where the package
    ``cryptography`` is missing.
    """
    if dask.config.get("distributed.comm.tls.scheduler.cert", None):
        return
    security = Security.temporary()
    texts = {
        "ca_file": security.tls_ca_file,
        "cert": security.tls_client_cert,
        "key": security.tls_client_key,
    }
    files = {part: os.path.join(directory, name) for part, name in FILES.items()}
    for part, text in texts.items():
        write_private(files[part], text)
    settings: dict[str, Any] = {
        "distributed.comm.require-encryption": True,
        "distributed.comm.default-scheme": "tls",
        "distributed.comm.tls.ca-file": files["ca_file"],
    }
    for role in ROLES:
        settings[f"distributed.comm.tls.{role}.cert"] = files["cert"]
        settings[f"distributed.comm.tls.{role}.key"] = files["key"]
    dask.config.set(settings)
    os.environ.update(variables(settings))


def variables(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return settings of Dask as the environment variables that it reads."""
    return {
        f"DASK_{name.replace('.', '__').replace('-', '_').upper()}": str(value)
        for name, value in settings.items()
    }
