"""The Python text of a launch: what makes a cluster, and what attaches a notebook to it.

Data in, text out. With a platform's defaults the create code is the recipe that its users know by
heart, plus what keeps strangers out (``security`` and a dashboard on loopback).
"""

from __future__ import annotations

import ast
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..models import Adapt
from .expressions import Plain, Scope, call, expression, literal

if TYPE_CHECKING:
    from .files import Platform

CA, CERT, KEY = "ca.pem", "cert.pem", "key.pem"


def create(
    platform: Platform,
    options: dict[str, Any] | None = None,
    workers: int | None = None,
    adapt: Adapt | None = None,
    tls: bool | None = None,
    asked: dict[str, Any] | None = None,
    *,
    client: str = "Client(cluster)",
) -> str:
    """Return the code that makes a cluster and leaves it in ``cluster``, with ``client`` beside it.

    ``options`` hold what differs from the platform's defaults, checked by ``options``; ``asked``
    are schemas of options that the platform itself declared.
    """
    counts = platform.workers
    number = adapt.minimum if adapt else counts["default"] if workers is None else workers
    schemas = {**platform.get("options", {}), **(asked or {})}
    values = options or {}
    chosen = {name: schema.get("default") for name, schema in platform.get("options", {}).items()}
    # Expressions are the administrator's to write: what a person or a gateway said is plain data.
    chosen |= {name: Plain(schema.get("default")) for name, schema in (asked or {}).items()}
    chosen |= {name: Plain(value) for name, value in values.items()}
    # Workers that come and go share the CPUs as if all of them were there.
    scope = Scope(
        adapt.maximum if adapt else number,
        {name: _as_declared(schemas[name], value) for name, value in chosen.items()},
    )

    arguments = _arguments(platform, scope)
    keyword = counts.get("keyword")
    if keyword and (adapt or values or number != counts.get("implied")):
        # In the place that the file gave it, else first, where people expect it.
        arguments = {
            **({} if keyword in arguments else {keyword: ""}),
            **arguments,
            keyword: str(number),
        }
    if platform.get("tls", False) if tls is None else tls:
        arguments["security"] = "True"

    body = [*_prelude(platform, scope), *_make(platform, arguments)]
    if counts.get("scale") and not adapt:
        body.append(f"cluster.scale({'jobs=' if counts['scale'] == 'jobs' else ''}{number})")
    if adapt:
        suffix = "_jobs" if counts.get("scale") == "jobs" else ""
        body.append(
            f"cluster.adapt(minimum{suffix}={adapt.minimum}, maximum{suffix}={adapt.maximum})"
        )
    if "client" not in platform.get("returns", []):
        body.append(f"client = {client}")
    return _imports(platform, "\n".join(body)) + "\n".join(body) + "\n"


def connect_scheduler(address: str, credentials: Path | None) -> str:
    """Return the code that attaches a notebook to a scheduler.

    ``credentials`` is the folder of the PEM files of an encrypted cluster: they stand in the code
    by path, never by value.
    """
    if credentials is None:
        return (
            f"from dask.distributed import Client\n\nclient = Client({literal(address)})\nclient\n"
        )
    files = {
        "tls_ca_file": literal(str(credentials / CA)),
        "tls_client_cert": literal(str(credentials / CERT)),
        "tls_client_key": literal(str(credentials / KEY)),
        "require_encryption": "True",
    }
    return (
        "from dask.distributed import Client, Security\n\n"
        f"{call('Security', files, 'security = ')}\n"
        f"client = Client({literal(address)}, security=security)\n"
        "client\n"
    )


def _as_declared(schema: dict[str, Any], value: Any) -> Any:
    given = value.value if isinstance(value, Plain) else value
    if given is None:
        return None
    if schema.get("as") == "path" and isinstance(given, str):
        return Plain(os.path.expanduser(given))
    return {"environ": given} if schema.get("as") == "environ" else value


def _arguments(platform: Platform, scope: Scope) -> dict[str, str]:
    """Return the call's arguments as text: the administrator's, then the options, in file order."""
    fixed = platform.get("kwargs", {})
    consumed = set(_consumed([platform.get("variables", {}), platform.get("before", []), fixed]))
    consumed |= set(_consumed([platform.get("sys_path")]))
    values = {
        **fixed,
        **{k: v for k, v in scope.options.items() if k not in consumed and v is not None},
    }
    keyword = platform.workers.get("keyword")
    return {k: expression(v, scope) for k, v in values.items() if v is not None or k == keyword}


def _consumed(value: Any) -> list[str]:
    """Return the options that are used by name, and so are not passed as arguments as well."""
    if isinstance(value, dict):
        if set(value) == {"option"}:
            return [value["option"]]
        return [name for item in value.values() for name in _consumed(item)]
    return [name for item in value for name in _consumed(item)] if isinstance(value, list) else []


def _prelude(platform: Platform, scope: Scope) -> list[str]:
    variables = [f"{n} = {expression(v, scope)}" for n, v in platform.get("variables", {}).items()]
    module = platform.get("import_as", platform.get("module"))
    calls = [
        call(
            f"{module}.{step['function']}",
            {k: expression(v, scope) for k, v in step.get("kwargs", {}).items()},
        )
        for step in platform.get("before", [])
    ]
    folder = platform.get("sys_path")
    text = expression(folder, scope) if folder is not None else "None"
    if text in ("None", '""'):
        return variables + calls
    if text.startswith('"~'):
        text = f"os.path.expanduser({text})"
    importing = f"import {platform.get('module')}" + (
        f" as {platform.get('import_as')}" if platform.get("import_as") else ""
    )
    return [f"sys.path.insert(0, {text})", importing, "", *variables, *calls]


def _make(platform: Platform, arguments: dict[str, str]) -> list[str]:
    if platform.get("function"):
        module = platform.get("import_as", platform.get("module"))
        targets = ", ".join(platform.get("returns", ["cluster"]))
        return [call(f"{module}.{platform.get('function')}", arguments, f"{targets} = ")]
    if platform.get("method"):
        return [
            f"gateway = {platform.get('class')}()",
            call(f"gateway.{platform.get('method')}", arguments, "cluster = "),
        ]
    return [call(platform.get("class"), arguments, "cluster = ")]


def _imports(platform: Platform, body: str) -> str:
    """Return the import lines that the body needs, with the blank line after them."""
    used = {node.id for node in ast.walk(ast.parse(body)) if isinstance(node, ast.Name)}
    standard = [f"import {name}" for name in ("os", "sys") if name in used]
    module, cls = platform.get("module"), platform.get("class")
    ours = f"from {module} import {cls}"
    if platform.get("function"):
        late = any(line.startswith("import ") for line in body.split("\n"))
        alias = f" as {platform.get('import_as')}" if platform.get("import_as") else ""
        lines = standard + ([] if late else [f"import {module}{alias}"])
    elif "Client" not in used:
        lines = [*standard, ours]
    elif module == "dask.distributed":
        lines = [*standard, f"from {module} import {', '.join(sorted(['Client', cls]))}"]
    else:
        lines = [*standard, "from dask.distributed import Client"]
        guard = platform.get("import_error")
        if guard:
            lines += ["", "try:", f"    {ours}", "except ImportError as error:"]
            lines += [f"    raise ImportError({literal(guard)}) from error"]
        else:
            lines += [ours]
    return "\n".join(lines) + "\n\n" if lines else ""
