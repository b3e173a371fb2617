"""The parts of the documentation that are made from the code: REST, settings, platform format.

A page has a line such as ``<!-- generated: rest -->`` where such a part is to stand.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "jupyter_cluster_launcher"
Schema = Mapping[str, Any]


def complete(text: str, page: Path, repository: Mapping[str, str] | None) -> str:
    """Return a page with its generated parts, and with links into the source tree that work.

    Files outside the documentation become downloads of the site. Folders become links to the
    repository, plain text where none is known.
    """
    text = re.sub(r"^<!-- generated: (\w+) -->$", lambda m: PARTS[m[1]](), text, flags=re.MULTILINE)

    def link(match: re.Match[str]) -> str:
        target = Path(os.path.normpath(page.parent / match[2]))
        if not target.is_dir():
            return match[0]
        path = target.relative_to(ROOT).as_posix()
        return f"[{match[1]}]({repository['url']}/tree/main/{path})" if repository else match[1]

    return re.sub(r"\[([^\]]+)\]\((\.\./[^)#\s]+)\)", link, text)


def rest() -> str:
    """Return the routes and the data of the REST interface."""
    contract = yaml.safe_load((PACKAGE / "server/openapi.yaml").read_text(encoding="utf-8"))
    parts = [contract["info"]["description"].strip()]
    for tag in contract["tags"]:
        parts += [f"## {tag['name']}", f"{tag['description']}."]
        for path, item in contract["paths"].items():
            shared = item.get("parameters", [])
            for verb, route in item.items():
                if verb != "parameters" and tag["name"] in route["tags"]:
                    parts += _route(contract, path, verb, route, shared)
    parts += ["## Data", *_definitions(contract["components"]["schemas"])]
    return "\n\n".join(part for part in parts if part)


def _route(
    contract: Schema, path: str, verb: str, route: Schema, shared: list[Schema]
) -> Iterable[str]:
    yield f"### {verb.upper()} {path}"
    yield f"{route['summary']}. {route.get('description', '')}".strip()
    parameters = [_resolved(contract, one) for one in (*shared, *route.get("parameters", []))]
    if parameters:
        rows = [(f"`{p['name']}`", p["in"], p["description"]) for p in parameters]
        yield _markdown(("parameter", "in", "meaning"), rows)
    if "requestBody" in route:
        yield f"Body: {_content(_resolved(contract, route['requestBody']))}"
    answers = [(code, _resolved(contract, one)) for code, one in route["responses"].items()]
    rows = [(code, one["description"].strip(), _content(one)) for code, one in answers]
    yield _markdown(("answer", "when", "data"), rows)


def _content(part: Schema) -> str:
    return ", ".join(_type(one["schema"]) for one in part.get("content", {}).values())


def _resolved(contract: Schema, part: Schema) -> Schema:
    for name in part["$ref"].split("/")[1:] if "$ref" in part else ():
        contract = contract[name]
    return contract if "$ref" in part else part


def platforms() -> str:
    """Return all keys of a platform file, from its JSON Schema."""
    schema = json.loads((PACKAGE / "platforms/schema.json").read_text(encoding="utf-8"))
    parts = [f"Required: {_names(schema['required'])}, and either `class` or `function`."]
    for key, needed in schema["dependencies"].items():
        parts.append(f"`{key}` needs {_names(needed)}.")
    parts = [" ".join(parts), *_table(schema), "## Values", *_definitions(schema["definitions"])]
    return "\n\n".join(part for part in parts if part)


def server() -> str:
    """Return the settings of the server extension, from its traits."""
    from jupyter_cluster_launcher.server.app import ClusterLauncher  # noqa: PLC0415 - for this part alone

    rows = [
        (f"`c.ClusterLauncher.{name}`", f"`{trait.default()!r}`", trait.help)
        for name, trait in ClusterLauncher.class_own_traits(config=True).items()
    ]
    return _markdown(("setting", "default", "meaning"), rows)


def sidebar() -> str:
    """Return the settings of the sidebar, from the schema that the Settings Editor shows."""
    schema = json.loads((ROOT / "schema/sidebar.json").read_text(encoding="utf-8"))
    return "\n\n".join(_table(schema))


PARTS = {"rest": rest, "platforms": platforms, "server": server, "sidebar": sidebar}


def _definitions(schemas: Schema) -> Iterable[str]:
    for name, schema in schemas.items():
        yield f"({_label(name)})=\n### {name}"
        yield schema.get("description", "")
        yield from _table(schema) or [f"Type: {_type(schema)}."]


def _table(schema: Schema, prefix: str = "") -> list[str]:
    rows = list(_rows(schema, prefix))
    return [_markdown(("key", "type", "meaning"), rows)] if rows else []


def _rows(schema: Schema, prefix: str) -> Iterable[tuple[str, str, str]]:
    for name, part in schema.get("properties", {}).items():
        meaning = part.get("description", part.get("title", ""))
        if "default" in part:
            meaning += f" Default: `{json.dumps(part['default'], ensure_ascii=False)}`."
        required = " (required)" if name in schema.get("required", ()) else ""
        yield f"`{prefix}{name}`{required}", _type(part), meaning.strip()
        yield from _rows(part, f"{prefix}{name}.")
        yield from _rows(part.get("items") or {}, f"{prefix}{name}[].")


def _type(schema: Schema) -> str:
    """Return what a value is, in a few words; other schemas as links."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return f"[{name}](#{_label(name)})"
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    if "enum" in schema:
        return ", ".join(f"`{json.dumps(value)}`" for value in schema["enum"])
    for combined in ("oneOf", "anyOf", "allOf"):
        if combined in schema:
            return " or ".join(dict.fromkeys(_type(one) for one in schema[combined]))
    kind = schema.get("type", "any")
    if kind == "array":
        return f"list of {_type(schema.get('items', {}))}"
    text = kind if isinstance(kind, str) else " or ".join(kind)
    bounds = [f"{sign} {schema[key]}" for key, sign in BOUNDS.items() if key in schema]
    return f"{text} {', '.join(bounds)}".strip()


BOUNDS = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤"}


def _label(name: str) -> str:
    """Return a label; names of the REST interface are capitalized, those of platform files not."""
    return f"{'rest' if name[0].isupper() else 'platform'}-{name.lower()}"


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _markdown(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    def line(cells: Iterable[str]) -> str:
        plain = (" ".join(cell.split()).replace("|", r"\|") for cell in cells)
        return f"| {' | '.join(plain)} |"

    heads = list(heads)
    return "\n".join([line(heads), line("---" for _ in heads), *map(line, rows)])
