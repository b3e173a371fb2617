"""The page for administrators of a hub."""

from __future__ import annotations

from pathlib import Path

from real_hub import CONFIG

PAGE = Path(__file__).parent.parent.parent / "docs" / "hub.md"


def test_the_configuration_in_the_documentation_is_the_tested_one() -> None:
    """A page that was true once misleads whoever follows it."""
    tested = CONFIG.read_text().split("# docs: begin\n")[1].split("# docs: end")[0]
    assert f"```python\n{tested}```" in PAGE.read_text()
