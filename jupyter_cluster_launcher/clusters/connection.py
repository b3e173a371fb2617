"""The connection to the controller of one cluster, for as long as there is one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from ..controller.client import RESIDENT, Controller, ExecutionError
from ..models import ControllerRef, LauncherError, WrongStateError

CLOSE = f"{RESIDENT}.close(globals().get('cluster'))"
SHUT_DOWN = f"{RESIDENT}.shut_down()"
CALL_LIMIT = 15.0  # seconds that a controller may take to scale, where nothing waits for workers


class Link:
    """Holds the controller, asks it, and lets go of it once for all."""

    def __init__(
        self,
        on_report: Callable[[dict[str, Any]], None],
        on_output: Callable[[str], None],
        explain: Callable[[ExecutionError], str],
    ) -> None:
        """Hold nothing yet; ``explain`` makes a sentence of an exception in the controller."""
        self._on_report, self._on_output, self._explain = on_report, on_output, explain
        self.controller: Controller | None = None

    def connect(self, ref: ControllerRef) -> Controller:
        """Take hold of a controller, and return it to be attached to."""
        self.controller = Controller(ref, self._on_report, self._on_output)
        return self.controller

    async def call(self, function: str, *args: Any, **kwargs: Any) -> Any:
        """Call a function of the resident and return the data that it returns.

        Raises ``WrongStateError`` with the reason it failed.
        """
        if self.controller is None:
            raise WrongStateError("This cluster has no controller any more.")
        try:
            return await self.controller.call(function, *args, timeout=CALL_LIMIT, **kwargs)
        except asyncio.TimeoutError:
            raise WrongStateError(
                "The cluster did not answer in time. Try again in a minute."
            ) from None
        except ExecutionError as error:
            raise WrongStateError(self._explain(error)) from None

    async def greet(self) -> None:
        """Tell the controller that a server is there, before it believes otherwise.

        One that is busy hears it later, and tells how things are when it can.
        """
        with contextlib.suppress(LauncherError):
            await self.call("ping")

    async def end(self, close: str | None, timeout: float) -> bool:
        """End the controller, as ``Controller.end``; False where there is none."""
        controller, self.controller = self.controller, None
        return controller is not None and await controller.end(close, timeout)

    def forget(self) -> None:
        """Let go of a controller that has ended, or that goes on without this server."""
        if self.controller is not None:
            self.controller.detach()
        self.controller = None
