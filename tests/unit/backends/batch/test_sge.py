"""Grid Engine's texts: the files in data/sge were written by SGE 8.1.9."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jupyter_cluster_launcher.backends.batch import sge
from jupyter_cluster_launcher.backends.batch.system import batch_system
from jupyter_cluster_launcher.platforms import files as platforms
from jupyter_cluster_launcher.platforms.code import codegen

DATA = Path(__file__).parent.parent.parent.parent / "data/sge"


def test_jobs_of_all_phases() -> None:
    """Guards running, waiting, held and ended jobs, and names longer than qstat's columns."""
    jobs = {job.id: job for job in sge.parse_jobs((DATA / "qstat.xml").read_text())}
    assert [(job.id, job.phase.value, job.reason) for job in jobs.values()] == [
        ("38", "running", "running"),
        ("39", "running", "running"),
        ("40", "queued", "waiting"),
        ("42", "queued", "waiting"),
        ("43", "queued", "waiting"),
        ("41", "queued", "held"),
        ("36", "ended", "ended"),
        ("37", "ended", "ended"),
    ]
    assert jobs["42"].name == "dask-other-very-long-name"
    assert jobs["38"].node == "localhost"


def test_the_time_limit_says_when_a_job_ends() -> None:
    """Guards the time left: Grid Engine lists the start and the limit, not the end."""
    (job,) = [j for j in sge.parse_jobs((DATA / "qstat.xml").read_text()) if j.id == "38"]
    assert job.start is not None
    assert job.end is not None
    assert (job.end - job.start).total_seconds() == 3600


def test_a_job_in_error_is_a_failure_that_waits() -> None:
    """Guards Eqw: such a job waits for ever, and nothing but its E shows it."""
    jobs = sge.parse_jobs((DATA / "qstat-error.xml").read_text())
    (job,) = [job for job in jobs if job.state == "Eqw"]
    assert job.failed
    assert job.reason == "error"


def test_how_jobs_ended() -> None:
    """Guards qacct's paragraphs, with and without a failure."""
    (good,) = sge.parse_ended((DATA / "qacct.txt").read_text())
    assert (good.id, good.failed, good.exit_code) == ("37", False, "0")
    (bad,) = sge.parse_ended((DATA / "qacct-failed.txt").read_text())
    assert (bad.id, bad.failed, bad.reason) == ("18", True, "before job")


def test_a_job_that_used_up_its_time() -> None:
    """Guards against a second launch with the same time limit."""
    text = (DATA / "qacct.txt").read_text().replace("failed       0", "failed       100 : late")
    assert "failed       100" in text
    assert sge.parse_ended(text)[0].limit == ""
    late = text.replace("ru_wallclock 0s", "ru_wallclock 3601s")
    assert sge.parse_ended(late)[0].limit == "time"
    good = late.replace("100 : late", "0")
    assert sge.parse_ended(good)[0].limit == ""


def test_a_signal_behind_the_exit_code() -> None:
    """Guards the exit code as Univa Grid Engine's qacct writes it."""
    text = (DATA / "qacct.txt").read_text()
    text = re.sub(r"exit_status +0 *", "exit_status  137                  (Killed)", text)
    (killed,) = sge.parse_ended(text)
    assert (killed.exit_code, killed.failed) == ("137", True)


def test_a_job_that_cannot_be_read_hides_no_other() -> None:
    """Guards against jobs that count as ended since another one has a strange name."""
    text = (DATA / "qstat.xml").read_text()
    strange = text.replace("dask-other-very-long-name", "a\x01<b&")
    assert strange != text
    ids = [job.id for job in sge.parse_jobs(strange)]
    assert ids == [job.id for job in sge.parse_jobs(text) if job.id != "42"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            'Unable to run job: Job was rejected because job requests unknown queue "nosuch.q"\n'
            "Exiting.\n",
            'Job was rejected because job requests unknown queue "nosuch.q"',
        ),
        ('Unable to run job: unknown resource "nosuch"\nExiting.\n', 'unknown resource "nosuch"'),
        ('qsub: invalid option argument "--nosuch"\n', 'invalid option argument "--nosuch"'),
    ],
)
def test_refusals_are_qsubs_own_words(written: str, expected: str) -> None:
    """Guards against noise around the reason."""
    assert sge.explain(written) == expected


def test_verdicts() -> None:
    """Guards the pre-flight: a reason with "no suitable queues", or a queue found."""
    assert sge.verdict(0, "verification: found suitable queue(s)\n").ok
    refused = sge.verdict(
        1,
        'Unable to run job: Job 46 (-l mem_total=99999G) cannot run at host "localhost" because it '
        "offers only hl:mem_total=23.541G\nverification: no suitable queues\nExiting.\n",
    )
    assert not refused.ok
    assert refused.text == (
        "Grid Engine would refuse the job: Job 46 (-l mem_total=99999G) cannot run at host "
        '"localhost" because it offers only hl:mem_total=23.541G'
    )


def test_the_documented_platform(tmp_path: Path) -> None:
    """Guards the example that administrators copy: one platform file is all that is needed."""
    text = (DATA.parent.parent.parent / "docs/administrators.md").read_text()
    examples = re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    (example,) = [one for one in examples if "SGECluster" in one]
    (tmp_path / "sge.yaml").write_text(example)
    (platform,), faults = platforms.find([str(tmp_path)])
    assert not faults
    assert batch_system(platform.batch).TITLE == "Grid Engine"
    code = codegen.create(platform, {"queue": "main.q"}, workers=2)
    assert "cluster = SGECluster(" in code
    assert 'queue="main.q"' in code


def test_a_qmaster_that_is_down() -> None:
    """Guards the difference between a refusal and silence."""
    text = (
        "error: commlib error: got select error (Connection refused)\nunable to send message to "
        'qmaster using port 6444 on host "localhost": got send error\n'
    )
    assert sge.unreachable(text)
    assert not sge.unreachable('Unable to run job: unknown resource "nosuch"')
    assert sge.parse_jobs(text) == []
