"""The text of a platform file as plain data, and the lines in which its parts stand.

Whatever is in the file, the result is data that JSON and Python code can hold, of a size that can
be checked in no time, or a ``ReadingError`` that says where and why not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from ..controller.guarded_files import TooLargeError, read_text, words

# The same in C, several times as fast, where PyYAML was built with it.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SIZE = 1_000_000  # bytes of a file
VALUES = 10_000  # values of a file, those behind aliases counted each time
DEPTH = 30  # values within values
LARGEST = 2**53  # whole numbers beyond are not exact in a browser
TAG = "tag:yaml.org,2002:"
NOT_PLAIN = {
    "timestamp": "a date or time",
    "binary": "binary data",
    "set": "a set",
    "omap": "an ordered mapping",
    "pairs": "a list of pairs",
}


class ReadingError(Exception):
    """What is wrong with a file; ``line`` counts from 1, 0 where there is none."""

    def __init__(self, message: str, line: int = 0) -> None:
        """Hold one sentence and the line that it is about."""
        super().__init__(message)
        self.line = line


def text_of(path: Path) -> str:
    """Return the text of a file; raises ``ReadingError``."""
    try:
        return read_text(path, SIZE)
    except TooLargeError:
        raise ReadingError(
            f"The file is too large: a platform file may have at most {SIZE // 1000} kB."
        ) from None
    except UnicodeDecodeError:
        raise ReadingError("The file is not UTF-8 text.") from None
    except (OSError, ValueError) as error:
        raise ReadingError(f"The file cannot be read: {words(error)}.") from None


def load(text: str) -> tuple[Any, yaml.Node | None]:
    """Return the data of a YAML text, and its nodes, which know their lines.

    Raises ``ReadingError``.
    """
    try:
        loader = LOADER(text)
        try:
            node = loader.get_single_node()
            if node is None:
                return None, None
            _Check().visit(node, [])
            return loader.construct_document(node), node
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it cannot be parsed"
        raise ReadingError(
            f"This is not valid YAML: {problem}.", mark.line + 1 if mark else 0
        ) from None
    except RecursionError:
        raise ReadingError(f"Values are nested more than {DEPTH} deep.") from None
    except (ValueError, TypeError, LookupError, ArithmeticError) as error:
        raise ReadingError(f"A value cannot be read: {error}. Put text in quotes.") from None


def line_of(node: yaml.Node | None, path: Sequence[str | int]) -> int:
    """Return the line, from 1, in which the value at ``path`` begins, or the nearest around it."""
    line = node.start_mark.line if node else 0
    for step in path:
        if isinstance(node, yaml.MappingNode):
            pair = next((pair for pair in node.value if pair[0].value == step), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
            line = node.start_mark.line
    return int(line) + 1


class _Check:
    """Looks at the nodes of a file before anything is built from them."""

    def __init__(self) -> None:
        self._values = 0

    def visit(self, node: yaml.Node, around: list[int]) -> None:
        """Raise ``ReadingError`` for what is no plain data within a node, or too much of it."""
        line = node.start_mark.line + 1
        self._values += 1
        if self._values > VALUES:
            raise ReadingError(
                f"The file has more than {VALUES} values, counting each use of an alias (*).", line
            )
        if id(node) in around:
            raise ReadingError(
                "This contains itself: an alias (*) stands within its own anchor (&).", line
            )
        if len(around) >= DEPTH:
            raise ReadingError(f"Values are nested more than {DEPTH} deep.", line)
        name = node.tag.removeprefix(TAG)
        if name in NOT_PLAIN:
            raise ReadingError(
                f"This is {NOT_PLAIN[name]}, which no platform can use. Put text in quotes.", line
            )
        inside = [*around, id(node)]
        if isinstance(node, yaml.MappingNode):
            names: set[str] = set()
            for key, value in node.value:
                _check_key(key, line, names)
                self.visit(key, inside)
                self.visit(value, inside)
        elif isinstance(node, yaml.SequenceNode):
            for item in node.value:
                self.visit(item, inside)
        else:
            _check_scalar(name, node, line)


def _check_key(key: yaml.Node, line: int, names: set[str]) -> None:
    """Refuse what is no name, or is among ``names`` already: only one of the two would count."""
    if key.tag not in (f"{TAG}str", f"{TAG}merge"):
        text = key.value if isinstance(key.value, str) else "this"
        raise ReadingError(
            f"A name must be text: put {text:.60} in quotes.", key.start_mark.line + 1 or line
        )
    if key.value in names:
        raise ReadingError(f"{key.value:.60} is set twice: remove one.", key.start_mark.line + 1)
    names.add(key.value)


def _check_scalar(name: str, node: yaml.Node, line: int) -> None:
    if any(c == "\0" or "\ud800" <= c <= "\udfff" for c in node.value):
        raise ReadingError("This text contains a character that cannot be used.", line)
    if name in ("str", "null", "merge"):
        return
    try:
        number: object = yaml.constructor.SafeConstructor().construct_object(node)
    except (ValueError, TypeError, LookupError, ArithmeticError):
        raise ReadingError(
            f"{node.value:.60} cannot be read as {name:.60}. Put text in quotes.", line
        ) from None
    if isinstance(number, float) and not math.isfinite(number):
        raise ReadingError(f"{node.value:.60} is not a number that can be used.", line)
    if isinstance(number, int) and abs(number) > LARGEST:
        raise ReadingError("The number is too large. Put text in quotes.", line)
