"""The form for a SLURM machine: what is known of the machine, as choices, bounds and sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..slurm_time import seconds, walltime
from ..words.summary import memory_bytes
from ..words.wording import count, duration
from .discovery import Interfaces
from .slurm_site import Limits, Partition, Site

Schemas = dict[str, dict[str, Any]]
MIB = 2**20


def options(properties: Mapping[str, Any], site: Site, interfaces: Interfaces) -> Schemas:
    """Return the options of a platform file that the machine says more about, with that.

    ``properties`` are the file's. What it says itself stands: its choices, and defaults that fit.
    """
    here = site.partition(properties.get("queue", {}).get("default"))
    found: Schemas = {
        "queue": _queue(properties, site, here),
        "account": _account(site),
        "qos": {"choices": [_choice(name, _limits(one)) for name, one in site.qos.items()]},
        "constraint": {"choices": [_choice(name) for name in _features(site.partitions)]},
        "gres": {"choices": [_choice(name) for name in _gres(site.partitions)]},
        "interface": _interface(properties.get("interface", {}), interfaces),
    }
    for name, part in (_within(properties, here) if here else {}).items():
        found[name] = part
    return {
        name: merged(properties[name], part)
        for name, part in found.items()
        if name in properties and part.get("choices", True)
    }


def merged(option: Mapping[str, Any], part: Mapping[str, Any]) -> dict[str, Any]:
    """Return an option with what was found out about it; the file's choices and bounds stand."""
    result = {key: value for key, value in {**option, **part}.items() if value is not None}
    if "choices" in option:
        result["choices"] = option["choices"]
    elif "choices" in part and ("enum" in option or "pattern" in option):
        pattern = re.compile(option.get("pattern", ""))
        result["choices"] = [
            choice
            for choice in part["choices"]
            if choice["value"] in option.get("enum", [choice["value"]])
            and pattern.search(choice["value"])
        ]
    return result


def too_much(values: Mapping[str, Any], site: Site) -> list[str]:
    """Return what of a launch is more than its partition or its QOS allows, a sentence each."""
    partition = site.partition(values.get("queue"))
    qos = site.qos.get(values.get("qos") or "")
    wanted = seconds(str(values.get("walltime") or "")) or 0
    memory = memory_bytes(values.get("memory")) or 0
    found = []
    for name, limit in (
        (f"The partition {partition.name}" if partition else "", partition and partition.limit),
        (f"The QOS {values.get('qos')}", qos and qos.wall),
    ):
        if limit and wanted > limit:
            found.append(f"{name} allows at most {duration(limit)}: choose a shorter time limit.")
    if partition and partition.memory and memory > partition.memory * MIB:
        found.append(
            f"No node of the partition {partition.name} has that much memory: choose at most "
            f"{_memory(partition)} per job."
        )
    return found


def closed(values: Mapping[str, Any], site: Site) -> str | None:
    """Return why no job of a launch would start now although SLURM accepts it, or None."""
    partition = site.partition(values.get("queue"))
    if partition is None:
        return None
    if not partition.up:
        return (
            f"The partition {partition.name} is closed: jobs would wait until it is opened again."
        )
    if partition.nodes and not partition.usable:
        return f"No node of the partition {partition.name} is in service: jobs would wait for one."
    return None


def describe(partition: Partition) -> str:
    """Return "up to 5 min, 3 of 4 nodes free (4 CPUs, 6 GB each)"."""
    parts = [] if partition.limit is None else [f"up to {duration(partition.limit)}"]
    parts.append(f"{partition.free} of {count(partition.nodes, 'node')} free")
    return f"{', '.join(parts)} ({count(partition.cpus, 'CPU')}, {_memory(partition)} each)"


def _queue(properties: Mapping[str, Any], site: Site, here: Partition | None) -> dict[str, Any]:
    choices = [
        {**_choice(one.name, describe(one)), "sets": _within(properties, one)} for one in site.open
    ]
    if here is None or not here.default:
        return {"choices": choices}
    hint = f"Leave empty for {here.name}: {describe(here)}"
    return {"choices": choices, "description": hint}


def _account(site: Site) -> dict[str, Any]:
    choices = [_choice(name, _limits(limits)) for name, limits in site.accounts.items()]
    if not site.default_account:
        return {"choices": choices}
    return {"choices": choices, "description": f"Leave empty for {site.default_account}"}


def _interface(option: Mapping[str, Any], interfaces: Interfaces) -> dict[str, Any]:
    near = interfaces.near
    titles = {name: "leads to the nodes" if name == near else "" for name in interfaces.names}
    choices = [_choice(name, title) for name, title in titles.items()]
    if near and option.get("suggested"):
        return {"choices": choices, "default": near}
    return {"choices": choices}


def _within(properties: Mapping[str, Any], partition: Partition) -> Schemas:
    """Return what a partition makes of the options that depend on it; None for nothing."""
    found: Schemas = {}
    if "cores" in properties:
        most = properties["cores"].get("maximum")
        bounds = [bound for bound in (most, partition.cpus) if bound]
        found["cores"] = {"maximum": min(bounds, default=None)}
    if "walltime" in properties:
        hint, default = (properties["walltime"].get(key) for key in ("description", "default"))
        limit = partition.limit
        if limit is not None:
            hint = f"At most {duration(limit)} in {partition.name}"
            if (seconds(str(default or "")) or 0) > limit:
                default = walltime(limit)
        found["walltime"] = {"description": hint, "default": default}
    if "memory" in properties:
        hint, default = (properties["memory"].get(key) for key in ("description", "default"))
        most = partition.memory * MIB
        if most:
            hint = f"Nodes of {partition.name} have {_memory(partition)}"
            if properties["memory"].get("suggested") or (memory_bytes(default) or 0) > most:
                default = _share(partition, properties.get("cores", {}).get("default") or 1)
        found["memory"] = {"description": hint, "default": default}
    return found


def _share(partition: Partition, cores: int) -> str:
    """Return the memory that belongs to some cores of a node, as the option has it."""
    each = partition.memory // max(1, partition.cpus)
    size = min(partition.memory, max(each, partition.memory_per_cpu or 0) * cores)
    return f"{size // 1000}GB" if size >= 10_000 else f"{size}MB"


def _memory(partition: Partition) -> str:
    size = partition.memory / 1000
    return f"{size:.0f} GB" if size >= 10 else f"{size:.1f}".removesuffix(".0") + " GB"


def _limits(limits: Limits) -> str:
    parts = [] if limits.wall is None else [f"up to {duration(limits.wall)}"]
    if limits.running is not None:
        parts.append(f"{count(limits.running, 'job')} at a time")
    if limits.submitted is not None:
        parts.append(f"at most {count(limits.submitted, 'job')}")
    return ", ".join([*parts, *([limits.resources] if limits.resources else [])])


def _features(partitions: Iterable[Partition]) -> list[str]:
    return sorted({name for one in partitions if one.up for name in one.features})


def _gres(partitions: Iterable[Partition]) -> list[str]:
    most: dict[str, int] = {}
    for one in partitions:
        if one.up:
            most |= {kind: max(number, most.get(kind, 0)) for kind, number in one.gres.items()}
    counts = ((kind, n) for kind, number in sorted(most.items()) for n in sorted({1, number}))
    return [f"{kind}:{n}" for kind, n in counts]


def _choice(value: str, title: str = "") -> dict[str, Any]:
    return {"value": value, "title": title} if title else {"value": value}
