"""Copies samples of platform files, which are not listed themselves, to where they are found."""

from __future__ import annotations

import os
import sys
from importlib import resources
from pathlib import Path

from jupyter_core.paths import jupyter_data_dir

from ..errors import BadInputError, NotAvailableError, UnknownError

FOLDER = "cluster-platforms"  # on Jupyter's data path


def sample_names() -> list[str]:
    """Return the names of the samples."""
    samples = resources.files(__package__).joinpath("samples").iterdir()
    return sorted(Path(one.name).stem for one in samples if one.name.endswith(".yaml"))


def add_sample(name: str, sys_prefix: bool = False, force: bool = False) -> Path:
    """Copy a sample to the user's platform files, or the environment's, and return its path.

    ``force`` replaces a file that is there. Raises ``UnknownError`` where there is no such sample,
    ``BadInputError`` where there is a file, and ``NotAvailableError`` where it cannot be written.
    """
    if name not in sample_names():
        raise UnknownError(
            f"There is no sample {name!r:.80}. There are: {', '.join(sample_names())}."
        )
    text = (resources.files(__package__) / "samples" / f"{name}.yaml").read_text("utf-8")
    data = Path(sys.prefix, "share", "jupyter") if sys_prefix else Path(jupyter_data_dir())
    path = data / FOLDER / f"{name}.yaml"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, text, force)
    except FileExistsError:
        raise BadInputError(
            f"{path} is there already. Add --force to replace it: your changes to it are lost then."
        ) from None
    except OSError as error:
        raise NotAvailableError(f"{path} cannot be written: {error.strerror}.") from None
    return path


def _write(path: Path, text: str, force: bool) -> None:
    """Write a file, whole or not at all."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        new.write_text(text, encoding="utf-8")
        if force:
            new.replace(path)
        else:
            os.link(new, path)
    finally:
        new.unlink(missing_ok=True)
