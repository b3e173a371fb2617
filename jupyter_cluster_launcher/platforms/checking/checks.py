"""What a JSON Schema cannot say of a platform file: names, references, bounds, and valid code.

Each rule yields problems: where in the file, and a sentence.
"""

from __future__ import annotations

import keyword
import unicodedata
from collections.abc import Iterator
from itertools import product
from typing import Any

from ...errors import BadInputError
from ...models import Adapt
from .. import options
from ..code import codegen
from ..code.expressions import kind, named_references, references
from ..encryption import encryption
from ..platform import FIXED, Platform, count
from . import option_checks
from .option_checks import Path, Problem

# What the create code defines or needs, so that nothing of the file may take its place.
RESERVED = frozenset({"os", "sys", "dask", "max", "Client", "client", "cluster", "gateway"})

FOLDER_LENGTH = 4096  # characters, as on Linux


def problem(platform: Platform) -> Problem | None:
    """Return the first thing that is wrong with a file that its schema allows, or None."""
    rules = (
        *(_names, _lines, _options, _references, _classes, _sys_path),
        *(_workers, _follows, _encryption, _presets, _code),
    )
    return next((found for rule in rules for found in rule(platform)), None)


def _names(platform: Platform) -> Iterator[Problem]:
    """Check what becomes a name in the code."""
    names: list[tuple[Path, str]] = [
        *((("options", name), name) for name in platform.declared),
        *((("variables", name), name) for name in platform.variables),
        *((("kwargs", name), name) for name in platform.kwargs),
        *((("module",), part) for part in platform.module.split(".")),
        (("import_as",), platform.import_as or "a"),
        (("class",), platform.class_name or "a"),
        (("function",), platform.function or "a"),
        (("method",), platform.method or "a"),
        (("workers", "keyword"), platform.workers.get("keyword", "a")),
    ]
    for i, step in enumerate(platform.before):
        names.append((("before", i, "function"), step["function"]))
        names += [(("before", i, "kwargs", name), name) for name in step.get("kwargs", {})]
    for path, name in names:
        if keyword.iskeyword(name) or name == "__debug__":  # which nothing can be assigned to
            yield path, f"{name} is a keyword of Python: choose another name."
        elif not name.isidentifier():
            yield path, f"{name!r} is not a Python name."
    imported = {platform.import_as or platform.module.partition(".")[0], platform.class_name}
    for name in platform.variables:
        if name in RESERVED | imported:
            yield ("variables", name), f"{name} is used by the code itself: choose another name."
    for key, defined in (("import_as", platform.import_as), ("class", platform.class_name)):
        if defined in RESERVED:
            yield (key,), f"{defined} is used by the code itself: choose another name."
    number = platform.workers.get("keyword")
    if number in platform.declared:
        yield ("options", str(number)), f"workers.keyword sets {number} already: remove one."


def _lines(platform: Platform) -> Iterator[Problem]:
    """Check texts that stand on one line of the form."""
    texts: list[tuple[Path, Any]] = [
        (("title",), platform.title),
        (("description",), platform.description),
        (("workers", "title"), platform.workers["title"]),
    ]
    for name, option in platform.declared.items():
        texts += [(("options", name, key), option.get(key)) for key in ("title", "description")]
    for path, text in texts:
        if any(unicodedata.category(c) in ("Cc", "Zl", "Zp") for c in text or ""):
            yield path, "Line breaks and control characters are not allowed here."
        if text and not any(unicodedata.category(c)[0] in "LNPS" for c in text):
            yield path, "There is no visible character here."


def _options(platform: Platform) -> Iterator[Problem]:
    """Check each option's schema, and the default that it sets."""
    for name, option in platform.declared.items():
        for path, message in option_checks.problems(option):
            yield ("options", name, *path), message
        for i, choice in enumerate(option.get("choices", ())):
            where = ("options", name, "choices", i, "sets")
            for other, entries in choice.get("sets", {}).items():
                if other not in platform.declared:
                    yield (*where, other), f"There is no option {other}."
                    continue
                changed = {**platform.declared[other], **entries}
                kept = {key: value for key, value in changed.items() if value is not None}
                for path, message in option_checks.problems(kept):
                    yield (*where, other, *path), message


def _references(platform: Platform) -> Iterator[Problem]:
    """Check that what expressions refer to is there, and comes before them."""
    earlier: set[str] = set()
    places: list[tuple[Path, Any, set[str]]] = []
    for name, value in platform.variables.items():
        places.append((("variables", name), value, set(earlier)))
        earlier.add(name)
    for i, step in enumerate(platform.before):
        places.append((("before", i, "kwargs"), step.get("kwargs", {}), earlier))
    places.append((("kwargs",), platform.kwargs, earlier))
    places.append((("sys_path",), platform.sys_path, set()))
    for around, value, variables in places:
        found = named_references if around[-1] == "kwargs" else references
        for path, what, name in found(value, around):
            if what == "option" and name not in platform.declared:
                yield path, f"There is no option {name}."
            elif what == "variable" and name not in variables:
                later = "is set later" if name in platform.variables else "does not exist"
                yield path, f"The variable {name} {later}."


