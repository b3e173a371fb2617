"""Questions to dask-gateway, asked by the Python of a notebook's environment.

Run there as a program that ends at once; imported by nobody. Its argument is the question; names
come in the environment, since everybody may read arguments, and a cluster's name protects its
dashboard. Prints one line of JSON: ``{"answer": …}`` or ``{"error": [name, text]}``. Only the
asynchronous client is used, because the synchronous one can deadlock. A ``ClusterReport`` never
leaves this process as it is: it holds the cluster's key, and the values of environment variables
among its options.

    options               the fields of the gateway's form, as a JSON Schema
    found                 one's own clusters that are pending or running
    stop                  stop clusters by name
"""

import asyncio
import json
import os
import sys

LIMIT = 15.0  # seconds for all that the gateway has to answer
TELLING = ("profile", "conda_environment", "image", "worker_cores", "worker_memory")
CREDENTIALS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
)
KINDS = {"String": "string", "Bool": "boolean", "Integer": "integer", "Float": "number"}


async def ask_options(gateway):
    """Return the form's fields as the properties of a JSON Schema, in the gateway's order."""
    try:
        fields = await gateway.cluster_options()
    except (ValueError, TypeError, AttributeError) as error:
        # Defaults in this environment's configuration that the gateway no longer takes, or a
        # wrong address; the second question tells which.
        fields = await gateway.cluster_options(use_local_defaults=False)
        sys.stderr.write(f"The local defaults are left out: {error}\n")
    schemas = {name: schema_of(field) for name, field in fields._fields.items()}
    return {name: schema for name, schema in schemas.items() if schema}


def schema_of(field):
    """Return one field of a gateway's form as JSON Schema."""
    kind = type(field).__name__
    schema = {"title": str(field.label)}
    if kind == "Mapping":
        more = mapping_of(field)
        return more and {**schema, **more}
    if kind == "Select":
        schema.update(type="string", enum=list(field.options), default=field.value)
        return environment_of(schema) if field.field == "conda_environment" else schema
    schema.update(type=KINDS.get(kind, "string"), default=field.value)
    for bound, key in (("minimum", "min"), ("maximum", "max")):
        if getattr(field, key, None) is not None:
            schema[bound] = getattr(field, key)
    return schema


def mapping_of(field):
    """Return a mapping: environment variables by name alone, others as text for each key.

    Nothing where no variable is set that could be offered.
    """
    if field.field != "environment_vars":
        return {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "advanced": True,
            "description": "Not for secrets: what is written here stands in the code.",
        }
    names = sorted(name for name in os.environ if name.startswith("AWS_"))
    # Paths and profiles mean nothing on another machine: these are offered, but not chosen.
    travelling = [name for name in names if name in CREDENTIALS]
    return names and {
        "type": "array",
        "as": "environ",
        "items": {"type": "string", "enum": names},
        "uniqueItems": True,
        "default": travelling,
        "description": "Their values go to the workers; only their names are kept here.",
    }


def environment_of(schema):
    """Let the choice of an environment begin with the notebook's own, where it is offered.

    The choices are ``namespace/name``, the notebook's environment is a folder ``…/name``; where
    several are called so, the one whose namespace is in the path.
    """
    parts = os.path.normpath(sys.prefix).split(os.sep)
    same = [choice for choice in schema["enum"] if choice.rsplit("/", 1)[-1] == parts[-1]]
    if not same:
        schema["description"] = f"The notebook's environment, {parts[-1]}, is not among them."
        return schema
    near = [choice for choice in same if choice.split("/", 1)[0] in parts[:-1]]
    return {**schema, "default": (near or same)[0]}


async def ask_found(gateway):
    """Return one's own clusters, newest first, by what may be shown of them."""
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
                if key in TELLING and isinstance(value, (str, int, float))
            },
        }
        for report in reports
    ]


async def ask_stop(gateway, *names):
    """Stop clusters; return which of them are not there or stopped already."""
    gone = []
    for name in names:
        try:
            await gateway.stop_cluster(name)
        except ValueError:
            gone.append(name)
    return gone


async def ask(question, *arguments):
    """Ask one question, and take whatever goes wrong for the answer."""
    try:
        from dask_gateway import Gateway

        async with Gateway(asynchronous=True) as gateway:
            asking = globals()[f"ask_{question}"](gateway, *arguments)
            return {"answer": await asyncio.wait_for(asking, LIMIT)}
    except asyncio.TimeoutError:
        return {"error": ["GatewayTimeout", f"{LIMIT:g} seconds"]}
    except Exception as error:  # told to whoever asked, in the words for its name and text
        return {"error": [type(error).__name__, str(error)]}


if __name__ == "__main__":
    told = json.loads(os.environ.pop("CLUSTER_LAUNCHER_PRIVATE", "[]"))
    sys.stdout.write(json.dumps(asyncio.run(ask(sys.argv[1], *told))) + "\n")
