"""The commands that need no server, run as the documentation shows them."""

from __future__ import annotations

import os
import re
import subprocess
import sysconfig
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent.parent / "docs"
WITHOUT_SERVER = ("platforms", "platforms add ssh", "history")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return the home directory of a user who has configured Dask, and has no server."""
    dask = tmp_path / ".config/dask"
    dask.mkdir(parents=True)
    (dask / "labextension.yaml").write_text(
        "labextension: {factory: {module: dask.distributed, class: LocalCluster, args: [], "
        "kwargs: {threads_per_worker: 2}}}\n"
    )
    (dask / "jobqueue.yaml").write_text("jobqueue: {slurm: {cores: 4, memory: 16GB}}\n")
    return tmp_path


def commands(page: str) -> list[str]:
    """Return the commands of a page, line by line."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(r"^jupyter cluster-launcher .*$", text, re.MULTILINE)


def run(home: Path, *lines: str) -> str:
    """Return what a shell prints that runs commands until one fails."""
    others = ("JUPYTER", "JPY", "XDG_", "DASK_")
    env = {name: value for name, value in os.environ.items() if not name.startswith(others)}
    env |= {"HOME": str(home), "PATH": f"{sysconfig.get_path('scripts')}:{env['PATH']}"}
    done = subprocess.run(
        ["bash", "-ec", "\n".join(lines)],
        env=env, cwd=home, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_commands_without_a_server(home: Path) -> None:
    """Guards against a command that needs a server, although its page says that it does not."""
    shown = [f"jupyter cluster-launcher {words}" for words in WITHOUT_SERVER]
    assert set(shown) <= set(commands("notebooks-and-terminals.md"))
    printed = run(home, *shown)
    assert "/cluster-platforms/local.yaml\n" in printed
    added = home / ".local/share/jupyter/cluster-platforms/ssh.yaml"
    assert f"Added {added}." in printed
    assert added.is_file()
    assert printed.endswith("No cluster has ended yet.\n")


def test_import_of_what_a_user_has(home: Path) -> None:
    """Guards the way from dask-labextension: the platform files are made, and are listed."""
    (shown,) = commands("howto/dask-labextension.md")
    printed = run(home, shown, "jupyter cluster-launcher platforms")
    folder = home / ".local/share/jupyter/cluster-platforms"
    made = [str(folder / name) for name in ("labextension.yaml", "slurm.yaml")]
    assert printed.splitlines()[:2] == made
    assert all(re.search(rf"^\w+ +{re.escape(path)}$", printed, re.MULTILINE) for path in made)
