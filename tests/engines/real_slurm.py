"""A private, real SLURM on this host, for the test suite and for trying things out.

As root, jobs may be any user's; as an ordinary user, or with ``user=``, every daemon runs as that
user.

    with RealSlurm(tmp_path, accounting=True) as slurm:
        slurm.run("sbatch", "--wrap", "hostname")

``python tests/engines/real_slurm.py PREFIX [--accounting]`` does the same in a terminal: it prints
one JSON line once all nodes are idle and ends its SLURM at the end of its standard input.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import real_slurm_config as config
import real_slurm_reaper
from real_slurm_config import program, why_not
from real_slurm_reaper import drain, sweep
from supervised import free_ports


class RealSlurm:
    """One private SLURM under ``prefix``: ``nodes`` nodes of ``cpus`` CPUs and ``memory`` MB each.

    ``prefix`` must be short, since sockets have their paths in it, and readable by every user who
    is to submit. A second process, the reaper, ends everything should this one be killed.
    """

    def __init__(
        self,
        prefix: Path,
        *,
        nodes: int = 4,
        cpus: int = 4,
        memory: int = 6000,
        accounting: bool = False,
        user: str | None = None,
    ) -> None:
        self.user = user or pwd.getpwuid(os.getuid()).pw_name
        # A daemon's own user is set only where it differs: an ordinary user may not call setgroups.
        self._identity: dict[str, Any] = {}
        if pwd.getpwnam(self.user).pw_uid != os.getuid():
            group = pwd.getpwnam(self.user).pw_gid
            self._identity = {"user": self.user, "group": group, "extra_groups": []}
        controller, dbd, sql, *node_ports = free_ports(3 + nodes)
        self.layout = config.Layout(
            Path(prefix).resolve(), self.user, controller, dbd, sql, tuple(node_ports),
            cpus, memory, accounting,
        )  # fmt: skip
        self.prefix = self.layout.prefix
        self.daemons: dict[str, subprocess.Popen[bytes]] = {}
        self._reaper: subprocess.Popen[bytes] | None = None

    @property
    def env(self) -> dict[str, str]:
        """The environment of a process that is to use this SLURM."""
        return {**os.environ, "SLURM_CONF": str(self.layout.conf)}

    def run(
        self, *command: str, timeout: float = 60, **options: Any
    ) -> subprocess.CompletedProcess[str]:
        """Run a command against this SLURM and return what it printed, whatever its exit code."""
        return subprocess.run(
            command,
            check=False,
            env=self.env,
            text=True,
            capture_output=True,
            timeout=timeout,
            **options,
        )

    def jobs(self) -> list[str]:
        """The ids of the jobs that are queued, running or completing."""
        return self.run("squeue", "-h", "-o", "%A").stdout.split()

    def empty(self) -> None:
        """Cancel every job and wait until none is left."""
        drain(self.layout.conf)

    def start(self) -> RealSlurm:
        """Start every daemon and return when all nodes are idle."""
        self._write()
        self._reaper = subprocess.Popen(
            [sys.executable, real_slurm_reaper.__file__, str(self.prefix)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        munge = f"{self.prefix}/run/munge.socket"
        self._spawn(
            "munged", "--foreground", f"--key-file={self.prefix}/etc/munge.key",
            f"--socket={munge}", f"--pid-file={self.prefix}/run/munged.pid",
            f"--log-file={self.prefix}/log/munged.log",
            f"--seed-file={self.prefix}/run/munge.seed", "--num-threads=4",
        )  # fmt: skip
        self._await("munged", lambda: self.run("munge", "-S", munge, "-n").returncode == 0)
        if self.layout.accounting:
            self._start_accounting()
        self.start_controller(fresh=True)
        for node in self.layout.nodes:
            self._spawn("slurmd", "-D", "-N", node, key=f"slurmd.{node}")
        self._await("idle nodes", self._idle)
        return self

    def start_controller(self, fresh: bool = False) -> None:
        """Start slurmctld; unless ``fresh``, with the jobs that it knew."""
        self._spawn("slurmctld", "-D", *(["-c"] if fresh else []))

    def stop_controller(self) -> None:
        """Stop slurmctld alone: "Unable to contact slurm controller"."""
        controller = self.daemons.pop("slurmctld")
        controller.terminate()
        controller.wait(30)

    @contextlib.contextmanager
    def hung(self) -> Iterator[None]:
        """For a while slurmctld accepts connections and answers none."""
        controller = self.daemons["slurmctld"]
        controller.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            controller.send_signal(signal.SIGCONT)

    @contextlib.contextmanager
    def drained(self) -> Iterator[None]:
        """For a while no node starts a job. Afterwards none is left, and all nodes are idle."""
        nodes = f"nodename={','.join(self.layout.nodes)}"
        drain_all = ["scontrol", "update", nodes, "state=drain", "reason=a test"]
        self.run(*drain_all).check_returncode()
        try:
            yield
        finally:
            self.run("scontrol", "update", nodes, "state=resume").check_returncode()
            self.empty()
            # Until slurmctld has pinged a node again, that takes no job: its state is "idle*".
            self._await("idle nodes", self._idle)

    def stop(self) -> None:
        """Cancel every job, end the daemons in the order that they need, and leave no process."""
        controller = self.daemons.get("slurmctld")
        if controller and controller.poll() is None:
            controller.send_signal(signal.SIGCONT)
            drain(self.layout.conf)
        for group in ("slurm", "mariadbd", "munged"):
            ours = [one for name, one in self.daemons.items() if name.startswith(group)]
            for daemon in ours:
                daemon.terminate()
            for daemon in ours:
                try:
                    daemon.wait(15)
                except subprocess.TimeoutExpired:
                    daemon.kill()
                    daemon.wait()
        self.daemons.clear()
        sweep(self.prefix)
        if self._reaper is not None:
            self._reaper.communicate(b"done", timeout=60)
            self._reaper = None

    def __enter__(self) -> RealSlurm:
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def _write(self) -> None:
        layout, etc = self.layout, self.prefix / "etc"
        for name in ("etc", "run", "log", "state", "spool", "dev", "db"):
            (self.prefix / name).mkdir(parents=True, exist_ok=True)
        # Every user's commands reach munged by its socket and read slurm.conf.
        self.prefix.chmod(0o755)
        layout.conf.write_text(config.slurm_conf(layout))
        (etc / "gres.conf").write_text(config.gres_conf(layout))
        for name, content in (
            ("munge.key", secrets.token_bytes(128)),
            ("slurmdbd.conf", config.slurmdbd_conf(layout).encode()),
        ):
            (etc / name).touch(0o600)
            (etc / name).write_bytes(content)
        for number in (0, 1):
            (self.prefix / f"dev/gpu{number}").touch()
        if self._identity:
            for path in (self.prefix, *self.prefix.rglob("*")):
                shutil.chown(path, self.user, self._identity["group"])

    def _spawn(self, name: str, *arguments: str, key: str | None = None) -> None:
        path = program(name)
        assert path is not None, why_not(self.layout.accounting)
        with open(self.prefix / f"log/{key or name}.out", "ab") as log:
            self.daemons[key or name] = subprocess.Popen(
                [path, *arguments], env=self.env, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True, cwd=self.prefix, **self._identity,
            )  # fmt: skip

    def _start_accounting(self) -> None:
        data, socket_path = self.prefix / "db", self.prefix / "db/m.sock"
        # MariaDB refuses to run as root.
        owner = "mysql" if self.user == "root" else self.user
        shutil.chown(data, owner)
        installer = program("mariadb-install-db")
        assert installer is not None
        subprocess.run(
            [installer, "--no-defaults", f"--user={owner}", f"--datadir={data}",
             "--auth-root-authentication-method=normal", "--skip-test-db"],
            check=True, capture_output=True, timeout=120, **self._identity,
        )  # fmt: skip
        self._spawn(
            "mariadbd", "--no-defaults", f"--user={owner}", f"--datadir={data}",
            f"--socket={socket_path}", f"--pid-file={data}/m.pid", "--bind-address=127.0.0.1",
            f"--port={self.layout.sql_port}", "--innodb-buffer-pool-size=64M",
            "--innodb-log-file-size=16M", "--innodb-lock-wait-timeout=900",
            "--innodb-flush-log-at-trx-commit=0", "--performance-schema=OFF",
        )  # fmt: skip
        client = ["mariadb", "--no-defaults", "-S", str(socket_path), "-u", "root", "-e"]
        self._await("mariadbd", lambda: self.run(*client, "select 1").returncode == 0)
        self.run(*client, config.database_sql()).check_returncode()
        self._spawn("slurmdbd", "-D")
        self._await("slurmdbd", lambda: _listens(self.layout.dbd_port))

    def _idle(self) -> bool:
        states = self.run("sinfo", "-h", "-N", "-o", "%T").stdout.split()
        return bool(states) and set(states) == {"idle"}

    def _await(self, what: str, condition: Callable[[], bool], timeout: float = 60) -> None:
        end = time.monotonic() + timeout
        while not condition():
            for name, daemon in self.daemons.items():
                if daemon.poll() is not None:
                    raise RuntimeError(f"{name} ended with {daemon.returncode}: {self._tail(name)}")
            if time.monotonic() > end:
                raise TimeoutError(f"no {what} after {timeout} s, see {self.prefix}/log")
            time.sleep(0.05)

    def _tail(self, name: str) -> str:
        return (self.prefix / f"log/{name}.out").read_text(errors="replace")[-2000:]


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def main() -> None:
    """Run a SLURM until the end of the standard input."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("prefix", type=Path)
    parser.add_argument("--accounting", action="store_true")
    parser.add_argument("--user")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with RealSlurm(arguments.prefix, accounting=arguments.accounting, user=arguments.user) as slurm:
        print(json.dumps({"SLURM_CONF": str(slurm.layout.conf)}), flush=True)
        sys.stdin.buffer.read()


if __name__ == "__main__":
    main()
