"""The sections of a file of Dask's configuration, with time limits as they are written there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from ..reading import ReadingError, load, text_of

TIME = "walltime"  # the setting that holds a time limit


def read(path: Path) -> dict[str, Any] | None:
    """Return the sections of a file, None where it sets nothing; raises ``ReadingError``.

    dask-labextension and dask-jobqueue make files in which each line is a comment.
    """
    data, nodes = load(text_of(path))
    if data is None or data == {}:
        return None
    if not isinstance(data, dict):
        raise ReadingError("This is not a file of Dask's configuration: it has no sections.")
    return _with_times(data, nodes)


def _with_times(data: dict[str, Any], node: yaml.Node | None) -> dict[str, Any]:
    """Return the data with each time limit as a text: YAML reads 1:30:00 as the number 5400.

    A number without colons stays one. What it counts, each batch system decides for itself.
    """
    nodes = {key.value: value for key, value in node.value} if node else {}
    return {key: _with_time(key, value, nodes.get(key)) for key, value in data.items()}


def _with_time(key: str, value: Any, node: yaml.Node | None) -> Any:
    if isinstance(value, dict) and isinstance(node, yaml.MappingNode):
        return _with_times(value, node)
    written = str(node.value) if isinstance(node, yaml.ScalarNode) else ""
    return written if key == TIME and ":" in written else value
