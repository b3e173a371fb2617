"""The logs of a scheduler and its workers."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Mapping
from typing import TypedDict

from .protocols import LogEntries, LogSource

LINES = 20_000  # of all workers together; a thousand workers must not send a gigabyte
LINES_EACH = (20, 1_000)  # at least, at most
NANNY_LINES = 200  # of each
WORKER_LIMIT = 4.0  # seconds; a worker whose task holds Python's lock does not answer at all
LOGS_LIMIT = 12.0  # seconds for all of it


class WorkerLog(TypedDict):
    """The log of one worker: ``id`` is its address."""

    id: str
    title: str
    text: str


class Logs(TypedDict):
    """The logs of a cluster, the oldest lines first."""

    scheduler: str
    workers: list[WorkerLog]


async def collect(scheduler: LogSource, workers: Mapping[str, object]) -> Logs:
    """Return the logs of a scheduler and of its workers, {address: name}.

    A worker that does not answer within ``WORKER_LIMIT`` seconds has a sentence in its place.
    """
    least, most = LINES_EACH
    number = min(most, max(least, LINES // max(1, len(workers))))

    async def fetch(address: str) -> str:
        request = scheduler.broadcast(msg={"op": "get_logs", "n": number}, workers=[address])
        try:
            return text((await asyncio.wait_for(request, WORKER_LIMIT))[address])
        except Exception as error:  # of whatever kind: the others still have their logs
            return f"This worker does not answer now ({type(error).__name__}). It may be busy."

    entries = scheduler.get_logs(n=most)
    if inspect.isawaitable(entries):
        entries = await asyncio.wait_for(entries, WORKER_LIMIT)
    # By number: "10" comes after "9".
    ordered = sorted(workers.items(), key=lambda item: (len(str(item[1])), str(item[1])))
    texts = await asyncio.gather(*(fetch(address) for address, _ in ordered))
    return {
        "scheduler": text(entries),
        "workers": [
            {"id": address, "title": f"Worker {name}", "text": words}
            for (address, name), words in zip(ordered, texts)
        ],
    }


async def nanny_logs(
    scheduler: LogSource, workers: list[str], since: float
) -> Mapping[str, LogEntries]:
    """Return what the nannies of workers logged ``since`` a time, by the workers' addresses.

    A worker that has gone, or whose nanny does not answer, has nothing. The time is in seconds
    since 1970, by the nannies' clocks.
    """

    async def fetch(address: str) -> LogEntries:
        request = scheduler.broadcast(
            msg={"op": "get_logs", "start": since, "n": NANNY_LINES},
            workers=[address],
            nanny=True,
        )
        try:
            entries: LogEntries = (await asyncio.wait_for(request, WORKER_LIMIT))[address]
        except Exception:  # of whatever kind: the others are known
            return []
        return entries

    return dict(zip(workers, await asyncio.gather(*map(fetch, workers))))


def text(entries: LogEntries) -> str:
    """Return log entries, which come as (level, line) with the newest first, as text."""
    return "".join(f"{line}\n" for _, line in reversed(list(entries)))
