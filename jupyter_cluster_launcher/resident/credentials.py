"""The TLS credentials of an encrypted cluster, as files for notebooks to connect with."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .private_files import make_private, write_private
from .protocols import Security

FILES = {"ca_file": "ca.pem", "cert": "cert.pem", "key": "key.pem"}


def write_credentials(security: Security | None, directory: str) -> bool:
    """Write the client's credentials to private files; return whether the cluster is encrypted.

    A ``directory`` that has been removed is made again.
    """
    # A gateway's security object lacks the attribute: its credentials come from the gateway.
    if security is None or not getattr(security, "require_encryption", False):
        return False
    config = security.get_tls_config_for_role("client")
    texts = {}
    for key, name in FILES.items():
        # A file with a certificate may have its key, too.
        value = config.get(key) or (config.get("cert") if key == "key" else None)
        if not value:
            continue
        text = value if "-----BEGIN" in value else Path(value).read_text(encoding="ascii")
        texts[os.path.join(directory, name)] = text
    make_private(directory)
    # At the same time: a launch waits for them, and the directory may be on a slow file system.
    with ThreadPoolExecutor(len(FILES)) as pool:
        list(pool.map(write_private, texts, texts.values()))
    return True
