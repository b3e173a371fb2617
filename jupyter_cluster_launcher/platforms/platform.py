"""A platform: the content of one valid platform file, with the defaults of what it leaves out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from . import cpus
from .expressions import kind, resolve
from .types import (
    Cost,
    Count,
    Detect,
    Kwargs,
    PlatformFile,
    Requires,
    Step,
    Value,
    Workers,
)

FIXED = ("SSHCluster",)  # classes whose number of workers cannot change
WORKERS_AS_GIVEN = ("keyword", "scale", "from", "less", "times", "implied_unless")
CLUSTER_ONLY: list[Literal["client", "cluster"]] = ["cluster"]


@dataclass(frozen=True)
class Platform:
    """A kind of place where a cluster can run: the content of one valid file."""

    name: str
    origin: Path
    data: PlatformFile

    @property
    def title(self) -> str:
        """The name that users see."""
        return self.data["title"]

    @property
    def description(self) -> str:
        """One line under the title, empty where there is none."""
        return self.data.get("description", "")

    @property
    def order(self) -> int:
        """Where the platform stands in the list; smaller is higher."""
        return self.data.get("order", 100)

    @property
    def detect(self) -> Detect:
        """What marks the host of this platform; empty where it is never preselected."""
        return self.data.get("detect", {})

    @property
    def listed(self) -> Literal["always", "detected"]:
        """Where users see the platform: everywhere, or only where it is detected."""
        return self.data.get("listed", "always")

    @property
    def requires(self) -> Requires:
        """What this platform cannot work without."""
        return self.data.get("requires", {})

    @property
    def requires_modules(self) -> list[str]:
        """The Python modules that the kernel's environment must have."""
        return self.requires.get("modules", [])

    @property
    def expected_env(self) -> dict[str, str]:
        """The variables that the server should have, each with the warning for where it has not."""
        return self.data.get("expects", {}).get("env", {})

    @property
    def reasons(self) -> dict[str, str]:
        """The administrator's sentences for missing modules, commands and variables."""
        return self.data.get("reasons", {})

    @property
    def module(self) -> str:
        """The Python module of the class or the functions."""
        return self.data["module"]

    @property
    def import_as(self) -> str | None:
        """The short name of the module, None where it has its own."""
        return self.data.get("import_as")

    @property
    def import_error(self) -> str | None:
        """What to say where the module cannot be imported, None for Python's own words."""
        return self.data.get("import_error")

    @property
    def class_name(self) -> str | None:
        """The class that makes the cluster, None where a function makes it."""
        return self.data.get("class")

    @property
    def function(self) -> str | None:
        """The function that makes the cluster, None where a class makes it."""
        return self.data.get("function")

    @property
    def method(self) -> str | None:
        """The method of an instance of the class that makes the cluster, None for the class."""
        return self.data.get("method")

    @property
    def returns(self) -> list[Literal["client", "cluster"]]:
        """What the function returns, in order."""
        return self.data.get("returns", CLUSTER_ONLY)

    @property
    def sys_path(self) -> Value:
        """The folder that the create code puts first on sys.path; None for none."""
        return self.data.get("sys_path")

    @property
    def variables(self) -> dict[str, Value]:
        """Names given to values before the calls."""
        return self.data.get("variables", {})

    @property
    def before(self) -> list[Step]:
        """Calls of functions of the module that come before the cluster is made."""
        return self.data.get("before", [])

    @property
    def kwargs(self) -> Kwargs:
        """Arguments that the administrator fixes."""
        return self.data.get("kwargs", {})

    @property
    def tls(self) -> bool:
        """Whether clusters are encrypted unless the user says otherwise."""
        return self.data.get("tls", False)

    @property
    def kind(self) -> str | None:
        """The name of the backend, None where it follows from the other entries."""
        return self.data.get("kind")

    @property
    def encryption(self) -> Literal["argument", "configuration", "always"] | None:
        """How clusters are encrypted, None where that follows from the class."""
        return self.data.get("encryption")

    @property
    def connect(self) -> Literal["scheduler", "gateway", "name"]:
        """How a notebook attaches: by the scheduler's address, or by name, also at dask-gateway."""
        return self.data.get("connect", "scheduler")

    @property
    def batch(self) -> str | None:
        """The batch system whose jobs the workers are, None where they are none."""
        return self.data.get("batch")

    @property
    def adaptive(self) -> bool:
        """Whether the number of workers may follow the load."""
        fixed = "from" in self.data["workers"] or self.class_name in FIXED
        return self.data.get("adaptive", not fixed)

    @property
    def timeout(self) -> float:
        """Seconds that creating the cluster may take."""
        return self.data.get("timeout", 300)

    @property
    def cost(self) -> Cost | None:
        """The price of a core, None where cores cost nothing."""
        return self.data.get("cost")

    @property
    def options_from(self) -> Literal["gateway"] | None:
        """Which engine declares further options, None where the file has them all."""
        return self.data.get("options_from")

    @property
    def workers(self) -> Workers:
        """The field for the number of workers, its counts resolved for this machine.

        A default that is out of bounds only because this machine has other CPUs than its author
        thought of is moved to the nearest bound.
        """
        given = self.data["workers"]
        low, high = count(given.get("minimum", 0)), count(given["maximum"])
        rest = {key: value for key, value in given.items() if key in WORKERS_AS_GIVEN}
        if "implied" in given:
            rest["implied"] = count(given["implied"])
        if "suggested" in given:
            rest["suggested"] = max(low, min(high, count(given["suggested"])))
        resolved = {
            "title": given.get("title", "Workers"),
            "default": max(low, min(high, count(given["default"]))),
            "minimum": low,
            "maximum": high,
            **rest,
        }
        return cast(Workers, resolved)

    @property
    def options(self) -> dict[str, dict[str, Any]]:
        """The properties of the options' JSON Schema, their defaults resolved for this machine."""
        return {name: _resolved({**option}) for name, option in self.declared.items()}

    @property
    def declared(self) -> dict[str, dict[str, Any]]:
        """The properties of the options' JSON Schema as the file has them."""
        return cast(dict[str, dict[str, Any]], self.data.get("options", {}))

    @property
    def library_folder(self) -> str | None:
        """The folder that comes first on sys.path where the user does not choose another."""
        value = self.sys_path
        if kind(value) == "option":
            value = self.declared[value["option"]].get("default")
        return resolve(value) or None


def count(value: Count) -> int:
    """Return a number of CPUs or workers of the file as a number on this machine."""
    # JSON Schema takes 2.0 for a whole number, too.
    return cpus.count(value["cpus"]) if isinstance(value, dict) else int(value)


def _resolved(option: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an option with its default resolved, or none where it comes to none."""
    default = resolve(option.pop("default", None))
    return option if default is None else {**option, "default": default}
