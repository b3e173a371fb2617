"""The single plots of a scheduler's dashboard."""

from __future__ import annotations

import json
import time
import urllib.request

LIMIT = 2.0  # seconds for an answer
PAUSES = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0)  # seconds before each request, and then no more
# Loopback is never behind a proxy, whatever http_proxy says.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Plots:
    """Asks a dashboard for its plots until it answers, a few times."""

    def __init__(self) -> None:
        """Know none yet."""
        self._listed: dict[str, str] = {}
        self._tries, self._since = 0, 0.0

    def of(self, port: int | None) -> dict[str, str]:
        """Return the plots of the dashboard at ``port`` as far as they are known now."""
        now = time.monotonic()
        due = self._tries < len(PAUSES) and now - self._since >= PAUSES[self._tries]
        if port and due and not self._listed:
            self._tries, self._since = self._tries + 1, now
            self._listed = plots(port)
        return self._listed


def plots(port: int) -> dict[str, str]:
    """Return the single plots of a dashboard, {title: path}, as the scheduler itself lists them."""
    url = f"http://127.0.0.1:{port}/individual-plots.json"
    try:
        with OPENER.open(url, timeout=LIMIT) as answer:
            listed: dict[str, str] = json.load(answer)
    except (OSError, ValueError):  # no bokeh in this environment, or not up yet
        return {}
    return listed
