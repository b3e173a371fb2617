"""Which part of a span of time went into what, of steps that are within one another."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

BEFORE, BETWEEN, AFTER = (
    "server, until the kernel's process",
    "messages between server and kernel",
    "report, until the answer to the next request",
)


class Span(NamedTuple):
    """A step from its begin to its end, in seconds."""

    name: str
    begun: float
    ended: float


def shares(spans: Sequence[Span], begun: float, ended: float) -> dict[str, float]:
    """Return the seconds of each step between two times, in the order in which steps begin.

    What is within a step counts for the inner one: the one that began last. Time in no step is
    before all of them, between two, or after the last.
    """
    inside = [one for one in spans if one.ended > begun and one.begun < ended]
    edges = {begun, ended}
    for one in inside:
        edges |= {min(max(one.begun, begun), ended), min(one.ended, ended)}
    first = min((one.begun for one in inside), default=ended)
    last = max((one.ended for one in inside), default=begun)
    found: dict[str, float] = {}
    ordered = sorted(edges)
    for left, right in itertools.pairwise(ordered):
        covering = [one for one in inside if one.begun <= left and one.ended >= right]
        if covering:
            name = max(covering, key=lambda one: one.begun).name
        elif left < first:
            name = BEFORE
        else:
            name = AFTER if left >= last else BETWEEN
        found[name] = found.get(name, 0.0) + right - left
    return found
