"""Whether the nodes of a batch system see the folder with the keys and the logs of jobs."""

from __future__ import annotations

import os
from pathlib import Path

import psutil

# In the memory of one host or container, wherever they are mounted.
OF_ONE_HOST = ("tmpfs", "ramfs", "devtmpfs", "overlay", "aufs")
# On a disk of one host, which may share it with others, but not these folders of it.
OF_A_DISK = ("ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "jfs", "apfs", "hfs")
PRIVATE_FOLDERS = ("/tmp", "/var/tmp", "/run", "/dev/shm")  # noqa: S108 - only compared


def unseen(directory: Path) -> str | None:
    """Return why other hosts cannot see a folder that need not exist yet, None where they may."""
    path = Path(os.path.realpath(directory))
    above = [(mount, kind) for mount, kind in _mounts() if path.is_relative_to(mount)]
    if not above:
        return None
    # Of two mounts on one folder the later one is seen.
    mount, kind = max(reversed(above), key=lambda one: len(one[0].parts))
    if kind in OF_ONE_HOST:
        return f"it is on {mount}, a file system of this host alone ({kind})"
    private = [one for one in PRIVATE_FOLDERS if path.is_relative_to(os.path.realpath(one))]
    if kind in OF_A_DISK and private:
        return f"it is in {private[0]}, which each host has for itself"
    return None


def _mounts() -> list[tuple[Path, str]]:
    """Return where file systems are mounted, and their kinds."""
    try:
        return [(Path(one.mountpoint), one.fstype) for one in psutil.disk_partitions(all=True)]
    except (psutil.Error, OSError):
        return []


def warning(directory: Path) -> str | None:
    """Return the sentence about a folder that the nodes cannot see, with what to do."""
    why = unseen(directory)
    if why is None:
        return None
    return (
        f"The nodes cannot see {directory.parent}, where the keys and logs of the jobs go: {why}. "
        "Set JUPYTER_RUNTIME_DIR to a folder that the nodes share, such as one in your home "
        "directory, and restart Jupyter."
    )
