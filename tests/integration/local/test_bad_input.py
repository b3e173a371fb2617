"""Bad input over REST: each a 4xx with a sentence, and nothing left behind."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from fakes import a_cluster, write_kernelspec, write_platform
from pythons import bare_python, packages_without
from tornado.httpclient import HTTPClientError

from api import Api
from jupyter_cluster_launcher.clusters.manager import ClusterManager
from jupyter_cluster_launcher.clusters.saved import records
from jupyter_cluster_launcher.clusters.saved.store import Store
from jupyter_cluster_launcher.controller.boot import boot_id
from jupyter_cluster_launcher.controller.host import host
from jupyter_cluster_launcher.models import ControllerRef, State

LOCAL = {"platform": "local"}


def nested(field: str, levels: int) -> str:
    """Return a field with a list within lists, as JSON."""
    return f'{{"{field}": {"[" * levels}{"]" * levels}}}'


# What cannot be launched: the body, the status, and a word of the sentence.
LAUNCHES: dict[str, tuple[Any, int, str]] = {
    "malformed": ('{"platform": ', 422, "not valid JSON"),
    "not UTF-8": (b'{"platform": "\xff"}', 422, "UTF-8"),
    "too deep": ("[" * 100_000, 422, "32 levels"),
    "no body": ("", 422, "is empty"),
    "array": ([LOCAL], 422, "JSON object"),
    "text": ("local", 422, "not valid JSON"),
    "null": ("null", 422, "JSON object"),
    "no platform": ({}, 422, "platform is missing"),
    "unknown platform": ({"platform": "cray"}, 404, "no platform 'cray'. There are: local"),
    "a path": ({"platform": "../local"}, 404, "no platform"),
    "platform of another type": ({"platform": ["local"]}, 422, "platform must be a string"),
    "long platform": ({"platform": "x" * 10_000}, 404, "no platform"),
    "unknown key": ({**LOCAL, "worker": 3}, 422, "There is no field 'worker'"),
    "code": ({**LOCAL, "create": "import os"}, 422, "'create'"),
    "unknown option": ({**LOCAL, "options": {"n": 1}}, 422, "has no option 'n'"),
    "options of another type": ({**LOCAL, "options": [1]}, 422, "object"),
    "option of another type": (
        {**LOCAL, "options": {"threads_per_worker": "2"}}, 422, "Threads per worker",
    ),
    "a line break": ({**LOCAL, "options": {"memory_limit": "4GB\n#"}}, 422, "line breaks"),
    "a control character": ({**LOCAL, "options": {"memory_limit": "4GB\x00"}}, 422, "line breaks"),
    "a directive": (
        {"platform": "site", "options": {"lines": ["--a", "b\n#SBATCH --c"]}}, 422, "line breaks",
    ),
    "too few": ({"platform": "site", "workers": 0}, 422, "from 1 to 8"),
    "too many": ({"platform": "site", "workers": 9}, 422, "from 1 to 8"),
    "negative": ({**LOCAL, "workers": -1}, 422, "whole number"),
    "half a worker": ({**LOCAL, "workers": 1.5}, 422, "whole number"),
    "true workers": ({**LOCAL, "workers": True}, 422, "whole number"),
    "text workers": ({**LOCAL, "workers": "2"}, 422, "whole number"),
    "NaN": ('{"platform": "local", "workers": NaN}', 422, "NaN is no number"),
    "infinite": ('{"platform": "local", "workers": 1e999}', 422, "whole number"),
    "huge": ('{"platform": "local", "workers": 1%s}' % ("0" * 400), 422, "whole number"),
    "endless number": ('{"platform": "local", "workers": %s}' % ("9" * 5000), 422, "is too long"),
    "adapt upside down": ({**LOCAL, "adapt": {"minimum": 3, "maximum": 2}}, 422, "not be above"),
    "adapt without maximum": (
        {**LOCAL, "adapt": {"minimum": 1}}, 422, "adapt.maximum is missing",
    ),
    "adapt: true": ({**LOCAL, "adapt": True}, 422, "adapt must be an object with a maximum"),
    "adapt at most 0": ({**LOCAL, "adapt": {"maximum": 0}}, 422, "adapt.maximum must be a whole"),
    "adapt and more": (
        {**LOCAL, "adapt": {"maximum": 2, "wait": 3}}, 422, "no field 'adapt.wait'",
    ),
    "adapt beyond": ({**LOCAL, "adapt": {"maximum": 1000}}, 422, "from 1 to 64"),
    "adapt where it cannot": (
        {"platform": "fixed", "adapt": {"maximum": 2}}, 422, "cannot adapt",
    ),
    "adapt and workers": ({**LOCAL, "workers": 2.5, "adapt": {"maximum": 2}}, 422, "whole number"),
    "double quote": ({**LOCAL, "name": 'a"b'}, 422, "name must be 1 to 60"),
    "quote": ({**LOCAL, "name": "a'b"}, 422, "name must be 1 to 60"),
    "line break in name": ({**LOCAL, "name": "a\nb"}, 422, "name must be 1 to 60"),
    "long name": ({**LOCAL, "name": "x" * 10_000}, 422, "name must be 1 to 60"),
    "HTML": ({**LOCAL, "name": "<img src=x onerror=alert(1)>"}, 422, "name must be 1 to 60"),
    "no name": ({**LOCAL, "name": ""}, 422, "name must be 1 to 60"),
    "name of another type": ({**LOCAL, "name": 3}, 422, "name must be 1 to 60"),
    "tls: no": ({**LOCAL, "tls": "no"}, 422, "true or false"),
    "keep_running: 1": ({**LOCAL, "keep_running": 1}, 422, "true or false"),
    "idle at once": ({**LOCAL, "idle_timeout": 0}, 422, "idle_timeout must be a number"),
    "folder of another type": ({**LOCAL, "cwd": 5}, 422, "cwd must be a string"),
    "idle soon": ({**LOCAL, "idle_timeout": 5}, 422, "idle_timeout must be a number"),
    "idle in a century": ({**LOCAL, "idle_timeout": 3e9}, 422, "from 10 to 2592000 (30 days)"),
    "endlessly idle": ('{"platform": "local", "idle_timeout": 1e999}', 422, "idle_timeout must be"),
    "no folder": ({**LOCAL, "cwd": None}, 422, "cwd must be a string"),
    "null name": ({**LOCAL, "name": None}, 422, "name must be 1 to 60"),
    "tab in name": ({**LOCAL, "name": "a\tb"}, 422, "name must be 1 to 60"),
    "line break after a name": ({**LOCAL, "name": "a\n"}, 422, "name must be 1 to 60"),
    "blank name": ({**LOCAL, "name": "  "}, 422, "name must be 1 to 60"),
    "null workers": ({**LOCAL, "workers": None}, 422, "workers must be a whole number, 0 or more"),
    "null adopt": ({**LOCAL, "adopt": None}, 422, "adopt must be the id"),
    "number for a kernel": ({**LOCAL, "kernel_name": 3}, 422, "kernel_name must be a string, or"),
    "a field twice": (
        '{"platform": "local", "workers": 1, "workers": 2}', 422, "not 'workers' twice",
    ),
    "an option twice": (
        '{"platform": "local", "options": {"a": 1, "a": 2}}', 422, "not 'a' twice",
    ),
    "deep": (nested("options", 900), 422, "nested at most"),
    "deeper": (nested("options", 10_000), 422, "nested at most"),
    "-Infinity": ('{"platform": "local", "idle_timeout": -Infinity}', 422, "Infinity is no number"),
    "nothing to take over there": ({**LOCAL, "adopt": "a.b"}, 422, "cannot be joined"),
    "taken over by code": ({"platform": "cloud", "adopt": 'a")'}, 422, "must have 1 to 60"),
    "joined by code": (
        {"platform": "running", "adopt": 'tcp://h:1")'}, 422, "Write it as tcp://HOST:PORT"
    ),
    "a file that is not there": ({"platform": "running", "adopt": "/no"}, 422, "There is no file"),
    "nothing to join": ({"platform": "running"}, 422, "give the address or the scheduler file"),
    "unknown kernel": ({**LOCAL, "kernel_name": "gone"}, 422, "no kernel named 'gone'"),
    "kernel of another type": (
        {**LOCAL, "kernel_name": ["python3"]}, 422, "kernel_name must be a string",
    ),
    "a kernel's path": ({**LOCAL, "kernel_name": "../../x"}, 422, "no kernel named"),
    "not Python": ({**LOCAL, "kernel_name": "ir"}, 422, "is not a Python kernel"),
    "kernel elsewhere": ({**LOCAL, "kernel_name": "ssh"}, 422, "cannot run a cluster"),
    "no dask": ({**LOCAL, "kernel_name": "bare"}, 503, "Dask is not installed in"),
    "no Python": ({**LOCAL, "kernel_name": "deleted"}, 503, "cannot be started"),
    "not here": ({"platform": "elsewhere"}, 503, "no-such-command is not on PATH"),
}  # fmt: skip


def is_sentence(answer: Any) -> bool:
    """Return whether an answer is one sentence or two for a user."""
    text = answer.get("message") if isinstance(answer, dict) else None
    return (
        isinstance(text, str)
        and 10 < len(text) < 500
        and "Traceback" not in text
        and "\n" not in text
        and set(answer) == {"message"}
    )


class Folder:
    """The directories of clusters on this server."""

    def __init__(self, root: Path) -> None:
        self.root, self.store = root, Store(root)

    def left(self) -> list[str]:
        return [path.name for path in self.root.iterdir()] if self.root.exists() else []

    def record(self, cluster_id: str) -> dict[str, Any]:
        text = (self.root / cluster_id / "cluster.json").read_text(encoding="utf-8")
        return dict(json.loads(text))


@pytest.fixture
def folder(jp_environ: None, jp_runtime_dir: Path) -> Folder:
    return Folder(Path(jp_runtime_dir) / "cluster-launcher")


@pytest.fixture
def places(
    platform_folder: Path, jp_kernel_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Platforms and kernels with which something is wrong."""
    write_platform(
        platform_folder, "site",
        options={"lines": {"type": "array", "title": "Lines", "items": {"type": "string"}}},
    )  # fmt: skip
    write_platform(platform_folder, "fixed", adaptive=False)
    write_platform(platform_folder, "cloud", connect="gateway")
    write_platform(platform_folder, "elsewhere", requires={"commands": ["no-such-command"]})
    kernels = Path(jp_kernel_dir)
    write_kernelspec(kernels, "ir", language="R")
    write_kernelspec(kernels, "ssh", argv=["ssh", "node", "{connection_file}"])
    write_kernelspec(kernels, "deleted", python=str(kernels / "no" / "python"))
    python = bare_python(tmp_path_factory.getbasetemp() / "bare")
    write_kernelspec(kernels, "bare", python=python, env={"PYTHONPATH": ""})


