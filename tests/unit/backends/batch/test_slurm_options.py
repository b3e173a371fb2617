"""What a SLURM machine says of itself, and the form it leads to: texts of SLURM 22.05.8."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jupyter_cluster_launcher.backends.batch.site import slurm_options, slurm_site
from jupyter_cluster_launcher.backends.batch.site.discovery import Interfaces
from jupyter_cluster_launcher.backends.batch.site.slurm_site import Limits, Partition

DATA = Path(__file__).parent.parent.parent.parent / "data" / "slurm"
TEXTS = {path.stem: path.read_text() for path in DATA.glob("*.txt")}
SITE = slurm_site.site(TEXTS)
PROPERTIES: dict[str, Any] = {
    "cores": {"type": "integer", "title": "Cores", "default": 1, "maximum": 1024},
    "memory": {"type": "string", "title": "Memory", "default": "8GB", "suggested": True},
    "queue": {"type": "string", "title": "Partition"},
    "account": {"type": "string", "title": "Account"},
    "qos": {"type": "string", "title": "QOS"},
    "gres": {"type": "string", "title": "GRES"},
    "constraint": {"type": "string", "title": "Features"},
    "interface": {"type": "string", "title": "Interface"},
    "walltime": {"type": "string", "title": "Time limit", "default": "00:30:00"},
}


def form(**changes: dict[str, Any]) -> slurm_options.Schemas:
    properties = {**PROPERTIES, **changes}
    return slurm_options.options(properties, SITE, Interfaces(("eth0", "ib0"), "ib0"))


def values(option: dict[str, Any]) -> list[str]:
    return [choice["value"] for choice in option["choices"]]


def test_partitions() -> None:
    """Guards against a form with a partition that is down, or without its limits."""
    titles = {choice["value"]: choice["title"] for choice in form()["queue"]["choices"]}
    assert titles == {
        "normal": "up to 1 h, 3 of 3 nodes free (4 CPUs, 6 GB each)",
        "debug": "up to 5 min, 1 of 1 node free (4 CPUs, 6 GB each)",
        "gpu": "up to 1 h, 1 of 1 node free (4 CPUs, 6 GB each)",
    }
    assert form()["queue"]["description"] == (
        "Leave empty for normal: up to 1 h, 3 of 3 nodes free (4 CPUs, 6 GB each)"
    )


def test_accounts_and_qos() -> None:
    """Guards against a user who has to know the names, and the limits that come with them."""
    found = form()
    assert values(found["account"]) == ["water", "sci", "root"]
    assert found["account"]["description"] == "Leave empty for root"
    assert found["qos"]["choices"] == [
        {"value": "debug", "title": "up to 5 min, at most 2 jobs"},
        {"value": "normal"},
    ]


def test_features_and_interfaces() -> None:
    """Guards against names that only the administrator knows."""
    found = form()
    assert values(found["constraint"]) == ["cpu", "gpu", "haswell"]
    assert values(found["gres"]) == ["gpu:1", "gpu:2"]
    assert values(found["interface"]) == ["eth0", "ib0"]


def test_defaults_and_bounds_fit_the_partition() -> None:
    """Guards against a form whose own defaults SLURM refuses."""
    found = form(walltime={**PROPERTIES["walltime"], "default": "04:00:00"})
    assert found["cores"]["maximum"] == 4
    assert found["memory"]["default"] == "1500MB"
    assert form(memory={"default": "8GB"})["memory"]["default"] == "1500MB"
    assert "default" not in form(memory={})["memory"]
    assert "default" not in found["interface"]
    assert form(interface={"suggested": True})["interface"]["default"] == "ib0"
    assert found["walltime"]["default"] == "01:00:00"
    assert found["walltime"]["description"] == "At most 1 h in normal"
    (debug,) = [one for one in form()["queue"]["choices"] if one["value"] == "debug"]
    assert debug["sets"]["walltime"] == {
        "description": "At most 5 min in debug",
        "default": "00:05:00",
    }


def test_a_file_stands() -> None:
    """Guards against a site's own choices that are lost, and defaults that are changed."""
    found = form(
        queue={**PROPERTIES["queue"], "enum": ["debug", "other"]},
        account={**PROPERTIES["account"], "pattern": "^s"},
        qos={**PROPERTIES["qos"], "choices": [{"value": "ours"}]},
        memory={"type": "string", "title": "Memory", "default": "5GB"},
        cores={**PROPERTIES["cores"], "maximum": 2},
    )
    assert values(found["queue"]) == ["debug"]
    assert values(found["account"]) == ["sci"]
    assert values(found["qos"]) == ["ours"]
    assert found["memory"]["default"] == "5GB"
    assert found["cores"]["maximum"] == 2


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"walltime": "01:00:00", "memory": "6GB"}, []),
        ({"walltime": "01:00:01"}, ["The partition normal allows at most 1 h"]),
        (
            {"queue": "debug", "qos": "debug", "walltime": "00:10:00", "memory": "7GB"},
            ["partition debug allows at most 5 min", "QOS debug allows at most 5 min", "most 6 GB"],
        ),
        ({"queue": "unknown", "walltime": "9-00:00:00"}, []),
    ],
)
def test_more_than_is_allowed(chosen: dict[str, Any], words: list[str]) -> None:
    """Guards against jobs that wait for ever with PartitionTimeLimit."""
    sentences = slurm_options.too_much(chosen, SITE)
    assert len(sentences) == len(words)
    for word, sentence in zip(words, sentences, strict=True):
        assert word in sentence


