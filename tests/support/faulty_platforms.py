"""Platform files that a schema allows and that cannot work, with what is wrong and where."""

from __future__ import annotations

from itertools import pairwise

import yaml
from fakes import SITE

GOOD = yaml.safe_dump(SITE, sort_keys=False)
NEXT = GOOD.count("\n") + 1  # the line of what is added
FUNCTION = """
version: 1
title: Library
module: site_library
function: start
workers: {keyword: n, default: 1, maximum: 4}
""".lstrip()
AFTER = FUNCTION.count("\n") + 1


def workers(text: str) -> str:
    return f"version: 1\ntitle: A\nmodule: a\nclass: B\nworkers: {text}\n"


def option(text: str, title: str = "T") -> str:
    return f"{GOOD}options:\n  a: {{title: {title}, {text}}}\n"


# What is wrong, the line it is in, and words of the message about it.
FAULTY: dict[str, tuple[str, int, str]] = {
    # Names
    "option is a keyword": (
        f"{GOOD}options:\n  class: {{type: string, title: T}}\n",
        NEXT + 1,
        "class is a keyword",
    ),
    "variable is a keyword": (f"{GOOD}variables: {{lambda: 1}}\n", NEXT, "lambda is a keyword"),
    "kwarg is a keyword": (f"{GOOD}kwargs: {{None: 1}}\n", NEXT, "None is a keyword"),
    "kwarg of a step": (
        f"{FUNCTION}before:\n- function: f\n  kwargs: {{if: 1}}\n",
        AFTER + 2,
        "if is a keyword",
    ),
    "import_as": (f"{FUNCTION}import_as: async\n", AFTER, "async is a keyword"),
    "workers.keyword": (workers("{keyword: in, default: 1, maximum: 2}"), 5, "in is a keyword"),
    "module": (GOOD.replace("dask.distributed", "dask.class"), 3, "class is a keyword"),
    "class": (GOOD.replace("LocalCluster", "True"), 4, "True"),
    "line break in a name": (f'{GOOD}kwargs: {{"a\\n": 1}}\n', NEXT, "not a Python name"),
    "__debug__": (
        f"{GOOD}variables: {{__debug__: 1}}\n",
        NEXT,
        "__debug__ is a keyword",
    ),
    "option __debug__": (
        f"{GOOD}options:\n  __debug__: {{type: string, title: T}}\n",
        NEXT + 1,
        "__debug__ is a keyword",
    ),
    "variable that the code uses": (
        f"{GOOD}variables: {{os: a}}\n",
        NEXT,
        "os is used by the code",
    ),
    "variable like the class": (
        f"{GOOD}variables: {{LocalCluster: a}}\n",
        NEXT,
        "LocalCluster is used",
    ),
    "variable like the module": (
        f"{FUNCTION}variables: {{site_library: a}}\n",
        AFTER,
        "is used by the code",
    ),
    "class like Dask's": (GOOD.replace("LocalCluster", "Client"), 4, "Client is used by the code"),
    "option like the number": (
        f"{GOOD}options: {{n_workers: {{type: integer, title: N}}}}\n",
        NEXT,
        "workers.keyword sets n_workers",
    ),
    "number as a name": (f"{GOOD}kwargs: {{1: x}}\n", NEXT, "put 1 in quotes"),
    "yes as a name": (f"{GOOD}kwargs:\n  yes: x\n", NEXT + 1, "put yes in quotes"),
    # References
    "sys_path of no option": (
        f"{GOOD}sys_path: {{option: undeclared}}\n",
        NEXT,
        "no option undeclared",
    ),
    "kwarg of no option": (
        f"{GOOD}kwargs:\n  b: {{c: [{{option: x}}]}}\n",
        NEXT + 1,
        "no option x",
    ),
    "step of no option": (
        f"{FUNCTION}before:\n- {{function: f, kwargs: {{a: {{option: x}}}}}}\n",
        AFTER + 1,
        "no option x",
    ),
    "variable of no option": (f"{GOOD}variables: {{a: {{option: x}}}}\n", NEXT, "no option x"),
    "kwarg of no variable": (
        f"{GOOD}kwargs: {{a: {{variable: x}}}}\n",
        NEXT,
        "variable x does not exist",
    ),
    "join of no variable": (
        f"{GOOD}kwargs: {{a: {{join: [b, {{variable: x}}]}}}}\n",
        NEXT,
        "variable x does not exist",
    ),
    "variables in the wrong order": (
        f"{GOOD}variables:\n  a: {{variable: b}}\n  b: 1\n",
        NEXT + 1,
        "variable b is set later",
    ),
    "variable of itself": (
        f"{GOOD}variables: {{a: {{variable: a}}}}\n",
        NEXT,
        "variable a is set later",
    ),
    "default of an option": (
        option("type: string, default: {option: a}"),
        NEXT + 1,
        "A default is",
    ),
    "default of a variable": (
        f"{option('type: string, default: {variable: v}')}variables: {{v: 1}}\n",
        NEXT + 1,
        "A default is",
    ),
    "expression in a default": (
        option("type: array, default: [{env: HOME}]"),
        NEXT + 1,
        "A default is",
    ),
    "sys_path of a variable": (
        f"{GOOD}variables: {{a: b}}\nsys_path: {{variable: a}}\n",
        NEXT + 1,
        "variable a is set later",
    ),
    "sys_path is no text": (f"{GOOD}sys_path: 3\n", NEXT, "A folder is a text"),
    "sys_path of a number": (
        f"{option('type: integer')}sys_path: {{option: a}}\n",
        NEXT + 2,
        "A folder is a text",
    ),
    "sys_path that is too long": (f"{GOOD}sys_path: '{'x' * 200_000}'\n", NEXT, "at most 4096"),
    "sys_path with a default that is too long": (
        option("type: string, default: " + "x" * 200_000) + "sys_path: {option: a}\n",
        NEXT + 2,
        "at most 4096",
    ),
    # Values
    "date in an option": (
        option("type: string, default: 2024-01-31"),
        NEXT + 1,
        "a date or time, which",
    ),
    "time in a kwarg": (f"{GOOD}kwargs: {{a: 2024-01-31 10:00:00}}\n", NEXT, "Put text in quotes"),
    "date in a schema": (option("type: string, enum: [2024-01-31]"), NEXT + 1, "a date or time"),
    "date as a name": (
        f"{GOOD}kwargs: {{a: {{2024-01-31: x}}}}\n",
        NEXT,
        "put 2024-01-31 in quotes",
    ),
    "set": (f"{GOOD}kwargs: {{a: !!set {{b}}}}\n", NEXT, "a set"),
    "binary": (f"{GOOD}kwargs: {{a: !!binary aGk=}}\n", NEXT, "binary data"),
    "pairs": (f"{GOOD}kwargs: {{a: !!omap [b: 1]}}\n", NEXT, "an ordered mapping"),
    "not a number": (f"{GOOD}kwargs: {{a: .nan}}\n", NEXT, ".nan is not a number"),
    "infinite": (option("type: number, default: -.inf"), NEXT + 1, "-.inf is not a number"),
    "infinite by its size": (f"{GOOD}timeout: 1.0e+999\n", NEXT, "is not a number"),
    "infinite limit": (option("type: number, maximum: .inf"), NEXT + 1, ".inf is not a number"),
    "too large": (f"{GOOD}order: 0x{'f' * 5000}\n", NEXT, "too large"),
    "NUL": (f'{GOOD}requires: {{commands: ["a\\0b"]}}\n', NEXT, "a character that cannot be used"),
    "no module": (f'{GOOD}requires: {{modules: [".a"]}}\n', NEXT, "'.a' does not match"),
    "long module": (
        f"{GOOD}requires: {{modules: [{'a' * 200_000}]}}\n",
        NEXT,
        "This text has more than",
    ),
    "no reason": (f"{GOOD}reasons: {{a: ''}}\n", NEXT, "This text is empty"),
    "no warning": (f"{GOOD}expects: {{env: {{A: ''}}}}\n", NEXT, "This text is empty"),
    "no batch system": (f"{GOOD}batch: ''\n", NEXT, "This text is empty"),
    "no title of an option": (option("type: string", "''"), NEXT + 1, "This text is empty"),
    "line break in a title": (GOOD.replace("title: Site", 'title: "a\\nb"'), 2, "Line breaks"),
    "control character in a description": (
        f'{GOOD}description: "a\\e[31mb"\n',
        NEXT,
        "control characters",
    ),
    "line break in an option's title": (option("type: string", '"a\\Lb"'), NEXT + 1, "Line breaks"),
    "line break in a field's title": (
        workers('{title: "a\\n", keyword: n, default: 1, maximum: 2}'),
        5,
        "Line breaks",
    ),
    # Numbers of workers
    "default above maximum": (
        workers("{keyword: n, default: 5, maximum: 4}"),
        5,
        "The default, 5, is above the maximum, 4.",
    ),
    "default below minimum": (
        workers("{keyword: n, default: 0, minimum: 1, maximum: 4}"),
        5,
        "The default, 0, is below",
    ),
    "minimum above maximum": (
        workers("{keyword: n, default: 4, minimum: 5, maximum: 4}"),
        5,
        "The maximum, 4, is below the minimum, 5.",
    ),
    "minimum above the CPUs": (
        workers("{keyword: n, default: 9, minimum: 9, maximum: {cpus: usable}}"),
        5,
        "On this machine the maximum, 4, is below the minimum, 9.",
    ),
    # Options
    "no regular expression": (
        option("type: string, pattern: '['"),
        NEXT + 1,
        "not a regular expression",
    ),
    "regular expression that overflows": (
        option("type: string, pattern: 'a{99999999999}'"),
        NEXT + 1,
        "repeats too much",
    ),
    "nested regular expression": (
        option("type: array, items: {type: string, pattern: '('}"),
        NEXT + 1,
        "not a regular expression",
    ),
    "endless regular expression": (
        option(f"type: string, pattern: '{'a?' * 1000}'"),
        NEXT + 1,
        "at most 1000 characters",
    ),
    "schema from the net": (
        option('type: string, $ref: "http://192.0.2.1/a"'),
        NEXT + 1,
        "$ref is not supported",
    ),
    "schema from nowhere": (
        option('type: object, properties: {b: {$ref: "#/definitions/c"}}'),
        NEXT + 1,
        "$ref is not supported",
    ),
    "schema from the net for a field named default": (
        option(
            'type: object, properties: {default: {$ref: "http://192.0.2.1/a"}}, '
            "default: {default: 1}"
        ),
        NEXT + 1,
        "$ref is not supported",
    ),
    "schema from nowhere for a field named enum": (
        option('type: object, dependencies: {enum: {$ref: "#/b"}}, default: {enum: 1}'),
        NEXT + 1,
        "$ref is not supported",
    ),
    "pattern of a field named const": (
        option("type: object, properties: {const: {type: string, pattern: '['}}"),
        NEXT + 1,
        "not a regular expression",
    ),
    "pattern that fills the memory": (
        option("type: string, pattern: '((((a|b){99}){99}){99}){99}'"),
        NEXT + 1,
        "repeats too much",
    ),
    "pattern that repeats a class": (
        option(r"type: string, pattern: '^[(\]\d]{99999999,}$'"),
        NEXT + 1,
        "repeats too much",
    ),
    "default that its schema refuses": (
        option("type: string, maxLength: 1, default: abc"),
        NEXT + 1,
        "'abc' is too long",
    ),
    "very long text": (GOOD.replace("Site", "x" * 10_000), 2, "This text has more than"),
    "default where nothing is set": (
        option("type: string, pattern: '^[a-z]+$', default: {env: A, else: UNKNOWN}"),
        NEXT + 1,
        "'UNKNOWN' does not match",
    ),
    "number from the environment": (
        option("type: integer, default: {env: A}"),
        NEXT + 1,
        "{env} needs type: string",
    ),
    "text of CPUs": (
        option("type: string, default: {cpus: all}"),
        NEXT + 1,
        "{cpus} needs type: integer",
    ),
    "environ of a text": (
        option("type: string, as: environ, default: A"),
        NEXT + 1,
        "as: environ needs type: array",
    ),
    "environ of numbers": (
        option("type: array, as: environ, default: [1]"),
        NEXT + 1,
        "names of environment variables",
    ),
    "path of a number": (
        option("type: integer, as: path"),
        NEXT + 1,
        "as: path needs type: string",
    ),
    # Keys that do not go together
    "method with function": (f"{FUNCTION}method: new\n", 1, "method needs class"),
    "batch with function": (f"{FUNCTION}batch: slurm\n", 1, "batch needs class"),
    "returns without function": (
        f"{GOOD}returns: [cluster]\n",
        1,
        "returns needs function",
    ),
    "returns without cluster": (f"{FUNCTION}returns: [client]\n", AFTER, "returns: "),
    # Size and shape
    "alias bomb": (
        "a: &a [x,x,x,x,x,x,x,x,x]\n"
        + "".join(f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in pairwise("abcdefghi")),
        1,
        "more than 10000 values",
    ),
    "merge bomb": (
        "a: &a {x: 1, y: 1}\n"
        + "".join(
            f"{b}: &{b} {{<<: [{','.join([f'*{a}'] * 9)}]}}\n" for a, b in pairwise("abcdefghi")
        ),
        1,
        "more than 10000 values",
    ),
    "alias of itself in a schema": (
        option("type: object, properties: &p {b: *p}"),
        NEXT + 1,
        "contains itself",
    ),
    "deep": (f"a: {'[' * 900}{']' * 900}\n", 1, "nested more than 30 deep"),
    "deeper": (f"a: {'[' * 90_000}", 1, "nesting"),
    "large": (f"{GOOD}# {'x' * 1_000_000}\n", 0, "at most 1000 kB"),
    "tag of Python": (f"{GOOD}kwargs: {{a: !!python/name:os.system }}\n", NEXT, "not valid YAML"),
    "tag without a value": (f"{GOOD}kwargs: {{a: !!bool maybe}}\n", NEXT, "cannot be read as bool"),
    "empty number": (f'{GOOD}kwargs: {{a: !!int ""}}\n', NEXT, "cannot be read as int"),
    "number in words": (f"{GOOD}kwargs:\n  a: !!int x\n", NEXT + 1, "cannot be read as int"),
    "set twice": (f"{GOOD}title: Other\n", NEXT, "title is set twice"),
    "set twice, deep": (f"{GOOD}kwargs: {{a: {{b: 1, b: 2}}}}\n", NEXT, "b is set twice"),
    "title that cannot be seen": (
        GOOD.replace("title: Site", 'title: "\\u200b"'),
        2,
        "There is no visible character",
    ),
    # Patterns that take for ever
    "pattern that takes for ever": (
        option(f"type: string, pattern: '^(a|aa)+$', default: '{'a' * 60}!'"),
        NEXT + 1,
        "takes too long",
    ),
    "pattern within a list that takes for ever": (
        option(f"type: array, items: {{type: string, pattern: '(x|xx)+y'}}, default: [{'x' * 60}]"),
        NEXT + 1,
        "takes too long",
    ),
    "patterns for names": (
        option("type: object, patternProperties: {'(a+)+$': {type: string}}"),
        NEXT + 1,
        "patternProperties is not supported",
    ),
}
