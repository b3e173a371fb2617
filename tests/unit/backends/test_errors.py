"""What users read when an exception was raised."""

from __future__ import annotations

import subprocess
import sys

import pytest

from jupyter_cluster_launcher.backends.errors import explain, first_cause


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
        ("\n  first one\nsecond", "first one"),
        ("first", "OddError: first"),
        ("'USER'", "OddError: 'USER'"),
        ("1", "OddError: 1"),
        (
            "Cannot start: [Errno 111] Connection refused",
            "Cannot start: Connection refused",
        ),
        (
            'It failed: Traceback (most recent call last):\n  File "/a.py", line 3, in f\n'
            "    g()\nValueError: no such queue\n",
            "It failed: ValueError: no such queue",
        ),
        (
            "Command exited with non-zero exit code.\nExit code: 1\nCommand:\nqsub /tmp/x\n"
            "stdout:\n\nstderr:\nqsub: Unknown queue\n\n",
            "qsub: Unknown queue",
        ),
        (
            "Command exited with non-zero exit code.\nExit code: 1\nstdout:\n\nstderr:\n\n",
            "Command exited with non-zero exit code.",
        ),
        (
            "Cannot start. Original error message:\n\n  No route to host\n",
            "Cannot start. Original error message: No route to host",
        ),
        ("[Errno 2] No such file or directory: '/data/a'", "No such file or directory: '/data/a'"),
        ("Original error message:", "Original error message:"),
        ("", "OddError"),
        ("   \n ", "OddError"),
        ("x " * 9000, "x " * 250),
    ],
)
def test_what_is_not_known_is_shown_in_its_own_words(text: str, sentence: str) -> None:
    """Guards against a row without a reason, and one that holds a whole traceback."""
    assert explain("OddError", text, "Climate") == sentence


NAMELESS = """
import ssl
def certificates(): ssl.create_default_context(cafile="/none")
certificates()
"""


@pytest.mark.parametrize("program", [["-c"], ["-m", "IPython", "--colors=NoColor", "-c"]])
def test_an_error_of_the_system_without_a_file(program: list[str]) -> None:
    """Guards against "[Errno 2] No such file or directory" as all that a row says."""
    done = subprocess.run(
        [sys.executable, *program, NAMELESS],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    traceback = done.stdout + done.stderr
    assert "[Errno 2] No such file or directory" in traceback
    name, text = "FileNotFoundError", "[Errno 2] No such file or directory"
    sentence = explain(*first_cause(name, text, traceback), "Climate")
    assert sentence.startswith(
        "No such file or directory. The error names no file or host; it was raised in ssl.py, line "
    )
    assert explain(*first_cause(name, text, ""), "Climate") == "No such file or directory"


def test_the_first_of_several_exceptions() -> None:
    """Guards against the end of a long text, where its beginning says what happened."""
    traceback = (
        "File /env/a.py:3, in start()\n"
        "RuntimeError: Cannot start the scheduler. Original error message:\n"
        "bind: address in use\n\nThe log has more:\n\n"
        "The above exception was the direct cause of the following exception:\n\n"
        "RuntimeError: Cluster failed to start: x\n"
    )
    text = "Cluster failed to start: x"
    assert explain(*first_cause("RuntimeError", text, traceback), "Climate") == (
        "Cannot start the scheduler. Original error message: bind: address in use"
    )
