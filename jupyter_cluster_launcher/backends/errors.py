"""Sentences for exceptions that creating a cluster raised: what happened, and what to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from ..platforms.encryption import cryptography_missing

CHAINED = "The above exception was the direct cause of the following exception:"

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
    first = text.strip().split("\n")[0].strip()
    return first[:500] or name


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
    that it was raised from. Any other exception is its own best description.
    """
    began, chained, _ = traceback.partition(CHAINED)
    lines = began.strip().split("\n")
    match = re.match(r"([\w.]+): (.+)", lines[-1]) if chained and lines else None
    return (match[1], match[2]) if match and "failed to start" in text else (name, text)
