"""The package versions of the kernel's environment."""

from __future__ import annotations

import platform
from importlib import metadata

# What scheduler, workers and clients must agree on.
PACKAGES = ("dask", "distributed", "cloudpickle", "msgpack", "numpy", "pandas")


def versions() -> dict[str, str]:
    """Return {package: version} of this environment, Python's own first, importing none of them."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
