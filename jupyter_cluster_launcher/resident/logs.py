"""Runs inside a controller: what the scheduler and the workers have logged.

Sent after ``core``, into the same module.
"""
# ruff: noqa: F821  # names of core

import asyncio
import inspect

LINES = 20_000  # of all workers together; a thousand workers must not send a gigabyte
LINES_EACH = (20, 1_000)  # at least, at most
WORKER_LIMIT = 4.0  # seconds; a worker whose task holds Python's lock does not answer at all
LOGS_LIMIT = 12.0  # seconds for all of it


def logs():
    """Return {scheduler: text, workers: [{id, title, text}]}, the oldest lines first."""
    cluster = WATCH.cluster
    workers = {address: one.name for address, one in list(cluster.scheduler.workers.items())}
    collecting = collect(cluster.scheduler, workers)
    loop = cluster.loop.asyncio_loop
    return asyncio.run_coroutine_threadsafe(collecting, loop).result(LOGS_LIMIT)


async def collect(scheduler, workers):
    """Ask a scheduler, here or at the other end of an ``rpc``, and its workers, {address: name}."""
    least, most = LINES_EACH
    number = min(most, max(least, LINES // max(1, len(workers))))

    async def ask(address):
        request = scheduler.broadcast(msg={"op": "get_logs", "n": number}, workers=[address])
        try:
            return text((await asyncio.wait_for(request, WORKER_LIMIT))[address])
        except Exception as error:  # of whatever kind: the others still have something to say
            return f"This worker does not answer now ({type(error).__name__}). It may be busy."

    said = scheduler.get_logs(n=most)
    if inspect.isawaitable(said):
        said = await asyncio.wait_for(said, WORKER_LIMIT)
    # By number: "10" comes after "9".
    workers = sorted(workers.items(), key=lambda item: (len(str(item[1])), str(item[1])))
    texts = await asyncio.gather(*(ask(address) for address, _ in workers))
    return {
        "scheduler": text(said),
        "workers": [
            {"id": address, "title": f"Worker {name}", "text": words}
            for (address, name), words in zip(workers, texts)  # noqa: B905 - equally many
        ],
    }


def text(entries):
    """Return log entries, which come as (level, line) with the newest first, as text."""
    return "".join(f"{line}\n" for _, line in reversed(list(entries)))