@pytest.mark.usefixtures("places")
@pytest.mark.parametrize("route", ["clusters", "code", "check"])
async def test_what_cannot_be_launched(api: Api, folder: Folder, route: str) -> None:
    """Guards against a server error, half a launch, and an answer that does not say what to do."""
    wrong = []
    for what, (body, status, word) in LAUNCHES.items():
        code, answer = await api.ask("POST", route, body=body)
        if code != status or not is_sentence(answer) or word not in answer["message"]:
            wrong.append(f"{what}: {code} {str(answer)[:300]}")
    assert wrong == []
    assert (await api.ask("GET", "clusters")) == (200, [])
    assert folder.left() == []


async def test_an_environment_that_cannot_encrypt(
    api: Api, jp_kernel_dir: Path, tmp_path: Path, folder: Folder
) -> None:
    """Guards against a launch that fails deep inside Dask, where it could go without encryption.

    A real environment with Dask and without cryptography.
    """
    packages = packages_without(tmp_path / "packages", "cryptography")
    python = bare_python(tmp_path / "venv")
    write_kernelspec(
        Path(jp_kernel_dir), "plain", python=python, display_name="Plain",
        env={"PYTHONPATH": packages},
    )  # fmt: skip
    request = {"platform": "local", "workers": 1, "kernel_name": "plain"}
    code, answer = await api.ask("POST", "clusters", body=request)
    assert (code, is_sentence(answer)) == (503, True), answer
    assert answer["message"] == (
        "Encryption needs the package cryptography, which the environment Plain does not have. "
        "Install it there (pip install cryptography, or conda install cryptography), or turn off "
        "encryption for this cluster."
    )
    assert folder.left() == []
    cluster = await api.launch(**request, tls=False)
    cluster = await api.ready(cluster["id"], 1)
    assert not cluster["tls"]
    assert cluster["address"].startswith("tcp://")
    await api.stop(cluster["id"])


