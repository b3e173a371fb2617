"""The options of a gateway, which its administrator names."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from fakes import backend, shipped


def test_options_that_cannot_be_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a SyntaxError in the create code: Python has no argument of such a name."""
    gateway = backend("gateway")
    field = {"type": "string", "title": "T"}

    async def declared(*args: Any) -> dict[str, Any]:
        return {"class": field, "None": field, "two words": field, "cores": field}

    monkeypatch.setattr(gateway, "_query", declared)
    assert asyncio.run(gateway.options(shipped("nebari"), "python3")) == {"cores": field}
