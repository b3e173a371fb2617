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
_managers: list[ClusterManager] = []  # one at most: that of this server


def turn_on(manager: ClusterManager) -> None:
    """Offer the tools, which act through ``manager``."""
    _managers[:] = [manager]


def turn_off() -> None:
    """Offer no tools any more."""
    _managers.clear()


def tools() -> list[str]:
    """Return where the tools are, as jupyter-server-mcp looks for them; nothing while off."""
    return [f"{__package__}.mcp_tools:{name}" for name in NAMES] if _managers else []


def current_manager() -> ClusterManager:
    """Return what the tools act through; raises ``NotAvailableError`` while they are off."""
    if not _managers:
        raise NotAvailableError(
            "The tools for clusters are turned off. Set c.ClusterLauncher.mcp_tools = True in the "
            "configuration of the Jupyter server."
        )
    return _managers[0]
