"""``jupyter cluster-launcher import``: platform files from the configuration of Dask."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ..errors import BadInputError

# What became of a file, or of a section in it.
MADE, FAILED, LOST, UNSET = "made", "failed", "lost", "unset"


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
    # These take a second, for this command alone.
    from jupyter_core.paths import jupyter_data_dir  # noqa: PLC0415

    from ..platforms.importing.reading import read  # noqa: PLC0415
    from ..platforms.importing.sections import imported  # noqa: PLC0415
    from ..platforms.reading import ReadingError  # noqa: PLC0415

    folder = arguments.to or Path(jupyter_data_dir()) / "cluster-platforms"
    results = []
    for source in arguments.files:
        try:
            config = read(source)
        except ReadingError as error:
            line = f":{error.line}" if error.line else ""
            _say("not read", [f"{source}{line}: {error}"])
            results.append(FAILED)
            continue
        if config is None:
            _say("note", [f"{source} sets nothing: each line in it is empty or a comment."])
            results.append(UNSET)
            continue
        for one in imported(config):
            _say("not translated", one.left_out)
            _say("note", one.notes)
            if one.data is not None:
                results.append(_make(one.name, one.data, source, folder, arguments.only_print))
            elif one.left_out or one.unset:
                results.append(LOST if one.left_out else UNSET)
    # Nothing was made, although something should have been.
    if not set(results) & {MADE, FAILED} and (LOST in results or UNSET not in results):
        why = "" if results else ": there is neither labextension nor jobqueue in these files"
        raise BadInputError(f"No platform could be made{why}.")
    return int(FAILED in results)


def _make(name: str, data: dict[str, Any], source: Path, folder: Path, only_print: bool) -> str:
    """Write or print one platform file, and return what became of it."""
    from ..platforms.importing import writing  # noqa: PLC0415 - as above

    path = folder / f"{name}.yaml"
    text = writing.platform_text(name, data)
    if not isinstance(text, str):
        _say("not written", [f"{path.name} from {source}: {text.message}"])
        return FAILED
    if only_print:
        print(f"# {path.name}\n{text}")
    else:
        fault = writing.write(path, text)
        if fault:
            _say("not written", [fault])
            return FAILED
        print(path)
    other = writing.replaced(path)
    if other:
        itself = f", which reads jobqueue.{other.batch} itself" if other.batch == name else ""
        lists = " and lists partitions and accounts" if itself and other.batch == "slurm" else ""
        _say(
            "note",
            [
                f"{path.name} replaces the platform {other.title} ({other.origin}){itself}{lists}. "
                "Delete the new file to use that platform again."
            ],
        )
    return MADE


def _say(label: str, sentences: list[str]) -> None:
    """Print sentences to standard error, one a line, whatever is in them."""
    from ..platforms.files import printable  # noqa: PLC0415 - as above

    for sentence in sentences:
        print(f"{label}: {printable(sentence)}", file=sys.stderr)
