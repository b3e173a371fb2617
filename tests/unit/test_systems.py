"""Systems on which this package cannot work say so."""

from __future__ import annotations

import logging
import platform
import subprocess
import sys

import pytest
from jupyter_server.extension.manager import ExtensionManager

import jupyter_cluster_launcher
from jupyter_cluster_launcher.cli import main
from jupyter_cluster_launcher.errors import NotAvailableError

SENTENCE = "does not work on Windows. Run JupyterLab on Linux"


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Say that this is Windows."""
    monkeypatch.setattr(platform, "system", lambda: "Windows")


@pytest.mark.usefixtures("windows")
def test_the_server_says_why_it_has_no_clusters(caplog: pytest.LogCaptureFixture) -> None:
    """Guards against a module of Unix that is not found, which says nothing to a user."""
    with pytest.raises(NotAvailableError, match=SENTENCE):
        jupyter_cluster_launcher._jupyter_server_extension_points()
    log = logging.getLogger("jupyter_server")
    assert not ExtensionManager(log=log).add_extension("jupyter_cluster_launcher", enabled=True)
    assert SENTENCE in caplog.text


@pytest.mark.usefixtures("windows")
def test_the_command_line_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """Guards against a traceback in a terminal of Windows."""
    assert main(["list"]) == 1
    assert SENTENCE in capsys.readouterr().err


def test_the_sentence_needs_no_module_of_unix() -> None:
    """Guards against a refusal that cannot be imported where it is needed."""
    code = (
        "import sys, platform\n"
        "sys.modules.update(dict.fromkeys(['fcntl', 'resource', 'pwd', 'grp', 'termios']))\n"
        "platform.system = lambda: 'Windows'\n"
        "import jupyter_cluster_launcher\n"
        "jupyter_cluster_launcher._jupyter_server_extension_points()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert SENTENCE in ended.stderr