UNKNOWN = ["abc", "x" * 2000, "-", "__init__"]


async def test_unknown_clusters(api: Api, folder: Folder) -> None:
    """Guards against an unknown id that is an error of the server's, on any verb."""
    for cluster_id in UNKNOWN:
        for verb, rest, body in (
            ("GET", (), None), ("PATCH", (), {"workers": 1}), ("PATCH", (), {"name": "b"}),
            ("DELETE", (), None), ("GET", ("logs",), None),
        ):  # fmt: skip
            code, answer = await api.ask(verb, "clusters", cluster_id, *rest, body=body)
            assert code == 404, f"{verb} {cluster_id[:20]}: {code} {answer}"
            assert is_sentence(answer)
    assert folder.left() == []


@pytest.mark.parametrize("path", ["..", "a/b", "a.b", "a%00b", "%2e%2e%2f", "a b", "é"])
async def test_what_is_no_id(jp_fetch: Any, folder: Folder, path: str) -> None:
    """Guards against an id that leads out of the clusters' folder."""
    outside = folder.root.parent / "cluster.json"
    outside.write_text("{}")
    for verb in ("GET", "DELETE"):
        with pytest.raises(HTTPClientError) as error:
            await jp_fetch("cluster-launcher", "clusters", path, method=verb)
        assert error.value.code in (400, 404, 405)
    assert outside.exists()


