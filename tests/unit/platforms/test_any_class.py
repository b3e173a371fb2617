"""What a platform file can say of classes that the launcher does not know."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fakes import SITE, site, write_platform

from jupyter_cluster_launcher.backends import kind_of
from jupyter_cluster_launcher.clusters.request import scaling_of
from jupyter_cluster_launcher.errors import BadInputError
from jupyter_cluster_launcher.models import Adapt
from jupyter_cluster_launcher.platforms import codegen, files, options
from jupyter_cluster_launcher.platforms.encryption import check_encryption, optional

HOSTS: dict[str, Any] = {
    "class": "SSHCluster",
    "workers": {"from": "hosts", "less": 1, "times": "each", "default": 1, "maximum": 4},
    "options": {
        "hosts": {"type": "array", "title": "Hosts", "items": {"type": "string"}},
        "each": {"type": "integer", "title": "Workers per host", "default": 1},
    },
    "kwargs": {"worker_options": {"n_workers": {"option": "each"}}},
}


@pytest.mark.parametrize(
    ("entries", "kind"),
    [
        ({}, "local"),
        ({"module": "distributed"}, "local"),
        ({"class": "SSHCluster"}, "remote"),
        ({"module": "dask_kubernetes.operator", "class": "KubeCluster"}, "remote"),
        ({"module": "site_library"}, "remote"),
        ({"kind": "local", "module": "site_library"}, "local"),
        ({"module": "dask_jobqueue", "class": "SLURMCluster", "batch": "slurm"}, "batch"),
        ({"connect": "gateway"}, "gateway"),
    ],
)
def test_a_file_alone_is_enough(entries: dict[str, Any], kind: str) -> None:
    """Guards against a class that is taken for one whose scheduler runs in the controller."""
    assert kind_of(site(**entries)) == kind


# Encryption


@pytest.mark.parametrize(
    ("entries", "argument", "configured"),
    [
        ({}, True, False),
        ({"module": "dask_cuda", "class": "LocalCUDACluster"}, True, False),
        ({"module": "dask_jobqueue", "class": "PBSCluster"}, True, False),
        ({"class": "SSHCluster"}, False, True),
        ({"module": "x", "class": "Y", "encryption": "argument"}, True, False),
        ({"module": "x", "class": "Y", "encryption": "configuration"}, False, True),
        ({"module": "x", "class": "Y", "encryption": "always"}, False, False),
    ],
)
def test_each_class_is_encrypted_in_its_own_way(
    tmp_path: Path, entries: dict[str, Any], argument: bool, configured: bool
) -> None:
    """Guards against ``security=True`` for a class that fails on it half-way."""
    platform = write_platform(tmp_path, **entries, tls=True)
    code = codegen.create(platform)
    assert ("security=True" in code) is argument
    assert ("require-encryption" in code) is configured
    assert ("import dask\n" in code) is configured
    assert "require-encryption" not in codegen.create(platform, tls=False)
    check_encryption(platform, True)


def test_what_cannot_encrypt_is_refused() -> None:
    """Guards against an open scheduler where encryption was chosen."""
    platform = site(module="x", **{"class": "Y"})
    check_encryption(platform, False)
    with pytest.raises(BadInputError, match=r"Site cannot encrypt: .* does not say how Y"):
        check_encryption(platform, True)


@pytest.mark.parametrize(
    ("entries", "offered"),
    [
        ({}, True),
        ({"tls": True}, True),
        ({"class": "SSHCluster"}, True),
        ({"module": "dask_jobqueue", "class": "OARCluster"}, True),
        ({"module": "x", "class": "Y"}, False),
        ({"module": "x", "class": "Y", "encryption": "configuration"}, True),
        ({"module": "x", "class": "Y", "encryption": "always", "tls": True}, False),
        ({"kwargs": {"security": {"env": "SECURITY"}}}, False),
    ],
)
def test_where_a_form_offers_encryption(
    tmp_path: Path, entries: dict[str, Any], offered: bool
) -> None:
    """Guards against a choice that nothing can deliver, or that changes nothing."""
    assert optional(write_platform(tmp_path, **entries)) is offered


@pytest.mark.parametrize(
    ("name", "offered"),
    [("local", True), ("slurm", True), ("nebari", False), ("esip-qhub", False)],
)
def test_where_ours_offer_encryption(name: str, offered: bool) -> None:
    """Guards against the same in the files that ship: a gateway decides by itself."""
    (found,) = [one for one in files.find()[0] if one.name == name]
    assert optional(found) is offered


def test_a_file_cannot_promise_encryption_that_nothing_does(tmp_path: Path) -> None:
    """Guards against a file that is found out at the first launch."""
    (tmp_path / "a.yaml").write_text(str({**SITE, "module": "x", "class": "Y", "tls": True}))
    fault = files.read(tmp_path / "a.yaml")
    assert isinstance(fault, files.Fault)
    assert "How Y encrypts is not known: add the key encryption" in str(fault)


# The number of workers


def test_a_class_of_fixed_size(tmp_path: Path) -> None:
    """Guards against a form that offers to adapt what cannot scale, and code that tries to."""
    fixed = {**SITE, "class": "SSHCluster"}
    assert not site(**fixed).adaptive
    for entries in (
        {"adaptive": True},
        {"workers": {"scale": "workers", "default": 1, "maximum": 4}},
    ):
        (tmp_path / "a.yaml").write_text(json.dumps({**fixed, **entries}))
        fault = files.read(tmp_path / "a.yaml")
        assert isinstance(fault, files.Fault)
        assert "SSHCluster cannot change its number of workers" in str(fault)


@pytest.mark.parametrize(
    ("chosen", "number"),
    [({"hosts": ["a", "b"]}, 1), ({"hosts": ["a", "b", "c"], "each": 2}, 4)],
)
def test_a_number_that_follows_from_an_option(
    tmp_path: Path, chosen: dict[str, Any], number: int
) -> None:
    """Guards against "2 of 0 workers"."""
    platform = write_platform(tmp_path, **HOSTS)
    assert options.requested_workers(platform, scaling_of(platform), None, chosen) == number
    code = codegen.create(platform, chosen, number)
    assert "n_workers=" not in code
    assert not platform.adaptive


@pytest.mark.parametrize(
    ("given", "chosen", "words"),
    [
        (2, {"hosts": ["a", "b"]}, "follows from Hosts on Site: leave it out"),
        (None, {"hosts": list("abcdef")}, "Hosts: this makes 5 workers, and Site takes 0 to 4"),
        (None, {"hosts": None}, "Hosts: this makes 0 workers"),
    ],
)
def test_numbers_that_do_not_fit(
    tmp_path: Path, given: int | None, chosen: dict[str, Any], words: str
) -> None:
    """Guards against a launch with more workers than the administrator allows, or with none."""
    platform = write_platform(tmp_path, **HOSTS)
    scaling = scaling_of(platform)
    with pytest.raises(BadInputError, match=words):
        options.requested_workers(platform, scaling, given, chosen)


def test_an_implied_number_with_other_options(tmp_path: Path) -> None:
    """Guards against an argument that the class needs in none of these cases."""
    entries: dict[str, Any] = {
        "workers": {**SITE["workers"], "default": 3, "implied": 3, "implied_unless": ["nthreads"]},
        "options": {
            name: {"type": "integer", "title": name} for name in ("nthreads", "idle_timeout")
        },
    }
    platform = write_platform(tmp_path, **entries)
    assert "n_workers" not in codegen.create(platform, {"idle_timeout": 9}, 3)
    assert "n_workers=3" in codegen.create(platform, {"nthreads": 9}, 3)
    assert "n_workers=4" in codegen.create(platform, {}, 4)
    assert "n_workers=0" in codegen.create(platform, {}, adapt=Adapt(0, 3))


# Classes as values


def test_a_class_as_an_argument(tmp_path: Path) -> None:
    """Guards against the name of a class as text, where the class itself is needed."""
    kwargs = {"worker_class": {"class": "dask_cuda.CUDAWorker"}}
    code = codegen.create(write_platform(tmp_path, kwargs=kwargs))
    assert "from dask_cuda import CUDAWorker\n" in code
    assert "worker_class=CUDAWorker" in code


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"kwargs": {"a": {"class": "x.Client"}}}, "Client is used by the code already"),
        ({"kwargs": {"a": {"class": "x.LocalCluster"}}}, "LocalCluster is used by the code"),
        ({"kwargs": {"a": {"class": "x.A"}, "b": {"class": "y.A"}}}, "it cannot be y.A"),
        ({"kwargs": {"a": {"class": "x.class"}}}, "class is a keyword of Python"),
        ({"kwargs": {"a": {"class": "Name"}}}, "does not match"),
        (
            {**HOSTS, "options": {}, "kwargs": {}},
            "There is no option hosts of type array or integer",
        ),
        ({**HOSTS, "adaptive": True}, "cannot adapt to the load"),
        (
            {"options": {"a": {"type": "string", "title": "A", "default": {"class": "x.Y"}}}},
            "A default is a plain value",
        ),
        (
            {**HOSTS, "workers": {**HOSTS["workers"], "times": "hosts"}},
            "There is no option hosts of type integer",
        ),
        ({"workers": {**SITE["workers"], "implied_unless": ["x"]}}, "implied"),
        (
            {"workers": {**SITE["workers"], "implied": 1, "implied_unless": ["x"]}},
            "There is no option x",
        ),
    ],
)
def test_faults(tmp_path: Path, entries: dict[str, Any], words: str) -> None:
    """Guards against files that match the schema and lead to code that fails."""
    (tmp_path / "a.yaml").write_text(json.dumps({**SITE, **entries}))
    fault = files.read(tmp_path / "a.yaml")
    assert isinstance(fault, files.Fault)
    assert words in str(fault)
