"""A SLURM without daemons: the commands that a server finds on its PATH. Its jobs run nothing.

A job is a file, named by its id, with the line that squeue prints of it. No id is used twice.
"""

from __future__ import annotations

import os
from pathlib import Path

DOWN = "Unable to contact slurm controller (connect failure)"
BEGIN = """#!/bin/sh
cd "{folder}" || exit
[ -e down ] && {{ echo "${{0##*/}}: error: {down}" >&2; exit 1; }}
"""
COMMANDS = {
    "sbatch": """
[ -e refusal ] && { echo "sbatch: error: $(cat refusal)" >&2; exit 1; }
for word; do case $word in --job-name=*) name=${word#*=} ;; esac; done
id=$(($(ls taken | wc -l) + 1))
until mkdir "taken/$id" 2>/dev/null; do id=$((id + 1)); done
echo "$id|$(cat state)|$name" >"jobs/$id"
echo "$id"
""",
    "squeue": "cat jobs/* 2>/dev/null\nexit 0\n",
    "sacct": 'echo "Slurm accounting storage is disabled" >&2\nexit 1\n',
    "scancel": """
cd jobs
for word; do
  case $word in
    --name=*) rm -f $(grep -l "|${word#*=}\\$" * 2>/dev/null) ;;
    [0-9]*) rm -f "$word" ;;
  esac
done
""",
    # Of the site nothing is known.
    **dict.fromkeys(("sinfo", "scontrol", "sacctmgr"), "exit 1\n"),
}
# State, reason, start, end, exit code and node, as squeue prints them.
STATES = {
    "PENDING": "PENDING|Resources|N/A|N/A|0|",
    "RUNNING": "RUNNING|None|N/A|N/A|0|n1",
    "FAILED": "FAILED|NonZeroExitCode|N/A|N/A|768|n1",
}


class SlurmCommands:
    """The commands in a folder, and the jobs that they know."""

    def __init__(self, folder: Path) -> None:
        """Write the commands; new jobs are running at once."""
        self._folder, self._jobs = folder, folder / "jobs"
        for name in ("bin", "jobs", "taken"):
            (folder / name).mkdir(parents=True)
        for name, text in COMMANDS.items():
            command = folder / "bin" / name
            command.write_text(BEGIN.format(folder=folder, down=DOWN) + text)
            command.chmod(0o700)
        self.give_new_jobs("RUNNING")

    @property
    def variables(self) -> dict[str, str]:
        """The variables of a server that uses these commands."""
        path = f"{self._folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        return {"PATH": path, "SLURM_JOB_ACCOUNT": "sci"}

    def give_new_jobs(self, state: str) -> None:
        """Give jobs that are submitted from now on one of ``STATES``."""
        (self._folder / "state").write_text(STATES[state])

    def refuse(self, reason: str = "") -> None:
        """Refuse all jobs for a reason; take them again where there is none."""
        file = self._folder / "refusal"
        if reason:
            file.write_text(reason)
        else:
            file.unlink(missing_ok=True)

    def stop(self) -> None:
        """Answer no command any more."""
        (self._folder / "down").touch()

    def go_on(self) -> None:
        """Answer again."""
        (self._folder / "down").unlink(missing_ok=True)

    def accept_late(self, name: str) -> None:
        """Add a queued job that sbatch gave up on."""
        number = str(len(list((self._folder / "taken").iterdir())) + 1)
        (self._folder / "taken" / number).mkdir()
        (self._jobs / number).write_text(f"{number}|{STATES['PENDING']}|{name}\n")

    def forget(self) -> None:
        """List no job any more, as squeue some minutes after the end."""
        for job in self.jobs():
            (self._jobs / job).unlink()

    def jobs(self) -> list[str]:
        """Return the ids of the jobs that are listed."""
        return [path.name for path in self._jobs.iterdir()]
