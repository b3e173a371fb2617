"""Follows the README and a platform's page, from nothing to a computed result, timing each step.

``.venv/bin/python benchmarks/walk.py`` walks to every platform that can run here and writes the
times into docs/explanation/first-result.md; with names of platforms it replaces only theirs. It
needs the environment of ``make test``. Users' homes and environments are new. The browser's part
(launch, run the cell, stop) is done with the requests of the sidebar.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tests/engines"))

# They stand in the tests, which are on the path only now.
import real_hub  # noqa: E402 - stands in the tests
import real_sge  # noqa: E402 - likewise
import real_slurm_config  # noqa: E402 - likewise
import real_sshd  # noqa: E402 - likewise
from hub_browser import Browser  # noqa: E402 - likewise
from real_hub import RealHub  # noqa: E402 - likewise
from real_scheduler import RealScheduler  # noqa: E402 - likewise
from real_sge import RealSge  # noqa: E402 - likewise
from real_slurm import RealSlurm  # noqa: E402 - likewise
from real_sshd import HOSTS, RealSshd  # noqa: E402 - likewise
from supervised import Supervised, free_ports  # noqa: E402 - likewise

PAGE = ROOT / "docs/explanation/first-result.md"
BEGIN, END = "<!-- {}: written by benchmarks/walk.py -->", "<!-- end of {} -->"
TOKEN = "walk"
COMPUTE = "client.submit(lambda: 6 * 7).result()"


def commands(heading: str) -> list[str]:
    """Return the commands of the first block below a heading of the README."""
    text = (ROOT / "README.md").read_text(encoding="utf-8").split(f"### {heading}\n")[1]
    block = re.search(r"^ *```\n(.*?)^ *```", text.split("\n#")[0], re.MULTILINE | re.DOTALL)
    assert block, f"no commands below {heading}"
    return [line.strip() for line in block[1].splitlines()]


class Lab(Browser):
    """The browser of a user whose JupyterLab has printed an address with a token."""

    def __init__(self, url: str) -> None:
        """Open the page, which sets the cookies of the login."""
        self.hub_url = self.base = url
        self.session = requests.Session()
        self.session.get(f"{url}lab?token={TOKEN}", timeout=90).raise_for_status()


class Walk:
    """One user with a new home directory, and the seconds of what they do."""

    def __init__(self, folder: Path, wheels: Path | None = None, **variables: str) -> None:
        """Make the home directory; ``variables`` are those of the machine."""
        self.home = folder / "home"
        self.steps: list[tuple[str, float]] = []
        (self.port,) = free_ports(1)
        (self.home / ".jupyter").mkdir(parents=True)
        server = {"open_browser": False, "allow_root": True, "port": self.port, "port_retries": 0}
        config = {"ServerApp": server, "IdentityProvider": {"token": TOKEN}}
        (self.home / ".jupyter/jupyter_server_config.json").write_text(json.dumps(config))
        self.env = {**os.environ, "HOME": str(self.home), **variables}
        if wheels:  # stands in for the package index
            links = [str(wheels), *os.environ.get("PIP_FIND_LINKS", "").split()]
            self.env["PIP_FIND_LINKS"] = " ".join(links)

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Note the seconds of a step, and print them."""
        begin = time.monotonic()
        yield
        self.steps.append((name, time.monotonic() - begin))
        print(f"  {self.steps[-1][1]:7.1f} s  {name}", flush=True)

    def run(self, command: str) -> None:
        """Run a command of the README in the user's environment, as in their terminal."""
        done = subprocess.run(
            ["bash", "-c", self._activated(command)], env=self.env, cwd=self.home,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"

    def follow(self, commands: list[str]) -> None:
        """Run commands one by one. Activating the environment is part of all that come after."""
        for command in (one for one in commands if not one.startswith(("source", "jupyter lab"))):
            with self.step(f"`{command}`"):
                self.run(command)

    @contextlib.contextmanager
    def lab(self, command: str = "jupyter lab", cwd: Path | None = None) -> Iterator[Lab]:
        """Start JupyterLab and yield the browser that has it open."""
        with self.step(f"`{command}`, until it is ready"):
            bash = ["bash", "-c", self._activated(command)]
            server = Supervised(bash, self.home / "lab.log", self.env, cwd or self.home)
            server.wait_until("JupyterLab", self._answers, 1800)
        try:
            yield Lab(f"http://127.0.0.1:{self.port}/")
        finally:
            server.stop()

    def first_cluster(self, browser: Browser, ready: int = 2, **request: Any) -> None:
        """Launch, run the inserted cell and compute, and stop, as in *Your first cluster*.

        A cluster that ``adopt`` names is joined, and left.
        """
        joins = "adopt" in request
        begin = "**Join**" if joins else "**Launch**"
        with self.step(f"{begin}, until all workers are ready"):
            cluster = browser.launch(**request)
            cluster = browser.ready(cluster["id"], ready)
            assert cluster["state"] == "running", cluster["message"]
        with self.step(f"the inserted cell and `{COMPUTE}`, in a new kernel"):
            code = f"{cluster['code']['connect']}\nprint({COMPUTE})\nclient.close()"
            assert asyncio.run(browser.run(code)) == "42"
        with self.step("*Leave*" if joins else "**■** (*Stop*), until nothing is left"):
            browser.stop(cluster["id"], leave=joins)

    def _answers(self) -> bool:
        with contextlib.suppress(OSError):  # that of requests is one: nothing listens yet
            return requests.get(f"http://127.0.0.1:{self.port}/api", timeout=5).ok
        return False

    def _activated(self, command: str) -> str:
        return f"[ ! -e ~/dask-env ] || . ~/dask-env/bin/activate; {command}"


def from_source(folder: Path, _wheels: Path) -> Walk:
    """Clone the tree and run its first command."""
    walk, source = Walk(folder), folder / "source"
    with walk.step("`git clone`"):
        walk.run(f"git clone --quiet {ROOT} {source}")
    with walk.lab("make lab", source) as browser:
        walk.first_cluster(browser, platform="local", workers=2)
    return walk


def this_computer(folder: Path, wheels: Path) -> Walk:
    """Walk to a cluster on this computer."""
    walk = Walk(folder, wheels)
    walk.follow(commands("On your own computer"))
    with walk.lab() as browser:
        walk.first_cluster(browser, platform="local", workers=2)
    return walk


def slurm(folder: Path, wheels: Path) -> Walk:
    """Walk to a cluster on SLURM, with default options."""
    with RealSlurm(folder / "slurm") as machine:
        walk = Walk(folder, wheels, SLURM_CONF=machine.env["SLURM_CONF"])
        walk.follow(commands("On a SLURM machine"))
        with walk.lab() as browser:
            walk.first_cluster(browser, platform="slurm", workers=2)
    return walk


def sge(folder: Path, wheels: Path) -> Walk:
    """Walk to a cluster on Grid Engine, with the sample's defaults."""
    with RealSge(folder / "sge") as machine:
        walk = Walk(folder, wheels, **machine.variables)
        add = "jupyter cluster-launcher platforms add sge"
        walk.follow([*commands("On a SLURM machine"), add])
        with walk.lab() as browser:
            walk.first_cluster(browser, platform="sge", workers=2)
    return walk


def running(folder: Path, wheels: Path) -> Walk:
    """Walk to a scheduler that somebody has started."""
    walk = Walk(folder, wheels)
    walk.follow(commands("On your own computer"))
    scheduler = RealScheduler(folder / "scheduler").start()
    try:
        with walk.lab() as browser:
            walk.first_cluster(browser, 1, platform="running", adopt=scheduler.address)
    finally:
        scheduler.stop()
    return walk


def ssh(folder: Path, wheels: Path) -> Walk:
    """Walk to a cluster on hosts with SSH: the scheduler's, and one for each of two workers."""
    walk = Walk(folder, wheels)
    sshd = RealSshd(folder / "sshd").start()
    try:
        sshd.let_in(walk.home)
        make, activate, install, *_ = commands("On your own computer")
        add = "jupyter cluster-launcher platforms add ssh"
        walk.follow([make, activate, install.replace("[local]", "[ssh]"), add])
        with walk.lab() as browser:
            walk.first_cluster(browser, platform="ssh", options={"hosts": list(HOSTS)})
    finally:
        sshd.stop()
    return walk


def hub(folder: Path, wheels: Path) -> Walk:
    """Walk to a cluster on a JupyterHub, which is there before, in its own environment."""
    walk = Walk(folder, wheels)
    walk.run("python3 -m venv ~/dask-env")
    walk.run('pip install jupyterhub "dask-gateway-server[local]" jupyterlab')
    walk.follow(['pip install "jupyter-cluster-launcher[gateway]"'])
    server = RealHub(folder / "hub")
    server.programs = walk.home / "dask-env/bin"
    server.start()
    try:
        with walk.step("*Start My Server*, until JupyterLab is open"):
            server.spawn("alice")
            browser = Browser(server.url, "alice", server.password).open()
        walk.first_cluster(browser, 1, platform="nebari", workers=1)
    finally:
        server.stop()
    return walk


WALKS: dict[str, tuple[Callable[[Path, Path], Walk], Callable[[], str | None]]] = {
    "source": (from_source, lambda: None),
    "computer": (this_computer, lambda: None),
    "slurm": (slurm, lambda: real_slurm_config.why_not(False)),
    "sge": (sge, real_sge.why_not),
    "ssh": (ssh, real_sshd.missing),
    "running": (running, lambda: None),
    "hub": (hub, real_hub.missing),
}


def write(name: str, steps: list[tuple[str, float]]) -> None:
    """Write the steps of a walk into the page, with the day and the machine."""
    rows = [f"| {step} | {seconds:.1f} |" for step, seconds in steps]
    total = sum(seconds for _, seconds in steps)
    machine = f"{os.cpu_count()} cores, load {os.getloadavg()[1]:.1f}"
    head = [f"| {datetime.date.today()}, {machine} | seconds |", "| --- | ---: |"]
    text = "\n".join([*head, *rows, f"| together | {total:.1f} |"])
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN.format(name))
    after = rest.split(END.format(name))[1]
    page = f"{before}{BEGIN.format(name)}\n\n{text}\n\n{END.format(name)}{after}"
    PAGE.write_text(page, encoding="utf-8")


def main() -> None:
    """Walk, and write the times into the page."""
    # Nothing of this environment but the programs that engines need: they come last.
    own = str(Path(sys.executable).parent)
    os.environ["PATH"] = f"{os.environ['PATH'].removeprefix(f'{own}:')}:{own}"
    for name in [one for one in os.environ if one.startswith(("PYTHON", "JUPYTER", "JPY", "DASK"))]:
        del os.environ[name]
    folder = Path(tempfile.mkdtemp(prefix="walk-", dir="/tmp"))  # short: sockets have their paths
    folder.chmod(0o755)
    wheel = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w"]
    try:
        subprocess.run([*wheel, str(folder / "wheels"), str(ROOT)], check=True)
        for name in sys.argv[1:] or list(WALKS):
            go, missing = WALKS[name]
            if reason := missing():
                print(f"{name} is left out: {reason}")
                continue
            print(name, flush=True)
            (folder / name).mkdir()
            write(name, go(folder / name, folder / "wheels").steps)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
