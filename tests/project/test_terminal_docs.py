"""The commands that need no server, run as the documentation shows them."""

from __future__ import annotations

import json
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
    return re.findall(r"^(?:\$ )?(jupyter cluster-launcher .*)$", text, re.MULTILINE)


def blocks(page: str, language: str = "") -> list[str]:
    """Return the blocks of a page that are in a language, by default those that name none."""
    text = (DOCS / page).read_text(encoding="utf-8")
    found = re.findall(r"^```(.*?)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [block for name, block in found if name == language]


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


def test_import_of_files_that_dask_made(home: Path) -> None:
    """Guards the same for a user who has configured nothing, or not yet: that is no error."""
    for path in (home / ".config/dask").iterdir():
        path.write_text(f"# {path.read_text()}")
    (shown,) = commands("howto/dask-labextension.md")
    assert run(home, shown) == ""
    assert not (home / ".local/share/jupyter/cluster-platforms").exists()


def test_import_names_the_platform_that_it_replaces(home: Path) -> None:
    """Guards the pages about SLURM: the file hides the platform, until it is deleted."""
    made = home / ".local/share/jupyter/cluster-platforms/slurm.yaml"
    listing = "jupyter cluster-launcher platforms"
    (shown,) = commands("howto/dask-labextension.md")
    printed = run(home, f"{shown} 2>&1", listing)
    assert "note: slurm.yaml replaces the platform SLURM (" in printed
    assert re.search(rf"^slurm +{re.escape(str(made))}$", printed, re.MULTILINE)
    shipped = re.search(r"^slurm +(\S+)$", run(home, f"rm {made}", listing), re.MULTILINE)
    assert shipped is not None
    assert shipped[1] != str(made)


def test_import_of_one_file(home: Path) -> None:
    """Guards the page about platform files, whose command names a file in the current directory."""
    shown, _ = commands("howto/platform-file.md")
    made = home / ".local/share/jupyter/cluster-platforms/slurm.yaml"
    assert run(home, "cd ~/.config/dask", shown) == f"{made}\n"
    assert made.is_file()


def test_samples(home: Path) -> None:
    """Guards against a page that adds a sample which does not exist, or which breaks."""
    pages = [path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")]
    shown = {one for page in pages for one in commands(page) if " platforms add " in one}
    assert len(shown) >= 6
    run(home, *sorted(shown), "jupyter cluster-launcher platforms")
    made = {path.stem for path in (home / ".local/share/jupyter/cluster-platforms").iterdir()}
    assert made == {one.split()[-1] for one in shown}


def test_history(home: Path) -> None:
    """Guards against a history that only a server can read."""
    text, data = blocks("howto/right-size.md")[0].splitlines()
    assert run(home, text, data) == "No cluster has ended yet.\n[]\n"


def test_completion(home: Path) -> None:
    """Guards the line for ~/.bashrc: the shell then completes the command."""
    (line,) = (one for one in blocks("notebooks-and-terminals.md") if "argcomplete" in one)
    assert "_python_argcomplete" in run(home, line, "complete -p jupyter-cluster-launcher")


def test_options_of_jupyter_lab(home: Path) -> None:
    """Guards against options for a server behind SSH that JupyterLab does not have."""
    (line,) = (one for one in blocks("slurm.md") if one.startswith("jupyter lab "))
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    assert f"   {line}" in readme
    config = json.loads(run(home, f"{line.strip()} --show-config-json"))["ServerApp"]
    assert (config["open_browser"], config["port"]) == (False, 8888)


def test_script_of_open_ondemand(home: Path) -> None:
    """Guards against a script that ignores the configuration of the app, or its own directory."""
    (script,) = blocks("howto/center.md", "sh")
    (directory,) = blocks("administrators.md", "sh")
    assert directory in script
    (home / "config.py").write_text("c.ServerApp.port = 8899\nc.ServerApp.base_url = '/node/'\n")
    printed = run(
        home,
        f"export CONFIG_FILE={home}/config.py",
        script.replace("jupyter lab ", "jupyter lab --show-config-json "),
        "jupyter --runtime-dir",
        "pwd",
    )
    *config, runtime, folder = printed.splitlines()
    settings = json.loads("".join(config))["ServerApp"]
    assert (settings["port"], settings["base_url"]) == (8899, "/node/")
    assert (runtime, folder) == (f"{home}/.local/share/jupyter/runtime", str(home))
