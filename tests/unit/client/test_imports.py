"""What ``connect()`` imports in a notebook's kernel."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BACKENDS = Path(__file__).parent.parent.parent.parent / "jupyter_cluster_launcher" / "backends"


def test_connect_imports_what_every_kernel_has() -> None:
    """Guards against a further library in what notebooks import, for any kind of platform."""
    modules = [*BACKENDS.glob("*.py"), *BACKENDS.glob("*/__init__.py")]
    kinds = [
        path.stem if path.parent == BACKENDS else path.parent.name
        for path in modules
        if "\nBACKEND = " in path.read_text()
    ]
    assert {"local", "batch", "gateway", "remote", "jobqueue", "running"} <= set(kinds)
    code = (
        "import sys\n"
        "before = set(sys.modules)\n"
        "import jupyter_cluster_launcher.client.connect\n"
        "from jupyter_cluster_launcher.backends import backend_class\n"
        f"for kind in {kinds}:\n"
        "    backend_class(kind)\n"
        "new = [(n, sys.modules[n]) for n in set(sys.modules) - before]\n"
        "files = [(n, getattr(module, '__file__', '') or '') for n, module in new]\n"
        "print(*{n.split('.')[0] for n, file in files if 'site-packages' in file})\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    # ipykernel requires these.
    kernels = {"jupyter_core", "platformdirs", "psutil", "traitlets"}
    assert set(done.stdout.split()) - {"jupyter_cluster_launcher"} <= kernels
