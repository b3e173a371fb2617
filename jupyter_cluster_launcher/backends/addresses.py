"""The address of a running scheduler, from what a user gave: an address, or a scheduler file.

An address becomes part of code and of the way to a dashboard, so only what matches strictly is one.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from ..controller.guarded_files import LIMIT, read_object
from ..errors import BadInputError

ENCRYPTED = "tls://"
NAME = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?"
IPV6 = r"\[[0-9A-Fa-f:.]{2,45}\]"
PLACE = rf"(?:{NAME}|{IPV6}):([0-9]{{1,5}})"
ADDRESS = re.compile(rf"(?:tcp|tls)://{PLACE}", re.ASCII)
WITHOUT_SCHEME = re.compile(PLACE, re.ASCII)
LAST_PORT = 65535
EXAMPLE = "Write it as tcp://HOST:PORT, or tls://HOST:PORT for an encrypted scheduler."
SHOWN = 200  # characters of what a user gave


def address_of(given: str) -> str:
    """Return the address of the scheduler that a user named by an address or a file.

    Raises ``BadInputError`` with a sentence that says what is wrong.
    """
    text = given.strip()
    if "://" in text or WITHOUT_SCHEME.fullmatch(text):
        return _checked(text, f"{_shown(text)} is not the address of a scheduler.")
    return _of_file(text)


def _checked(text: str, otherwise: str) -> str:
    match = ADDRESS.fullmatch(text)
    if match is None or not 0 < int(match[1]) <= LAST_PORT:
        raise BadInputError(f"{otherwise} {EXAMPLE}")
    return text


def _of_file(text: str) -> str:
    path = Path(os.path.expanduser(text))
    if not path.is_absolute():
        raise BadInputError(
            f"{_shown(text)} is neither an address nor the full path of a scheduler file. {EXAMPLE}"
        )
    try:
        exists = path.exists()
    except (OSError, ValueError):  # a name that no file can have
        exists = False
    if not exists:
        raise BadInputError(
            f"There is no file {_shown(text)}. A scheduler writes it when it starts, with: "
            "dask scheduler --scheduler-file FILE"
        )
    wrong = (
        f"{_shown(text)} is not a scheduler file. Choose one that was written by: "
        "dask scheduler --scheduler-file FILE"
    )
    try:
        address = read_object(path, LIMIT)["address"]
    except (OSError, ValueError, KeyError):
        raise BadInputError(wrong) from None
    if not isinstance(address, str):
        raise BadInputError(wrong)
    return _checked(address, f"{_shown(text)} has no address that can be joined.")


def _shown(text: str) -> str:
    """Return what a user gave as it can stand in a sentence."""
    return repr(text if len(text) <= SHOWN else f"{text[:SHOWN]}…")
