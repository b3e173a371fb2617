"""Text as it may be shown and sent around: without the values of secret variables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

MASK = "[hidden]"
SHORTEST = 6  # characters of a value that is looked for: "1" and "yes" stand everywhere
PIECE = 50_000  # characters looked through at once; other threads have to wait meanwhile
WORDS = "SECRET|TOKEN|PASSWORD|PASSWD|CREDENTIAL|API_KEY|ACCESS_KEY"
# Environment variables; files such as ~/.aws/credentials and arguments in Python; answers in JSON.
# Each part has an end, lest a line of "token_token_token_…" be looked through for minutes.
UPPER = rf"[A-Z0-9_]{{0,60}}(?:{WORDS})[A-Z0-9_]{{0,60}}"
LOWER = (
    r"(?:[a-z0-9]{1,30}[_-]){0,6}"
    r"(?:secret|token|password|passwd|credentials?|api[_-]?key|access[_-]?key)"
    r"(?:[_-][a-z0-9_-]{0,40})?"
)
CAMEL = r"[A-Za-z]{0,40}(?:Secret|Token|Password|Credential|ApiKey|AccessKey)[A-Za-z]{0,40}"
QUOTED = r""""[^"\n]*"|'[^'\n]*'"""
# What is called or looked up, and what is no text, is ordinary code: token = next(tokens).
BARE = r"""(?!(?:None|True|False|null|true|false)\b)[^\s"',;}&()\[\]{]+(?![\w.(\[])"""
ASSIGNED = re.compile(
    rf"""(\b{UPPER}["']?\s*[=:]\s*|[?&]token=)(?:{QUOTED}|[^\s"',}}&]+)"""
    rf"""|((?<![\w-])-{{0,2}}{LOWER}["']?[ \t]*[=:][ \t]*)(?:{QUOTED}|{BARE})"""
    rf"""|(["']{CAMEL}["'][ \t]*[=:][ \t]*)(?:{QUOTED})"""
)


def masked(value: Any, env: Mapping[str, str]) -> Any:
    """Return text, or data with text in it, without the values of secret variables.

    Secret is what the variables of ``env`` with such names hold, wherever it stands, and what is
    assigned to such a name in the text itself, in capitals or not.
    """
    if not value:  # as most messages are
        return value
    held = {
        text
        for name, text in env.items()
        if re.fullmatch(UPPER, name.upper()) and len(text) >= SHORTEST
    }
    # The longest first: a secret may be part of another.
    secrets = sorted(held, key=len, reverse=True)

    def hide(value: Any) -> Any:
        if isinstance(value, str):
            for secret in secrets:
                value = value.replace(secret, MASK)
            return "".join(ASSIGNED.sub(_mask, piece) for piece in _pieces(value))
        if isinstance(value, list):
            return [hide(item) for item in value]
        if isinstance(value, dict):
            return {key: hide(item) for key, item in value.items()}
        return value

    return hide(value)


def _mask(match: re.Match[str]) -> str:
    return f"{match[match.lastindex or 0]}{MASK}"


def _pieces(text: str) -> Iterator[str]:
    """Yield a text in pieces that end with a line, and not between a name and its value."""
    start = 0
    while len(text) - start > PIECE:
        end = text.find("\n", start + PIECE) + 1
        while end and text[start : end - 1].endswith(("=", ":")):
            end = text.find("\n", end) + 1
        if not end:
            break
        yield text[start:end]
        start = end
    yield text[start:]
