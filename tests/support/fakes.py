"""Stand-ins for what the tests must not start for real: Dask's classes, platforms, kernelspecs."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

import yaml

from api import PLATFORMS
from jupyter_cluster_launcher.backends import backend_class
from jupyter_cluster_launcher.backends.base import Backend
from jupyter_cluster_launcher.backends.facts import Context
from jupyter_cluster_launcher.controller.environments import Environments
from jupyter_cluster_launcher.models import Cluster
from jupyter_cluster_launcher.platforms import files as platforms
from jupyter_cluster_launcher.platforms.files import Platform
from jupyter_cluster_launcher.platforms.types import PlatformFile

# The least that a platform file must say.
SITE: PlatformFile = {
    "version": 1,
    "title": "Site",
    "module": "dask.distributed",
    "class": "LocalCluster",
    "workers": {"keyword": "n_workers", "default": 2, "minimum": 1, "maximum": 8},
}


@dataclass(frozen=True)
class Call:
    """One call that reached a stand-in."""

    name: str
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)


class Recorder:
    """Stand-ins of the modules that create code uses; every call of them is noted, in order.

    ``absent`` are modules that cannot be imported here.
    """

    def __init__(self, *absent: str) -> None:
        self.calls: list[Call] = []
        recorder = self

        class Cluster:
            """A cluster that does nothing."""

            def __init__(self, *args: Any, **kwargs: Any) -> None:
                recorder.note(type(self).__name__, args, kwargs)

            def scale(self, *args: Any, **kwargs: Any) -> None:
                recorder.note("scale", args, kwargs)

            def adapt(self, *args: Any, **kwargs: Any) -> None:
                recorder.note("adapt", args, kwargs)

            def get_client(self) -> Client:
                return Client(self)

        class LocalCluster(Cluster):
            """As in dask.distributed."""

        class SLURMCluster(Cluster):
            """As in dask_jobqueue."""

        class GatewayCluster(Cluster):
            """As in dask_gateway."""

        class Client:
            """As in dask.distributed: its cluster is its only argument here."""

            def __init__(self, cluster: Cluster) -> None:
                self.cluster = cluster
                recorder.note("Client", (cluster,), {})

        class Gateway:
            """As in dask_gateway."""

            def __init__(self, *args: Any, **kwargs: Any) -> None:
                recorder.note("Gateway", args, kwargs)

            def new_cluster(self, *args: Any, **kwargs: Any) -> GatewayCluster:
                return GatewayCluster(*args, **kwargs)

            def connect(self, *args: Any, **kwargs: Any) -> GatewayCluster:
                recorder.note("connect", args, kwargs)
                return GatewayCluster()

        def set_credentials(*args: Any, **kwargs: Any) -> None:
            recorder.note("set_credentials", args, kwargs)

        def start_dask_cluster(*args: Any, **kwargs: Any) -> tuple[Client, Cluster]:
            recorder.note("start_dask_cluster", args, kwargs)
            cluster = GatewayCluster()
            return Client(cluster), cluster

        self.modules: dict[str, ModuleType | None] = {
            "dask": _module("dask"),
            "dask.distributed": _module(
                "dask.distributed", LocalCluster=LocalCluster, Client=Client
            ),
            "dask_jobqueue": _module("dask_jobqueue", SLURMCluster=SLURMCluster),
            "dask_gateway": _module("dask_gateway", Gateway=Gateway),
            "ebdpy": _module(
                "ebdpy", set_credentials=set_credentials, start_dask_cluster=start_dask_cluster
            ),
            **dict.fromkeys(absent),
        }

    def note(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Keep a call."""
        self.calls.append(Call(name, args, kwargs))

    def run(self, code: str, env: dict[str, str] | None = None, cpus: int = 8) -> dict[str, Any]:
        """Execute code among the stand-ins and return its names.

        ``env`` is the whole environment, ``cpus`` the CPUs of the machine.
        """
        names: dict[str, Any] = {}
        with (
            patch.dict(sys.modules, self.modules),
            patch.dict("os.environ", env or {}, clear=True),
            patch("os.cpu_count", return_value=cpus),
            patch.object(sys, "path", list(sys.path)),
        ):
            exec(compile(code, "created", "exec"), names)
            names["sys.path"] = list(sys.path)
        return names

    def kwargs(self, name: str) -> dict[str, Any]:
        """Return the keyword arguments of the one call of ``name``."""
        (call,) = [call for call in self.calls if call.name == name]
        return call.kwargs


def _module(name: str, **content: Any) -> ModuleType:
    module = ModuleType(name)
    module.__dict__.update(content)
    return module


def a_cluster(**changes: Any) -> Cluster:
    """Return a cluster that has just been requested, with some fields changed."""
    cluster = Cluster(
        id="c1",
        name="This computer 1",
        platform="local",
        platform_title="This computer",
        kernel_name="python3",
        cwd=None,
        create="cluster = 1\n",
        requested=2,
    )
    return replace(cluster, **changes)


class Titles(Environments):
    """Environments of which only the names are known."""

    def __init__(self) -> None:
        self.default, self.gateway = "python3", None

    def title(self, kernel_name: str) -> str:
        """Return the name that users see."""
        return kernel_name


def context(**changes: Any) -> Context:
    """Return what backends work with, where no kernel is needed."""
    return Context(Titles(), **changes)


def backend(kind: str = "local", **changes: Any) -> Backend:
    """Return a backend that needs no kernel."""
    return backend_class(kind)(context(**changes))


def shipped(name: str) -> Platform:
    """Return a platform that comes with the package."""
    platform = platforms.read(PLATFORMS / f"{name}.yaml")
    assert isinstance(platform, Platform), platform
    return platform


def site(**entries: Any) -> Platform:
    """Return a platform of a site, as if read from a valid file."""
    content: Any = {**SITE, **entries}
    return Platform("site", Path("site.yaml"), content)


def write_platform(folder: Path, name: str = "site", **entries: Any) -> Platform:
    """Write a platform's file, check it, and return the platform."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump({**SITE, **entries}, sort_keys=False), encoding="utf-8")
    platform = platforms.read(path)
    assert isinstance(platform, Platform), platform
    return platform


def write_kernelspec(kernels: Path, name: str, python: str = sys.executable, **entries: Any) -> str:
    """Write a kernelspec into a folder ``kernels``, an ordinary Python's by default."""
    spec = {
        "argv": [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": f"Kernel {name}",
        "language": "python",
        **entries,
    }
    (kernels / name).mkdir(parents=True)
    (kernels / name / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    return name


def script(folder: Path, name: str, text: str) -> str:
    """Write a program that stands for a Python."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)
