"""A short-lived program of a kernel's environment: prints what a site set for dask-jobqueue.

That is the configuration that a launch in this environment would find, without dask-jobqueue's own
defaults. Prints one line of JSON: the section of one cluster class.
"""

from __future__ import annotations

import copy
import importlib
import json
from typing import Any

from ..process import program


def site_config(module: str, class_name: str) -> dict[str, Any]:
    """Return what the configuration sets for the jobs of a cluster class, by its own keys."""
    import dask.config  # noqa: PLC0415 - Dask may be missing

    jobqueue = copy.deepcopy(dask.config.get("jobqueue", None))
    if (
        not jobqueue
    ):  # as almost everywhere: the class, which takes a second to import, is not needed
        return {}
    section = getattr(importlib.import_module(module), class_name).job_cls.config_name
    found = jobqueue.get(section) or {}
    return {str(key).replace("_", "-"): value for key, value in found.items() if value is not None}


def main() -> None:
    """Print the section for the private input {module, class_name}."""
    program.answer(json.loads(json.dumps(site_config(**program.private()), default=str)))
