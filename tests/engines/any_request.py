"""Requests that schemathesis makes of the contract, sent to a real server.

Half of them name platforms, kernels and clusters that are there, so that they come further than to
"there is no such cluster". Kernels of launches end at once, so that launches cost little. Two
clusters stay: one with a worker, and one with jobs of a SLURM that starts none.
"""

from __future__ import annotations

import copy
import json
import shutil
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import promises
import requests
import schemathesis
from hypothesis import Phase
from hypothesis import strategies as st
from observed_server import ObservedServer
from properties import hold
from requests.structures import CaseInsensitiveDict
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from slurm_commands import SlurmCommands

HASTY = "hasty"
# Ends where a kernel would start; other programs of its environment run.
RUNNER = '#!/bin/sh\n[ "$2" = -m ] && exit 3\nexec "$@"\n'
PLATFORMS = st.sampled_from(["local", "local", "local", "denali", "slurm", "slurm", "nebari"])
# A request that is meant: for a platform and a kernel that are there, and often for what it has.
MEANT = st.fixed_dictionaries(
    {"platform": PLATFORMS},
    optional={
        "kernel_name": st.sampled_from([None, HASTY]),
        "options": st.sampled_from([None, {}, {"threads_per_worker": 1}]),
        "workers": st.integers(0, 3),
        "adapt": st.sampled_from([None, {"maximum": 2}]),
    },
)
ROWS = 20  # of clusters that failed; older ones are dismissed
CHECKS = [
    status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip


DATA = Path(__file__).parent.parent / "data" / "slurm"  # as a real SLURM wrote it
TESTS_ONLY = """#!/bin/sh
case " $* " in
  *" --test-only "*)
    echo "sbatch: Job 1 to start at 2026-11-26T01:09:36 using 1 processors on nodes n1" >&2 ;;
  *) exec {submit} "$@" ;;
esac
"""
SITE = {
    "sinfo": 'case "$*" in *%o*) cat {data}/addresses.txt ;; *) cat {data}/nodes.txt ;; esac',
    "scontrol": 'case "$*" in *partition*) cat {data}/partitions.txt ;; *) exit 1 ;; esac',
}


class SlurmSite(SlurmCommands):
    """The same commands on a site with partitions, which says when jobs would start."""

    def __init__(self, folder: Path) -> None:
        """Write the commands."""
        super().__init__(folder)
        commands = folder / "bin"
        submit = (commands / "sbatch").rename(commands / "submit")
        scripts = {name: f"#!/bin/sh\n{text.format(data=DATA)}\n" for name, text in SITE.items()}
        scripts["sbatch"] = TESTS_ONLY.format(submit=submit)
        for name, text in scripts.items():
            (commands / name).write_text(text)
            (commands / name).chmod(0o700)


def hasty_server(folder: Path, slurm: SlurmSite) -> ObservedServer:
    """Return a server, not started, whose default kernel ends as soon as it starts."""
    server = ObservedServer(
        folder,
        f"--MultiKernelManager.default_kernel_name={HASTY}",
        "--ClusterLauncher.queue_interval=2",
    )
    server.variables |= slurm.variables
    _allow_few_jobs(folder / "jupyter" / "cluster-platforms")
    spec = folder / "jupyter/kernels" / HASTY
    spec.mkdir(parents=True)
    runner = folder / "runner"
    runner.write_text(RUNNER)
    runner.chmod(0o700)
    argv = [str(runner), "python", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernel = {"argv": argv, "display_name": "Hasty", "language": "python"}
    (spec / "kernel.json").write_text(json.dumps(kernel))
    return server


def _allow_few_jobs(platforms: Path) -> None:
    """Let no request submit 1,000 jobs: each costs processes here."""
    shipped = platforms.resolve()
    platforms.unlink()
    shutil.copytree(shipped, platforms)
    slurm = platforms / "slurm.yaml"
    text = slurm.read_text()
    assert "maximum: 1000}" in text
    slurm.write_text(text.replace("maximum: 1000}", "maximum: 4}"))


@cache
def operations() -> list[tuple[Any, Any]]:
    """Return the operations of the contract, each with every kind of requests that it can get."""
    schema = schemathesis.openapi.from_dict(copy.deepcopy(promises.document()))
    schema.config.generation.update(with_security_parameters=False)
    modes: Any = GenerationMode  # an enumeration, of a kind that mypy does not know
    found: Any = [result.ok() for result in list[Any](schema.get_all_operations())]
    return [
        (operation, mode)
        for operation in found
        for mode in modes
        if mode.is_positive or operation.body or [*operation.iter_parameters()]
    ]


@dataclass(frozen=True)
class Request:
    """A case of schemathesis; ``row`` is a cluster of the list; ``raw`` takes the body's place."""

    case: Any
    row: int | None
    raw: bytes | None


@st.composite
def any_requests(draw: st.DrawFn) -> Request:
    """Draw a request of any operation."""
    operation, mode = draw(st.sampled_from(operations()))
    case = draw(operation.as_strategy(generation_mode=mode))
    row, raw = None, None
    if draw(st.booleans()):
        if "name" in case.path_parameters:
            case.path_parameters = {"name": draw(PLATFORMS)}
        if "cluster_id" in case.path_parameters:
            row = draw(st.integers(0, ROWS))
        if isinstance(case.body, dict) and "platform" in case.body:
            case.body = (case.body if draw(st.booleans()) else {}) | draw(MEANT)
    if operation.body and draw(st.integers(0, 9)) == 0:
        raw = draw(st.binary(max_size=40))
    return Request(case, row, raw)


class Asker:
    """Sends requests to a server, and holds each answer against the contract."""

    def __init__(self, server: ObservedServer, kept: str, queued: str) -> None:
        """Ask ``server``, which has two clusters that are not to be stopped.

        ``kept`` has a worker, ``queued`` jobs.
        """
        self.server, self.kept, self._stay = server, kept, {kept, queued}
        self.seen: Counter[tuple[str, int]] = Counter()
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"token {server.token}"
        self._address = f"http://127.0.0.1:{server.port}{server.base_url}cluster-launcher"

    def ask(self, request: Request) -> None:
        """Send one request; the answer must be one that the contract has for it."""
        case = request.case
        if request.row is not None:
            case.path_parameters = {"cluster_id": self._cluster(case.method, request.row)}
            restarts = isinstance(case.body, dict) and "worker" in case.body
            if restarts and request.row % 2 == 0:  # few rows have workers
                case.path_parameters = {"cluster_id": self.kept}
                case.body = {"worker": self._worker()}
        raw = {} if request.raw is None else {"data": request.raw}
        answer = case.call(base_url=self._address, session=self._session, **raw)
        status = answer.status_code
        self.seen[case.operation.label, status] += 1
        where = case.as_curl_command()
        assert status < 500 or status == 503, f"{status} {answer.text}: {where}"
        sent = answer.request.body
        headers = CaseInsensitiveDict({name: one[0] for name, one in answer.headers.items()})
        given = SimpleNamespace(code=status, body=answer.content, headers=headers)
        promises.check(case.method, case.operation.path, sent, given)
        if case.operation.body and not fits(sent, case.operation.path, case.method):
            assert status == 422, f"accepted: {where}"
        if request.raw is None:
            case.validate_response(answer, checks=CHECKS)
        if status == 202 and case.method == "POST":
            self._dismiss_old()

    def _cluster(self, method: str, row: int) -> str:
        """Return the id of a cluster that there is, if one is there."""
        rows = self._rows(self._stay if method == "DELETE" else ())
        return str(rows[row % len(rows)]) if rows else "none"

    def _worker(self) -> str:
        """Return a worker of the cluster that runs, if it has one."""
        answer = self.server.ask("GET", f"cluster-launcher/clusters/{self.kept}/workers")[1]
        return str(next((one["id"] for one in answer.get("workers", ())), "none"))

    def _dismiss_old(self) -> None:
        for one in self._rows(self._stay)[:-ROWS]:
            self.server.ask("DELETE", f"cluster-launcher/clusters/{one}")

    def _rows(self, without: Collection[str]) -> list[str]:
        """Return the ids of the clusters, but some."""
        return [one["id"] for one in self.server.clusters() if one["id"] not in without]


def fits(sent: bytes | str | None, path: str, verb: str) -> bool:
    """Return whether a body is what the contract says."""
    try:
        data = json.loads(sent or b"")
    except ValueError:
        return False
    return promises.error(data, promises.request_schema(path, verb)) is None


def ask_anything(folder: Path, cases: int, number: int | None = None) -> Counter[tuple[str, int]]:
    """Send any requests to a new server in ``folder``; return how often each was answered how.

    They are always the same without a ``number`` that chooses them. In the end nothing but the
    server may be there.
    """
    slurm = SlurmSite(folder / "slurm")
    server = hasty_server(folder, slurm).start()
    try:
        kept = server.launch(platform="local", workers=1, kernel_name="python3", name="Kept")
        server.ready(kept, 1)
        asker = Asker(server, kept, _with_jobs(server, slurm))
        # Without shrinking: the server has changed since.
        hold(asker.ask, any_requests(), cases, number, (Phase.generate,))
        for one in server.clusters():
            server.ask("DELETE", f"cluster-launcher/clusters/{one['id']}")
        server.nothing_left()
        assert slurm.jobs() == []
    finally:
        server.stop()
    return asker.seen


def _with_jobs(server: ObservedServer, slurm: SlurmSite) -> str:
    """Return the id of a cluster of which one job waits, and one has failed."""
    slurm.give_new_jobs("PENDING")
    queued = server.launch(platform="slurm", workers=1, kernel_name="python3", name="Queued")
    server.until(queued, lambda c: c["state"] == "running" and c["queue"])
    slurm.give_new_jobs("FAILED")
    status, row = server.ask("PATCH", f"cluster-launcher/clusters/{queued}", {"workers": 2})
    assert status == 202, row
    server.until(queued, lambda c: {one["state"] for one in c["jobs"]} == {"PENDING", "FAILED"})
    slurm.give_new_jobs("RUNNING")
    return queued
