"""What a launch requests from a batch system: sums, and the time that workers leave themselves."""
# ruff: noqa: RUF001  # the sign of multiplication

from __future__ import annotations

from typing import Any

import pytest

from jupyter_cluster_launcher.backends.batch import sge, slurm
from jupyter_cluster_launcher.backends.batch.words.summary import lifetime, shortest_life, summary
from jupyter_cluster_launcher.models import Cost


@pytest.mark.parametrize(
    ("walltime", "seconds"),
    [
        ("04:00:00", 14400),
        ("30", 1800),
        ("10:30", 630),
        ("1-12", 129600),
        ("2-00:30", 174600),
        ("1-00:00:01", 86401),
        ("soon", None),
        ("", None),
    ],
)
def test_slurms_time_limits(walltime: str, seconds: int | None) -> None:
    """Guards the forms that sbatch knows: "30" are minutes, "1-12" is a day and a half."""
    assert slurm.seconds(walltime) == seconds


@pytest.mark.parametrize(("walltime", "seconds"), [("90", 90), ("1:00:00", 3600), ("1:00", None)])
def test_grid_engines_time_limits(walltime: str, seconds: int | None) -> None:
    """Guards "90", which is minutes to SLURM and seconds to Grid Engine."""
    assert sge.seconds(walltime) == seconds


@pytest.mark.parametrize("seconds", [120, 600, 1800, 14400, 7 * 86400])
def test_workers_end_before_their_jobs(seconds: int) -> None:
    """Guards the latest end that chance can bring: half a minute before the limit at least."""
    _, life, _, stagger = lifetime(seconds)
    latest = int(life.removesuffix("s")) + int(stagger.removesuffix("s"))
    assert latest <= seconds - 30
    assert latest >= 0.5 * seconds


@pytest.mark.parametrize(("seconds", "life"), [(60, 30), (120, 30), (1800, 1530), (14400, 13500)])
def test_the_shortest_life_of_a_worker(seconds: int, life: float) -> None:
    """Guards against a replacement that comes after the workers have begun to end."""
    assert shortest_life(seconds) == life


@pytest.mark.parametrize("seconds", [None, 0, 60])
def test_no_lifetime_where_there_is_no_time(seconds: int | None) -> None:
    """Guards a limit of a minute: a worker must not end before it began."""
    assert lifetime(seconds) == []


@pytest.mark.parametrize(
    ("jobs", "values", "seconds", "adapting", "text"),
    [
        (
            8, {"cores": 1, "memory": "10GB"}, 14400, False,
            "8 jobs × 1 core, 10 GB = 8 cores, 80 GB, at most 32 core-hours",
        ),
        (
            1, {"cores": 4, "memory": "1.5 GiB"}, 1800, False,
            "1 job × 4 cores, 1.5 GiB = 4 cores, 1.5 GiB, at most 2 core-hours",
        ),
        (
            200, {"cores": 2, "memory": "500MB"}, None, True,
            "up to 200 jobs × 2 cores, 500 MB = 400 cores, 100 GB",
        ),
        (0, {}, 60, False, "0 jobs × 1 core = 0 cores, at most 0 core-hours"),
        (2, {"cores": 1, "memory": "much"}, None, False, "2 jobs × 1 core = 2 cores"),
    ],
)  # fmt: skip
def test_the_sum(
    jobs: int, values: dict[str, Any], seconds: int | None, adapting: bool, text: str
) -> None:
    """Guards the line that shows what a launch will cost before it is made."""
    assert summary(jobs, values, seconds, adapting) == text


def test_the_sum_in_money() -> None:
    """Guards an administrator's price: it is seen before the launch, not on the bill."""
    price = Cost(0.05, "USD")
    text = summary(8, {"cores": 1}, 14400, False, price)
    assert text == "8 jobs × 1 core = 8 cores, at most 32 core-hours (1.60 USD)"
