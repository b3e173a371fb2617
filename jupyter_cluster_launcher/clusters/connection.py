"""The connection to the controller of one cluster, for as long as there is one."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Callable
from typing import Any

from ..controller.client import RESIDENT, Controller
from ..controller.controllers import Controllers
from ..controller.disk import on_disk
from ..controller.kernel_connection import (
    ControllerDiedError,
    ExecutionError,
    NoConnectionFileError,
)
from ..errors import LauncherError, WrongStateError
from ..models import ControllerRef
from .reconcile import MEANWHILE

# A launch can fail before the resident is there.
CLOSE = f"if {RESIDENT!r} in globals(): {RESIDENT}.close(globals().get('cluster'))"
SHUT_DOWN = f"{RESIDENT}.shut_down()"
PING_LIMIT = 2.0  # seconds to wait for a ping, which a busy controller takes in later
CALL_LIMIT = 15.0  # seconds that a controller may take to scale, where nothing waits for workers

OLDER = (
    "This cluster was launched by an older version of the launcher, which cannot do this. Stop it "
    "and launch it again."
)

UNREACHED = "Its kernel still runs, but no Jupyter server can reach it any more. Clean up ends it."

log = logging.getLogger(__name__)


def is_older(error: ExecutionError, function: str) -> bool:
    """Return whether a call failed because the resident of an older version has no such method."""
    missing = rf"'\w*Resident' object has no attribute '{re.escape(function)}'"
    return error.name == "AttributeError" and bool(re.match(missing, error.text))


class Connection:
    """Holds the controller, calls it, and disconnects from it once and for all."""

    def __init__(
        self,
        controllers: Controllers,
        on_report: Callable[[dict[str, Any]], None],
        on_output: Callable[[str], None],
        explain: Callable[[ExecutionError], str],
    ) -> None:
        """Hold nothing yet; ``explain`` makes a sentence of an exception in the controller."""
        self._controllers = controllers
        self._on_report, self._on_output, self._explain = on_report, on_output, explain
        self.controller: Controller | None = None
        self._asked: asyncio.Task[Any] | None = None  # what it has not answered yet

    def connect(self, ref: ControllerRef) -> Controller:
        """Return a controller that can be attached to, and hold it."""
        self.forget()
        self.controller = self._controllers.connect(ref, self._on_report, self._on_output)
        return self.controller

    def use(self, controller: Controller) -> None:
        """Hold a controller that is attached to already."""
        self.forget()
        controller.on_report, controller.on_output = self._on_report, self._on_output
        self.controller = controller

    async def attach(self, ref: ControllerRef, timeout: float) -> str | None:
        """Attach to a controller of an earlier server; return why that failed, None if it did not.

        ``timeout`` is in seconds.
        """
        try:
            await self.connect(ref).attach(timeout)
        except ControllerDiedError:
            return MEANWHILE
        except NoConnectionFileError as error:
            return f"{error} {UNREACHED}"
        except asyncio.TimeoutError:
            return "Its kernel does not answer."
        except Exception as error:
            log.exception("The controller with pid %s could not be attached to", ref.pid)
            return f"It could not be reached again: {error}"
        return None

    async def call(self, function: str, *args: Any, **kwargs: Any) -> Any:
        """Return the data that a method of the resident returns.

        Raises ``WrongStateError`` with the reason it failed.
        """
        if self.controller is None:
            raise WrongStateError("This cluster no longer has a controller.")
        try:
            return await self.controller.call(function, *args, timeout=CALL_LIMIT, **kwargs)
        except asyncio.TimeoutError:
            raise WrongStateError(
                "The cluster did not answer in time. Try again in a minute."
            ) from None
        except ExecutionError as error:
            if is_older(error, function):
                raise WrongStateError(OLDER) from None
            raise WrongStateError(await on_disk(self._explain, error)) from None

    async def ping(self) -> None:
        """Let the controller know that a server is there, before its orphan timer fires.

        A busy controller gets this later, and reports when it can.
        """
        if self.controller is not None:
            with contextlib.suppress(LauncherError, asyncio.TimeoutError):
                await self.controller.call("ping", timeout=PING_LIMIT)

    async def answers(self, limit: float) -> bool:
        """Return whether the controller runs an empty line within ``limit`` seconds.

        One that is frozen for hours gets one such line: thousands would block this server.
        """
        if self.controller is None:
            return True
        if self._asked is None:
            self._asked = asyncio.ensure_future(self.controller.run(""))
            self._asked.add_done_callback(lambda done: done.cancelled() or done.exception())
        asked = self._asked
        await asyncio.wait({asked}, timeout=limit)
        if not asked.done():
            return False
        if asked is self._asked:
            self._asked = None
        try:
            asked.result()
        except (asyncio.CancelledError, asyncio.TimeoutError, LauncherError):
            return False
        return True

    async def end(self, close: str | None, timeout: float) -> bool:
        """End the controller, as ``Controller.end``; False where there is none."""
        controller, self.controller = self.controller, None
        self._ask_no_more()
        return controller is not None and await controller.end(close, timeout)

    def forget(self) -> None:
        """Disconnect from a controller that has ended, or that goes on without this server."""
        self._ask_no_more()
        if self.controller is not None:
            self.controller.detach()
        self.controller = None

    def _ask_no_more(self) -> None:
        if self._asked is not None:
            self._asked.cancel()
        self._asked = None