@pytest.mark.parametrize("route", ["options", "found"])
async def test_questions_to_unknown_platforms(api: Api, route: str) -> None:
    """Guards against a form that waits for a platform which is not there."""
    code, answer = await api.ask("GET", "platforms", "cray", route)
    assert (code, is_sentence(answer)) == (404, True), answer


async def test_a_list_for_an_unknown_kernel(api: Api) -> None:
    """Guards against an empty sidebar where a notebook's kernel is not on this server."""
    code, answer = await api.ask("GET", "platforms", params={"kernel_name": "gone"})
    assert (code, is_sentence(answer)) == (422, True), answer


async def test_a_query_that_says_nothing(api: Api) -> None:
    """Guards against a misspelt value that counts as none: the cluster would be shut down."""
    both = [("leave", "true"), ("leave", "false")]
    for params, word in (([("leave", "maybe")], "true or false"), (both, "only once")):
        code, answer = await api.ask("DELETE", "clusters", "unknown", params=params)
        assert (code, is_sentence(answer)) == (422, True), answer
        assert answer["message"].startswith("leave must be"), answer
        assert word in answer["message"]
    params = [("kernel_name", "python3"), ("kernel_name", "ir")]
    for path in (["platforms"], ["platforms", "local", "options"], ["platforms", "local", "found"]):
        code, answer = await api.ask("GET", *path, params=params)
        assert (code, is_sentence(answer)) == (422, True), answer
        assert "kernel_name must be given only once" in answer["message"]


# Clusters that ended, or are not here: their records are from an earlier server

ELSEWHERE = ControllerRef("/run/c.json", "/tmp/none", 2**22 + 1, "another-host", "boot")
GONE = ControllerRef("/run/c.json", "/tmp/none", 2**22 + 1, host(), boot_id())
RECORDS = {
    "failed": a_cluster(id="failed", state=State.FAILED, message="No account."),
    "closed": a_cluster(id="closed", state=State.CLOSED),
    "lost": a_cluster(id="lost", state=State.RUNNING, controller=GONE),
    "elsewhere": a_cluster(id="elsewhere", state=State.RUNNING, controller=ELSEWHERE),
}
CHANGES = [
    {"workers": 2}, {"adapt": {"maximum": 2}}, {"idle_timeout": 60}, {"keep": True},
]  # fmt: skip


