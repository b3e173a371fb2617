"""A short-lived program of a kernel's environment: one query to dask-gateway.

The first argument is the query; names of clusters are private input, since a cluster's name
protects its dashboard. Prints one line of JSON: ``{"answer": …}`` or ``{"error": [name, text]}``.
Only the asynchronous client is used, because the synchronous one can deadlock. A ``ClusterReport``
never leaves this process as it is: it holds the cluster's key, and the values of environment
variables among its options.

    options               the fields of the gateway's form, as properties of a JSON Schema
    found                 the user's clusters that are pending or running
    stop                  stop clusters by name
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol

from ..process import program

if TYPE_CHECKING:
    from dask_gateway.client import Gateway

LIMIT = 15.0  # seconds for all that the gateway has to answer
SHOWN = ("profile", "conda_environment", "image", "worker_cores", "worker_memory")
# What makes access to AWS, or to a store that speaks S3, the same on another machine.
ACCESS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
    "AWS_S3_ENDPOINT",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_NO_SIGN_REQUEST",
    "AWS_REQUEST_PAYER",
    "AWS_REQUEST_CHECKSUM_CALCULATION",
    "AWS_RESPONSE_CHECKSUM_VALIDATION",
)
TYPES = {"String": "string", "Bool": "boolean", "Integer": "integer", "Float": "number"}
BOUNDS = {"minimum": "min", "maximum": "max"}

Schema = dict[str, Any]


class Field(Protocol):
    """A field of a gateway's form, as ``dask_gateway.options.Field``; its class says what kind."""

    field: str
    label: object
    value: Any


class SelectField(Field, Protocol):
    """A field with choices."""

    options: Iterable[str]


async def options(gateway: Gateway) -> dict[str, Schema]:
    """Return the form's fields as the properties of a JSON Schema, in the gateway's order."""
    try:
        form = await gateway.cluster_options()
    except (ValueError, TypeError, AttributeError) as error:
        # Defaults in this environment's configuration that the gateway no longer takes, or a
        # wrong address; the second query tells which.
        form = await gateway.cluster_options(use_local_defaults=False)
        sys.stderr.write(f"The local defaults are left out: {error}\n")
    schemas = {name: schema_of(field) for name, field in form._fields.items()}
    return {name: schema for name, schema in schemas.items() if schema}


def schema_of(field: Any) -> Schema | None:
    """Return one field of a gateway's form as JSON Schema, None where it offers nothing."""
    kind = type(field).__name__
    if kind == "Mapping":
        return mapping_schema(field)
    if kind == "Select":
        return select_schema(field)
    schema = {"title": str(field.label), "type": TYPES.get(kind, "string"), "default": field.value}
    for key, attribute in BOUNDS.items():
        bound = getattr(field, attribute, None)
        if bound is not None:
            schema[key] = bound
    return schema


def mapping_schema(field: Field) -> Schema | None:
    """Return a mapping: environment variables by name alone, others as text for each key.

    None where no variable is set that could be offered.
    """
    title = str(field.label)
    if field.field != "environment_vars":
        return {
            "title": title,
            "type": "object",
            "additionalProperties": {"type": "string"},
            "advanced": True,
            "description": "Not for secrets: what is written here stands in the code.",
        }
    names = sorted(name for name in os.environ if name.startswith("AWS_"))
    if not names:
        return None
    return {
        "title": title,
        "type": "array",
        "as": "environ",
        "items": {"type": "string", "enum": names},
        "uniqueItems": True,
        # Paths and profiles mean nothing on another machine: these are offered, but not chosen.
        "default": [name for name in names if name in ACCESS],
        "description": "Their values go to the workers; only their names are kept here.",
    }


def select_schema(field: SelectField) -> Schema:
    """Return a field with choices; an environment's default is the notebook's, where offered.

    Those choices are ``namespace/name``, the notebook's environment is a folder ``…/name``; where
    several have that name, the one whose namespace is in the path.
    """
    choices = list(field.options)
    schema = {
        "title": str(field.label), "type": "string", "enum": choices, "default": field.value,
    }  # fmt: skip
    if field.field != "conda_environment":
        return schema
    parts = os.path.normpath(sys.prefix).split(os.sep)
    same = [choice for choice in choices if choice.rsplit("/", 1)[-1] == parts[-1]]
    if not same:
        schema["description"] = f"The notebook's environment, {parts[-1]}, is not among them."
        return schema
    near = [choice for choice in same if choice.split("/", 1)[0] in parts[:-1]]
    return {**schema, "default": (near or same)[0]}


async def found(gateway: Gateway) -> list[dict[str, Any]]:
    """Return the user's clusters, newest first, by what may be shown of them."""
    reports = await gateway.list_clusters()
    reports.sort(key=lambda report: report.start_time, reverse=True)
    return [
        {
            "id": report.name,
            "status": report.status.name.lower(),
            "since": report.start_time.astimezone().isoformat(timespec="seconds"),
            "options": {
                key: str(value)
                for key, value in (report.options or {}).items()
                if key in SHOWN and isinstance(value, (str, int, float))
            },
        }
        for report in reports
    ]


async def stop(gateway: Gateway, *names: str) -> list[str]:
    """Stop clusters; return the names of those that are not there or stopped already."""
    gone = []
    for name in names:
        try:
            await gateway.stop_cluster(name)
        except ValueError:
            gone.append(name)
    return gone


QUERIES: dict[str, Callable[..., Awaitable[Any]]] = {
    "options": options,
    "found": found,
    "stop": stop,
}


async def query(name: str, *arguments: str) -> dict[str, Any]:
    """Return the answer to one query, or the error by its class and text."""
    try:
        from dask_gateway.client import Gateway  # noqa: PLC0415 - it may be missing

        async with Gateway(asynchronous=True) as gateway:
            work = QUERIES[name](gateway, *arguments)
            return {"answer": await asyncio.wait_for(work, LIMIT)}
    except asyncio.TimeoutError:
        return {"error": ["GatewayTimeout", f"{LIMIT:g} seconds"]}
    except Exception as error:  # made a sentence by the server, which knows these names
        return {"error": [type(error).__name__, str(error)]}


def main() -> None:
    """Print the answer to the query that the first argument names."""
    names = program.private() or []
    program.answer(asyncio.run(query(sys.argv[1], *names)))
