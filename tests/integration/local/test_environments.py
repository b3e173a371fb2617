"""When the environment of a kernelspec is queried, and when the earlier answer will do."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from fakes import script, write_kernelspec
from jupyter_client.kernelspec import KernelSpecManager
from notebooks import run

from api import Api
from jupyter_cluster_launcher.controller import packages
from jupyter_cluster_launcher.controller.environments import Environments
from jupyter_cluster_launcher.errors import NotAvailableError


@pytest.fixture
def kernels(jp_environ: None, jp_kernel_dir: Path) -> Path:
    """The folder of a user's own kernelspecs."""
    return Path(jp_kernel_dir)


class Counting(Environments):
    """Counts the processes that are started."""

    started = 0

    async def run(self, *args: Any, **kwargs: Any) -> str:
        self.started += 1
        return await super().run(*args, **kwargs)


async def test_answers_are_kept(kernels: Path) -> None:
    """Guards against a process for every look at the list of platforms."""
    environments = Counting(KernelSpecManager(), "python3")
    for _ in range(3):
        assert await environments.packages.missing("python3", ["json", "no_such"]) == ["no_such"]
    assert environments.started == 1
    write_kernelspec(kernels, "same")
    await environments.packages.missing("same", ["json"])
    assert environments.started == 1, "two kernelspecs of one Python are one environment"


async def test_names_that_cannot_be_looked_for(kernels: Path) -> None:
    """Guards all other platforms against one that requires a module that has no spec."""
    environments = Counting(KernelSpecManager(), "python3")
    wanted = ["__main__", "sys", "json.decoder", "class", "no_such.part"]
    assert await environments.packages.missing("python3", wanted) == ["class", "no_such.part"]


async def test_concurrent_queries_are_one(kernels: Path) -> None:
    """Guards against five processes at once, one for each platform."""
    environments = Counting(KernelSpecManager(), "python3")
    await asyncio.gather(
        *(environments.packages.missing("python3", ["json", "os"]) for _ in range(5))
    )
    assert environments.started == 1


class Clock:
    """Seconds that pass when a test says so."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_what_is_there_is_answered_at_once(kernels: Path) -> None:
    """Guards against a launch that waits for a query because another platform's module is absent.

    The absent answer is old by then, and on most machines there is always one.
    """
    clock = Clock()
    environments = Counting(KernelSpecManager(), "python3", clock=clock)
    assert await environments.packages.missing("python3", ["json", "no_such"]) == ["no_such"]
    clock.now += 7 * 24 * 3600
    assert await environments.packages.missing("python3", ["json"]) == []
    assert environments.started == 1


async def test_no_user_is_refused_for_what_is_installed_by_now(
    kernels: Path, tmp_path: Path
) -> None:
    """Guards against a server that must be restarted after a package was installed."""
    write_kernelspec(kernels, "grows", env={"PYTHONPATH": str(tmp_path)})
    clock = Clock()
    environments = Counting(KernelSpecManager(), "python3", clock=clock)
    assert await environments.packages.missing("grows", ["json", "comes_later"]) == ["comes_later"]
    (tmp_path / "comes_later.py").write_text("")
    assert await environments.packages.missing("grows", ["comes_later"]) == ["comes_later"], (
        "believed for a while"
    )
    clock.now += packages.ABSENT_FOR + 1
    assert await environments.packages.missing("grows", ["comes_later"]) == []
    assert environments.started == 2


async def test_a_look_notices_what_was_just_installed(kernels: Path, tmp_path: Path) -> None:
    """Guards against a list that is wrong for a while, although the user looked again."""
    write_kernelspec(kernels, "grows", env={"PYTHONPATH": str(tmp_path)})
    environments = Counting(KernelSpecManager(), "python3", clock=Clock())
    for _ in range(2):
        await environments.packages.refresh("grows", {None: ["json", "comes_later"]})
        assert await environments.packages.missing("grows", ["comes_later"]) == ["comes_later"]
    (tmp_path / "comes_later.py").write_text("")
    await environments.packages.refresh("grows", {None: ["json", "comes_later"]})
    assert await environments.packages.missing("grows", ["comes_later"]) == []
    assert environments.started == 3


async def test_looks_renew_in_the_background_what_was_there(kernels: Path, tmp_path: Path) -> None:
    """Guards against a package that was removed and stays listed for as long as one looks.

    No request waits for that: the next one has the new answer.
    """
    write_kernelspec(kernels, "shrinks", env={"PYTHONPATH": str(tmp_path)})
    (tmp_path / "goes.py").write_text("")
    clock = Clock()
    environments = Counting(KernelSpecManager(), "python3", clock=clock)
    await environments.packages.refresh("shrinks", {None: ["goes"]})
    (tmp_path / "goes.py").unlink()
    await environments.packages.refresh("shrinks", {None: ["goes"]})
    assert environments.started == 1
    clock.now += packages.RENEW_AFTER + 1
    await environments.packages.refresh("shrinks", {None: ["goes"]})
    assert await environments.packages.missing("shrinks", ["goes"]) == [], "answered at once"
    while not await environments.packages.missing("shrinks", ["goes"]):
        await asyncio.sleep(0.01)
    assert environments.started == 2


async def test_a_hung_environment_delays_no_other(kernels: Path, tmp_path: Path) -> None:
    """Guards against one lock for all: an environment on a dead disk, and no list for any other."""
    go = tmp_path / "go"
    waits = f'until [ -e {go} ]; do sleep 0.05; done; exec {sys.executable} "$@"'
    write_kernelspec(kernels, "hangs", python=script(tmp_path, "python", waits))
    environments = Environments(KernelSpecManager(), "python3", timeout=3600)
    stuck = asyncio.ensure_future(environments.packages.missing("hangs", ["json"]))
    also_stuck = asyncio.ensure_future(environments.packages.refresh("hangs", {None: ["json"]}))
    assert await environments.packages.missing("python3", ["json", "no_such"]) == ["no_such"]
    assert not stuck.done()
    go.touch()
    assert await stuck == []
    await also_stuck


async def test_those_who_wait_together_fail_together(kernels: Path, tmp_path: Path) -> None:
    """Guards against a time limit that is waited for once more by each platform of the list."""
    count = tmp_path / "count"
    python = script(tmp_path, "python", f"echo x >> {count}; echo broken >&2; exit 1")
    write_kernelspec(kernels, "fails", python=python)
    environments = Environments(KernelSpecManager(), "python3")
    asking = (environments.packages.missing("fails", ["json"]) for _ in range(5))
    said = await asyncio.gather(*asking, return_exceptions=True)
    assert ["broken" in str(error) for error in said] == [True] * 5
    assert count.read_text() == "x\n"


async def test_a_failure_is_not_kept(kernels: Path, tmp_path: Path) -> None:
    """Guards against one slow moment of a file system that greys a platform for ever."""
    environments = Environments(KernelSpecManager(), "python3")
    write_kernelspec(kernels, "heals", python=str(tmp_path / "python"))
    with pytest.raises(NotAvailableError):
        await environments.packages.missing("heals", ["json"])
    script(tmp_path, "python", f'exec {sys.executable} "$@"')
    assert await environments.packages.missing("heals", ["json"]) == []


# As a user meets it


async def test_a_launch_starts_no_python(
    api: Api, jp_serverapp: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a launch that waits because some other platform's package is absent for long.

    An environment behind `conda run` or on a network disk takes seconds to answer.
    """
    environments = jp_serverapp.web_app.settings["cluster_manager"].services.environments
    clock = Clock()
    monkeypatch.setattr(environments.packages, "_clock", clock)
    status, listed = await api.ask("GET", "platforms")
    assert status == 200
    assert "ebdpy" in next(one["reason"] for one in listed if one["name"] == "esip-qhub")
    clock.now += 7 * 24 * 3600
    started: list[str] = []

    async def run(kernel_name: str, *_: Any, **__: Any) -> str:
        started.append(kernel_name)
        return "[]"

    monkeypatch.setattr(environments, "run", run)
    request = {"platform": "local", "workers": 0}
    assert (await api.ask("POST", "code", body=request))[0] == 200
    cluster = await api.launch(**request)
    assert started == []
    await api.ready(cluster["id"], 0)
    await api.stop(cluster["id"])


