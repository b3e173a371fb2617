"""Users who were warned that their next Dismiss leaves what could not be ended."""

from __future__ import annotations


class Warned:
    """The clusters whose users were warned."""

    def __init__(self) -> None:
        """Nobody was warned yet."""
        self._ids: set[str] = set()

    def add(self, cluster_id: str) -> None:
        """Note that the user of a cluster is warned now."""
        self._ids.add(cluster_id)

    def take(self, cluster_id: str, wait: bool) -> bool:
        """Return whether a try to end a cluster may leave what it cannot end.

        So may a user's try, which ``wait`` marks, if it is the first since the warning.
        """
        warned = wait and cluster_id in self._ids
        if wait:
            self._ids.discard(cluster_id)
        return warned
