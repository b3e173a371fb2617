"""What the short-lived programs of this package share: private input and a JSON answer."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

PRIVATE = "CLUSTER_LAUNCHER_PRIVATE"  # variable with JSON; arguments can be read by every user


def private() -> Any:
    """Return the private input and remove it, so that the code which runs now cannot read it."""
    return json.loads(os.environ.pop(PRIVATE, "null"))


def answer(data: Any) -> None:
    """Print the answer as the last line."""
    sys.stdout.write(json.dumps(data) + "\n")
