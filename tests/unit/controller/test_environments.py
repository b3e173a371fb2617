"""The environments of kernelspecs, queried without importing anything."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from fakes import script, write_kernelspec
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from processes import running
from pythons import bare_python

from jupyter_cluster_launcher.controller import archive, programs
from jupyter_cluster_launcher.controller.environments import PRIVATE, Environments
from jupyter_cluster_launcher.errors import BadInputError, NotAvailableError


@pytest.fixture
def kernels(jp_environ: None, jp_kernel_dir: Path) -> Path:
    """The folder of a user's own kernelspecs."""
    return Path(jp_kernel_dir)


@pytest.fixture
def environments() -> Environments:
    return Environments(KernelSpecManager(), "python3")


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python with nothing but the standard library."""
    return bare_python(tmp_path_factory.mktemp("bare") / "venv")


# Which kernels can be a controller


def test_no_such_kernel(kernels: Path, environments: Environments) -> None:
    """Guards against a traceback where a notebook came from another machine."""
    with pytest.raises(BadInputError, match="There is no kernel named 'gone'"):
        environments.command("gone")
    assert environments.title("gone") == "gone"


@pytest.mark.parametrize("name", ["", "../../etc", "x" * 10_000, "a\nb", "<b>"])
def test_names_that_no_kernel_has(kernels: Path, environments: Environments, name: str) -> None:
    """Guards against a name that leads out of the kernels' folders, or fills the screen."""
    with pytest.raises(BadInputError) as error:
        environments.command(name)
    assert len(str(error.value)) < 200
    assert "\n" not in str(error.value)


def test_not_python(kernels: Path, environments: Environments) -> None:
    """Guards against starting an R kernel and feeding it Python."""
    write_kernelspec(kernels, "ir", language="R", display_name="R 4", argv=["R", "--slave"])
    with pytest.raises(BadInputError, match="R 4 is not a Python kernel"):
        environments.command("ir")


@pytest.mark.parametrize(
    "entries",
    [
        {"argv": ["ssh", "node", "start-kernel", "{connection_file}"]},
        {"argv": ["docker", "run", "kernel", "{connection_file}"]},
        {"argv": [sys.executable, "-m", "xeus_python", "-f", "{connection_file}"]},
        {"argv": []},
    ],
    ids=["ssh", "docker", "another kernel", "nothing"],
)
def test_elsewhere(kernels: Path, environments: Environments, entries: dict[str, Any]) -> None:
    """Guards against querying this computer about an environment on another."""
    write_kernelspec(kernels, "remote", **entries)
    with pytest.raises(BadInputError, match="cannot run a cluster"):
        environments.command("remote")


def test_another_provisioner() -> None:
    """Guards against a controller on a machine where its sockets and files are not."""

    class Specs:
        """A kernelspec manager with one kernel, of a provisioner that is not installed here."""

        def get_kernel_spec(self, name: str) -> KernelSpec:
            metadata = {"kernel_provisioner": {"provisioner_name": "yarn-provisioner"}}
            argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
            return KernelSpec(argv=argv, language="python", display_name=name, metadata=metadata)

    with pytest.raises(BadInputError, match="cannot run a cluster"):
        Environments(Specs(), "yarn").command("yarn")


@pytest.mark.parametrize("text", ["{", "[]", '{"argv": "python"}', '{"argv": [1]}', "null"])
def test_a_broken_kernelspec(kernels: Path, environments: Environments, text: str) -> None:
    """Guards against a server error because a file of the user's is half written."""
    (kernels / "broken").mkdir()
    (kernels / "broken" / "kernel.json").write_text(text)
    with pytest.raises(BadInputError, match=r"broken.* Choose another environment"):
        environments.command("broken")
    assert environments.title("broken") == "broken"


def test_the_local_provisioner_by_name(kernels: Path, environments: Environments) -> None:
    """Guards against refusing what a kernelspec says explicitly and would be so anyway."""
    local = {"kernel_provisioner": {"provisioner_name": "local-provisioner"}}
    write_kernelspec(kernels, "local", metadata=local)
    assert environments.command("local").python == (sys.executable,)


@pytest.mark.parametrize("name", ["python", "python3"])
def test_plain_python_is_the_servers(kernels: Path, environments: Environments, name: str) -> None:
    """Guards against querying another interpreter than the one that would be started."""
    write_kernelspec(kernels, "plain", python=name)
    assert environments.command("plain").python == (sys.executable,)


