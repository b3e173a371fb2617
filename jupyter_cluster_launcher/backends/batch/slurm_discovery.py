"""What can be found out about a SLURM machine, as ``discovery.py`` wants it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import slurm_options
from .discovery import Interfaces
from .slurm_site import addresses, commands, site, slow_commands

__all__ = ["addresses", "closed", "commands", "options", "slow_commands", "too_much"]


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
