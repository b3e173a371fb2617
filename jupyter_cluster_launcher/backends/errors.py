"""What a person is told when Python raised: a sentence that says what to do."""

from __future__ import annotations

import re

from .gateway_errors import GATEWAY, Sentence

CHAINED = "The above exception was the direct cause of the following exception:"


def explain(name: str, text: str, environment: str) -> str:
    """Return the sentence for an exception that creating a cluster raised.

    ``name`` and ``text`` are the exception's, ``environment`` is the kernel's name. What is not
    known here is told in the exception's own words.
    """
    whole = f"{name}: {text}"
    for pattern, sentence in KNOWN:
        match = re.search(pattern, whole, re.DOTALL)
        if match:
            return sentence(match, environment)
    first = text.strip().split("\n")[0].strip()
    return first[:500] or name


def first_cause(name: str, text: str, traceback: str) -> tuple[str, str]:
    """Return the name and text of the exception that a chain began with.

    Distributed says "Cluster failed to start" whatever the reason was; the reason is what it was
    raised from. Everything else is its own best description, and is returned as it is.
    """
    began, chained, _ = traceback.partition(CHAINED)
    lines = began.strip().split("\n")
    match = re.match(r"([\w.]+): (.+)", lines[-1]) if chained and lines else None
    return (match[1], match[2]) if match and "failed to start" in text else (name, text)


def cryptography_missing(environment: str) -> str:
    """Return the sentence for an environment that cannot encrypt."""
    return (
        f"Encryption needs the package cryptography, which the environment {environment} does not "
        "have. Install it there (conda install cryptography), or switch encryption off for this "
        "cluster."
    )


KNOWN: tuple[tuple[str, Sentence], ...] = (
    (
        r"[`']cryptography\b",
        lambda _, env: cryptography_missing(env),
    ),
    (
        r"ModuleNotFoundError: No module named '([\w.]+)'",
        lambda match, env: (
            f"The environment {env} has no package {match[1]}. Install it there, or choose another."
        ),
    ),
    *GATEWAY,
)
