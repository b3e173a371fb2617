"""Runs inside the controller of a cluster that dask-gateway made: what differs from ``core``.

Sent after ``core`` and ``gateway_eye``, into the same module; functions of the same name take the
place of those in ``core``.
"""
# ruff: noqa: F821  # names of the files sent before

import asyncio
import json
import os
import re
import threading
import time
import warnings

SUBMITTED = []  # the names of the clusters that this launch itself asked for
PENDING = set()  # requests for a cluster that have not been answered
WRITTEN = set()  # the file with these names, for as long as there is something to stop
EYE = None


def prepare(settings):
    """Note, from before the cluster is made, what this launch asks of the gateway.

    A name is written down at once: whatever happens to this process, the server can then stop what
    was started here, and only that. What an earlier process of this cluster started is known so.
    """
    path = os.path.join(settings["directory"], "gateway.json")
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            SUBMITTED.extend(json.load(file))
        WRITTEN.add(path)
    try:
        from dask_gateway import Gateway
        from dask_gateway.client import GatewayWarning
    except ImportError:  # the create code will say so in its own words
        return
    submit, show = Gateway._submit, warnings.showwarning

    async def submit_and_note(*args, **kwargs):
        SUBMITTED.append(await submit(*args, **kwargs))
        write_down(path)
        return SUBMITTED[-1]

    async def noted(*args, **kwargs):
        request = asyncio.ensure_future(submit_and_note(*args, **kwargs))
        PENDING.add(request)
        request.add_done_callback(PENDING.discard)
        # Giving up must not lose the name of a cluster that is being made just now.
        return await asyncio.shield(request)

    def show_and_note(message, category, *rest, **more):
        if issubclass(category, GatewayWarning):
            LIMITS[:] = [str(message)]
        show(message, category, *rest, **more)

    Gateway._submit, warnings.showwarning = noted, show_and_note
    warnings.simplefilter("always", GatewayWarning)


def write_down(path):
    """Leave the names for the server, where it finds them without this process."""
    with open(path, "w", encoding="utf-8") as file:
        json.dump(SUBMITTED, file)
    WRITTEN.add(path)


def sample_scheduler(cluster, last):
    """Return what is known of the cluster."""
    global EYE
    if EYE is None:
        EYE = Eye(cluster, cluster.name not in SUBMITTED)
        cluster.shutdown_on_close = not EYE.joined
        EYE.start()
        EYE.first.wait(2 * ANSWER_LIMIT)
    if EYE.joined:
        WATCH.idle_timeout = None  # others may be at work there
    return EYE.report()


def ask_for(request, target, adapting):
    """Send the gateway another wish for the number of workers."""
    LIMITS.clear()
    EYE.do(request)
    numbers = re.findall(r"resource limit of (\d+)", " ".join(LIMITS))
    EYE.requested, EYE.adapting = min([target, *map(int, numbers)]), adapting
    EYE.waiting_since = time.monotonic()
    WATCH.look(always=True)


def scale(workers, unit="workers"):
    """Ask for a number of workers; the gateway then no longer adapts."""
    ask_for(EYE.gateway.scale_cluster(EYE.cluster.name, workers), workers, False)


def adapt(minimum, maximum, unit="workers"):
    """Let the number of workers follow the load, between two bounds."""
    request = EYE.gateway.adapt_cluster(EYE.cluster.name, minimum=minimum, maximum=maximum)
    ask_for(request, minimum, True)


def logs():
    """Return what the scheduler and the workers have logged, as ``logs`` of a local scheduler."""
    workers = {address: w["name"] for address, w in EYE.info.get("workers", {}).items()}
    return EYE.do(collect(EYE.comm, workers), LOGS_LIMIT)


def close(cluster):
    """Stop what this launch started, and nothing that it joined.

    May be called twice, while the cluster is being made, and where making it failed half-way.
    """
    if WATCH is not None:
        WATCH.done.set()
    limit = time.monotonic() + ANSWER_LIMIT
    while PENDING and time.monotonic() < limit:
        time.sleep(0.05)
    stop(SUBMITTED)
    SUBMITTED.clear()


def shut_down():
    """Stop the cluster, though it was joined and others may use it."""
    SUBMITTED.append(EYE.cluster.name)
    close(EYE.cluster)


def stop(names):
    """Stop clusters by name; raises where the gateway cannot be told."""
    if not names:
        return
    failures = []
    thread = threading.Thread(target=in_loop, args=[stop_clusters(names), failures], daemon=True)
    thread.start()
    thread.join(ANSWER_LIMIT)
    if thread.is_alive() or failures:
        raise RuntimeError(f"dask-gateway could not be told to stop {names}: {failures}")
    for path in WRITTEN:
        if os.path.exists(path):
            os.remove(path)


def in_loop(work, failures):
    """Run a coroutine to its end, in a thread that has no event loop yet."""
    try:
        asyncio.run(work)
    except Exception as error:  # raised again where it can be heard
        failures.append(error)


async def stop_clusters(names):
    """Stop clusters by name, those that are gone already passed over."""
    from dask_gateway import Gateway

    async with Gateway(asynchronous=True) as gateway:
        for name in names:
            try:
                await gateway.stop_cluster(name)
            except ValueError:  # a 404
                continue
