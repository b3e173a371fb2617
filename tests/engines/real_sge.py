"""A private, real Grid Engine on this host, from Debian's packages, with one node and one queue.

    with RealSge(tmp_path) as sge:
        sge.run("qsub", "-b", "y", "hostname")

It belongs to the user who starts it, and its jobs are that user's.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from supervised import Supervised, free_ports

PROGRAMS = ("/usr/sbin/sge_qmaster", "/usr/sbin/sge_execd", "/usr/bin/qsub", "/usr/bin/qconf")
INSTALLED = Path("/var/lib/gridengine")
SHARE = Path("/usr/share/gridengine")
QUEUE = "main.q"


def why_not() -> str | None:
    """Return why no Grid Engine can run here, None where it can."""
    missing = [program for program in PROGRAMS if not os.access(program, os.X_OK)]
    if missing:
        return f"{', '.join(missing)} missing: run scripts/debian-packages.sh."
    return None


class RealSge:
    """One private Grid Engine below ``prefix``, with ``slots`` jobs at a time."""

    def __init__(self, prefix: Path, slots: int = 4) -> None:
        self.prefix, self.slots = Path(prefix).resolve(), slots
        self.user = pwd.getpwuid(os.getuid()).pw_name
        # The name that the address of this host has: another one is refused by qmaster.
        self.host = socket.gethostbyaddr(socket.gethostbyname(socket.gethostname()))[0]
        self.root = self.prefix / "root"
        master, node = free_ports(2)
        self.variables = {
            "SGE_ROOT": str(self.root),
            "SGE_CELL": "default",
            "SGE_QMASTER_PORT": str(master),
            "SGE_EXECD_PORT": str(node),
            "SGE_ND": "1",  # the daemons stay in the foreground
        }
        self._daemons: list[Supervised] = []

    def run(self, *command: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a command against this Grid Engine and return what it printed."""
        env = {**os.environ, **self.variables}
        return subprocess.run(
            command, check=False, env=env, text=True, capture_output=True, timeout=60, **options
        )

    def jobs(self) -> str:
        """Return what qstat lists: nothing where there are no jobs."""
        return self.run("qstat", "-u", "*").stdout

    def start(self) -> RealSge:
        """Start both daemons and return when the queue takes jobs."""
        self._write()
        self._spawn("qmaster", "/usr/sbin/sge_qmaster", lambda: not self._fails("qconf", "-sh"))
        self._configure()
        self._spawn("execd", "/usr/sbin/sge_execd", self._has_load)
        return self

    def stop(self) -> None:
        """Delete all jobs, and leave no process."""
        if self._daemons:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.run("qdel", "-f", "-u", self.user)
        while self._daemons:
            self._daemons.pop().stop()

    def _write(self) -> None:
        common, spool = self.root / "default" / "common", self.prefix / "spool"
        for folder in (common, spool / "qmaster" / "job_scripts", spool / "db", spool / "execd"):
            folder.mkdir(parents=True)
        for name in ("bin", "lib", "util", "utilbin"):
            (self.root / name).symlink_to(INSTALLED / name)
        (common / "act_qmaster").write_text(f"{self.host}\n")
        if self.host != socket.gethostname():
            (common / "host_aliases").write_text(f"{self.host} {socket.gethostname()}\n")
        (common / "bootstrap").write_text(
            "admin_user none\ndefault_domain none\nignore_fqdn true\n"
            f"spooling_method berkeleydb\nspooling_lib libspoolb\nspooling_params {spool}/db\n"
            f"binary_path /usr/sbin\nqmaster_spool_dir {spool}/qmaster\nsecurity_mode none\n"
            "listener_threads 2\nworker_threads 2\nscheduler_threads 1\n"
        )
        configuration = (SHARE / "default-configuration").read_text()
        (self.prefix / "configuration").write_text(
            changed(
                configuration,
                execd_spool_dir=f"{spool}/execd",
                min_uid="0",
                min_gid="0",
                mailer="/bin/true",
                load_report_time="00:00:05",
                reporting_params="accounting=true reporting=false flush_time=00:00:01 joblog=false",
            )
        )
        initial = "/usr/lib/gridengine"
        for command in (
            [f"{initial}/spoolinit", "berkeleydb", "libspoolb", f"{spool}/db", "init"],
            [f"{initial}/spooldefaults", "configuration", f"{self.prefix}/configuration"],
            [f"{initial}/spooldefaults", "complexes", f"{SHARE}/util/resources/centry"],
            [f"{initial}/spooldefaults", "usersets", f"{SHARE}/util/resources/usersets"],
            [f"{initial}/spooldefaults", "managers", self.user],
        ):
            done = self.run(*command)
            assert done.returncode == 0, (command, done.stdout, done.stderr)

    def _configure(self) -> None:
        host = {
            "hostname": self.host, "load_scaling": "NONE", "complex_values": "NONE",
            "user_lists": "NONE", "xuser_lists": "NONE", "projects": "NONE", "xprojects": "NONE",
            "usage_scaling": "NONE", "report_variables": "NONE",
        }  # fmt: skip
        self._add("-Ae", "host", "".join(f"{key} {value}\n" for key, value in host.items()))
        self._conf("-as", self.host)
        queue = self._conf("-sq").replace("template", QUEUE)
        values = {"hostlist": self.host, "slots": str(self.slots), "shell": "/bin/sh"}
        none = dict.fromkeys(("pe_list", "ckpt_list", "load_thresholds"), "NONE")
        self._add("-Aq", "queue", changed(queue, **values, **none))
        soon = {"schedule_interval": "0:0:1", "flush_submit_sec": "1", "flush_finish_sec": "1"}
        self._add("-Msconf", "scheduler", changed(self._conf("-ssconf"), **soon))

    def _conf(self, *arguments: str) -> str:
        done = self.run("qconf", *arguments)
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        return done.stdout

    def _add(self, option: str, name: str, text: str) -> None:
        (self.prefix / name).write_text(text)
        self._conf(option, str(self.prefix / name))

    def _fails(self, *command: str) -> bool:
        return self.run(*command).returncode != 0

    def _has_load(self) -> bool:
        lines = self.run("qstat", "-f").stdout.splitlines()
        return any(line.startswith(f"{QUEUE}@") and "-NA-" not in line for line in lines)

    def _spawn(self, name: str, program: str, ready: Callable[[], bool]) -> None:
        env = {**os.environ, **self.variables}
        log = self.prefix / f"{name}.log"
        self._daemons.append(Supervised([program], log, env, self.prefix))
        self._daemons[-1].wait_until(f"sge_{name}", ready)

    def __enter__(self) -> RealSge:
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *_: object) -> None:
        self.stop()


def changed(text: str, **values: str) -> str:
    """Return a configuration, one setting a line, with other values."""
    settings = dict(line.split(maxsplit=1) for line in text.splitlines() if line[:1].isalpha())
    return "".join(f"{name} {value}\n" for name, value in {**settings, **values}.items())
