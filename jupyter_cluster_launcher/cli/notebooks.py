"""Notebook files: read, executed in a kernel of their own, and saved with their outputs."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from traitlets.config import Config

from ..errors import BadInputError, LauncherError, NotAvailableError


def libraries() -> tuple[Any, Any]:
    """Return nbclient and nbformat; raises ``NotAvailableError`` where one is missing."""
    try:
        import nbclient  # noqa: PLC0415 - for one command, and an extra
        import nbformat  # noqa: PLC0415 - as nbclient
    except ImportError:
        raise NotAvailableError(
            "Executing notebooks needs nbclient. Install it with: pip install "
            '"jupyter-cluster-launcher[run]"'
        ) from None
    return nbclient, nbformat


def read(path: Path) -> Any:
    """Return the notebook in a file; raises ``BadInputError`` where it is none."""
    _, nbformat = libraries()
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except OSError as error:
        raise BadInputError(f"{path} cannot be read: {error.strerror}.") from None
    except Exception as error:  # nbformat has no common class for what is no notebook
        line = str(error).partition("\n")[0]
        raise BadInputError(f"{path} is not a notebook: {line}") from None
    return notebook


def save(notebook: Any, path: Path) -> None:
    """Write a notebook, whole or not at all; raises ``LauncherError``."""
    _, nbformat = libraries()
    target = Path(os.path.realpath(path))
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                nbformat.write(notebook, file)
            if target.exists():
                shutil.copymode(target, name)
            else:
                mask = os.umask(0)
                os.umask(mask)
                Path(name).chmod(0o666 & ~mask)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise LauncherError(f"{path} cannot be saved: {error.strerror}.") from None


class Execution:
    """One execution of a notebook, whose outputs are put into its cells."""

    def __init__(
        self, notebook: Any, kernel: str | None, folder: Path, variables: Mapping[str, str]
    ) -> None:
        """Execute in ``folder``, with environment ``variables`` besides those of this process.

        ``kernel`` is the name of the kernel, None for the notebook's own.
        """
        nbclient, _ = libraries()
        self._errors = nbclient.exceptions
        # Short, private and on this host: other users could read what goes over TCP.
        self._sockets = tempfile.TemporaryDirectory(prefix="jupyter-", dir="/tmp")
        self._client = nbclient.NotebookClient(
            notebook,
            timeout=None,
            kernel_name=kernel or "",
            resources={"metadata": {"path": str(folder)}},
            on_cell_execute=self._count,
            config=Config(
                {"KernelManager": {"transport": "ipc", "ip": f"{self._sockets.name}/kernel"}}
            ),
        )
        self._environment = {**os.environ, **variables}
        self._cell = 0
        self._begun: Future[Callable[[], object]] = Future()

    def run(self) -> int:
        """Return how many cells were executed, which are all; raises ``LauncherError``."""
        # In a thread, because nbclient handles signals itself where it can.
        with self._sockets, ThreadPoolExecutor(1) as pool:
            work = pool.submit(asyncio.run, self._work())
            try:
                work.result()
            except BaseException as error:
                if not work.done():
                    self._client.shutdown_kernel = "immediate"  # it may be busy for hours
                    self._begun.result()()
                raise self._told(error) from None
        return self._cell

    def _count(self, **_: Any) -> None:
        self._cell += 1

    async def _work(self) -> None:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None  # noqa: S101 - this is one
        self._begun.set_result(lambda: loop.call_soon_threadsafe(task.cancel))
        await self._client.async_execute(env=self._environment)

    def _told(self, error: BaseException) -> BaseException:
        """Return an error as the sentence for the user, where it is one of the notebook's."""
        if isinstance(error, self._errors.CellExecutionError):
            what = f"{error.ename}: {error.evalue}".partition("\n")[0]
            return LauncherError(f"Cell [{self._cell}] failed with {what}")
        if isinstance(error, self._errors.DeadKernelError):
            where = f" in cell [{self._cell}]" if self._cell else ""
            return LauncherError(f"The kernel died{where}, perhaps for lack of memory.")
        if isinstance(error, Exception):
            return LauncherError(f"The notebook could not be executed: {error}")
        return error
