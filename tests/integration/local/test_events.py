"""Changes are pushed: the events on Jupyter's event bus, and what they hold."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from api import Api

CLUSTER = "https://schema.jupyter.org/jupyter_cluster_launcher/cluster/v1"


async def heard(bell: Any) -> dict[str, Any]:
    """Return the next event about a cluster."""
    while True:
        event = json.loads(await asyncio.wait_for(bell.read_message(), 60))
        if event["schema_id"] == CLUSTER:
            return dict(event)


async def test_each_change_rings_the_bell_and_tells_no_more(api: Api, jp_ws_fetch: Any) -> None:
    """A browser without events shows stale rows; an event that holds more leaks to others."""
    bell = await jp_ws_fetch("api", "events", "subscribe")
    cluster = await api.launch(platform="local", workers=1)
    event = await heard(bell)
    assert (event["cluster_id"], event["action"]) == (cluster["id"], "created")
    # Only what the bus itself adds may stand beside the two.
    assert {k for k in event if not k.startswith("__")} <= {"cluster_id", "action", "schema_id"}

    # Nothing is fetched here before an event was emitted.
    state, ready = "starting", 0
    while (state, ready) != ("running", 1):
        assert (await heard(bell))["action"] == "changed"
        _, seen = await api.ask("GET", "clusters", cluster["id"])
        state, ready = seen["state"], seen["workers"]["ready"]

    await api.ask("PATCH", "clusters", cluster["id"], body={"workers": 2})
    while ready != 2:
        await heard(bell)
        _, seen = await api.ask("GET", "clusters", cluster["id"])
        ready = seen["workers"]["ready"]

    await api.ask("DELETE", "clusters", cluster["id"])
    while (await heard(bell))["action"] != "removed":
        pass
    assert await api.ask("GET", "clusters") == (200, [])
    bell.close()
