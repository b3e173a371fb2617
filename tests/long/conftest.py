"""What the long suites share: the number that chooses random input, to run them again with it."""

from __future__ import annotations

import os
import random

import pytest


@pytest.fixture
def number() -> int:
    """The number in the variable SEED, or a random one; printed where a test fails."""
    chosen = int(os.environ.get("SEED") or random.randrange(2**32))
    print(f"SEED={chosen}")
    return chosen
