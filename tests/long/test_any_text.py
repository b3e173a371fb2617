"""Text that tries to become something else."""

from __future__ import annotations

import pytest
from any_text import PROPERTIES, clusters_without_end
from properties import hold


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("what", PROPERTIES)
def test_any_text(what: str, number: int) -> None:
    """Guards against text that becomes code, a line of a job script, HTML or a line of a log."""
    inputs, check = PROPERTIES[what]
    with clusters_without_end():
        hold(check, inputs, 3000, number)
