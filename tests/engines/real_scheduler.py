"""A scheduler and a worker as a user starts them: with the commands of Dask, in a terminal.

As a script, for the browser tests: prints one JSON line, ``{address, file, pid}``, and runs until
its standard input ends. ``--tls`` encrypts, with credentials in the folder of the file.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from real_server import wait_until

HOST = "127.0.0.2"  # for the proxy another host than the server's
READY = "Starting established connection"


class RealScheduler:
    """One ``dask scheduler`` with one ``dask worker``, which ends with it."""

    def __init__(self, folder: Path, env: dict[str, str] | None = None, tls: bool = False) -> None:
        """Keep files in ``folder``; ``tls`` encrypts with credentials that are made there."""
        self.folder, self.file = folder, folder / "scheduler.json"
        folder.mkdir(parents=True, exist_ok=True)
        self.env = {**os.environ, **(env or {})}
        self._flags = ["--protocol", "tls"] if tls else []
        if tls:
            self.env |= credentials(folder)
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> RealScheduler:
        """Start both, and return when the worker is known to the scheduler."""
        self._run(
            "dask_scheduler", "--host", HOST, "--port", "0", *self._flags,
            "--dashboard-address", f"{HOST}:0", "--scheduler-file", str(self.file),
        )  # fmt: skip
        wait_until(self.file.exists, self.output)
        self._run(
            "dask_worker", "--scheduler-file", str(self.file), "--nthreads", "2", *self._flags,
            "--nworkers", "1", "--no-dashboard", "--local-directory", str(self.folder),
        )  # fmt: skip
        wait_until(lambda: READY in self.output(), self.output)
        return self

    @property
    def address(self) -> str:
        """The address that the scheduler wrote."""
        return str(json.loads(self.file.read_text())["address"])

    @property
    def worker_address(self) -> str:
        """The address of the worker."""
        return next(
            line.split()[-1] for line in self.output().splitlines() if "Start worker at" in line
        )

    @property
    def runs(self) -> bool:
        """Whether the scheduler runs."""
        return self._processes[0].poll() is None

    @property
    def pid(self) -> int:
        """The process of the scheduler."""
        return self._processes[0].pid

    def stop(self) -> None:
        """End both."""
        for process in reversed(self._processes):
            process.terminate()
        for process in self._processes:
            process.wait(30)

    def output(self) -> str:
        """What both have printed."""
        return "\n".join(path.read_text() for path in sorted(self.folder.glob("*.log")))

    def _run(self, command: str, *arguments: str) -> None:
        with (self.folder / f"{command}.log").open("wb") as log:
            module = f"distributed.cli.{command}"
            argv = [sys.executable, "-m", module, *arguments]
            self._processes.append(
                subprocess.Popen(argv, env=self.env, cwd=self.folder, stdout=log, stderr=log)
            )


def credentials(folder: Path) -> dict[str, str]:
    """Write new credentials and return the variables that name them in Dask's configuration."""
    from distributed.security import Security  # noqa: PLC0415 - for tests with TLS alone

    security = Security.temporary()
    files = {
        "ca-file": security.tls_ca_file,
        "cert": security.tls_client_cert,
        "key": security.tls_client_key,
    }
    for name, text in files.items():
        (folder / name).write_text(str(text))
    variables = {"DASK_DISTRIBUTED__COMM__TLS__CA_FILE": str(folder / "ca-file")}
    for role in ("CLIENT", "SCHEDULER", "WORKER"):
        for part in ("cert", "key"):
            name = f"DASK_DISTRIBUTED__COMM__TLS__{role}__{part.upper()}"
            variables[name] = str(folder / part)
    return variables


def main() -> None:
    """Run until standard input ends."""
    with tempfile.TemporaryDirectory(prefix="real-scheduler-") as directory:
        running = RealScheduler(Path(directory), tls="--tls" in sys.argv).start()
        try:
            known = {"address": running.address, "file": str(running.file), "pid": running.pid}
            sys.stdout.write(json.dumps(known) + "\n")
            sys.stdout.flush()
            sys.stdin.read()
        finally:
            running.stop()


if __name__ == "__main__":
    main()
