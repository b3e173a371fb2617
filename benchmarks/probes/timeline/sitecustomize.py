"""Notes in a controller when its parts begin and end, for ``start.py``.

Python imports this first where its folder is on ``PYTHONPATH``. It changes nothing but the kernels
of controllers, in which it wraps a few modules and methods. Times are by the monotonic clock, which
all processes of a host share.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

FILE = "BENCHMARK_TIMELINE"  # the variable that names the file to add to
MODULES = {
    "ipykernel": "import of ipykernel",
    "ipykernel.kernelapp": "import of ipykernel",
    "dask": "import of Dask",
    "distributed": "import of Dask",
    "distributed.dashboard.scheduler": "import of the dashboard",
    "cryptography.x509": "import of TLS",
}
RESIDENT = "__cluster_launcher"  # the variable in the controller


def code_title(*_: Any, **arguments: Any) -> str:
    """Return what some code that a kernel runs is for."""
    code = str(arguments.get("code", ""))
    if f"{RESIDENT}.begin(" in code:
        return "load of the resident"
    if f"{RESIDENT}.start(" in code:
        return "first report"
    if RESIDENT in code:
        return "preparation"
    return "create code, rest"


METHODS: dict[str, dict[str, str | Callable[..., str]]] = {
    "ipykernel.kernelapp": {"IPKernelApp.initialize": "setup of the kernel"},
    "ipykernel.ipkernel": {"IPythonKernel.do_execute": code_title},
    "distributed.deploy.spec": {
        "SpecCluster._start": "scheduler",
        "SpecCluster._correct_state_internal": "workers",
    },
    "distributed.security": {"Security.temporary": "TLS certificates"},
}


def note(name: str, begun: float, ended: float) -> None:
    """Add a span to the file."""
    with open(os.environ[FILE], "a", encoding="utf-8") as file:
        file.write(json.dumps([name, begun, ended]) + "\n")


class Timed:
    """A finder of modules that notes how long some of them take, and wraps methods of others."""

    def __init__(self) -> None:
        """Find nothing yet."""
        self._looking = False

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return what the other finders find, with a loader that is timed."""
        if self._looking or (name not in MODULES and name not in METHODS):
            return None
        self._looking = True
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self._looking = False
        if spec is not None and spec.loader is not None:
            loader: Any = spec.loader
            loader.exec_module = _timed_module(name, loader.exec_module)
        return spec


def _timed_module(name: str, execute: Callable[[ModuleType], None]) -> Callable[..., None]:
    def timed(module: ModuleType) -> None:
        begun = time.monotonic()
        execute(module)
        if name in MODULES:
            note(MODULES[name], begun, time.monotonic())
        for method, title in METHODS.get(name, {}).items():
            class_name, attribute = method.split(".")
            _wrap(getattr(module, class_name), attribute, title)

    return timed


def _wrap(owner: type, attribute: str, title: str | Callable[..., str]) -> None:
    """Have the calls of a method noted, which may be a coroutine or a class method."""
    method = vars(owner)[attribute]
    function = getattr(method, "__func__", method)

    def done(begun: float, arguments: dict[str, Any]) -> None:
        note(title if isinstance(title, str) else title(**arguments), begun, time.monotonic())

    @functools.wraps(function)
    def timed(*args: Any, **kwargs: Any) -> Any:
        begun = time.monotonic()
        try:
            return function(*args, **kwargs)
        finally:
            done(begun, kwargs)

    @functools.wraps(function)
    async def timed_coroutine(*args: Any, **kwargs: Any) -> Any:
        begun = time.monotonic()
        try:
            return await function(*args, **kwargs)
        finally:
            done(begun, kwargs)

    # The flag of coroutines, without an import of ``inspect``.
    wrapped = timed_coroutine if function.__code__.co_flags & 0x80 else timed
    setattr(owner, attribute, classmethod(wrapped) if isinstance(method, classmethod) else wrapped)


if os.environ.get(FILE) and any("ipykernel_launcher" in part for part in sys.orig_argv):
    with open("/proc/self/stat", encoding="utf-8") as stat:
        ticks = int(stat.read().rpartition(")")[2].split()[19])  # when this process began
    suspended = time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic()
    note("start of Python", ticks / os.sysconf("SC_CLK_TCK") - suspended, time.monotonic())
    sys.meta_path.insert(0, Timed())
