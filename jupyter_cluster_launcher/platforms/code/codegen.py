"""The Python text that makes a cluster.

Data in, text out. With a platform's defaults the create code is the recipe that its users know by
heart, plus what protects it from other users (``security`` and a dashboard on loopback).
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ...models import Adapt
from ..encryption import encryption
from .expressions import (
    Plain,
    Scope,
    Variables,
    absent,
    call,
    expression,
    kind,
    literal,
    named_references,
    references,
    resolve,
)

if TYPE_CHECKING:
    from ..platform import Platform

CLIENT_MODULE = "dask.distributed"
# Dask then encrypts with the credentials of its configuration, or refuses to connect.
REQUIRE_ENCRYPTION = """\
dask.config.set(
    {"distributed.comm.require-encryption": True, "distributed.comm.default-scheme": "tls"}
)"""


def create(
    platform: Platform,
    options: dict[str, Any] | None = None,
    workers: int | None = None,
    adapt: Adapt | None = None,
    tls: bool | None = None,
    discovered: dict[str, Any] | None = None,
    *,
    client: str = "Client(cluster)",
) -> str:
    """Return the code that makes a cluster and leaves it in ``cluster``, with ``client`` beside it.

    ``options`` hold what differs from the platform's defaults, checked by ``options``: None for
    what is not to be passed.
    ``discovered`` are the schemas of options that the engine itself declares. ``client`` is the
    expression that makes the client, where no function of the platform returns one.
    """
    counts = platform.workers
    number = adapt.minimum if adapt else counts["default"] if workers is None else workers
    # Workers that come and go share the CPUs as if all of them were there.
    scope = Scope(
        adapt.maximum if adapt else number,
        _values(platform, options or {}, discovered or {}),
        platform.variables,
    )

    arguments = _arguments(platform, scope)
    keyword = counts.get("keyword")
    if keyword and (
        adapt or _unsettled(platform, options or {}) or number != counts.get("implied")
    ):
        # In the place that the file gave it, else first, where readers expect it.
        arguments = {
            **({} if keyword in arguments else {keyword: ""}),
            **arguments,
            keyword: str(number),
        }
    encrypted = encryption(platform) if (platform.tls if tls is None else tls) else None
    if encrypted == "argument":
        arguments["security"] = "True"

    body = [*_prelude(platform, scope), *_make(platform, arguments)]
    if encrypted == "configuration":
        body.insert(0, REQUIRE_ENCRYPTION)
    if counts.get("scale") and not adapt:
        body.append(f"cluster.scale({'jobs=' if counts['scale'] == 'jobs' else ''}{number})")
    if adapt:
        suffix = "_jobs" if counts.get("scale") == "jobs" else ""
        body.append(
            f"cluster.adapt(minimum{suffix}={adapt.minimum}, maximum{suffix}={adapt.maximum})"
        )
    if "client" not in platform.returns:
        body.append(f"client = {client}")
    blocks = [*_imports(platform, scope, "\n".join(body)), body]
    return "\n\n".join("\n".join(lines) for lines in blocks if lines) + "\n"


def _unsettled(platform: Platform, options: dict[str, Any]) -> bool:
    """Return whether the class may start another number of workers than the implied one."""
    unless = platform.workers.get("implied_unless")
    return bool(options) if unless is None else any(name in options for name in unless)


def _values(
    platform: Platform, options: dict[str, Any], discovered: dict[str, Any]
) -> dict[str, Any]:
    """Return what each option comes to, in the order of the form: set by the user or by default.

    Expressions are the administrator's to write: what a user or a gateway gave is plain data.
    """
    schemas = {**discovered, **platform.declared}
    chosen = {name: schema.get("default") for name, schema in platform.declared.items()}
    chosen |= {
        name: Plain(schema.get("default"))
        for name, schema in discovered.items()
        if name not in platform.declared
    }
    chosen |= {name: Plain(value) for name, value in options.items()}
    return {name: _as_declared(schemas[name], value) for name, value in chosen.items()}


def _as_declared(schema: dict[str, Any], value: Any) -> Any:
    given = value.value if isinstance(value, Plain) else value
    if given is None:
        return None
    if schema.get("as") == "path" and isinstance(given, str):
        return Plain(os.path.expanduser(given))
    if schema.get("type") == "integer" and isinstance(given, float):
        return Plain(int(given))  # JSON Schema takes 2.0 for a whole number, Dask does not
    return Variables(given) if schema.get("as") == "environ" else value


def used_references(platform: Platform) -> Iterator[tuple[tuple[str | int, ...], str, Any]]:
    """Yield the expressions of all values that the create code has: path, kind, what it names."""
    yield from named_references(platform.variables, ("variables",))
    for number, step in enumerate(platform.before):
        yield from named_references(step.get("kwargs", {}), ("before", number, "kwargs"))
    yield from named_references(platform.kwargs, ("kwargs",))


def _arguments(platform: Platform, scope: Scope) -> dict[str, str]:
    """Return the call's arguments as text: the administrator's, then the options, in file order."""
    # What is used by name is not passed as an argument as well.
    used = [*used_references(platform), *references(platform.sys_path)]
    consumed = {name for _, what, name in used if what == "option"}
    options = {k: v for k, v in scope.options.items() if k not in consumed}
    values = {**platform.kwargs, **{k: v for k, v in options.items() if not absent(v, scope)}}
    keyword = platform.workers.get("keyword")
    return {
        k: expression(v, scope) for k, v in values.items() if k == keyword or not absent(v, scope)
    }


def _prelude(platform: Platform, scope: Scope) -> list[str]:
    """Return the variables and the calls that come before the cluster is made."""
    variables = [
        f"{name} = {expression(v, scope)}"
        for name, v in platform.variables.items()
        if not absent(v, scope)
    ]
    module = platform.import_as or platform.module
    calls = [
        call(
            f"{module}.{step['function']}",
            {
                k: expression(v, scope)
                for k, v in step.get("kwargs", {}).items()
                if v is None or not absent(v, scope)
            },
        )
        for step in platform.before
    ]
    return variables + calls


def _make(platform: Platform, arguments: dict[str, str]) -> list[str]:
    """Return the lines that leave the cluster in ``cluster``."""
    if platform.function:
        module = platform.import_as or platform.module
        targets = ", ".join(platform.returns)
        return [call(f"{module}.{platform.function}", arguments, f"{targets} = ")]
    if platform.method:
        return [
            f"gateway = {platform.class_name}()",
            call(f"gateway.{platform.method}", arguments, "cluster = "),
        ]
    return [call(str(platform.class_name), arguments, "cluster = ")]


def _imports(platform: Platform, scope: Scope, body: str) -> list[list[str]]:
    """Return the import lines that the body needs, as blocks with a blank line between them."""
    used = _names(body)
    cls, module = platform.class_name, platform.module
    folder = _folder(platform, scope)
    clients = ["Client"] if "Client" in used else []
    ours = []
    functions = platform.function or platform.before
    if functions and (platform.import_as or module.partition(".")[0]) in used:
        ours.append(
            f"import {module}" + (f" as {platform.import_as}" if platform.import_as else "")
        )
    if cls in used:
        if module == CLIENT_MODULE and not folder:
            clients.append(cls)
        else:
            ours.append(f"from {module} import {cls}")
    ours += [
        f"from {named.rpartition('.')[0]} import {named.rpartition('.')[2]}"
        for _, what, named in used_references(platform)
        if what == "class" and named.rpartition(".")[2] in used
    ]
    head = [f"import {name}" for name in ("os", "sys", "dask") if name in used | _names(folder)]
    if clients:
        head.append(f"from {CLIENT_MODULE} import {', '.join(sorted(clients))}")
    if ours and platform.import_error:
        ours = ["try:", *(f"    {line}" for line in ours), "except ImportError as error:"]
        ours += [f"    raise ImportError({literal(platform.import_error)}) from error"]
        return [head, [folder] if folder else [], ours]
    return [head, [folder, *ours]] if folder else [[*head, *ours]]


def _folder(platform: Platform, scope: Scope) -> str:
    """Return the line that puts the platform's folder first on sys.path, or "" for none."""
    value = platform.sys_path
    if kind(value) == "option":
        value = scope.options.get(value["option"])
    if not (value.value if isinstance(value, Plain) else resolve(value)):
        return ""
    text = expression(value, scope)
    # Python knows no ~, and what a variable holds may begin with one, too.
    tilde = text.startswith('"~') or not text.startswith('"')
    return f"sys.path.insert(0, {f'os.path.expanduser({text})' if tilde else text})"


def _names(code: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}
