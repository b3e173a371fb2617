"""Sets back the wall clock of Python processes, and leaves the monotonic one alone.

For processes with this folder in PYTHONPATH: the file that CLOCK_FILE names says by how many
seconds, from the moment on when they are written there. What C code reads is the real time; nothing
of ours asks it.
"""

import mmap
import os
import struct
import time


def set_back(path: str) -> None:
    """Let ``time.time`` be behind by what the file at a path says, now and later."""
    real = time.time
    with open(path, "rb") as file:
        seconds = mmap.mmap(file.fileno(), 8, access=mmap.ACCESS_READ)
    time.time = lambda: real() - struct.unpack("d", seconds[:8])[0]
    time.time_ns = lambda: int(time.time() * 1e9)


if "CLOCK_FILE" in os.environ:
    set_back(os.environ["CLOCK_FILE"])