def test_conda_runner(kernels: Path, environments: Environments) -> None:
    """Guards against querying conda's own environment instead of the one that it activates."""
    runner = ["conda", "run", "-n", "climate", "--no-capture-output", "/envs/climate/bin/python"]
    write_kernelspec(
        kernels,
        "climate",
        argv=[*runner, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        env={"PROJ_DATA": "/envs/climate/share"},
    )
    command = environments.command("climate")
    assert command.python == tuple(runner)
    assert command.env == {"PROJ_DATA": "/envs/climate/share"}
    assert command.title == "Kernel climate"


# Kernels of computing centres: the command, and what its script does before Python starts
KERNEL = ["python", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
SET = "export FROM_HELPER=1"
HIDDEN = f'{SET}; exec python -m ipykernel_launcher -f "$1"'
STARTS = {
    "helper in the kernel's folder": (["{resource_dir}/helper.sh", *KERNEL], f'{SET}; exec "$@"'),
    "options of Python": (
        ["{resource_dir}/helper.sh", "python", "-Xfrozen_modules=off", *KERNEL[1:]],
        f'{SET}; exec "$@"',
    ),
    "shell": (
        [
            "bash",
            "-c",
            "source {resource_dir}/helper.sh && exec python -m ipykernel -f {connection_file}",
        ],
        SET,
    ),
    "login shell, quoted": (
        [
            "bash",
            "-lc",
            "source '{resource_dir}/helper.sh'; "
            f"exec '{sys.executable}'  -m ipykernel_launcher -f '{{connection_file}}'",
        ],
        SET,
    ),
    "nothing but a helper": (["{resource_dir}/helper.sh", "{connection_file}"], HIDDEN),
    "a helper of a shell": (["bash", "{resource_dir}/helper.sh", "{connection_file}"], HIDDEN),
    "a helper in a shell's command": (
        ["sh", "-c", "exec {resource_dir}/helper.sh {connection_file}"],
        HIDDEN,
    ),
    "a helper on the path": (["helper.sh", "{connection_file}"], HIDDEN),
    "a helper that waits, and goes on": (
        ["{resource_dir}/helper.sh", "{connection_file}"],
        f'test -f "$1" || exit 1; {SET}; python -m ipykernel_launcher -f "$1"; true',
    ),
    "a script in Python": (
        ["python", "{resource_dir}/helper.py", "-f", "{connection_file}"],
        "from ipykernel.kernelapp import launch_new_instance\n"
        "import os; os.environ['FROM_HELPER'] = '1'\n"
        "launch_new_instance()",
    ),
}


@pytest.mark.parametrize("how", STARTS)
async def test_kernels_that_a_script_starts(
    kernels: Path, environments: Environments, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """Guards against platforms that are refused although the notebook's kernel starts."""
    argv, helper = STARTS[how]
    folder = Path(sys.executable).parent
    # As jupyter_client does, variables within the kernelspec's are replaced.
    path = {"PATH": f"{folder}:${{PATH}}", "OWN": "${FROM_SERVER}-2"}
    write_kernelspec(kernels, "site", argv=argv, env=path)
    script(kernels / "site", "helper.sh", helper)
    (kernels / "site/helper.py").write_text(helper)
    monkeypatch.setenv("PATH", f"{kernels / 'site'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("FROM_SERVER", "1")
    assert await environments.packages.missing("site", ["json", "dask", "no_such"]) == ["no_such"]
    code = "import json, os, sys; print(json.dumps([os.environ[n] for n in sys.argv[1:]]))"
    assert await environments.run_json("site", code, ["FROM_HELPER", "OWN"]) == ["1", "1-2"]


@pytest.mark.parametrize(
    ("helper", "said"),
    [
        ('env -u IPYTHONDIR python -m ipykernel_launcher -f "$1"', "Python failed"),
        ("echo 'module: no such module python/3.12' >&2; exit 1", "no such module python/3.12"),
        ("true", "its environment. Choose"),
    ],
)
async def test_a_script_that_hides_its_kernel(
    kernels: Path,
    environments: Environments,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    helper: str,
    said: str,
) -> None:
    """Guards against a kernel that goes on, and against the words of a program nobody knows."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    write_kernelspec(kernels, "site", argv=["{resource_dir}/helper.sh", "{connection_file}"])
    script(kernels / "site", "helper.sh", helper)
    with pytest.raises(NotAvailableError, match="that starts the kernel Kernel site") as error:
        await environments.packages.missing("site", ["json"])
    assert said in str(error.value)
    assert list(tmp_path.glob("cluster-*")) == []


async def test_a_script_that_starts_kernels_elsewhere(kernels: Path, tmp_path: Path) -> None:
    """Guards against a job for each look at the list of platforms, which then takes long."""
    count = tmp_path / "count"
    write_kernelspec(kernels, "site", argv=["{resource_dir}/helper.sh", "{connection_file}"])
    script(kernels / "site", "helper.sh", f"echo x >> {count}; exec sleep 3600")
    now = [1000.0]
    environments = Environments(KernelSpecManager(), "python3", timeout=1, clock=lambda: now[0])
    for looks in ("x\n", "x\n", "x\nx\n"):
        with pytest.raises(NotAvailableError, match="kernel Kernel site did not start ipykernel"):
            await environments.packages.missing("site", ["json"])
        assert count.read_text() == looks
        now[0] += 400


async def test_a_program_that_fails_behind_a_script(
    kernels: Path, environments: Environments, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a kernel in place of the program's error."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    write_kernelspec(kernels, "site", argv=["{resource_dir}/helper.sh", "{connection_file}"])
    script(kernels / "site", "helper.sh", HIDDEN)
    with pytest.raises(NotAvailableError, match="Kernel site: ValueError: too large"):
        await environments.run("site", "raise ValueError('too large')")


# What they have


async def test_this_environment(kernels: Path, environments: Environments) -> None:
    """Guards against a package that is there and is reported missing, or the other way round."""
    assert await environments.packages.missing("python3", ["json", "distributed", "no_such"]) == [
        "no_such"
    ]
    assert await environments.packages.missing("python3", ["dask.distributed"]) == []
    assert await environments.packages.missing("python3", []) == []


async def test_a_python_without_dask(kernels: Path, environments: Environments, bare: str) -> None:
    """Guards against answering for the server's environment instead of the notebook's."""
    write_kernelspec(kernels, "bare", python=bare, env={"PYTHONPATH": ""})
    assert await environments.packages.missing("bare", ["distributed", "json"]) == ["distributed"]


async def test_nothing_is_imported(
    kernels: Path, environments: Environments, tmp_path: Path
) -> None:
    """Guards against a query that takes ten seconds, or runs code, because it imports."""
    (tmp_path / "loud.py").write_text("raise SystemExit('imported')\n")
    write_kernelspec(kernels, "loud", env={"PYTHONPATH": str(tmp_path)})
    assert await environments.packages.missing("loud", ["loud", "loud.inner"]) == []


async def test_a_folder_is_no_package(
    kernels: Path, environments: Environments, tmp_path: Path
) -> None:
    """Guards against a folder of notebooks named "dask" that is taken for the library."""
    (tmp_path / "dusk").mkdir()
    write_kernelspec(kernels, "folder", env={"PYTHONPATH": str(tmp_path)})
    assert await environments.packages.missing("folder", ["dusk"]) == ["dusk"]


async def test_its_environment_is_that_of_the_kernel(
    kernels: Path, environments: Environments, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a query that runs without the kernel's own variables."""
    monkeypatch.setenv("FROM_SERVER", "1")
    write_kernelspec(kernels, "own", env={"FROM_SPEC": "2"})
    code = "import json, os, sys; print(json.dumps([os.environ[n] for n in sys.argv[1:]]))"
    printed = await environments.run("own", code, ["FROM_SERVER", "FROM_SPEC"])
    assert json.loads(printed) == ["1", "2"]


async def test_nobody_else_can_read_what_is_private(
    kernels: Path, environments: Environments, tmp_path: Path
) -> None:
    """Guards against a key in the list of processes of a login node, which has many users.

    A runner that keeps the input for itself, as conda's does, must let it through.
    """
    seen = tmp_path / "arguments"
    runner = script(tmp_path, "run", f'echo "$@" > {seen}; exec "$@" < /dev/null')
    argv = [runner, sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    write_kernelspec(kernels, "conda", argv=argv)
    code = f"import os; print('x', os.environ[{PRIVATE!r}], sep='\\n')"
    assert await environments.run_json("conda", code, private={"key": "a b\nc"}) == {
        "key": "a b\nc"
    }
    assert "-c" in seen.read_text()
    assert "a b" not in seen.read_text()


# What goes wrong


async def test_a_python_that_is_gone(
    kernels: Path, environments: Environments, tmp_path: Path
) -> None:
    """Guards against a server error after an environment was deleted."""
    write_kernelspec(kernels, "gone", python=str(tmp_path / "no" / "python"))
    with pytest.raises(NotAvailableError, match="in the environment Kernel gone: No such file"):
        await environments.packages.missing("gone", ["json"])


async def test_a_python_that_fails(
    kernels: Path, environments: Environments, tmp_path: Path
) -> None:
    """Guards against an answer made of an error text."""
    python = script(tmp_path, "python", "echo 'libpython3.so: not found' >&2; exit 127")
    write_kernelspec(kernels, "fails", python=python)
    with pytest.raises(NotAvailableError, match="in the environment Kernel fails: libpython3"):
        await environments.packages.missing("fails", ["json"])


async def test_a_python_that_hangs(kernels: Path, tmp_path: Path) -> None:
    """Guards against a list of platforms that never comes, and a process that stays behind."""
    pid = tmp_path / "pid"
    python = script(tmp_path, "python", f"sleep 3600 & echo $! > {pid}; wait")
    write_kernelspec(kernels, "hangs", python=python)
    with pytest.raises(NotAvailableError, match="did not answer within 1 seconds"):
        await Environments(KernelSpecManager(), "python3", timeout=1).packages.missing(
            "hangs", ["json"]
        )
    while running(int(pid.read_text())):
        await asyncio.sleep(0.01)


async def test_a_python_that_nothing_ends(
    kernels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a request that is never answered, as a process has left what is killed."""
    monkeypatch.setattr(programs, "LIMIT", 0.2)
    pid = tmp_path / "pid"
    python = script(tmp_path, "python", f"setsid sleep 3600 & echo $! > {pid}; wait")
    write_kernelspec(kernels, "hangs", python=python)
    environments = Environments(KernelSpecManager(), "python3", timeout=1)
    try:
        with pytest.raises(NotAvailableError, match="did not answer within 1 seconds"):
            await asyncio.wait_for(environments.packages.missing("hangs", ["json"]), 10)
    finally:
        os.kill(int(pid.read_text()), 9)


async def test_chatter_before_the_answer(
    kernels: Path, environments: Environments, tmp_path: Path
) -> None:
    """Guards against a sitecustomize, or a conda runner, that prints a banner."""
    python = script(tmp_path, "python", f'echo Welcome; exec {sys.executable} "$@"')
    write_kernelspec(kernels, "greets", python=python)
    assert await environments.packages.missing("greets", ["json", "no_such"]) == ["no_such"]


# The resident's own programs


async def test_an_environment_that_prints_latin_1(
    kernels: Path, environments: Environments, tmp_path: Path
) -> None:
    """Guards against a 500 where a site's wrapper prints a banner in its own encoding."""
    greeting = f"printf 'Gr\\374\\337e\\n'\nexec {sys.executable} \"$@\""
    write_kernelspec(kernels, "latin", python=script(tmp_path, "python", greeting))
    assert await environments.packages.missing("latin", ["json", "no_such"]) == ["no_such"]


async def test_a_program_of_the_resident(
    kernels: Path,
    environments: Environments,
    bare: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Guards what an environment that has nothing is sent: private, answered, and gone after it."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    seen = tmp_path / "seen"
    look = f"stat -c %a {tmp_path}/cluster-*/resident.zip {tmp_path}/cluster-* > {seen}"
    python = script(tmp_path, "python", f'{look}; echo "$@" >> {seen}; exec {bare} "$@"')
    write_kernelspec(kernels, "bare", python=python, env={"PYTHONPATH": ""})
    answer = await environments.run_resident(
        "bare", "gateway.queries", ["stop"], private=["a name"]
    )
    assert answer == {"error": ["ModuleNotFoundError", "No module named 'dask_gateway'"]}
    modes, arguments = seen.read_text().split(), seen.read_text()
    assert modes[:2] == ["600", "700"]
    assert "a name" not in arguments
    assert [path.name for path in tmp_path.glob("cluster-*")] == []


async def test_no_room_for_a_program_of_the_resident(
    kernels: Path, environments: Environments, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a server error where the disk for temporary files is full."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def full(path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive, "write_archive", full)
    with pytest.raises(NotAvailableError, match="written: No space left on device"):
        await environments.run_resident("python3", "jobqueue.job_script")
    assert list(tmp_path.glob("cluster-*")) == []
