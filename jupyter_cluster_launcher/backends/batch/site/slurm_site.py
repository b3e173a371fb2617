"""What a SLURM machine says of itself: partitions, nodes, accounts and QOS, with their limits.

Pure functions, as in ``slurm.py``. ``--json`` is not used here either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..slurm_time import seconds

NODES = "%P|%a|%l|%L|%F|%c|%m|%f|%G|%T"
# Begin the states of nodes that start no job; one that is draining still counts as allocated.
CLOSED = ("drain", "down", "fail")
ACCOUNTING = "accounting_storage/slurmdbd"
ASSOCIATIONS = "Account,Partition,QOS,DefaultQOS,MaxJobs,MaxSubmit,MaxWall"
QOS_FIELDS = "Name,MaxWall,MaxTRESPU,MaxSubmitPU,MaxJobsPU"


@dataclass(frozen=True)
class Partition:
    """A partition; times in seconds, memory in MB; of a node the largest that it has.

    ``limit`` is None where there is none. ``accounts`` and ``qos`` are those allowed, None for all.
    """

    name: str
    default: bool = False
    up: bool = True
    limit: int | None = None
    nodes: int = 0
    free: int = 0
    usable: int = 0
    cpus: int = 0
    memory: int = 0
    memory_per_cpu: int | None = None
    features: frozenset[str] = frozenset()
    gres: Mapping[str, int] = field(default_factory=dict)
    accounts: frozenset[str] | None = None
    qos: frozenset[str] | None = None


@dataclass(frozen=True)
class Limits:
    """What a QOS or an account allows a user: seconds of a job, and numbers of jobs."""

    wall: int | None = None
    running: int | None = None
    submitted: int | None = None
    resources: str = ""


@dataclass(frozen=True)
class Site:
    """All that is known of a machine for one user; empty where it did not answer."""

    partitions: tuple[Partition, ...] = ()
    accounts: Mapping[str, Limits] = field(default_factory=dict)
    default_account: str | None = None
    qos: Mapping[str, Limits] = field(default_factory=dict)

    @property
    def open(self) -> list[Partition]:
        """The partitions that are up and that an account and a QOS of the user may use."""
        return [one for one in self.partitions if one.up and self._allows(one)]

    def _allows(self, partition: Partition) -> bool:
        """Return whether the user may use a partition, as far as is known."""
        return all(
            allowed is None or not mine or allowed & set(mine)
            for allowed, mine in ((partition.accounts, self.accounts), (partition.qos, self.qos))
        )

    def partition(self, name: str | None) -> Partition | None:
        """Return a partition, the default one without a name; None if there is none such."""
        found = (one for one in self.partitions if one.name == name or (not name and one.default))
        return next(found, None)


def commands(user: str) -> dict[str, list[str]]:
    """Return the quick commands, by the name of what they write."""
    return {
        "nodes": ["sinfo", "--noheader", f"--format={NODES}"],
        "partitions": ["scontrol", "--oneliner", "show", "partition"],
        "config": ["scontrol", "show", "config"],
        "addresses": ["sinfo", "--noheader", "--format=%o"],
    }


def slow_commands(user: str, texts: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the commands that query slurmdbd; none where accounting is off."""
    config = _config(texts.get("config", ""))
    if config.get("AccountingStorageType") != ACCOUNTING:
        return {}
    show = ["sacctmgr", "--noheader", "--parsable2", "--readonly", "show"]
    cluster = f"cluster={config.get('ClusterName', '')}"
    return {
        "user": [*show, "user", user, "format=DefaultAccount"],
        "associations": [*show, "assoc", f"user={user}", cluster, f"format={ASSOCIATIONS}"],
        "qos": [*show, "qos", f"format={QOS_FIELDS}"],
    }


def addresses(texts: Mapping[str, str]) -> list[str]:
    """Return the addresses or names of a few nodes."""
    return list(dict.fromkeys(texts.get("addresses", "").split()))[:3]


