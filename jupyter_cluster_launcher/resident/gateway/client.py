"""What the resident changes in dask-gateway's client, and what it does with a client of its own."""

from __future__ import annotations

import asyncio
import threading
import warnings
from collections.abc import Coroutine
from typing import Any

from dask_gateway.client import Gateway, GatewayWarning

from .submissions import Submissions


def record_submissions(submissions: Submissions) -> None:
    """Have each cluster that this process requests of a gateway recorded."""
    submit = Gateway._submit

    async def submit_and_record(*args: Any, **kwargs: Any) -> str:
        name: str = await submit(*args, **kwargs)
        submissions.add(name)
        return name

    async def shielded(*args: Any, **kwargs: Any) -> str:
        request = asyncio.ensure_future(submit_and_record(*args, **kwargs))
        submissions.pending.add(request)
        request.add_done_callback(submissions.pending.discard)
        # Giving up must not lose the name of a cluster that is being made just now.
        return await asyncio.shield(request)

    Gateway._submit = shielded  # type: ignore[method-assign]


def record_limits(limits: list[str]) -> None:
    """Keep the gateway's newest warning, about a number above its limit, in ``limits``."""
    show = warnings.showwarning

    def show_and_record(
        message: Warning | str, category: type[Warning], *rest: Any, **more: Any
    ) -> None:
        if issubclass(category, GatewayWarning):
            limits[:] = [str(message)]
        show(message, category, *rest, **more)

    warnings.showwarning = show_and_record
    warnings.simplefilter("always", GatewayWarning)


def stop_clusters(names: list[str], limit: float) -> None:
    """Stop clusters by name, from any thread.

    Raises ``RuntimeError`` where the gateway fails or does not answer within ``limit`` seconds.
    """
    failures: list[Exception] = []
    # In a thread of its own, since this one may have a running event loop.
    work = _stop(names)
    thread = threading.Thread(target=_run, args=[work, failures], daemon=True)
    try:
        thread.start()
    except RuntimeError:  # no thread can start: the timers' has no event loop
        _run(work, failures)
    else:
        thread.join(limit)
    if thread.is_alive() or failures:
        raise RuntimeError(f"dask-gateway could not stop {names}: {failures or 'no answer'}")


def _run(work: Coroutine[Any, Any, None], failures: list[Exception]) -> None:
    try:
        asyncio.run(work)
    except Exception as error:  # raised again by whoever waits for this thread
        failures.append(error)


async def _stop(names: list[str]) -> None:
    """Stop clusters by name, those that are gone already passed over."""
    async with Gateway(asynchronous=True) as gateway:
        for name in names:
            try:
                await gateway.stop_cluster(name)
            except ValueError:  # a 404
                continue
