"""The options of a launch as they go into a notebook, which goes anywhere."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_cluster_launcher.server.portable import portable

ENV = {"AWS_SECRET_ACCESS_KEY": "abc123xyz", "HOME": "/data/ann"}


@pytest.mark.parametrize(
    "value",
    [
        *["4GB", "04:00:00", 3, 0.5, True, None, "gpu", "pangeo/notebook:1"],
        *[["--exclusive=user"], {"tide": "high"}, ["MY_TOKEN", "MY_BUCKET"]],
    ],
)
def test_what_holds_elsewhere(value: Any) -> None:
    """Guards against a request that forgets what the notebook needs."""
    assert portable({"option": value}, ENV) == {"option": value}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("local_directory", "/scratch/ann"),
        ("python", "~/env/bin/python"),
        ("log", "$HOME/logs"),
        ("folder", "C:\\Users\\ann"),
        ("extra", ["--chdir=/data/ann"]),
        ("prologue", ["source /data/ann/env/bin/activate"]),
        ("environment", {"PATH": "x:/data/ann/bin"}),
        ("address", "https://hub.example/user/ann"),
        ("password", "tide"),
        ("api_token", "tide"),
        ("environment", {"MY_TOKEN": "tide"}),
        ("extra", "--token=abc"),
        ("comment", "it is abc123xyz"),
    ],
)
def test_what_stays_here(name: str, value: Any) -> None:
    """Guards against a secret, or the home directory of a user, in a shared notebook."""
    assert portable({name: value, "memory": "4GB"}, ENV) == {"memory": "4GB"}