def site(texts: Mapping[str, str]) -> Site:
    """Return what the commands wrote, as data; lines that mean nothing may be among it."""
    accounts: dict[str, Limits] = {}
    allowed: dict[str, None] = {}
    for values in _rows(texts.get("associations", ""), ASSOCIATIONS):
        limits = Limits(_seconds(values[6]), _number(values[4]), _number(values[5]))
        accounts.setdefault(values[0], limits)
        allowed.update(dict.fromkeys(filter(None, values[2].split(","))))
    known = {
        values[0]: Limits(_seconds(values[1]), _number(values[4]), _number(values[3]), values[2])
        for values in _rows(texts.get("qos", ""), QOS_FIELDS)
    }
    default = texts.get("user", "").strip()
    return Site(
        tuple(_partitions(texts.get("nodes", ""), texts.get("partitions", ""))),
        accounts,
        default if default in accounts else None,
        {name: known.get(name, Limits()) for name in allowed},
    )


def _partitions(nodes: str, details: str) -> Iterator[Partition]:
    """Yield the partitions of sinfo, which has a line for each kind of node of each of them."""
    more = {one["PartitionName"]: one for one in map(_pairs, details.splitlines()) if one}
    rows: dict[str, list[list[str]]] = {}
    for values in _rows(nodes, NODES.replace("|", ",")):
        rows.setdefault(values[0], []).append(values)
    for title, kinds in rows.items():
        name = title.removesuffix("*")
        detail = more.get(name, {})
        counts = [_counts(values[4]) for values in kinds]
        _, free, _, total = (sum(column) for column in zip(*counts, strict=True))
        usable = [
            one[0] + one[1]
            for one, values in zip(counts, kinds, strict=True)
            if not values[9].startswith(CLOSED)
        ]
        gres: dict[str, int] = {}
        for values in kinds:
            gres |= {kind: max(count, gres.get(kind, 0)) for kind, count in _gres(values[8])}
        features = (word for values in kinds for word in values[7].split(","))
        yield Partition(
            name=name,
            default=title.endswith("*"),
            up=kinds[0][1] == "up",
            limit=_seconds(kinds[0][2]),
            nodes=total,
            free=free,
            usable=sum(usable),
            cpus=max(_number(values[5]) or 0 for values in kinds),
            memory=max(_number(values[6]) or 0 for values in kinds),
            memory_per_cpu=_number(detail.get("DefMemPerCPU", "")),
            features=frozenset(word for word in features if word and word != "(null)"),
            gres=gres,
            accounts=_allowed(detail.get("AllowAccounts")),
            qos=_allowed(detail.get("AllowQos")),
        )


def _rows(text: str, fields: str) -> Iterator[list[str]]:
    """Yield the lines that have a value for each of the fields."""
    for line in text.splitlines():
        values = line.strip().split("|")
        if len(values) == len(fields.split(",")) and values[0]:
            yield values


def _pairs(line: str) -> dict[str, str]:
    pairs = dict(word.partition("=")[::2] for word in line.split())
    return pairs if "PartitionName" in pairs else {}


def _config(text: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in text.splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}


def _counts(text: str) -> tuple[int, int, int, int]:
    """Read "1/2/0/3": allocated, idle, other and all nodes."""
    numbers = [_number(part) or 0 for part in text.split("/")]
    return (numbers[0], numbers[1], numbers[2], numbers[3]) if len(numbers) == 4 else (0, 0, 0, 0)


def _number(text: str) -> int | None:
    """Read "4" and "4+", which stands for nodes of several sizes."""
    match = re.match(r"\d+", text.strip())
    return int(match[0]) if match else None


def _seconds(text: str) -> int | None:
    """Read a time limit; infinite, n/a and nothing are none."""
    return seconds(text) if text.strip()[:1].isdigit() else None


def _gres(text: str) -> Iterator[tuple[str, int]]:
    """Read "gpu:a100:2(S:0-1),gpu:4": each kind with the number that a node has."""
    for word in re.sub(r"\([^)]*\)", "", text).split(","):
        kind, _, count = word.rpartition(":")
        if kind and count.isdigit():
            yield kind, int(count)


def _allowed(text: str | None) -> frozenset[str] | None:
    return None if text in (None, "", "ALL") else frozenset(str(text).split(","))
