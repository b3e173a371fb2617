"""Settings of dask-labextension, and what ``import`` makes of each: an entry, or a sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from imports import Import


@pytest.fixture(autouse=True)
def home(jp_environ: None) -> None:
    """No platform files but those of a test."""


FACTORY: list[tuple[str, str, str]] = [
    ("kwargs: {n-workers: '4'}", "workers.default", "4"),
    ("kwargs: {n_workers: 4, memory-limit: 2GB}", "kwargs.memory_limit", "2GB"),
    ("kwargs: {env: {A: b}, a: 1}", "kwargs.env", "{'A': 'b'}"),
    ("kwargs: {security: false}", "tls", ""),
    ("kwargs: {security: false}", "said", "kwargs.security: encryption is left to this setting."),
    ("kwargs: {security: null, a: 1}", "tls", "True"),
    ("kwargs: {security: null, a: 1}", "said", "kwargs.security: null is not passed, so the def"),
    ("kwargs: {lambda: 1, a: 1}", "said", "kwargs.lambda: a platform file cannot have an argument"),
    ("kwargs: {option: a, b: 1}", "said", "kwargs.option: a platform file cannot have an argument"),
    ("kwargs: {a: {cpus: 4}, b: 1}", "said", "kwargs.a: a mapping with the key cpus stands for"),
    ("kwargs: {a-b: 1, a_b: 2}", "said", "kwargs.a-b: a_b sets the same, and comes later."),
    ("kwargs: {local_directory: $SCRATCH}", "said", '"$SCRATCH" is passed as it is'),
    ("kwargs: {n_workers: many, a: 1}", "said", 'n_workers: "many" is not a whole number from 0'),
    ("kwargs: [a], class: A", "said", "kwargs: this is a list, without settings."),
    ("more: 1, class: A", "said", "factory.more: the launcher has no such setting."),
    ("module: distributed.deploy.local, kwargs: {a: 1}", "tls", "True"),
    ("module: distributed.deploy.local, kwargs: {a: 1}", "workers.keyword", "n_workers"),
    ("module: distributed.deploy, kwargs: {a: 1}", "kwargs.dashboard_address", "127.0.0.1:0"),
    ("module: dask_cuda, class: LocalCUDACluster", "tls", "True"),
    ("module: dask_cuda, class: LocalCUDACluster", "kwargs.dashboard_address", "127.0.0.1:0"),
    ("module: dask_cuda, class: LocalCUDACluster", "workers.scale", "workers"),
    ("module: a, class: A", "tls", ""),
    (
        "module: a, class: A",
        "said",
        "note: labextension: its traffic is not encrypted unless the class does so.",
    ),
    ("kwargs: {protocol: 'tcp://'}", "tls", ""),
    ("kwargs: {protocol: 'tcp://'}", "said", "labextension: not encrypted: protocol is set."),
    ("module: dask_cuda, class: LocalCUDACluster, kwargs: {protocol: ucx}", "tls", ""),
    ("kwargs: {protocol: 'tls://'}", "tls", "True"),
    ("kwargs: {protocol: wss}", "tls", "True"),
    ("kwargs: {host: 'tcp://0.0.0.0'}", "said", "labextension: not encrypted: host is set."),
    ("kwargs: {host: 0.0.0.0}", "tls", "True"),
    ("module: dask_jobqueue, class: SLURMCluster, kwargs: {protocol: tcp}", "tls", ""),
    (
        "module: dask_jobqueue, class: SLURMCluster, kwargs: {scheduler-options: {protocol: tcp}}",
        "said",
        "labextension: not encrypted: scheduler_options.protocol is set.",
    ),
    ("class: " + "A" * 80, "title", "A" * 60),
    ("module: dask_jobqueue, class: SLURMCluster, kwargs: {queue: 1}", "kwargs.queue", "1"),
    (
        "module: dask_jobqueue, class: SLURMCluster, kwargs: {foo: 1}",
        "said",
        "kwargs.foo: dask-jobqueue has no such argument.",
    ),
    (
        "module: dask_jobqueue, class: SLURMCluster, kwargs: {host: a}",
        "said",
        "kwargs.host: dask-jobqueue takes this in scheduler_options only.",
    ),
    (
        "module: dask_jobqueue, class: PBSCluster, kwargs: {config-name: site, nanny: false}",
        "kwargs.config_name",
        "site",
    ),
    (
        "module: dask_jobqueue, class: JobQueueCluster, kwargs: {scheduler_options: 5}",
        "kwargs.scheduler_options",
        "5",
    ),
]


@pytest.mark.parametrize(("text", "where", "expected"), FACTORY)
def test_the_factory_of_dask_labextension(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, where: str, expected: str
) -> None:
    """Guards against arguments that dask-labextension passed, and the platform does not."""
    done = Import(f"labextension: {{factory: {{{text}}}}}", tmp_path, capsys, "labextension")
    assert done.status == 0
    if where == "said":
        assert expected in done.said
        return
    value: Any = done.platform.data
    for key in where.split("."):
        value = value.get(key, "")
    assert str(value) == expected


DEFAULT = [
    ("workers: '4'", (4, 100), ""),
    ("workers: 2.0", (2, 100), ""),
    ("workers: 0", (0, 100), ""),
    ("workers: 200", (200, 200), ""),
    ("workers: -2", (3, 100), "default.workers: -2 is not a whole number from 0 up."),
    ("workers: 4", (4, 100), "kwargs.n_workers: labextension.default.workers is set, too, and"),
    ("adapt: {maximum: '500'}", (3, 500), "default.adapt: users choose adaptive scaling"),
    ("adapt: {maximum: all}", (3, 100), 'default.adapt.maximum: "all" is not a whole number'),
    ("adapt: 5", (3, 100), "default.adapt: this is one value, without settings."),
    ("more: 5", (3, 100), "default.more: the launcher has no such setting."),
]


@pytest.mark.parametrize(("text", "counts", "sentence"), DEFAULT)
def test_numbers_of_workers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, counts: tuple[int, int],
    sentence: str,
) -> None:  # fmt: skip
    """Guards against a number of workers that nobody chose."""
    text = f"labextension: {{factory: {{kwargs: {{n_workers: 3}}}}, default: {{{text}}}}}"
    done = Import(text, tmp_path, capsys, "labextension")
    workers = done.platform.workers
    assert (done.status, workers["default"], workers["maximum"]) == (0, *counts)
    assert sentence in done.said


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        ("factory: {class: A}, default: {workers: null}", True),
        ("factory: {class: A}", True),
        ("factory: {class: A, kwargs: {n_workers: 1}}", False),
        ("factory: {class: A}, default: {workers: 1}", False),
    ],
)
def test_a_number_of_workers_that_is_not_set(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, noted: bool
) -> None:
    """Guards against one worker where the class started one for each core, and no word of it."""
    done = Import(f"labextension: {{{text}}}", tmp_path, capsys, "labextension")
    assert done.platform.workers["default"] == 1
    sentence = "note: labextension.default.workers: the form starts with 1 worker; without a number"
    assert (sentence in done.said) == noted


def test_part_of_a_factory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Guards against a file that is refused, of which dask-labextension has the rest itself."""
    done = Import("labextension: {default: {workers: 2}}", tmp_path, capsys, "labextension")
    assert (done.said, done.platform.module, done.platform.class_name) == (
        "", "dask.distributed", "LocalCluster",
    )  # fmt: skip
