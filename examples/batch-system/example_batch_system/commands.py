"""The example batch system itself: four commands for one user of one host.

The directory that ``EXAMPLE_BATCH_SYSTEM`` names holds all jobs in ``jobs.json`` and, in ``slots``,
how many may run at a time. There is no daemon: a process for each job waits for its turn.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

QUEUES = ("main", "night")
OPEN = ("QUEUED", "RUNNING", "DELETING")  # the other states are DONE, FAILED and DELETED


def submit() -> None:
    """Queue a job script, with the options in its lines ``#EXAMPLE --option=value``."""
    parser = argparse.ArgumentParser("example-submit")
    parser.add_argument("--name", default="job")
    parser.add_argument("--queue", default="main")
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--output", default=".")
    parser.add_argument("--check", action="store_true", help="check the script only")
    parser.add_argument("script")
    script = Path(parser.parse_args().script).read_text(encoding="utf-8")
    lines = [line.split(maxsplit=1) for line in script.splitlines()]
    directives = [words[1] for words in lines if words[:1] == ["#EXAMPLE"]]
    options = parser.parse_args([*directives, *sys.argv[1:]])
    if options.queue not in QUEUES:
        parser.error(f"There is no queue {options.queue!r}; there are: {', '.join(QUEUES)}.")
    with jobs() as known:
        if options.check:
            return
        job = {key: getattr(options, key) for key in ("name", "queue", "minutes", "output")}
        job |= {"id": str(len(known) + 1), "script": script, "state": "QUEUED", "reason": "Slots"}
        known[job["id"]] = {**job, "start": None, "end": None, "exit_code": None}
    # In a session of its own, the job outlives whatever submitted it.
    command = [sys.executable, "-m", "example_batch_system.commands", job["id"]]
    null = subprocess.DEVNULL
    subprocess.Popen(command, start_new_session=True, stdin=null, stdout=null, stderr=null)
    print(f"Job {job['id']} is queued.")


def list_jobs() -> None:
    """Print the jobs that are queued or running, of the names or ids in the arguments."""
    with jobs() as known:
        show(job for job in selected(known) if job["state"] in OPEN)


def account() -> None:
    """Print the jobs that have ended, of the names or ids in the arguments."""
    with jobs() as known:
        show(job for job in selected(known) if job["state"] not in OPEN)


def delete() -> None:
    """Delete the jobs of the names or ids in the arguments."""
    with jobs() as known:
        for job in selected(known):
            if job["state"] in OPEN:
                job["state"] = "DELETED" if job["state"] == "QUEUED" else "DELETING"
                job["reason"] = ""


@contextmanager
def jobs() -> Iterator[dict[str, dict[str, Any]]]:
    """Yield all jobs by id, to be read and changed by one process at a time."""
    if not slots().exists():
        sys.exit(f"{Path(sys.argv[0]).name}: EXAMPLE_BATCH_SYSTEM names no directory with slots.")
    with slots().with_name("jobs.json").open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        known = json.loads(file.read() or "{}")
        yield known
        file.truncate(0)
        json.dump(known, file)


def slots() -> Path:
    """Return the file with the number of jobs that may run at a time."""
    return Path(os.environ.get("EXAMPLE_BATCH_SYSTEM", "")) / "slots"


def selected(known: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the jobs of the names or ids in the arguments, all of them without arguments."""
    words = sys.argv[1:]
    return [job for job in known.values() if not words or {job["name"], job["id"]} & {*words}]


def show(chosen: Iterator[dict[str, Any]]) -> None:
    """Print one line of JSON for each job."""
    for job in chosen:
        print(json.dumps({key: value for key, value in job.items() if key != "script"}))


def run(job_id: str) -> None:
    """Run a job when it is its turn, until it ends, is deleted or reaches its time limit."""
    while not (job := begin(job_id)):
        time.sleep(0.1)
    with (Path(job["output"]) / f"{job['name']}-{job_id}.out").open("w") as log:
        command = ["bash", "-c", job["script"]]
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    end, overdue = datetime.fromisoformat(job["end"]), False
    while process.poll() is None:
        time.sleep(0.1)
        overdue = datetime.now(timezone.utc) > end
        with jobs() as known:
            deleted = known[job_id]["state"] == "DELETING"
        if deleted or overdue:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()
    with jobs() as known:
        deleted = known[job_id]["state"] == "DELETING"
        known[job_id] |= {
            "state": "DELETED" if deleted else "FAILED" if process.returncode else "DONE",
            "reason": "TimeLimit" if overdue else "",
            "end": datetime.now(timezone.utc).isoformat(),
            "exit_code": str(process.returncode),
        }


def begin(job_id: str) -> dict[str, Any] | None:
    """Return a job that may run now, None while it has to wait; exit where it was deleted."""
    with jobs() as known:
        job = known[job_id]
        if job["state"] == "DELETED":
            sys.exit()
        first = next(one for one in known.values() if one["state"] == "QUEUED")
        running = sum(one["state"] in ("RUNNING", "DELETING") for one in known.values())
        if job is not first or running >= int(slots().read_text()):
            return None
        now = datetime.now(timezone.utc)
        end = now + timedelta(minutes=job["minutes"])
        job |= {"state": "RUNNING", "reason": "", "start": now.isoformat(), "end": end.isoformat()}
        return job


if __name__ == "__main__":
    run(sys.argv[1])
