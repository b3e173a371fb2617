"""Properties that hold for any input: a few inputs in `make test`, many in `make test-long`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st


def hold(
    check: Callable[[Any], object],
    inputs: st.SearchStrategy[Any],
    examples: int,
    number: int | None = None,
    phases: tuple[Phase, ...] = (Phase.generate, Phase.shrink),
) -> None:
    """Call ``check`` with so many examples of ``inputs``.

    They are always the same without a ``number`` that chooses them.
    """

    @settings(
        max_examples=examples, deadline=None, database=None, phases=phases,
        suppress_health_check=list(HealthCheck), derandomize=number is None,
    )  # fmt: skip
    @given(inputs)
    def checked(value: Any) -> None:
        check(value)

    (checked if number is None else seed(number)(checked))()