def test_closed_partitions() -> None:
    """Guards against "would start" for a partition that is down, or has no node."""
    assert "The partition closed is closed" in str(slurm_options.closed({"queue": "closed"}, SITE))
    assert slurm_options.closed({"queue": "debug"}, SITE) is None
    assert slurm_options.closed({}, SITE) is None
    broken = slurm_site.site({"nodes": "old*|up|1:00|n/a|0/0/4/4|8|100|(null)|(null)|down*\n"})
    assert "No node of the partition old is in service" in str(slurm_options.closed({}, broken))
    draining = slurm_site.site(
        {
            "nodes": "old*|up|1:00|n/a|1/0/0/1|8|100|(null)|(null)|draining\n"
            "old*|up|1:00|n/a|0/0/3/3|8|100|(null)|(null)|drained\n"
        }
    )
    assert "No node of the partition old is in service" in str(slurm_options.closed({}, draining))


def test_other_machines() -> None:
    """Guards sizes, limits and names as other sites have them."""
    texts = {
        "nodes": "big|up|infinite|1-00:00:00|10/2/1/13|64+|257000+|(null)|gpu:a100:4(S:0-1)|mixed\n"
        "big|up|infinite|1-00:00:00|1/0/0/1|128|1030000|himem|(null)|allocated\n"
        "private*|up|2-12:00:00|n/a|0/9/0/9|8|16000|(null)|(null)|idle\n",
        "partitions": "PartitionName=private AllowAccounts=chem AllowQos=ALL DefMemPerCPU=4000\n",
        "associations": "bio||long,normal||10|20|1-00:00:00\n",
        "qos": "long|7-00:00:00|cpu=64||4\n",
        "config": "nonsense\n",
    }
    site = slurm_site.site(texts)
    assert site.partition("big") == Partition(
        name="big", nodes=14, free=2, usable=13, cpus=128, memory=1030000,
        features=frozenset({"himem"}), gres={"gpu:a100": 4},
    )  # fmt: skip
    assert site.accounts == {"bio": Limits(86400, 10, 20)}
    found = slurm_options.options(PROPERTIES, site, Interfaces())
    assert values(found["queue"]) == ["big"]
    assert values(found["gres"]) == ["gpu:a100:1", "gpu:a100:4"]
    assert found["qos"]["choices"][0]["title"] == "up to 7 days, 4 jobs at a time, cpu=64"
    assert "interface" not in found
    assert found["memory"]["default"] == "4000MB"
    assert "1030 GB" in found["queue"]["choices"][0]["title"]


@pytest.mark.parametrize("text", ["", "sinfo: error: Unable to contact slurm controller", "a|b|c"])
def test_no_answer(text: str) -> None:
    """Guards against a form that fails with its SLURM: the file's own options are left."""
    site = slurm_site.site(dict.fromkeys(TEXTS, text))
    found = slurm_options.options(PROPERTIES, site, Interfaces())
    assert all(option == PROPERTIES[name] for name, option in found.items())
    assert slurm_site.addresses({}) == []
    assert slurm_site.slow_commands("ann", {"config": text}) == {}


def test_accounting_is_only_queried_where_it_is_on() -> None:
    """Guards against half a second for a database that is not there."""
    queries = slurm_site.slow_commands("ann", TEXTS)
    assert set(queries) == {"user", "associations", "qos"}
    assert "cluster=testhpc" in queries["associations"]