async def test_a_launch_where_a_script_hides_the_kernel(
    api: Api, kernels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against grey platforms for a helper of a computing centre that loads modules first."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    write_kernelspec(kernels, "site", argv=["{resource_dir}/helper.sh", "{connection_file}"])
    helper = 'export LOADED=yes; python -m ipykernel_launcher -f "$1"; true'
    script(kernels / "site", "helper.sh", helper)
    status, listed = await api.ask("GET", "platforms", params={"kernel_name": "site"})
    assert status == 200
    assert next(one["reason"] for one in listed if one["name"] == "local") is None
    cluster = await api.launch(platform="local", workers=1, kernel_name="site")
    cluster = await api.ready(cluster["id"], 1)
    work = "client.submit(__import__('os').getenv, 'LOADED').result()"
    assert run(cluster["code"]["connect"], work) == "yes"
    await api.stop(cluster["id"])


async def test_a_first_launch_queries_once(
    api: Api, jp_serverapp: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a script's launch that starts one process for Dask and one for encryption."""
    environments = jp_serverapp.web_app.settings["cluster_manager"].services.environments
    started: list[list[str]] = []
    run = environments.run

    async def counting(kernel_name: str, code: str, arguments: list[str], **more: Any) -> str:
        started.append(arguments)
        return str(await run(kernel_name, code, arguments, **more))

    monkeypatch.setattr(environments, "run", counting)
    assert (await api.ask("POST", "code", body={"platform": "local"}))[0] == 200
    assert started == [["", "cryptography", "distributed"]]


async def test_a_kernel_that_cannot_run_a_cluster_has_a_list(api: Api, kernels: Path) -> None:
    """Guards against a sidebar that says "choose another environment" and has nothing to choose in.

    It is the kernel of the notebook that was in front when the page was opened.
    """
    argv = [sys.executable, "-m", "xpython", "-f", "{connection_file}"]
    write_kernelspec(kernels, "xpython", argv=argv)
    status, listed = await api.ask("GET", "platforms", params={"kernel_name": "xpython"})
    assert status == 200
    assert {one["name"] for one in listed} >= {"local", "tallgrass"}
    for one in listed:
        assert not one["available"]
        assert "Kernel xpython is started in a way that cannot run a cluster" in one["reason"]


async def test_a_server_without_a_python_kernel_has_a_list(
    api: Api, jp_serverapp: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against "bad input" without any input: the default kernel is not there."""
    environments = jp_serverapp.web_app.settings["cluster_manager"].services.environments
    monkeypatch.setattr(environments, "default", "gone")
    status, listed = await api.ask("GET", "platforms")
    assert status == 200
    assert "There is no kernel named 'gone'" in listed[0]["reason"]
    status, refused = await api.ask("GET", "platforms", params={"kernel_name": "also-gone"})
    assert (status, list(refused)) == (422, ["message"])
