"""Whether assistants that speak MCP get tools, through the extension jupyter-server-mcp.

That extension finds ``tools`` in the entry point group ``jupyter_server_mcp.tools``. There are none
unless the administrator or the user turns them on: its clients launch clusters without a question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import NotAvailableError

if TYPE_CHECKING:
    from ..clusters.manager import ClusterManager

# As in `mcp_tools`, which is imported only where they are turned on.
NAMES = ("list_clusters", "preview_cluster", "launch_cluster", "scale_cluster", "stop_cluster")
_offered: list[tuple[ClusterManager, str]] = []  # one at most: that of this server


def turn_on(manager: ClusterManager, base_url: str) -> None:
    """Offer the tools, which act through ``manager``.

    ``base_url`` is the path of this server, below which browsers find dashboards.
    """
    _offered[:] = [(manager, base_url)]


def turn_off() -> None:
    """Offer no tools any more."""
    _offered.clear()


def tools() -> list[str]:
    """Return where the tools are, as jupyter-server-mcp looks for them; nothing while off."""
    return [f"{__package__}.mcp_tools:{name}" for name in NAMES] if _offered else []


def current_manager() -> ClusterManager:
    """Return what the tools act through; raises ``NotAvailableError`` while they are off."""
    if not _offered:
        raise NotAvailableError(
            "The tools for clusters are turned off. Set c.ClusterLauncher.mcp_tools = True in the "
            "configuration of the Jupyter server."
        )
    return _offered[0][0]


def current_base_url() -> str:
    """Return the path of this server; raises as ``current_manager``."""
    current_manager()
    return _offered[0][1]
