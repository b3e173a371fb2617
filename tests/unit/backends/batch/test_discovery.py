"""What SLURM offers, from commands that fail, hang, are missing, or print something else."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fakes import shipped

from jupyter_cluster_launcher.backends.batch.site import discovery
from jupyter_cluster_launcher.backends.batch.site.offers import Offers
from jupyter_cluster_launcher.platforms.platform import Platform

DATA = Path(__file__).parent.parent.parent.parent / "data" / "slurm"
SINFO = 'case "$*" in *%o*) cat {0}/addresses.txt;; *) cat {0}/nodes.txt;; esac'
SCONTROL = 'case "$*" in *config*) cat {0}/config.txt;; *) cat {0}/partitions.txt;; esac'
SACCTMGR = (
    'case "$*" in *assoc*) cat {0}/associations.txt;; *qos*) cat {0}/qos.txt;; '
    "*) cat {0}/user.txt;; esac"
)
HANGS = "exec sleep 60"
GARBAGE = "printf 'Welcome\\n\\001|\\377||\\n%s\\n' 'a|b|c|d|e|f|g|h|i|j' '|||||||||'"
Site = Callable[..., Offers]


@pytest.fixture
def platform() -> Platform:
    return shipped("slurm")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Make a SLURM of scripts; a command is missing where its script is None."""
    monkeypatch.setattr(discovery, "PATIENCE", 0.5)

    def make(**changed: str | None) -> Offers:
        scripts = {"sinfo": SINFO, "scontrol": SCONTROL, "sacctmgr": SACCTMGR, **changed}
        for name, script in scripts.items():
            (tmp_path / name).unlink(missing_ok=True)
            if script is not None:
                text = script.replace("{0}", str(DATA))
                (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
                (tmp_path / name).chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        return Offers("ann", 15.0)

    return make


async def form(offers: Offers, platform: Platform) -> dict[str, Any]:
    return await offers.options(platform, platform.options, fresh=True)


async def test_a_machine_that_answers(site: Site, platform: Platform) -> None:
    """Guards the scripts of the other tests: they are read as SLURM's commands are."""
    options = await form(site(), platform)
    assert {"queue", "account", "qos"} <= {one for one in options if options[one].get("choices")}


@pytest.mark.parametrize("sacctmgr", [HANGS, None, "exit 1", "", GARBAGE])
async def test_accounting_that_does_not_answer(
    site: Site, platform: Platform, sacctmgr: str | None
) -> None:
    """Guards the partitions, and the user's patience, against a database that is away."""
    offers, begun = site(sacctmgr=sacctmgr), time.monotonic()
    options = await form(offers, platform)
    assert {one["value"] for one in options["queue"]["choices"]} == {"normal", "debug", "gpu"}
    named = {one["value"] for one in options.get("account", {}).get("choices", [])}
    assert not named & {"sci", "root"}
    assert await offers.answers(platform)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("sinfo", ["", GARBAGE])
async def test_partitions_that_are_not_listed(site: Site, platform: Platform, sinfo: str) -> None:
    """Guards against a form that fails, and limits that nobody has."""
    offers = site(sinfo=sinfo)
    options = await form(offers, platform)
    assert "normal" not in str(options.get("queue", ""))
    assert options.get("memory", platform.options["memory"])["default"] == "4GB"
    assert offers.excess(platform, {"memory": "900GB", "walltime": "99:00:00"}) == []
    assert await offers.closed(platform, {"queue": "normal"}) is None


@pytest.mark.parametrize("script", [HANGS, None, "exit 1"])
async def test_a_machine_that_is_away(site: Site, platform: Platform, script: str | None) -> None:
    """Guards against a form that waits for ever; it is the file's own then."""
    offers = site(sinfo=script, scontrol=script, sacctmgr=script)
    options = await form(offers, platform)
    assert not [one for one in options if one != "interface" and options[one].get("choices")]
    assert not await offers.answers(platform)


async def test_hundreds_of_partitions(site: Site, platform: Platform) -> None:
    """Guards the form of a large machine."""
    line = "p$i|up|1:00:00|n/a|0/4/0/4|8|16000|(null)|(null)|idle"
    offers = site(sinfo=f'for i in $(seq 400); do echo "{line}"; done')
    options = await form(offers, platform)
    assert len(options["queue"]["choices"]) == 400
