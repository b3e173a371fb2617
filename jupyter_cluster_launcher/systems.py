"""The operating systems on which this package works."""

from __future__ import annotations

import platform

from .errors import NotAvailableError


def check_system() -> None:
    """Raise ``NotAvailableError`` on a system without locks, groups and sockets of Unix."""
    if platform.system() == "Windows":
        raise NotAvailableError(
            "jupyter-cluster-launcher does not work on Windows. Run JupyterLab on Linux, for "
            "example in the Windows Subsystem for Linux."
        )
