"""``jupyter cluster-launcher import``: platform files from the configuration of Dask."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import BadInputError


def add_command(commands: Any) -> None:
    """Add the command to a parser."""
    text = "make platform files from settings of dask-labextension and dask-jobqueue"
    importing = commands.add_parser(
        "import",
        help=text,
        description=f"{text[0].upper()}{text[1:]}: one from labextension.factory, and one from "
        "each section of jobqueue. Existing files are never replaced.",
    )
    importing.add_argument(
        "files", nargs="+", metavar="FILE", type=Path, help="a YAML file of Dask's configuration"
    )
    importing.add_argument(
        "--to",
        type=Path,
        metavar="DIRECTORY",
        help="where to write the platform files (default: your own cluster-platforms directory)",
    )
    importing.add_argument(
        "--print",
        action="store_true",
        dest="only_print",
        help="print the platform files instead of writing them",
    )
    importing.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write or print the platform files; return 1 if one of them could not be made."""
    from jupyter_core.paths import jupyter_data_dir  # noqa: PLC0415 - for this command alone

    folder = arguments.to or Path(jupyter_data_dir()) / "cluster-platforms"
    status, nothing = 0, True
    for name, text, left_out, fault in _files(arguments.files):
        for sentence in left_out:
            print(f"not translated: {sentence}", file=sys.stderr)
        if fault:
            print(f"not written: {fault}", file=sys.stderr)
            status = 1
        if text is None:
            continue
        nothing = False
        path = folder / f"{name}.yaml"
        if arguments.only_print:
            print(f"# {path.name}\n{text}")
        elif _write(path, text):
            print(path)
        else:
            print(f"not written: {path} is there already. Move it away first.", file=sys.stderr)
            status = 1
    if nothing and not status:
        raise BadInputError(
            "No platform could be made: there is neither labextension.factory nor a section of "
            "jobqueue in these files."
        )
    return status


def _files(paths: list[Path]) -> Iterator[tuple[str, str | None, list[str], str]]:
    """Yield name, text, what is left out, and what is wrong with it, of each platform file."""
    # Takes a second, for this command alone.
    import yaml  # noqa: PLC0415

    from ..platforms import files as platforms  # noqa: PLC0415
    from ..platforms.importing import imported  # noqa: PLC0415

    for source in paths:
        for one in imported(_read(source)):
            if one.data is None:
                yield one.name, None, one.left_out, ""
                continue
            text = yaml.safe_dump(one.data, sort_keys=False, allow_unicode=True)
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / f"{one.name}.yaml"
                path.write_text(text, encoding="utf-8")
                read = platforms.read(path)
            if isinstance(read, platforms.Fault):
                yield one.name, None, one.left_out, f"{one.name}.yaml from {source}: {read.message}"
            else:
                yield one.name, text, one.left_out, ""


def _read(path: Path) -> dict[str, Any]:
    """Return the configuration in a file; raises ``BadInputError``."""
    import yaml  # noqa: PLC0415 - as above

    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInputError(f"{path} cannot be read: {error.strerror}.") from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise BadInputError(f"{path} is not a YAML file: {reason}.") from None
    if not isinstance(data, dict):
        raise BadInputError(f"{path} is not a file of Dask's configuration: it has no sections.")
    return data


def _write(path: Path, text: str) -> bool:
    """Write a new file; return False if it is there already. Raises ``BadInputError``."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return False
    except OSError as error:
        raise BadInputError(f"{path} cannot be written: {error.strerror}.") from None
    return True
