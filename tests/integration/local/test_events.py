"""Changes are pushed: the events on Jupyter's event bus, and what they hold."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from api import Api

CLUSTER = "https://schema.jupyter.org/jupyter_cluster_launcher/cluster/v1"


async def next_event(socket: Any) -> dict[str, Any]:
    """Return the next event about a cluster."""
    while True:
        event = json.loads(await asyncio.wait_for(socket.read_message(), 60))
        if event["schema_id"] == CLUSTER:
            return dict(event)


async def test_each_change_emits_an_event_without_details(api: Api, jp_ws_fetch: Any) -> None:
    """A browser without events shows stale rows; an event that holds more leaks to others."""
    socket = await jp_ws_fetch("api", "events", "subscribe")
    cluster = await api.launch(platform="local", workers=1)
    event = await next_event(socket)
    assert (event["cluster_id"], event["action"]) == (cluster["id"], "created")
    # Only what the bus itself adds may stand beside the two.
    assert {k for k in event if not k.startswith("__")} <= {"cluster_id", "action", "schema_id"}

    # Nothing is fetched here before an event was emitted.
    state, ready = "starting", 0
    while (state, ready) != ("running", 1):
        assert (await next_event(socket))["action"] == "changed"
        _, seen = await api.ask("GET", "clusters", cluster["id"])
        state, ready = seen["state"], seen["workers"]["ready"]

    await api.ask("PATCH", "clusters", cluster["id"], body={"workers": 2})
    while ready != 2:
        await next_event(socket)
        _, seen = await api.ask("GET", "clusters", cluster["id"])
        ready = seen["workers"]["ready"]

    await api.ask("DELETE", "clusters", cluster["id"])
    while (await next_event(socket))["action"] != "removed":
        pass
    assert await api.ask("GET", "clusters") == (200, [])
    socket.close()
