"""Sentences for exceptions that creating a cluster raised: what happened, and what to do."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable

from ..platforms.encryption import cryptography_missing

CHAINED = "The above exception was the direct cause of the following exception:"

HEADER = re.compile(r"^([A-Za-z_][\w.]*): (.+)$", re.MULTILINE)  # of an exception in a traceback
# A frame in a traceback of IPython or of Python.
PLACE = re.compile(r'^ *File "?(?P<file>[^"\n]+?)"?(?::|, line )(?P<line>\d+)', re.MULTILINE)
ERRNO = re.compile(r"\[Errno -?\d+\] ")
TRACEBACK = "Traceback (most recent call last):"
STDERR = "\nstderr:\n"  # in what dask-jobqueue raises where a command failed
BARE = re.compile(r"""'[^']*'|"[^"]*"|\(.*\)|[-+.\w]*""")  # a key or a number, as of a KeyError
NAMELESS = re.compile(r"\[Errno -?\d+\] ([^:'\n]+)")

# Makes the sentence from the match and the name of the kernel's environment.
Sentence = Callable[[re.Match[str], str], str]
Known = Iterable[tuple[str, Sentence]]


COMMON: tuple[tuple[str, Sentence], ...] = (
    (
        r"[`']cryptography\b",
        lambda _, env: cryptography_missing(env),
    ),
    (
        r"ModuleNotFoundError: No module named '([\w.]+)'",
        lambda match, env: (
            f"The environment {env} does not have the package {match[1]}. Install it there, or "
            "choose another environment."
        ),
    ),
)


def explain(name: str, text: str, environment: str, engine: Known = ()) -> str:
    """Return the sentence for an exception, in its own words where none is known.

    ``name`` and ``text`` are the exception's, ``environment`` is the kernel's name, ``engine`` has
    the sentences for what the backend's engine raises: patterns for ``name: text``.
    """
    sentence = known(name, text, environment, engine)
    if sentence:
        return sentence
    words = said(text)[:500]
    return (f"{name}: {words}" if words else name) if BARE.fullmatch(words) else words


def said(text: str) -> str:
    """Return the first part of a text that says something, in one line; empty where none does.

    A line such as "Original error message:" only announces the next one. Of a traceback the last
    line counts, and of a command that failed what it wrote.
    """
    before, _, trace = text.partition(TRACEBACK)
    if trace.strip():
        text = f"{before.rstrip()} {trace.strip().splitlines()[-1]}"
    written = text.partition(STDERR)[2]
    text, sentence = written if written.strip() else text, ""
    for line in filter(None, map(str.strip, text.splitlines())):
        sentence = f"{sentence} {line}".strip()
        if not line.endswith(":"):
            break
    return ERRNO.sub("", sentence)


def known(name: str, text: str, environment: str, engine: Known = ()) -> str | None:
    """Return the sentence for an exception, None where none is known; arguments as ``explain``."""
    whole = f"{name}: {text}"
    for pattern, sentence in (*COMMON, *engine):
        match = re.search(pattern, whole, re.DOTALL)
        if match:
            return sentence(match, environment)
    return None


def first_cause(name: str, text: str, traceback: str) -> tuple[str, str]:
    """Return the name and text of the exception that a chain began with.

    Distributed says "Cluster failed to start" whatever the reason was; the reason is the exception
    that it was raised from. Any other exception is its own best description. Where an error of the
    system does not name the file that it is about, as those of OpenSSL, the place is added.
    """
    began, chained, _ = traceback.partition(CHAINED)
    if chained and "failed to start" in text:
        headers = list(HEADER.finditer(began))
        likely = [header for header in headers if "Error" in header[1]] or headers
        if likely:
            name, text = likely[-1][1], began[likely[-1].start(2) :].strip()
            traceback = began
    nameless = NAMELESS.fullmatch(text.strip())
    places = list(PLACE.finditer(traceback))
    if nameless and places:
        place = places[-1]
        where = f"{os.path.basename(place['file'])}, line {place['line']}"
        text = f"{nameless[1]}. The error names no file or host; it was raised in {where}."
    return name, text
