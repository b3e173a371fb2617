"""A short-lived program of a kernel's environment: ends a cluster whose controller was killed."""

from __future__ import annotations

import importlib
import os
from typing import Any

from ..credentials import FILES
from ..process import program
from .scheduler import answers, finds_by_name, terminate

GONE = "its scheduler has ended"  # so nobody says whether what else was started has, too


def end(note: dict[str, Any], directory: str) -> str | None:
    """End a cluster as its note describes it; return why that failed, None where it did not.

    ``directory`` has its credentials. A class that can find a cluster by its name does so; of any
    other the scheduler gets a request to end, and to end its workers; without one it is ``GONE``.
    """
    try:
        module, _, name = str(note["class"]).rpartition(".")
        kind = getattr(importlib.import_module(module), name)
        if finds_by_name(kind):
            kind.from_name(note["name"], shutdown_on_close=True).close()
        elif not answers(note["address"]) or not terminate(
            note["address"], security(directory), note["id"]
        ):
            return GONE
    except Exception as error:  # made a sentence by the server
        return f"{type(error).__name__}: {error}"
    return None


def security(directory: str) -> Any:
    """Return the credentials of an encrypted cluster, None where there are none."""
    from distributed.security import Security  # noqa: PLC0415 - the program imports little

    files = {part: os.path.join(directory, name) for part, name in FILES.items()}
    if not all(map(os.path.exists, files.values())):
        return None
    return Security(
        tls_ca_file=files["ca_file"],
        tls_client_cert=files["cert"],
        tls_client_key=files["key"],
        require_encryption=True,
    )


def main() -> None:
    """End the cluster that the private input describes."""
    program.answer({"error": end(**program.private())})
