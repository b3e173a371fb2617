"""Notebooks: what runs inserted code, as far as the cluster can tell, and files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def run(code: str, expression: str = "None", home: Path | None = None) -> str:
    """Run inserted code in a fresh process, as a notebook does, and return what is printed."""
    script = f"{code}\nprint({expression})\nclient.close()\n"
    command = [sys.executable, "-c", script]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, cwd=home, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().split("\n")[-1]


def write_notebook(path: Path, *sources: str, kernel: str | None = None) -> None:
    """Write a notebook with these cells of code, none of which has been executed."""
    cells: list[dict[str, object]] = [
        {
            "cell_type": "code",
            "id": f"cell-{number}",
            "execution_count": None,
            "metadata": {},
            "outputs": [],
            "source": source,
        }
        for number, source in enumerate(sources)
    ]
    metadata = {"kernelspec": {"name": kernel, "display_name": kernel}} if kernel else {}
    book = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(book), encoding="utf-8")
