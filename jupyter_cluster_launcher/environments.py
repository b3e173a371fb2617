"""Questions to the Python of a kernel's environment, which is often not the server's.

The Jupyter server never imports Dask. What the notebook's environment has is asked of that
environment itself, in a process that ends at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

from traitlets import TraitError

from .models import BadInputError, NotAvailableError

ABSENT_FOR = 20.0  # seconds that a missing package is believed to be missing still
PROBE = """
import importlib.util, json, os, sys
sys.path[:0] = filter(None, [os.path.expanduser(sys.argv[1])])
def found(name):
    # A folder that happens to have the name of a package has a spec, but no origin.
    spec = importlib.util.find_spec(name.partition(".")[0])
    return spec is not None and spec.origin is not None
print(json.dumps([name for name in sys.argv[2:] if not found(name)]))
"""


class Environments:
    """The environments behind the kernelspecs of one server."""

    def __init__(self, kernel_spec_manager: Any, default: str, timeout: float = 20.0) -> None:
        """Ask about the kernels that ``kernel_spec_manager`` knows, for ``timeout`` seconds each.

        ``default`` is the kernel that is used where a person has named none.
        """
        self.kernel_spec_manager, self.default, self._timeout = (
            kernel_spec_manager,
            default,
            timeout,
        )
        self._found: dict[tuple[str, ...], dict[str, tuple[float, bool]]] = {}
        self._asking = asyncio.Lock()

    def command(self, kernel_name: str) -> tuple[list[str], dict[str, str], str]:
        """Return a kernel's Python as a command, the environment to add, and the kernel's title.

        Raises ``BadInputError`` for a kernel that does not exist, is not Python, or does not run
        on this host.
        """
        try:
            spec = self.kernel_spec_manager.get_kernel_spec(kernel_name)
        except KeyError:
            raise BadInputError(
                f"There is no kernel named {kernel_name!r:.80}. Choose another environment."
            ) from None
        except (OSError, ValueError, TypeError, TraitError):
            raise BadInputError(
                f"The kernel {kernel_name!r:.80} is described by a broken file. "
                "Choose another environment."
            ) from None
        title = str(spec.display_name or kernel_name)
        if spec.language.lower() != "python":
            raise BadInputError(
                f"{title} is not a Python kernel, and Dask needs one. Choose another environment."
            )
        provisioner = (spec.metadata or {}).get("kernel_provisioner") or {}
        name = provisioner.get("provisioner_name", "local-provisioner")
        argv = list(spec.argv)
        if argv and _plain_python(argv[0]):
            argv[0] = sys.executable
        # conda's kernels begin with a runner that activates the environment: it stays in front.
        module = next(
            (
                i
                for i, part in enumerate(argv)
                if part == "-m" and "ipykernel" in "".join(argv[i + 1 : i + 2])
            ),
            None,
        )
        if name != "local-provisioner" or module is None:
            raise BadInputError(
                f"{title} is started in a way that cannot run a cluster (it is not an "
                "ordinary Python kernel of this computer). Choose another environment."
            )
        return argv[:module], dict(spec.env or {}), title

    def title(self, kernel_name: str) -> str:
        """Return the name of a kernel that people see, its plain name where it has gone."""
        try:
            spec = self.kernel_spec_manager.get_kernel_spec(kernel_name)
            return str(spec.display_name or kernel_name)
        except (KeyError, OSError, ValueError, TypeError, TraitError):
            return kernel_name

    async def missing(
        self, kernel_name: str, modules: Sequence[str], folder: str | None = None
    ) -> list[str]:
        """Return which of some modules a kernel's environment lacks, without importing any.

        They may be in ``folder``, too.
        Raises ``BadInputError`` as ``command`` does, and ``NotAvailableError`` as ``run`` does.
        """
        known = self._found.setdefault((*self.command(kernel_name)[0], folder or ""), {})
        async with self._asking:  # so that questions asked together are one process, not five
            now = time.monotonic()
            unknown = [
                name
                for name in modules
                if name not in known or (not known[name][1] and now - known[name][0] > ABSENT_FOR)
            ]
            if unknown:
                text = await self.run(kernel_name, PROBE, [folder or "", *unknown])
                absent = json.loads(text.strip().split("\n")[-1])  # some environments greet first
                known.update({name: (now, name not in absent) for name in unknown})
        return [name for name in modules if not known[name][1]]

    async def run(
        self,
        kernel_name: str,
        code: str,
        arguments: Sequence[str] = (),
        timeout: float | None = None,
        env: Mapping[str, str] | None = None,
    ) -> str:
        """Run code in a kernel's environment and return what it printed.

        Raises ``NotAvailableError`` where it fails or takes longer than ``timeout`` seconds.
        """
        command, own, title = self.command(kernel_name)
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                "-c",
                code,
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
                env={**os.environ, **own, **(env or {})},
            )
        except OSError as error:
            raise NotAvailableError(
                f"The Python of {title} cannot be started: {error.strerror}."
            ) from None
        try:
            out, err = await asyncio.wait_for(process.communicate(), timeout or self._timeout)
        except asyncio.TimeoutError:
            raise NotAvailableError(
                f"The Python of {title} did not answer in time. Try again."
            ) from None
        finally:
            # All of it: behind a runner such as conda's, Python is a child of what was started.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        if process.returncode:
            last = err.decode(errors="replace").strip().split("\n")[-1][:300]
            raise NotAvailableError(f"The Python of {title} cannot be asked: {last}")
        return out.decode()


def _plain_python(command: str) -> bool:
    """Return whether ``jupyter_client`` would put the server's own Python in its place."""
    major, minor = sys.version_info[:2]
    return command in {"python", f"python{major}", f"python{major}.{minor}"}
