"""A controller that an older version of the launcher started: what it cannot do is said."""

from __future__ import annotations

from typing import Any

from jupyter_server.serverapp import ServerApp

from api import Api

NEW = ("keep", "restart_worker", "workers", "scale")
OLDER = (
    "for one in type(__cluster_launcher).__mro__:\n"
    f"    for name in {NEW}:\n"
    "        if name in vars(one): delattr(one, name)"
)


async def test_what_an_older_controller_cannot_do(api: Api, jp_serverapp: ServerApp) -> None:
    """Guards an update of the server against errors that nobody can act on."""
    cluster = await api.launch(platform="local", workers=1)
    cluster = await api.ready(cluster["id"], 1)
    path = ("clusters", cluster["id"])
    (worker,) = (await api.ask("GET", *path, "workers"))[1]["workers"]
    manager: Any = jp_serverapp.web_app.settings["cluster_manager"]
    controller = manager._clusters[cluster["id"]].connection.controller
    await controller.run(OLDER, 30)
    answers = [
        await api.ask("PATCH", *path, body={"idle_timeout": 600}),
        await api.ask("PATCH", *path, body={"workers": 2}),
        await api.ask("POST", *path, "restart", body={"worker": worker["id"]}),
        await api.ask("GET", *path, "workers"),
    ]
    for status, answer in answers:
        assert (status, "by an older version" in answer["message"]) == (409, True), answer
    assert (await api.ask("GET", *path))[1]["workers"]["requested"] == 1
    await api.stop(cluster["id"])