@contextlib.asynccontextmanager
async def attached(api: Api, jp_serverapp: Any, folder: Folder) -> AsyncIterator[None]:
    """Let the server find the records of an earlier one."""
    for cluster in RECORDS.values():
        folder.store.save(cluster)
    manager: ClusterManager = jp_serverapp.web_app.settings["cluster_manager"]
    await manager.attach()
    try:
        yield
    finally:
        await manager.stop()


async def test_what_does_not_run_is_not_scaled(api: Api, jp_serverapp: Any, folder: Folder) -> None:
    """Guards against a request that no process gets, and a cluster that seems to have changed."""
    async with attached(api, jp_serverapp, folder):
        for state in RECORDS:
            assert (await api.ask("GET", "clusters", state))[1]["state"] == state
            before = folder.record(state)
            for body in CHANGES:
                code, answer = await api.ask("PATCH", "clusters", state, body=body)
                assert (code, is_sentence(answer)) == (409, True), f"{state} {body}: {answer}"
            assert folder.record(state) == before


async def test_another_hosts_record_is_not_touched(
    api: Api, jp_serverapp: Any, folder: Folder
) -> None:
    """Guards against spoiling a cluster that runs well on the host where it belongs.

    What this server shows of it is no state that its own server knows.
    """
    async with attached(api, jp_serverapp, folder):
        before = folder.record("elsewhere")
        for body in ({"name": "Mine"}, {"keep_running": True}):
            code, answer = await api.ask("PATCH", "clusters", "elsewhere", body=body)
            assert (code, is_sentence(answer)) == (409, True), answer
        code, answer = await api.ask("DELETE", "clusters", "elsewhere")
        assert (code, is_sentence(answer)) == (409, True), answer
        assert folder.record("elsewhere") == before
        assert records.read(before).state is State.RUNNING


async def test_what_ended_is_dismissed_once(api: Api, jp_serverapp: Any, folder: Folder) -> None:
    """Guards against rows that cannot be got rid of, and records that stay."""
    async with attached(api, jp_serverapp, folder):
        for state in ("failed", "closed", "lost"):
            code, answer = await api.ask("DELETE", "clusters", state, params={"leave": "true"})
            assert (code, is_sentence(answer)) == (422, True), "it was not joined"
            await api.stop(state)
            assert (await api.ask("DELETE", "clusters", state))[0] == 404
        assert folder.left() == ["elsewhere"]


# Clusters that are there

PATCHES: list[tuple[Any, str]] = [
    ("", "is empty"),
    ("{", "not valid JSON"),
    ([], "JSON object"),
    ({}, "exactly one of"),
    ({"workers": 2, "name": "b"}, "exactly one of"),
    ({"state": "closed"}, "exactly one of"),
    ({"options": {}}, "exactly one of"),
    ({"workers": None}, "whole number"),
    ({"workers": -1}, "whole number"),
    ({"workers": 65}, "from 0 to 64"),
    ({"workers": 1.5}, "whole number"),
    ({"workers": True}, "whole number"),
    ({"workers": "2"}, "whole number"),
    ({"adapt": None}, "adapt must be an object with a maximum"),
    ({"adapt": {"minimum": 1}}, "adapt.maximum is missing"),
    ({"adapt": {"minimum": 2, "maximum": 1}}, "not be above"),
    ({"name": None}, "name must be 1 to 60"),
    ({"name": "<b>"}, "name must be 1 to 60"),
    ({"name": "x" * 10_000}, "name must be 1 to 60"),
    ({"keep_running": "yes"}, "true or false"),
    ({"name": "a\tb"}, "name must be 1 to 60"),
    ({"keep_running": None}, "keep_running must be true or false"),
    ({"idle_timeout": 1}, "idle_timeout must be a number"),
    ({"idle_timeout": 3e9}, "from 10 to 2592000 (30 days)"),
    ({"idle_timeout": True}, "idle_timeout must be a number"),
    ({"keep": "yes"}, "true or false"),
    ({"keep": None}, "keep must be true or false"),
    ('{"workers": 1, "workers": 2}', "not 'workers' twice"),
    (nested("workers", 10_000), "nested at most"),
]


