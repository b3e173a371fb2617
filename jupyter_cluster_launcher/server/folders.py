"""The working directory of a cluster: the folder of the notebook that it is launched for."""

from __future__ import annotations

import os
from typing import Any

from jupyter_server.services.contents.filemanager import FileContentsManager
from jupyter_server.utils import ApiPath, to_os_path

from ..errors import BadInputError

# JupyterLab's drive for documents that several users edit: the server's own files.
SHARED_DRIVE = "RTC:"


def working_directory(path: str, kernel_manager: Any, contents_manager: Any) -> str:
    """Return the folder on disk for a path as the browser has it, relative to the root directory.

    It is the folder in which a notebook there has its kernel: the root directory itself for
    documents that are not on this server's disk. Raises ``BadInputError`` for a folder that should
    be there and is not.
    """
    root = str(kernel_manager.root_dir)
    for name in (path, path.removeprefix(SHARED_DRIVE)):
        folder = to_os_path(ApiPath(name), root)
        if os.path.isdir(folder):
            return folder
        if os.path.isfile(folder):
            return os.path.dirname(folder)
    drive, colon, _ = path.partition("/")[0].partition(":")
    elsewhere = drive and colon and path.partition(":")[0] + ":" != SHARED_DRIVE
    if elsewhere or not isinstance(contents_manager, FileContentsManager):
        return str(kernel_manager.cwd_for_path(""))
    raise BadInputError(
        f"There is no folder {path!r:.200} on this server. Choose another, or save the notebook."
    )
