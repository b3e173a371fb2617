"""When a launch would start: what SLURM is asked, and what it answered."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from jupyter_cluster_launcher.backends.batch.site import slurm_site, slurm_starts
from jupyter_cluster_launcher.backends.batch.site.discovery import Variant
from jupyter_cluster_launcher.backends.batch.site.starts import in_words

DATA = Path(__file__).parent.parent.parent.parent / "data" / "slurm"
SITE = slurm_site.site({path.stem: path.read_text() for path in DATA.glob("*.txt")})
STARTS = "sbatch: Job 3 to start at 2026-11-26T01:09:36 using 2 processors on nodes n1 in partition"


def test_variants() -> None:
    """Guards against a partition that is closed, or whose limit is shorter than the time asked."""
    assert slurm_starts.variants({"walltime": "00:30:00"}, 9, SITE) == [
        Variant("normal", 9, {"queue": "normal"}),
        Variant("debug", 9, {"queue": "debug", "walltime": "00:05:00"}),
        Variant("gpu", 9, {"queue": "gpu"}),
        Variant("4 jobs", 4, {}),
        Variant("time limit 00:15:00", 9, {"walltime": "00:15:00"}),
    ]
    assert [one.title for one in slurm_starts.variants({}, 1, SITE)] == ["normal", "debug", "gpu"]


def test_hundreds_of_partitions() -> None:
    """Guards the chosen partition, and those with free nodes, against the first in the list."""
    row = "p{0}|up|1:00:00|n/a|{1}|8|16000|(null)|(null)|mixed\n"
    busy, free = "4/0/0/4", "1/3/0/4"
    lines = [row.format(one, free if one in (120, 250) else busy) for one in range(300)]
    site = slurm_site.site({"nodes": "".join(lines)})
    found = slurm_starts.variants({"queue": "p200"}, 1, site)
    assert len(found) == 12
    assert [one.title for one in found][-3:] == ["p120", "p200", "p250"]


def test_one_job_that_is_as_large_as_all() -> None:
    """Guards against the memory of one node for the jobs of many."""
    script = "#!/bin/sh\n#SBATCH -n 1\n#SBATCH --mem=1431M\necho --mem=5M\n"
    assert slurm_starts.script(script, 2) == script.replace("--mem=1431M", "--mem-per-cpu=716M")
    assert slurm_starts.command("x.sh", Variant("d", 4, {"queue": "d", "walltime": "5:00"})) == [
        "sbatch", "--test-only", "--ntasks=4", "--partition=d", "--time=5:00", "x.sh",
    ]  # fmt: skip


def test_the_answer() -> None:
    """Guards against a refusal that is taken for a start."""
    assert (
        slurm_starts.start(0, STARTS) == datetime.fromisoformat("2026-11-26T01:09:36").astimezone()
    )
    for code, text in ((1, STARTS), (0, ""), (None, "no answer"), (1, "allocation failure: x")):
        assert slurm_starts.start(code, text) is None


@pytest.mark.parametrize(
    ("minutes", "words"), [(-5, "now"), (0.5, "now"), (5, "12:05"), (1440, "tomorrow 12:00")]
)
def test_a_start_in_words(minutes: float, words: str) -> None:
    """Guards against seconds that nobody compares."""
    now = datetime(2026, 11, 26, 12, tzinfo=timezone.utc)
    assert in_words(now + timedelta(minutes=minutes), now) == words
