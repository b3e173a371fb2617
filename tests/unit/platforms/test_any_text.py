"""A few of the texts with which `make test-long` tries to become something else."""

from __future__ import annotations

import pytest
from any_text import PROPERTIES, clusters_without_end
from properties import hold


@pytest.mark.parametrize("what", PROPERTIES)
def test_any_text(what: str) -> None:
    """Guards against text that becomes code, a line of a job script, HTML or a line of a log."""
    inputs, check = PROPERTIES[what]
    with clusters_without_end():
        hold(check, inputs, 40)
