"""Work on the disk in threads that may wait for ever, as on a network file system that is gone.

Not in those of asyncio: there are few of them, others need them too, and Python waits for each
before the process ends.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from queue import SimpleQueue
from typing import Any, ParamSpec, TypeVar

IDLE = 4  # threads that are kept for what comes next

P = ParamSpec("P")
T = TypeVar("T")
Call = tuple[Future[Any], Callable[[], Any]]

log = logging.getLogger(__name__)


async def on_disk(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what ``function`` returns, in a thread; raises as ``function``."""
    return await begin(function, *args, **kwargs)


def begin(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> asyncio.Future[T]:
    """Begin to call ``function`` in a thread; return a future that can be ignored.

    Whoever looks at the same again and again must not begin that while the last look hangs.
    """
    call = partial(contextvars.copy_context().run, function, *args, **kwargs)
    return asyncio.get_running_loop().run_in_executor(_THREADS, call)


class InOrder:
    """Calls functions one after the other, in a thread."""

    def __init__(self) -> None:
        """Call nothing yet."""
        self._calls: deque[Callable[[], object]] = deque()
        self._lock, self._runs = threading.Lock(), False

    def soon(self, function: Callable[[], object]) -> None:
        """Call a function after those before it; what it raises is logged."""
        with self._lock:
            self._calls.append(function)
            runs, self._runs = self._runs, True
        if not runs:
            self._start()

    def _start(self) -> None:
        try:
            _THREADS.submit(self._run)
        except RuntimeError as error:  # a limit of threads; the next call tries again
            log.error("What is to be written has to wait: %s", error)
            with self._lock:
                self._runs = False

    def finish(self, limit: float) -> bool:
        """Wait at most ``limit`` seconds for what was to be called by now; return if that is done.

        A process that ends does not wait for it.
        """
        done = threading.Event()
        self.soon(done.set)
        return done.wait(limit)

    def _run(self) -> None:
        while (function := self._next()) is not None:
            try:
                function()
            except Exception:  # of whatever kind: others are to be called
                log.exception("A task on the disk failed")

    def _next(self) -> Callable[[], object] | None:
        with self._lock:
            self._runs = bool(self._calls)
            return self._calls.popleft() if self._runs else None


class _Threads(Executor):
    """Threads that end with the process: one for each call that has not returned, and a few more.

    An executor, as that is what an event loop takes calls to threads by.
    """

    def __init__(self) -> None:
        self._lock, self._idle = threading.Lock(), 0
        self._calls: SimpleQueue[Call] = SimpleQueue()  # each for a thread that is idle

    def submit(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Call a function in a thread of its own."""
        future: Future[T] = Future()
        call = future, partial(function, *args, **kwargs)
        with self._lock:
            idle = self._idle > 0
            self._idle -= idle
        if idle:
            self._calls.put(call)
        else:
            threading.Thread(target=self._run, args=call, name="disk", daemon=True).start()
        return future

    def _run(self, future: Future[Any], function: Callable[[], Any]) -> None:
        while True:
            _carry_out(future, function)
            del future, function  # nor is what they hold kept while this thread is idle
            with self._lock:
                if self._idle >= IDLE:
                    return
                self._idle += 1
            future, function = self._calls.get()


def _carry_out(future: Future[Any], function: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = function()
    except BaseException as error:
        future.set_exception(error)
        del future  # which has the error, whose traceback has this frame
    else:
        future.set_result(result)


_THREADS = _Threads()
