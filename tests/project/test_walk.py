"""The page with the time of each step is that of the README as it is now."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
sys.path.append(str(ROOT / "benchmarks"))

import walk  # noqa: E402


@pytest.mark.parametrize("name", list(walk.WALKS))
def test_every_platform_has_its_times(name: str) -> None:
    """Guards against a platform that nobody has walked to, up to a computed result."""
    page = walk.PAGE.read_text(encoding="utf-8")
    part = page.split(walk.BEGIN.format(name))[1].split(walk.END.format(name))[0]
    steps = dict(re.findall(r"^\| (.+) \| ([\d.]+) \|$", part, re.MULTILINE))
    assert [step for step in steps if "**Launch**" in step or "**Join**" in step]
    assert [step for step in steps if walk.COMPUTE in step]
    together = float(steps.pop("together"))
    assert sum(map(float, steps.values())) == pytest.approx(together, abs=0.5)


@pytest.mark.parametrize("heading", ["On your own computer", "On a SLURM machine"])
def test_the_commands_are_those_of_the_readme(heading: str) -> None:
    """Guards against times of commands that the README no longer says."""
    page = walk.PAGE.read_text(encoding="utf-8")
    commands = [one for one in walk.commands(heading) if not one.startswith("source")]
    assert len(commands) >= 2
    assert not [one for one in commands if f"| `{one}`" not in page]
