"""All platforms in one file of Dask's configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .jobqueue import jobqueue
from .labextension import NAME, labextension
from .outcome import Imported


def imported(config: Mapping[str, Any]) -> Iterator[Imported]:
    """Yield what becomes of each section of Dask's configuration."""
    others = sorted(config.keys() - {NAME, "jobqueue"})
    if others:
        yield Imported(
            notes=[
                f"{key}: Dask reads this from its own configuration, in each kernel."
                for key in others
            ]
        )
    if NAME in config:
        yield labextension(config[NAME])
    if "jobqueue" in config:
        yield from jobqueue(config["jobqueue"])
