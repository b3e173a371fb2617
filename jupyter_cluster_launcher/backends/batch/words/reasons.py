"""The reason in what a command of a batch system wrote."""

from __future__ import annotations

import re


def one_line(text: str, *noise: re.Pattern[str]) -> str:
    """Return the lines of ``text`` as one, without ``noise`` in each, without a full stop."""
    reasons = []
    for whole in text.splitlines():
        line = whole.strip()
        for pattern in noise:
            line = pattern.sub("", line)
        reasons.append(line.strip().removesuffix("."))
    return "; ".join(dict.fromkeys(filter(None, reasons)))