# Not one that says what is to happen to this cluster; the first was not joined.
LEAVES = ["true", "maybe", "True", "1", ""]


async def test_changes_that_cannot_be(api: Api, folder: Folder) -> None:
    """Guards against a bad request that changes a running cluster all the same."""
    cluster = await api.launch(platform="local", workers=0, tls=False)
    before = await api.ready(cluster["id"], 0)
    wrong = []
    for body, word in PATCHES:
        code, answer = await api.ask("PATCH", "clusters", cluster["id"], body=body)
        if code != 422 or not is_sentence(answer) or word not in answer["message"]:
            wrong.append(f"{body!r:.80}: {code} {str(answer)[:200]}")
    assert wrong == []
    for leave in LEAVES:
        code, answer = await api.ask("DELETE", "clusters", cluster["id"], params={"leave": leave})
        assert (code, is_sentence(answer)) == (422, True), answer
    after = (await api.ask("GET", "clusters", cluster["id"]))[1]
    settled = ("state", "name", "adapt", "idle", "keep_running", "address")
    assert {key: after[key] for key in settled} == {key: before[key] for key in settled}
    assert after["workers"]["requested"] == 0
    await api.stop(cluster["id"])
    assert folder.left() == []


async def test_a_starting_cluster(api: Api, platform_folder: Path, folder: Folder) -> None:
    """Guards against scaling what is not there yet, and a stop that waits for the start.

    Its create code takes an hour: only an interrupt can end it.
    """
    (platform_folder / "slow.yaml").write_text(
        "version: 1\ntitle: Slow\nmodule: subprocess\nfunction: run\n"
        "kwargs: {args: [sleep, '3600']}\n"
        "workers: {scale: workers, default: 1, maximum: 2}\n"
    )
    cluster = await api.launch(platform="slow")
    await api.until(cluster["id"], lambda c: "Creating" in c["message"])
    for body in CHANGES:
        code, answer = await api.ask("PATCH", "clusters", cluster["id"], body=body)
        assert (code, is_sentence(answer)) == (409, True), answer
    assert (await api.ask("DELETE", "clusters", cluster["id"]))[0] == 204
    code, answer = await api.ask("DELETE", "clusters", cluster["id"])
    assert (code, is_sentence(answer)) == (409, True), "the second stop"
    for body in CHANGES:
        code, answer = await api.ask("PATCH", "clusters", cluster["id"], body=body)
        assert (code, is_sentence(answer)) == (409, True), answer
    await api.gone(cluster["id"])
    assert folder.left() == []


async def test_what_fails_while_it_is_created(
    api: Api, platform_folder: Path, folder: Folder
) -> None:
    """Guards against an HTTP error for what is Dask's, and against a controller that stays."""
    write_platform(platform_folder, "wrong", **{"class": "NoSuchCluster"})
    cluster = await api.launch(platform="wrong", name="Wrong one")
    with pytest.raises(AssertionError, match="cannot import name 'NoSuchCluster'"):
        await api.until(cluster["id"], lambda _: False)
    seen = (await api.ask("GET", "clusters", cluster["id"]))[1]
    assert seen["state"] == "failed"
    assert seen["code"]["connect"] is None
    logs = (await api.ask("GET", "clusters", cluster["id"], "logs"))[1]
    assert "Traceback" in logs["launch"]
    record = folder.record(cluster["id"])
    assert not Path(record["controller"]["socket_dir"]).exists()
    code, answer = await api.ask("PATCH", "clusters", cluster["id"], body={"workers": 1})
    assert (code, is_sentence(answer)) == (409, True), answer
    await api.stop(cluster["id"])
    assert folder.left() == []
