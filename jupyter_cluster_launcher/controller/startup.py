"""Controllers run without what the user set up for interactive work in IPython.

Startup files may print, fail, take long, or define a ``cluster`` that is none of ours. So IPython
gets a directory of its own: next to the controller's sockets, on this host's disk, and removed with
them. The code that runs in the controller, and the workers, see the user's again.
"""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = "ipython"
CONFIG = "c.InteractiveShellApp.exec_PYTHONSTARTUP = False\n"
VARIABLE = "IPYTHONDIR"


def empty_ipython(sockets: str) -> dict[str, str]:
    """Make IPython's directory below ``sockets``; return the variable that points there.

    Raises ``OSError`` where that is impossible.
    """
    profile = Path(sockets, FOLDER, "profile_default")
    profile.mkdir(parents=True, mode=0o700)
    (profile / "ipython_config.py").write_text(CONFIG, encoding="ascii")
    return {VARIABLE: str(Path(sockets, FOLDER))}


def forgetting(sockets: str) -> str:
    """Return code for a controller: give back the variable, and forget a foreign ``cluster``.

    A site's own startup files, or a kernelspec that sets the variable, may still have defined one.
    """
    users, ours = os.environ.get(VARIABLE), str(Path(sockets, FOLDER))
    variable = f"__os.environ[{VARIABLE!r}]"
    restore = f"del {variable}" if users is None else f"{variable} = {users!r}"
    return (
        "import os as __os\n"
        f"if __os.environ.get({VARIABLE!r}) == {ours!r}: {restore}\n"
        "del __os\n"
        "globals().pop('cluster', None)"
    )
