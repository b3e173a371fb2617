"""No text that a batch system writes, whole or cut, makes a module of it fail."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_cluster_launcher.backends.batch.system import BUILT_IN, batch_system
from jupyter_cluster_launcher.jobs import Phase

PIECES = st.sampled_from(
    [
        "Job Id: 12.server\n", "    job_state = R\n", "    stime = Sat Apr 20 01:36:59 2013\n",
        "    Resource_List.walltime = 99999999999:00:00\n", "    exit_status = \n", "\t",
        "[\n", "]\n",
        "{}", '{"ClusterId": 1, "JobStatus": "x", "CompletionDate": 1e300, "ExitBySignal": true}',
        '{"ClusterId": null, "JobStatus": 4, "CompletionDate": 99999999999999, "ExitSignal": []}',
        ",", "null", "1|RUN|-|-|-|h|Feb 30 25:61 0000|Dec 31 23:59 9999|x\n", "|", "\n",
        "1|DONE|-|:|;|*:|Feb 29 10:00|-|\n", "-- Failed to fetch ads\n", "Job <1> is not found\n",
        "12|PENDING|None|N/A|N/A|0||x|\n", "<job_list><state/></job_list>", "=" * 20,
    ]
)  # fmt: skip


@pytest.mark.parametrize("name", BUILT_IN)
@given(text=st.lists(PIECES | st.text(max_size=9)).map("".join))
def test_any_output(name: str, text: str) -> None:
    """Guards the polling, and the sentences about refusals, against a text of any kind."""
    system = batch_system(name)
    for job in (*system.parse_jobs(text), *system.parse_ended(text)):
        assert isinstance(job.id, str)
    assert "\n" not in system.explain(text)
    assert isinstance(system.verdict(1, text).text, str)
    assert system.unreachable(text) in (True, False)
    assert system.no_accounting(text) in (True, False)
    assert (system.seconds(text) or 0) >= 0
    if system.JOB_ID:
        re.search(system.JOB_ID, text)


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("htcondor", '[\n{"ClusterId": 1, "ProcId": 0, "JobStatus": 2}\n]\n'),
        ("lsf", "1|RUN|-|-|-|h|Feb  2 00:45|Feb  2 00:46|dask-a\n"),
        ("pbs", "Job Id: 1.server\n    Job_Name = dask-a\n    job_state = R\n"),
        (
            "sge",
            '<?xml version="1.0"?>\n<job_info><queue_info><job_list state="running">'
            "<JB_job_number>1</JB_job_number><state>r</state></job_list></queue_info></job_info>\n",
        ),
        ("slurm", "1|RUNNING|None|2026-02-02T00:45:00|2026-02-02T00:46:00|0||dask-a\n"),
    ],
)
def test_lines_around_an_answer(name: str, answer: str) -> None:
    """Guards against jobs that count as ended: what a site or a system prints is in the answer."""
    warning = "Warning: the file /etc/motd is [old] <see help>\n"
    parse = batch_system(name).parse_jobs
    (job,) = parse(answer)
    assert job.phase is Phase.RUNNING
    assert parse(f"{warning}{answer}{warning}") == [job]
