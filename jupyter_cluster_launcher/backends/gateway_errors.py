"""What a person is told when dask-gateway refuses, fails or does not answer."""

from __future__ import annotations

import re
from collections.abc import Callable

Sentence = Callable[[re.Match[str], str], str]

ADMINISTRATORS = "if it stays so, tell the administrators of your hub"

# The client's own exceptions, as `Name: text`. Their names and texts are those of dask-gateway
# 2026.3 and of aiohttp; each was provoked on a real server.
GATEWAY: tuple[tuple[str, Sentence], ...] = (
    (
        r"No dask-gateway address provided",
        lambda _, env: (
            f"No dask-gateway is configured for the environment {env}: this platform is for a "
            "JupyterHub whose administrators have set DASK_GATEWAY__ADDRESS."
        ),
    ),
    (
        r"Client\w*Connect\w*Error: Cannot connect to host (\S+)",
        lambda m, _: (
            f"dask-gateway does not answer at {m[1]}. Try again in a minute; {ADMINISTRATORS}."
        ),
    ),
    (
        r"GatewayTimeout: (.*)",
        lambda m, _: (
            f"dask-gateway did not answer within {m[1]}. Try again in a minute; {ADMINISTRATORS}."
        ),
    ),
    (
        r"(?:InvalidU\w+|NonHttpUrl\w+): (\S+)",
        lambda m, _: f"The address of dask-gateway is not a web address: {m[1]}.",
    ),
    (
        r"ClientResponseError: 401|GatewayServerError: Permission failure verifying user's Jupyter",
        lambda _, env: (
            "dask-gateway did not accept your login. On a hub, stop your server and start it again "
            "(File > Hub Control Panel), which gives it a new token; elsewhere check the password "
            "in your Dask configuration."
        ),
    ),
    (
        r"ClientResponseError: 403",
        lambda _, env: "That cluster belongs to somebody else: dask-gateway refuses it to you.",
    ),
    (
        r"No JupyterHub API token provided",
        lambda _, env: (
            "dask-gateway here wants a token of JupyterHub, and there is none: use it in a server "
            "that the hub started."
        ),
    ),
    (
        r"GatewayServerError: (.*)",
        lambda m, _: (
            f"dask-gateway failed by itself ({m[1].strip()[:200]}). Try again in a minute; "
            f"{ADMINISTRATORS}."
        ),
    ),
    (
        r"ValueError: 404: Not Found",
        lambda _, env: (
            "There is no dask-gateway at the configured address: check DASK_GATEWAY__ADDRESS or "
            "ask the administrators of your hub."
        ),
    ),
    (
        r"ValueError: Cluster (\S+) not found",
        lambda m, _: f"dask-gateway does not know the cluster {m[1]}: it has been stopped.",
    ),
    (
        r"GatewayClusterError: Cluster '(\S+)' failed to start",
        lambda m, _: (
            "dask-gateway could not start the cluster and gives no reason. Try another profile or "
            f"environment; {ADMINISTRATORS}, whose logs have it under {m[1]}."
        ),
    ),
    (
        r"GatewayClusterError: [Cc]luster '?(\S+?)'? is (?:already stopped|not running)",
        lambda m, _: f"The cluster {m[1]} does not run any more.",
    ),
    (
        r"ValueError: ('.*' is not a valid option for .*|Unknown fields .*)",
        lambda m, _: (
            f"dask-gateway does not take this: {m[1]}. Its choices may have changed: choose the "
            "platform anew."
        ),
    ),
    (
        r"(?:OSError|TimeoutError): Timed out trying to connect to (gateway://\S+?)(?:/|\s|$)",
        lambda m, _: (
            "The cluster was started, but its scheduler cannot be reached at "
            f"{m[1]}: the hub's administrators have to set DASK_GATEWAY__PROXY_ADDRESS."
        ),
    ),
    (
        r"KeyError: '([\w.@-]+)'.*",
        lambda m, _: (
            f"{m[1]} was looked for and is not there. If it is the name of an AWS profile: there "
            "is no such profile in ~/.aws/credentials."
        ),
    ),
)
