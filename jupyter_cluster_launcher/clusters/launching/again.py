"""Launching a cluster again after it has ended: the same, or with what its end asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...backends.facts import MEMORY as MEMORIES
from ...backends.facts import Status
from ...backends.local import counted
from ...errors import BadInputError, UnknownError
from ...jobs import TIME
from ...models import Cluster, State
from ...platforms import memory as sizes
from ...platforms.catalog import chosen
from ..services import Services
from ..usage import short_of_own_memory

ENDED = (State.FAILED, State.CLOSED, State.LOST)  # in which a cluster can be launched again

WALLTIME = "walltime"  # the option
PEAK = 0.8  # of the memory, from which on a peak explains a lack of it


def repeated(
    services: Services, changes: Mapping[str, Any], listed: Sequence[Cluster]
) -> tuple[dict[str, Any], str | None]:
    """Return the request that launches a cluster again, and the folder to start it in.

    ``changes`` is a request that names the cluster as ``from``: fields that it does not have are as
    they were, options are changed one by one. The cluster is among those ``listed``, or is gone.
    Its name stays unless another one that has not ended is called so. Reads files, so it is called
    in a thread. Raises ``BadInputError`` and ``UnknownError``.
    """
    cluster = _before(changes["from"], services, listed)
    if cluster.report.joined or not cluster.readable:
        raise BadInputError(
            f"{cluster.name} was not launched here, so it cannot be launched again. Launch another "
            "cluster in the sidebar."
        )
    request = {
        "platform": cluster.platform,
        "kernel_name": cluster.kernel_name,
        "tls": cluster.tls,
        "keep_running": cluster.keep_running,
        "idle_timeout": cluster.idle_timeout,
        "core_hours": cluster.core_hours,
        "renew_for": cluster.renew_for,
    }
    alive = [one for one in listed if not (one.state in ENDED or one.ends_by_itself)]
    if cluster.name not in {one.name for one in alive}:
        request["name"] = cluster.name
    # On some platforms the number of workers follows from an option.
    workers = chosen(services.catalog.find()[0], cluster.platform).workers
    if cluster.adapt and "workers" not in changes:
        bounds = {"minimum": cluster.adapt.minimum, "maximum": cluster.adapt.maximum}
        request["adapt"] = bounds
    elif "from" not in workers and "adapt" not in changes:
        # None is what is left when the day's work is done.
        usual = workers.get("suggested", workers["default"])
        request["workers"] = cluster.requested or usual
    options = {**cluster.chosen, **(changes.get("options") or {})}
    folder = cluster.cwd if cluster.cwd and Path(cluster.cwd).is_dir() else None
    given = {key: value for key, value in changes.items() if key != "from"}
    return {**request, **given, "options": options}, folder


def _before(which: str, services: Services, listed: Sequence[Cluster]) -> Cluster:
    """Return the cluster with this id, else the last one with this name."""
    known = [*reversed(listed), *(cluster for cluster, _ in services.store.past())]
    for cluster in (*(one for one in known if one.id == which), *known):
        if which in (cluster.id, cluster.name):
            return cluster
    raise UnknownError(
        f"There is no record of a cluster {which!r:.80}, so it cannot be launched again. Launch "
        "another cluster in the sidebar."
    )


def adjusted(
    cluster: Cluster,
    status: Status,
    declared: Mapping[str, Any],
    excess: Callable[[Mapping[str, Any]], Sequence[str]] = lambda values: (),
) -> tuple[dict[str, Any], str, str]:
    """Return the options that the end of a cluster asks for, the words for them, and a field.

    ``declared`` are the schemas of the platform's options, ``excess`` returns what of some values
    the site does not allow. All are empty where nothing is known to have been too small. The field
    is the option that was, where the site does not allow twice as much.
    """
    values = {name: schema.get("default") for name, schema in declared.items()}
    values |= {name: value for name, value in cluster.options.items() if name in declared}
    memory = next((name for name in MEMORIES if isinstance(values.get(name), str)), None)
    workers = fewer(cluster)
    name, more, change = "", "", ""
    if workers and memory is None:
        return {}, f"with {counted(workers, 'worker')}, which have more memory each", ""
    if memory and short_of_own_memory(cluster, status):
        name, (more, words) = memory, _twice_the_memory(values[memory])
        change = f"with {words} {each(declared[memory])}{_peak(cluster, values[memory])}"
    elif any(job.limit == TIME for job in status.jobs) and isinstance(values.get(WALLTIME), str):
        name, more = WALLTIME, _twice_the_time(values[WALLTIME])
        change = f"with a time limit of {more}"
    if not more:
        return {}, "", ""
    too_much = [*excess({**values, name: more})] != [*excess(values)]
    return ({}, "", name) if too_much else ({name: more}, change, "")


def fewer(cluster: Cluster) -> int | None:
    """Return how many workers could use the memory that more of them ran out of; None for none.

    Those of one host share its memory where nothing sets how much each has.
    """
    shared = "memory_limit" in cluster.preparation.get("shared", ())
    short = cluster.report.killed > 0
    return cluster.requested // 2 or None if shared and short and not cluster.adapt else None


def option_named_in(message: str, declared: Mapping[str, Any]) -> str:
    """Return the option that the reason of a failure is about; empty where that is not known.

    It is the first that the message has by its name or title: SLURM's "invalid partition specified"
    is about *Partition*, "A host was not found" about *Hosts*.
    """
    places = []
    for name, schema in declared.items():
        title = re.split(" (?:of|and) ", str(schema.get("title") or name))[0]
        for words in (name.replace("_", " "), title):
            word = re.escape(words.removesuffix("s"))
            found = word and re.search(rf"\b{word}s?\b", message, re.IGNORECASE)
            places += [(found.start(), -len(word), name)] if found else []
    return min(places)[2] if places else ""


def each(option: Mapping[str, Any]) -> str:
    """Return of what an option that is declared so gives the memory: "per job", "per worker"."""
    return "per job" if "per job" in str(option.get("title")) else "per worker"


def _peak(cluster: Cluster, size: str) -> str:
    """Return the most memory of a worker or job, as in " (peak 2.1 of 2 GB)"; empty if unknown.

    What a task allocates at once may be over before a worker has reported it.
    """
    used = cluster.report.used
    if used is None or not used.memory or used.most < PEAK * used.memory:
        return ""
    decimal = "i" not in size
    most, limit = sizes.size(used.most, decimal), sizes.size(used.memory, decimal)
    number, unit = most.split(" ")
    return f" (peak {number if limit.endswith(f' {unit}') else most} of {limit})"


def _twice_the_memory(size: str) -> tuple[str, str]:
    """Return twice a size such as 2GB, as an option and in words; empty where it is none."""
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)", size.strip())
    if not match:
        return "", ""
    number, unit = f"{2 * float(match[1]):.6f}".rstrip("0").rstrip("."), match[2] or "B"
    return f"{number}{unit}", f"{number} {unit}"


def _twice_the_time(limit: str) -> str:
    """Return twice a time limit such as 01:30:00 or 1-12:00:00; empty where it is none."""
    match = re.fullmatch(r"(?:(\d+)-)?(\d+(?::\d+)*)", limit.strip())
    if not match:
        return ""
    days, carry = int(match[1] or 0) * 2, 0
    parts: list[str] = []
    for part in reversed(match[2].split(":")[1:]):
        carry, rest = divmod(2 * int(part) + carry, 60)
        parts.insert(0, f"{rest:02}")
    first = 2 * int(match[2].split(":")[0]) + carry
    if match[1] is not None:
        days, first = days + first // 24, first % 24
    clock = ":".join([f"{first:02}", *parts])
    return f"{days}-{clock}" if match[1] is not None else clock
