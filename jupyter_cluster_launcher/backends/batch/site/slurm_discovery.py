"""What can be found out about a SLURM machine, as ``discovery.py`` wants it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import slurm_options, slurm_starts
from .discovery import Interfaces, Variant
from .slurm_site import addresses, commands, site, slow_commands
from .slurm_starts import command as estimate
from .slurm_starts import script as estimate_script
from .slurm_starts import start

__all__ = [
    "addresses",
    "closed",
    "commands",
    "estimate",
    "estimate_script",
    "options",
    "slow_commands",
    "start",
    "too_much",
    "variants",
]


def options(
    properties: Mapping[str, Any], texts: Mapping[str, str], interfaces: Interfaces
) -> slurm_options.Schemas:
    """Return the options with the machine's partitions, accounts, QOS, features and limits."""
    return slurm_options.options(properties, site(texts), interfaces)


def too_much(values: Mapping[str, Any], texts: Mapping[str, str]) -> list[str]:
    """Return what of a launch is more than its partition or its QOS allows."""
    return slurm_options.too_much(values, site(texts))


def closed(values: Mapping[str, Any], texts: Mapping[str, str]) -> str | None:
    """Return why jobs would wait in a partition that is closed or has no node, or None."""
    return slurm_options.closed(values, site(texts))


def variants(values: Mapping[str, Any], jobs: int, texts: Mapping[str, str]) -> list[Variant]:
    """Return a launch in each open partition, with half the jobs, and with half the time."""
    return slurm_starts.variants(values, jobs, site(texts))
