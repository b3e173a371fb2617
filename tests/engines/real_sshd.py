"""A real sshd for the tests: its own keys and configuration, a high port, several addresses.

As a script, for the browser tests: ``real_sshd.py HOME`` lets in the user of that home directory,
prints one JSON line, ``{hosts, mark}``, and serves until its standard input ends. Whatever was
started over it has ``SUPERVISED_BY=mark`` in its environment. ``--check`` prints what is missing.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

from supervised import MARK, Supervised, command_line, free_ports

SSHD = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin:/sbin")
HOSTS = ("127.0.0.2", "127.0.0.3", "127.0.0.4")
PRIVILEGES = Path("/run/sshd")  # without it sshd does not start as root
REMOTE = "distributed.cli.dask_spec"  # in the command line of what SSHCluster starts


def missing() -> str | None:
    """Return what these tests need and is not there, None where all is."""
    if not SSHD or not shutil.which("ssh-keygen"):
        return "There is no sshd here: see scripts/debian-packages.sh."
    try:
        with socket.socket() as probe:
            probe.bind((HOSTS[0], 0))
    except OSError:
        return f"This host has no address {HOSTS[0]}."
    return None


class RealSshd:
    """sshd on several loopback addresses, as so many hosts that share a home directory."""

    def __init__(self, folder: Path, **variables: str) -> None:
        """Prepare a server whose files are in ``folder``; its sessions have ``variables``."""
        self.folder, self.variables = folder, variables
        folder.mkdir(parents=True, exist_ok=True)
        (self.port,) = free_ports(1)
        for name in ("host", "user"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)],
                check=True,
            )

    def start(self) -> RealSshd:
        """Start the server and wait until it answers."""
        if os.geteuid() == 0:
            PRIVILEGES.mkdir(mode=0o755, exist_ok=True)
        config, mark = self.folder / "sshd_config", uuid.uuid4().hex
        lines = [
            f"Port {self.port}",
            *(f"ListenAddress {host}" for host in HOSTS),
            f"HostKey {self.folder / 'host'}",
            f"AuthorizedKeysFile {self.folder / 'user.pub'}",
            "PidFile none",
            "UsePAM no",
            "StrictModes no",
            "PasswordAuthentication no",
            # Sessions do not inherit the environment of the server.
            "SetEnv " + " ".join(f"{k}={v}" for k, v in {MARK: mark, **self.variables}.items()),
        ]
        config.write_text("\n".join(lines) + "\n")
        command = [str(SSHD), "-D", "-e", "-f", str(config)]
        log = self.folder / "sshd.log"
        self._server = Supervised(command, log, dict(os.environ), self.folder, mark)
        self._server.wait_until("sshd", self._answers)
        return self

    def let_in(self, home: Path, *, key: bool = True, known: bool = True) -> None:
        """Write into a home directory what its user needs to log in without a password."""
        folder = home / ".ssh"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "config").write_text(f"Host *\n  Port {self.port}\n")
        if key:
            shutil.copy(self.folder / "user", folder / "id_ed25519")
            (folder / "id_ed25519").chmod(0o600)
        kind, text, *_ = (self.folder / "host.pub").read_text().split()
        lines = [f"[{host}]:{self.port} {kind} {text}\n" for host in HOSTS]
        (folder / "known_hosts").write_text("".join(lines) if known else "")

    def remote(self) -> list[int]:
        """Return the processes of Dask that were started over this server and still run."""
        return [pid for pid in self._server.descendants() if REMOTE in command_line(pid)]

    @property
    def mark(self) -> str:
        """What is in the environment of all that was started over this server."""
        return self._server.mark

    def stop(self) -> None:
        """End the server and everything that was started over it."""
        self._server.stop()

    def _answers(self) -> bool:
        try:
            with socket.create_connection((HOSTS[-1], self.port), timeout=1) as connection:
                return connection.recv(4) == b"SSH-"
        except OSError:
            return False


def main() -> None:
    """Serve until standard input ends."""
    if reason := missing():
        sys.exit(reason)
    if sys.argv[1:] == ["--check"]:
        return
    with tempfile.TemporaryDirectory(prefix="real-sshd-") as directory:
        server = RealSshd(Path(directory)).start()
        try:
            server.let_in(Path(sys.argv[1]))
            sys.stdout.write(json.dumps({"hosts": HOSTS, "mark": server.mark}) + "\n")
            sys.stdout.flush()
            sys.stdin.read()
        finally:
            server.stop()


if __name__ == "__main__":
    main()
