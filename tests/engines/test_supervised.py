"""The servers of the tests end with the tests."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from supervised import marked

# A test that starts a server whose own child went to a session of its own, as gateways do it.
TEST = """
import os, sys
from pathlib import Path
from supervised import Supervised
child = "import subprocess; subprocess.Popen(['sleep', '600'], start_new_session=True).wait()"
server = Supervised([sys.executable, "-c", child], Path("log"), dict(os.environ), Path.cwd())
server.wait_until("a grandchild", lambda: len(server.descendants()) >= 3)
print(server.mark, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_is_left_of_a_test_that_is_killed(tmp_path: Path, number: signal.Signals) -> None:
    """Servers, schedulers and workers that stay would slow down, and break, every later run."""
    code = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n{TEST}"
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as test:
        assert test.stdout is not None
        mark = test.stdout.readline().strip()
        assert list(marked(mark))
        test.send_signal(number)
        end = time.monotonic() + 60
        while list(marked(mark)):
            assert time.monotonic() < end, f"left: {list(marked(mark))}"
            time.sleep(0.05)
