"""An extension of a Jupyter server under test: how many objects of the launcher it holds.

Paths are counted too: much of what is kept of a cluster is kept by the path of its record.
"""

from __future__ import annotations

import gc
import json
from collections import Counter
from functools import lru_cache
from typing import Any

from jupyter_server.base.handlers import APIHandler
from tornado import web

OURS = ("jupyter_cluster_launcher.", "pathlib")
CACHE = type(lru_cache(lambda: None))


class ObjectsHandler(APIHandler):
    """What this process holds."""

    @web.authenticated
    def get(self) -> None:
        """Count the objects of each class after everything that can be freed was."""
        for one in gc.get_objects():
            if isinstance(one, CACHE) and one.cache_parameters()["maxsize"] is not None:
                one.cache_clear()  # what has no limit may grow with each cluster
        gc.collect()
        classes = Counter(map(type, gc.get_objects()))
        names = {f"{one.__module__}.{one.__qualname__}": n for one, n in classes.items()}
        self.finish(json.dumps({name: n for name, n in names.items() if name.startswith(OURS)}))


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "server_objects"}]


def _load_jupyter_server_extension(serverapp: Any) -> None:
    serverapp.web_app.add_handlers(".*", [(f"{serverapp.base_url}objects", ObjectsHandler)])
