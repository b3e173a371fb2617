"""Runs short-lived processes in a kernel's environment, which is often not the server's.

The Jupyter server never imports Dask: what the notebook's environment has, or what only Dask in
that environment can do, is found out there.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from traitlets import TraitError

from ..errors import BadInputError, NotAvailableError
from ..masking import masked
from .archive import importing, temporary_archive
from .packages import Packages

PRIVATE = "CLUSTER_LAUNCHER_PRIVATE"  # as in resident/program.py


class Environments:
    """The environments behind the kernelspecs of one server."""

    def __init__(
        self,
        kernel_spec_manager: Any,
        default: str,
        timeout: float = 20.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Use the kernels that ``kernel_spec_manager`` knows; a process gets ``timeout`` seconds.

        ``default`` is the kernel that is used where the user named none; ``clock`` gives the
        seconds by which knowledge of packages ages.
        """
        self.kernel_spec_manager, self.default = kernel_spec_manager, default
        self._timeout = timeout
        self.packages = Packages(self, clock)

    def spec(self, kernel_name: str) -> Any:
        """Return a kernelspec; raises ``BadInputError`` where there is none that can be read."""
        try:
            return self.kernel_spec_manager.get_kernel_spec(kernel_name)
        except KeyError:
            raise BadInputError(
                f"There is no kernel named {kernel_name!r:.80}. Choose another environment."
            ) from None
        except (OSError, ValueError, TypeError, TraitError):
            raise BadInputError(
                f"The kernelspec of {kernel_name!r:.80} cannot be read. Choose another environment."
            ) from None

    def command(self, kernel_name: str) -> tuple[list[str], dict[str, str], str]:
        """Return a kernel's Python as a command, the environment to add, and the kernel's title.

        Raises ``BadInputError`` for a kernel that does not exist, is not Python, or does not run
        on this host.
        """
        spec = self.spec(kernel_name)
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
        """Return the name of a kernel that users see, its plain name where the kernel has gone."""
        try:
            return str(self.spec(kernel_name).display_name or kernel_name)
        except BadInputError:
            return kernel_name

    async def run_json(self, kernel_name: str, code: str, *args: Any, **kwargs: Any) -> Any:
        """Run code as ``run`` does and return the JSON of the last line that it printed.

        What came before is not ours: some environments and imports print, too. Raises as ``run``.
        """
        text = await self.run(kernel_name, code, *args, **kwargs)
        try:
            return json.loads(text.strip().split("\n")[-1])
        except ValueError:
            raise NotAvailableError(
                f"The environment {self.title(kernel_name)} gave no readable answer."
            ) from None

    async def run_resident(
        self,
        kernel_name: str,
        module: str,
        arguments: Sequence[str] = (),
        timeout: float | None = None,
        private: Any = None,
    ) -> Any:
        """Run ``main`` of a module of the resident in a kernel's environment; return its answer.

        Arguments and errors as of ``run``. Raises ``NotAvailableError`` also where the module
        cannot be written for that process to import it.
        """
        with contextlib.ExitStack() as stack:
            try:
                path = stack.enter_context(temporary_archive())
            except OSError as error:
                raise NotAvailableError(
                    f"No temporary file can be written: {error.strerror}."
                ) from None
            code = f"{importing('load', path, module)}\nload().main()"
            return await self.run_json(kernel_name, code, arguments, timeout, private)

    async def run(
        self,
        kernel_name: str,
        code: str,
        arguments: Sequence[str] = (),
        timeout: float | None = None,
        private: Any = None,
    ) -> str:
        """Run code in a kernel's environment and return what it printed.

        Every user of this computer can read ``arguments``. ``private`` data goes as JSON into the
        variable ``PRIVATE`` of the process: standard input would not do, because a runner in front,
        such as conda's, may keep it.

        Raises ``NotAvailableError`` where it fails or takes longer than ``timeout`` seconds.
        """
        command, own, title = self.command(kernel_name)
        limit = timeout or self._timeout
        secret = {} if private is None else {PRIVATE: json.dumps(private)}
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
                env={**os.environ, **own, **secret},
            )
        except OSError as error:
            raise NotAvailableError(
                f"Python cannot be started in the environment {title}: {error.strerror}."
            ) from None
        try:
            out, err = await asyncio.wait_for(process.communicate(), limit)
        except asyncio.TimeoutError:
            raise NotAvailableError(
                f"The environment {title} did not answer within {limit:g} seconds. Try again."
            ) from None
        finally:
            # All of it: behind a runner such as conda's, Python is a child of what was started.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        if process.returncode:
            words = err.decode(errors="replace").strip().split("\n")[-1][:300]
            last = masked(words, os.environ)
            raise NotAvailableError(f"Python failed in the environment {title}: {last}")
        return out.decode(errors="replace")  # some sites' Pythons print Latin-1


def _plain_python(command: str) -> bool:
    """Return whether ``jupyter_client`` would put the server's own Python in its place."""
    major, minor = sys.version_info[:2]
    return command in {"python", f"python{major}", f"python{major}.{minor}"}
