"""What a gateway's errors are turned into."""

from __future__ import annotations

import pytest

from jupyter_cluster_launcher.backends.errors import explain
from jupyter_cluster_launcher.backends.gateway_errors import GATEWAY

# Exceptions as dask-gateway 2026.3 raises them, and how the sentence for each begins.
ERRORS = [
    ("ValueError", "No dask-gateway address provided or found in configuration", "No dask-gateway"),
    ("ClientConnectorError", "Cannot connect to host hub:80 ssl:default [x]", "dask-gateway does"),
    (
        "ClientResponseError",
        "502, message='Bad Gateway', url='u'",
        "dask-gateway does not answer. Try again in a minute;",
    ),
    ("GatewayTimeout", "15 seconds", "dask-gateway did not answer within 15 seconds."),
    (
        "ClientResponseError",
        "401, message='Unauthorized', url='u'",
        "dask-gateway rejected your login",
    ),
    (
        "ClientResponseError",
        "403, message='Forbidden', url='u'",
        "You do not have access to this cluster",
    ),
    (
        "ValueError",
        "No JupyterHub API token provided, and JUPYTERHUB_API_TOKEN …",
        "This dask-gateway needs a JupyterHub token",
    ),
    (
        "GatewayServerError",
        "Permission failure verifying user's JupyterHub API token",
        "dask-gatew",
    ),
    (
        "GatewayServerError",
        "database is locked",
        "dask-gateway failed with an internal error (database is l",
    ),
    ("ValueError", "404: Not Found", "There is no dask-gateway at the configured address"),
    ("ValueError", "Cluster 1f not found", "dask-gateway does not know the cluster 1f"),
    ("GatewayClusterError", "Cluster '1f' failed to start, see logs", "dask-gateway could not sta"),
    (
        "GatewayClusterError",
        "Cluster '1f' is already stopped",
        "The cluster 1f is no longer running.",
    ),
    ("GatewayClusterError", "cluster 1f is not running", "The cluster 1f is no longer running."),
    ("ValueError", "'Huge' is not a valid option for profile", "dask-gateway rejected an option"),
    ("OSError", "Timed out trying to connect to gateway://hub:80/1f after 30 s", "The cluster was"),
    ("KeyError", "'esip-qhub'", "esip-qhub was not found."),
    ("KeyError", "'CONDA_PREFIX'", "The environment variable CONDA_PREFIX is not set in the "),
]


@pytest.mark.parametrize(("name", "text", "begins"), ERRORS)
def test_each_error_is_a_sentence_that_says_what_to_do(name: str, text: str, begins: str) -> None:
    """An exception's name and a traceback's last line are no help to a scientist."""
    sentence = explain(name, text, "Python 3", GATEWAY)
    assert sentence.startswith(begins)
    assert sentence.endswith(".")
    assert name not in sentence


def test_words_of_an_administrator_are_shown_as_they_are() -> None:
    """A gateway's options handler may refuse in its own words."""
    assert (
        explain("ValueError", "You have 2 clusters already.", "x") == "You have 2 clusters already."
    )
