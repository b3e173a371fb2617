"""The platform file of a class whose scheduler and workers are processes of this computer."""

from __future__ import annotations

from typing import Any

FILE: dict[str, Any] = {
    "title": "Subprocesses",
    "module": "distributed.deploy.subprocess",
    "class": "SubprocessCluster",
    "kwargs": {"threads_per_worker": 1, "dashboard_address": "127.0.0.1:0"},
    "tls": True,
    "workers": {"keyword": "n_workers", "default": 1, "maximum": 4},
}
