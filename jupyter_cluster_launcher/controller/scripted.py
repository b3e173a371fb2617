"""Runs a program through the site's script that starts ipykernel.

The script is started as jupyter_client starts it, and IPython executes the program before there is
a kernel. So modules that the script loads, and environments that it activates, are there.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .startup import VARIABLE

SHELL = re.compile(r"(ba|da|z|k|c|tc|fi)?sh")
# Of an ipykernel that passes over this file: the connection file is empty, so it ends at once.
CONFIG = """\
import sys, traceback
open({begun!r}, "w").close()
try:
    {program}
except Exception:
    traceback.print_exc()
    sys.exit(1)
sys.exit()
"""


@dataclass(frozen=True)
class Start:
    """One start of a script: the connection file for it, and what its environment gets."""

    connection_file: Path
    env: dict[str, str]
    begun: Path

    @property
    def ran(self) -> bool:
        """Whether the program was executed."""
        return self.begun.exists()


def starts_by_script(kernel: Sequence[str]) -> bool:
    """Return whether a kernel's command is that of a script on this host.

    Not so for programs that start kernels elsewhere, as ssh does, and for other kernels.
    """
    if not kernel:
        return False
    program = shutil.which(kernel[0]) or kernel[0]
    shell = SHELL.fullmatch(os.path.basename(program)) is not None
    return shell or any(_is_script(path) for path in (program, *kernel[1:]) if os.path.isabs(path))


def _is_script(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return file.read(2) == b"#!" or path.endswith(".py")
    except (OSError, ValueError):
        return False


@contextlib.contextmanager
def start(program: str) -> Iterator[Start]:
    """Yield what a script needs so that ``program``, one line of Python, runs in place of a kernel.

    Its files are only for this user, and are removed afterwards. Raises ``OSError``.
    """
    with tempfile.TemporaryDirectory(prefix="cluster-", ignore_cleanup_errors=True) as folder:
        profile = Path(folder, "profile_default")
        profile.mkdir()
        one = Start(Path(folder, "kernel.json"), {VARIABLE: folder}, Path(folder, "begun"))
        one.connection_file.touch(mode=0o600)
        text = CONFIG.format(begun=str(one.begun), program=program)
        (profile / "ipython_config.py").write_text(text, encoding="utf-8")
        yield one