def _classes(platform: Platform) -> Iterator[Problem]:
    """Check that the classes which values name are there by one name each."""
    known: dict[str, str] = {}
    for path, what, named in codegen.used_references(platform):
        if what != "class":
            continue
        name = named.rpartition(".")[2]
        wrong = next((part for part in named.split(".") if keyword.iskeyword(part)), None)
        taken = RESERVED | {platform.class_name, platform.import_as, *platform.variables}
        if wrong:
            yield path, f"{wrong} is a keyword of Python: choose another name."
        elif name in taken or known.setdefault(name, named) != named:
            yield path, f"{name} is used by the code already: it cannot be {named}."


def _follows(platform: Platform) -> Iterator[Problem]:
    """Check what the number of workers follows from, where it does."""
    workers = platform.workers
    source, times = workers.get("from"), workers.get("times")
    if source is not None:
        kind_of_source = platform.declared.get(source, {}).get("type")
        if kind_of_source not in ("array", "integer"):
            yield ("workers", "from"), f"There is no option {source} of type array or integer."
        if platform.adaptive:
            yield ("adaptive",), "A number that follows from an option cannot adapt to the load."
    scales = {("adaptive",): platform.adaptive, ("workers", "scale"): workers.get("scale")}
    for path, given in scales.items():
        if given and platform.class_name in FIXED:
            yield path, f"{platform.class_name} cannot change its number of workers."
    if times is not None and platform.declared.get(times, {}).get("type") != "integer":
        yield ("workers", "times"), f"There is no option {times} of type integer."
    for i, name in enumerate(workers.get("implied_unless", [])):
        if name not in platform.declared:
            yield ("workers", "implied_unless", i), f"There is no option {name}."


def _encryption(platform: Platform) -> Iterator[Problem]:
    """Check that a platform which encrypts by default says how, unless its class is known."""
    if platform.tls and platform.connect != "gateway" and encryption(platform) is None:
        name = platform.class_name or platform.function
        yield (
            ("tls",),
            f"How {name} encrypts is not known: add the key encryption, or set tls to false.",
        )


def _sys_path(platform: Platform) -> Iterator[Problem]:
    """Check that the folder of the library is a text that is known before the variables are."""
    value = platform.sys_path
    found = kind(value)
    option = platform.declared.get(value["option"], {}) if found == "option" else {}
    known = found in ("env", "folder") or option.get("type") == "string"
    if not known and value is not None and not isinstance(value, str):
        yield ("sys_path",), "A folder is a text, {env}, {folder}, or an {option} of type string."
    elif len(platform.library_folder or "") > FOLDER_LENGTH:
        yield ("sys_path",), f"A folder may have at most {FOLDER_LENGTH} characters."


def _workers(platform: Platform) -> Iterator[Problem]:
    """Check the bounds of the number of workers; those in CPUs as they are on this machine."""
    given = platform.data["workers"]
    low, high, default = count(given.get("minimum", 0)), count(given["maximum"]), given["default"]
    cpus = {key for key, value in given.items() if isinstance(value, dict)}
    if low > high:
        here = "On this machine the" if cpus & {"minimum", "maximum"} else "The"
        yield ("workers", "maximum"), f"{here} maximum, {high}, is below the minimum, {low}."
    if "default" in cpus:
        return
    if "maximum" not in cpus and count(default) > high:
        yield ("workers", "default"), f"The default, {default}, is above the maximum, {high}."
    if "minimum" not in cpus and count(default) < low:
        yield ("workers", "default"), f"The default, {default}, is below the minimum, {low}."


def _presets(platform: Platform) -> Iterator[Problem]:
    """Check that each preset could be launched, and has a name of its own."""
    workers, names = platform.workers, set()
    low, high = workers["minimum"], workers["maximum"]
    for i, preset in enumerate(platform.presets):
        where: Path = ("presets", i)
        if preset["name"] in names:
            yield (*where, "name"), f"There are two presets {preset['name']}."
        names.add(preset["name"])
        sized = "workers" in preset or "adapt" in preset
        if sized and "from" in workers:
            yield where, "The number of workers follows from an option here."
        if not low <= preset.get("workers", low) <= high:
            yield (*where, "workers"), f"The number of workers must be from {low} to {high}."
        if "adapt" in preset and not platform.adaptive:
            yield (*where, "adapt"), "This platform cannot adapt the number of workers."
        adapt = preset.get("adapt", {"maximum": 1})
        if not adapt.get("minimum", 0) <= adapt["maximum"] <= max(1, high):
            yield (*where, "adapt"), f"The bounds must be from 0 to {high}."
        try:
            options.check_name(preset["name"])
            options.check_options(platform, preset.get("options"))
        except BadInputError as error:
            yield where, str(error)


def _code(platform: Platform) -> Iterator[Problem]:
    """Compile the code of a few launches: whatever no other rule thought of shows here."""
    most = platform.workers["maximum"]
    cases: list[tuple[int | None, Adapt | None]] = [(n, None) for n in (None, 0, 1, most)]
    if platform.adaptive:
        cases.append((None, Adapt(0, max(1, most))))
    try:
        for (workers, adapt), tls in product(cases, (False, True)):
            code = codegen.create(platform, workers=workers, adapt=adapt, tls=tls)
            compile(code, "create", "exec")
    except Exception as error:  # the last net under all rules: a user's file is never a traceback
        reason = getattr(error, "msg", None) or error  # without the line, which is one of the code
        yield (), f"This file does not make valid Python code: {reason}."
