"""What IPython executes when a controller starts: the watch begins, and nothing of the user's.

The user's startup files may print, fail, take long, or define a ``cluster`` that is none of ours.
So IPython gets a directory of its own: next to the controller's sockets, on this host's disk, and
removed with them. The code that runs in the controller, and the workers, see the user's again.
"""

from __future__ import annotations

import os
from pathlib import Path

from .archive import ARCHIVE, importing

FOLDER = "ipython"
# Output goes to the log file itself. The parent is given as init, which never ends: a kernel
# that knows of no parent prints how to connect to it. Nobody looks up old input or attaches a
# debugger, and both would take time and memory. ipykernel goes without debugpy where Python does
# not find it; an older one has imported it by now.
CONFIG = """\
c.InteractiveShellApp.exec_PYTHONSTARTUP = False
c.IPKernelApp.capture_fd_output = False
c.IPKernelApp.parent_handle = 1
c.HistoryManager.enabled = False
import sys
sys.modules.setdefault("debugpy", None)
{importing}
try:
    {early}().begin({directory!r}, {orphan!r}, {sockets!r})
except Exception:
    import traceback
    traceback.print_exc()
"""
EARLY = "_begin_watch"
VARIABLE = "IPYTHONDIR"


def ipython_directory(sockets: str, directory: Path, orphan: float | None) -> dict[str, str]:
    """Make IPython's directory below ``sockets``; return the variable that points there.

    The watch over the cluster of ``directory`` begins with the kernel. After ``orphan`` seconds
    without a server it ends the kernel and removes ``sockets``. Raises ``OSError`` where a file
    cannot be written.
    """
    profile = Path(sockets, FOLDER, "profile_default")
    profile.mkdir(parents=True, mode=0o700)
    config = CONFIG.format(
        importing=importing(EARLY, Path(sockets, ARCHIVE), "watching.early"),
        early=EARLY,
        directory=str(directory),
        orphan=orphan,
        sockets=sockets,
    )
    (profile / "ipython_config.py").write_text(config, encoding="utf-8")
    return {VARIABLE: str(Path(sockets, FOLDER))}


def forgetting(sockets: str) -> str:
    """Return code for a controller: give back the variable and debugpy, forget a ``cluster``.

    A site's own startup files, or a kernelspec that sets the variable, may still have defined one.
    """
    users, ours = os.environ.get(VARIABLE), str(Path(sockets, FOLDER))
    variable = f"__os.environ[{VARIABLE!r}]"
    restore = f"del {variable}" if users is None else f"{variable} = {users!r}"
    return (
        "import os as __os, sys as __sys\n"
        f"if __os.environ.get({VARIABLE!r}) == {ours!r}: {restore}\n"
        "if __sys.modules.get('debugpy', __sys) is None: del __sys.modules['debugpy']\n"
        "del __os, __sys\n"
        "globals().pop('cluster', None)"
    )
