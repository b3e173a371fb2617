"""The page for administrators of a hub."""

from __future__ import annotations

from pathlib import Path

import pytest
from real_gateway import CONFIG as GATEWAY
from real_hub import CONFIG as HUB

PAGE = Path(__file__).parent.parent.parent / "docs" / "hub.md"


@pytest.mark.parametrize("config", [HUB, GATEWAY], ids=["hub", "gateway"])
def test_the_configuration_in_the_documentation_is_the_tested_one(config: Path) -> None:
    """A page that was true once misleads whoever follows it."""
    tested = config.read_text().split("# docs: begin\n")[1].split("# docs: end")[0]
    assert f"```python\n{tested}```" in PAGE.read_text()
