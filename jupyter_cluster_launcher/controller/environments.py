"""Runs short-lived processes in a kernel's environment, which is often not the server's.

The Jupyter server never imports Dask: what the notebook's environment has, or what only Dask in
that environment can do, is found out there.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import time
from collections.abc import Callable, Sequence
from typing import Any

from jupyter_client.kernelspec import NATIVE_KERNEL_NAME, KernelSpecManager
from traitlets import TraitError

from ..errors import BadInputError, NotAvailableError
from ..masking import masked
from . import programs, scripted
from .archive import importing, temporary_archive
from .disk import on_disk
from .kernelspecs import BOOT, KernelCommand, command_of
from .log_files import last_line
from .looks import Looks
from .packages import Packages

PRIVATE = "CLUSTER_LAUNCHER_PRIVATE"  # as in resident/process/program.py
ELSEWHERE_FOR = 600.0  # seconds for which a script that starts kernels elsewhere is left alone
NO_FILE = "No temporary file can be written: {}."
UNSEEN = (
    "The script that starts the kernel {} did not start ipykernel with the IPYTHONDIR that it was "
    "given, so nothing can be found out about its environment{} Choose another environment, or "
    "write python -m ipykernel_launcher into the kernelspec."
)


class _NoAnswerError(NotAvailableError):
    """A program took too long."""


class Environments:
    """The environments behind the kernelspecs of one server."""

    def __init__(
        self,
        kernel_spec_manager: Any,
        default: str,
        timeout: float = 20.0,
        clock: Callable[[], float] = time.monotonic,
        gateway: str | None = None,
    ) -> None:
        """Use the kernels that ``kernel_spec_manager`` knows; a process gets ``timeout`` seconds.

        ``default`` is the kernel that is used where the user named none; ``clock`` gives the
        seconds by which knowledge of packages ages. ``gateway`` is the address of the kernel
        gateway that runs the notebooks' kernels, None where this server does.
        """
        self.kernel_spec_manager, self.default = kernel_spec_manager, default
        self._timeout, self.gateway = timeout, gateway
        self.packages, self._clock = Packages(self, clock), clock
        # By the command of a script: until when it is not started again, and what to say.
        self._elsewhere: dict[tuple[str, ...], tuple[float, str]] = {}
        self._looks = Looks[KernelCommand]()

    @classmethod
    def without_gateway(cls, parent: Any, gateway: str) -> Environments:
        """Return the kernels that a server would have without its kernel gateway.

        ``parent`` has the configuration of kernelspecs.
        """
        return cls(KernelSpecManager(parent=parent), NATIVE_KERNEL_NAME, gateway=gateway)

    async def on_this_host(self, kernel_name: str | None) -> str:
        """Return the kernel in which a controller runs for a notebook with ``kernel_name``.

        A kernel gateway has kernels of names that this host does not know.
        """
        if kernel_name and self.gateway:
            known = await on_disk(self.kernel_spec_manager.find_kernel_specs)
            return kernel_name if kernel_name in known else self.default
        return kernel_name or self.default

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

    def command(self, kernel_name: str) -> KernelCommand:
        """Return how the Python of a kernel is started.

        Raises ``BadInputError`` for a kernel that does not exist, is not Python, or does not run
        on this host.
        """
        return command_of(kernel_name, self.spec(kernel_name))

    async def look(self, kernel_name: str) -> KernelCommand:
        """Return how the Python of a kernel is started, found in a thread; raises as ``command``.

        Kernelspecs are in home directories, too, which may be slow network file systems.
        """
        return await self._looks.at(kernel_name, lambda: self.command(kernel_name))

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
                f"The environment {await on_disk(self.title, kernel_name)} gave no readable answer."
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
                raise NotAvailableError(NO_FILE.format(error.strerror)) from None
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

        Code, ``arguments`` and ``private`` data, which goes as JSON into the variable ``PRIVATE``,
        are in the environment of the process: other users of this computer can read a command, and
        a runner in front, such as conda's, may keep the standard input.

        Raises ``NotAvailableError`` where it fails or takes longer than ``timeout`` seconds.
        """
        command, limit = await self.look(kernel_name), timeout or self._timeout
        secret = {} if private is None else {PRIVATE: json.dumps(private)}
        env = {**await command.environment(code, list(arguments)), **secret}
        if command.by_script is None:
            return await _run(command.title, command.argv, env, limit)
        return await self._run_scripted(command, command.by_script, env, limit)

    async def _run_scripted(
        self,
        command: KernelCommand,
        by_script: Callable[[str], list[str]],
        env: dict[str, str],
        limit: float,
    ) -> str:
        """Return what the program in ``env`` printed where a script starts ipykernel; as ``run``.

        A script that starts kernels on another computer, perhaps as a job, does not end.
        """
        until, known = self._elsewhere.get(command.argv, (0.0, ""))
        if self._clock() < until:
            raise NotAvailableError(known)
        with contextlib.ExitStack() as stack:
            try:
                start = stack.enter_context(scripted.start(BOOT))
            except OSError as error:
                raise NotAvailableError(NO_FILE.format(error.strerror)) from None
            argv = by_script(str(start.connection_file))
            try:
                printed = await _run(command.title, argv, {**env, **start.env}, limit)
            except NotAvailableError as error:
                if start.ran:
                    raise
                sentence = UNSEEN.format(command.title, _ended(error))
                if isinstance(error, _NoAnswerError):
                    self._elsewhere[command.argv] = self._clock() + ELSEWHERE_FOR, sentence
                raise NotAvailableError(sentence) from None
            if not start.ran:
                raise NotAvailableError(UNSEEN.format(command.title, "."))
            return printed


def _ended(error: Exception) -> str:
    """Return an error's text as the end of a sentence, without its advice."""
    return f": {str(error).removesuffix('Try again.').rstrip('. ')}."


async def _run(title: str, argv: Sequence[str], env: dict[str, str], limit: float) -> str:
    """Return what a program printed; raises ``NotAvailableError`` where it fails or takes long.

    ``title`` is of the kernel in whose environment it is, ``limit`` is in seconds.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            env=env,
        )
    except OSError as error:
        raise NotAvailableError(
            f"Python cannot be started in the environment {title}: {error.strerror}."
        ) from None
    try:
        out, err = await asyncio.wait_for(process.communicate(), limit)
    except asyncio.TimeoutError:
        raise _NoAnswerError(
            f"The environment {title} did not answer within {limit:g} seconds. Try again."
        ) from None
    finally:
        # Always: behind a runner such as conda's, Python is a child of what was started.
        await programs.kill(process)
    if process.returncode:
        last = masked(last_line(err.decode(errors="replace")), os.environ)
        raise NotAvailableError(f"Python failed in the environment {title}: {last}")
    return out.decode(errors="replace")  # some sites' Pythons print Latin-1
