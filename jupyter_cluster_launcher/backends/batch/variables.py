"""Variables in the server's environment with which users change their jobs, such as SBATCH_QOS.

Those for which the form has a field fill the field, and submissions do not get them: what the form
says is what runs. The form warns about the others beside the field for directives.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from .polling.commands import overriding
from .site.site_defaults import with_defaults
from .system import BatchSystem

Schemas = dict[str, dict[str, Any]]
DIRECTIVES = ("directives", "job_extra_directives")  # the options for what has no field


def of_fields(system: BatchSystem, names: Iterable[str]) -> dict[str, str]:
    """Return the variables for which options of these names stand, by the name of the option."""
    known: Mapping[str, str] = getattr(system, "VARIABLES", {})
    return {name: known[name] for name in names if name in known}


def defaults(system: BatchSystem, properties: Mapping[str, Any]) -> Schemas:
    """Return the options that variables fill, with that as their default."""
    variables = of_fields(system, properties)
    given = {
        name.replace("_", "-"): system.option_value(name, os.environ[variable])  # type: ignore[attr-defined]
        for name, variable in variables.items()
        if os.environ.get(variable)
    }
    return with_defaults(properties, given)


def described(system: BatchSystem, filled: Iterable[str], schemas: Schemas) -> Schemas:
    """Return ``schemas`` with what the form says beside those that variables have ``filled``."""
    variables = of_fields(system, filled)
    said = {
        name: {**schemas[name], "description": f"From {variable} in your environment"}
        for name, variable in variables.items()
        if name in schemas
    }
    return {**schemas, **said}


def warned(system: BatchSystem, properties: Mapping[str, Any]) -> Schemas:
    """Return the option for directives with a warning about variables that have no field."""
    (sentence, *_) = [*warnings(system, properties), None]
    field = next((name for name in DIRECTIVES if name in properties), None)
    return {field: {**properties[field], "warning": sentence}} if field and sentence else {}


def warnings(system: BatchSystem, names: Iterable[str]) -> list[str]:
    """Return a sentence about variables that may change jobs, but those of options ``names``."""
    found = overriding(system, of_fields(system, names).values())
    if not found:
        return []
    return [
        f"{', '.join(found)} in the environment of the Jupyter server may change the jobs: "
        f"{system.TITLE} applies what the job script does not set."
    ]
