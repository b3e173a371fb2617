"""What users read when an exception was raised."""

from __future__ import annotations

import subprocess
import sys

import pytest

from jupyter_cluster_launcher.backends.errors import explain


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ImportError", "`cryptography` is required to make credentials"),
        ("ModuleNotFoundError", "No module named 'cryptography'"),
    ],
)
def test_without_cryptography(name: str, text: str) -> None:
    """Guards against an obscure failure of encryption, which is on by default."""
    sentence = explain(name, text, "Climate")
    assert "Encryption needs the package cryptography" in sentence
    assert "Climate" in sentence
    assert "turn off encryption" in sentence


def test_what_distributed_really_says_without_cryptography() -> None:
    """Guards against a sentence of ours that the library's own words no longer lead to."""
    code = (
        "import sys; sys.modules['cryptography'] = None\n"
        "from distributed.security import Security\n"
        "try:\n    Security.temporary()\n"
        "except Exception as error:\n    print(type(error).__name__, error, sep='\\n')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    name, text = done.stdout.split("\n", 1)
    assert "Encryption needs the package cryptography" in explain(name, text, "Climate")


def test_a_missing_package_is_named() -> None:
    """Guards against an error that does not name what is missing, and in which environment."""
    sentence = explain("ModuleNotFoundError", "No module named 'dask.distributed'", "Climate")
    assert sentence.startswith(
        "The environment Climate does not have the package dask.distributed."
    )
    assert "Install it there" in sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("the interface ib0 does not exist", "the interface ib0 does not exist"),
        ("\n  first\nsecond", "first"),
        ("", "OddError"),
        ("   \n ", "OddError"),
        ("x" * 9000, "x" * 500),
    ],
)
def test_what_is_not_known_is_shown_in_its_own_words(text: str, sentence: str) -> None:
    """Guards against a row without a reason, and one that holds a whole traceback."""
    assert explain("OddError", text, "Climate") == sentence
