"""Makes file operations below one folder slow, for ``slow_home.py``, and notes who waits for them.

Python imports this first where its folder is on ``PYTHONPATH``. What Python announces to its audit
hooks (open, rename, mkdir and so on) waits before it is done; so do ``stat``, ``lstat`` and
``access``, which it does not announce. Reading and writing of an open file do not wait: network
file systems have caches for that. Operations in the event loop of a server, for which all requests
wait, are noted.
"""

from __future__ import annotations

import functools
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

HOME, SECONDS, LOG = "BENCHMARK_SLOW_HOME", "BENCHMARK_SLOW_SECONDS", "BENCHMARK_SLOW_LOG"
PACKAGE = f"{os.sep}jupyter_cluster_launcher{os.sep}"
EVENTS = {
    "open", "os.chmod", "os.chown", "os.link", "os.listdir", "os.mkdir", "os.remove", "os.rename",
    "os.rmdir", "os.scandir", "os.symlink", "os.truncate", "os.utime",
}  # fmt: skip


class Slow:
    """The file operations below a folder, each of which waits for some seconds."""

    def __init__(self, home: str, seconds: float, log: str) -> None:
        """Note in the file ``log`` where a server waits on the thread of its event loop."""
        self._home, self._seconds, self._log = home, seconds, log
        names = [os.path.basename(part) for part in sys.orig_argv[1:3]]
        self._server = "jupyter-lab" in names or "jupyterlab" in names

    def hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Wait, if it is one of these operations."""
        if event in EVENTS and arguments:
            self.wait(event, arguments[0])

    def slowed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function of ``os`` that waits before it does its work."""
        name = f"os.{function.__name__}"

        @functools.wraps(function)
        def slowed(path: Any, *args: Any, **kwargs: Any) -> Any:
            self.wait(name, path)
            return function(path, *args, **kwargs)

        for able in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks):
            if function in able:
                able.add(slowed)
        return slowed

    def wait(self, event: str, path: Any) -> None:
        """Wait where ``path`` is below the folder."""
        if isinstance(path, int) or path is None:
            return
        text = os.fsdecode(path)
        if not text.startswith(self._home):
            return
        if self._server and _in_event_loop():
            self._note(event, text)
        time.sleep(self._seconds)

    def _note(self, event: str, path: str) -> None:
        line = json.dumps([_caller(sys._getframe()), event, os.path.basename(path)])
        with open(self._log, "a", encoding="utf-8") as file:
            file.write(line + "\n")


def _in_event_loop() -> bool:
    """Return whether this is the server's loop; a loop within a thread holds up nobody else."""
    events = sys.modules.get("asyncio.events")
    running = events is not None and events._get_running_loop() is not None
    return running and threading.current_thread() is threading.main_thread()


def _caller(frame: FrameType | None) -> str:
    """Return the function of our package that is at work; of others, that it is none of ours."""
    while frame is not None:
        name = frame.f_code.co_filename
        if PACKAGE in name:
            module = name.rpartition(PACKAGE)[2].removesuffix(".py").replace(os.sep, ".")
            return f"{module}.{frame.f_code.co_name}"
        frame = frame.f_back
    return ""


if os.environ.get(HOME):
    slow = Slow(os.environ[HOME], float(os.environ[SECONDS]), os.environ[LOG])
    for one in (os.stat, os.lstat, os.access):
        setattr(os, one.__name__, slow.slowed(one))
    sys.addaudithook(slow.hook)
