"""Sentences for what dask-gateway refuses, and for when it fails or does not answer."""

from __future__ import annotations

from collections.abc import Sequence

from .errors import Sentence

ADMINISTRATORS = "if the problem persists, contact the administrators of your hub"

# The client's own exceptions, as `Name: text`. Their names and texts are those of dask-gateway
# 2026.3 and of aiohttp; each was provoked on a real server.
GATEWAY: tuple[tuple[str, Sentence], ...] = (
    (
        r"No dask-gateway address provided",
        lambda _, env: (
            f"No dask-gateway is configured in the environment {env}. This platform needs a "
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
        r"ClientResponseError: 50[234]\b",  # the answer of a proxy in front of it
        lambda _, env: f"dask-gateway does not answer. Try again in a minute; {ADMINISTRATORS}.",
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
            "dask-gateway rejected your login. On a hub, restart your server (File > Hub Control "
            "Panel) to get a new token; elsewhere, check the password in your Dask configuration."
        ),
    ),
    (
        r"ClientResponseError: 403",
        lambda _, env: "You do not have access to this cluster: it belongs to another user.",
    ),
    (
        r"No JupyterHub API token provided",
        lambda _, env: (
            "This dask-gateway needs a JupyterHub token, and this server has none: use a server "
            "that the hub started."
        ),
    ),
    (
        r"GatewayServerError: (.*)",
        lambda m, _: (
            f"dask-gateway failed with an internal error ({m[1].strip()[:200]}). Try again in a "
            f"minute; "
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
        lambda m, _: f"dask-gateway does not know the cluster {m[1]}: it was stopped.",
    ),
    (
        r"GatewayClusterError: Cluster '(\S+)' failed to start",
        lambda m, _: (
            "dask-gateway could not start the cluster and gave no reason. Try another profile or "
            f"environment; {ADMINISTRATORS} and give them the name {m[1]} to look for in the logs."
        ),
    ),
    (
        r"GatewayClusterError: [Cc]luster '?(\S+?)'? is (?:already stopped|not running)",
        lambda m, _: f"The cluster {m[1]} is no longer running.",
    ),
    (
        r"ValueError: ('.*' is not a valid option for .*|Unknown fields .*)",
        lambda m, _: (
            f"dask-gateway rejected an option: {m[1]}. The choices may have changed: select the "
            "platform again."
        ),
    ),
    (
        r"(?:OSError|TimeoutError): Timed out trying to connect to (gateway://\S+?)(?:/|\s|$)",
        lambda m, _: (
            "The cluster was started, but its scheduler cannot be reached at "
            f"{m[1]}: the administrators of your hub must set DASK_GATEWAY__PROXY_ADDRESS."
        ),
    ),
    (
        r"KeyError: '([A-Z0-9]+(?:_[A-Z0-9]+)+)'.*",
        lambda m, env: (
            f"The environment variable {m[1]} is not set in the environment {env}. Set it there, "
            "or choose an environment that has it: conda sets CONDA_PREFIX when it activates one."
        ),
    ),
    (
        r"KeyError: '([\w.@-]+)'.*",
        lambda m, _: (
            f"{m[1]} was not found. If it is the name of an AWS profile, "
            "~/.aws/credentials has no such profile."
        ),
    ),
)


def no_kernel(environment: str) -> str:
    """Return why a cluster cannot be stopped whose kernel is gone, or no longer Python."""
    return f"The gateway cannot be reached any more through the environment {environment}."


def left_there(names: Sequence[str], wait: bool) -> str:
    """Return what may go on at a gateway, and what Dismiss does then.

    ``names`` is empty where they are not known; ``wait`` says that a user has tried.
    """
    one = len(names) < 2
    which = f"The cluster{'' if one else 's'} {', '.join(names)}" if names else "A cluster"
    goes_on = f"{which} may go on at the gateway."
    if wait:
        them = "it cannot" if one else "they cannot"
        return f"{goes_on} Dismiss it again to remove this row, even if {them} be stopped."
    return f"{goes_on} Dismiss tries again."
