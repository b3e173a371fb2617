"""Asks a batch system when a launch would start, as it is and in other ways."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ...facts import Start
from ..check import PATIENCE
from ..polling.commands import Unset, run
from ..words.wording import moment
from .discovery import Discoverer, Variant

AT_ONCE = 4  # commands
NOW = 60  # seconds within which a start is now


async def start_times(
    found: Discoverer, script: str, values: Mapping[str, Any], jobs: int, unset: Unset
) -> list[Start]:
    """Return when each variant of a launch would start; nothing is submitted.

    ``unset`` is what submissions do not get of the server's environment.
    """
    await found.refresh(fresh=True)
    limit = asyncio.Semaphore(AT_ONCE)
    with tempfile.NamedTemporaryFile("w", suffix=".sh") as file:
        file.write(found.discovery.estimate_script(script, int(values.get("cores") or 1)))
        file.flush()

        async def one(variant: Variant) -> Start:
            async with limit:
                command = found.discovery.estimate(file.name, variant)
                output = await run(found.system, command, PATIENCE, script, unset)
            start = found.discovery.start(output.returncode, output.text)
            reason = None if start else found.system.explain(output.text)
            when = in_words(start, datetime.now().astimezone()) if start else None
            return Start(variant.title, variant.jobs, variant.options, when, reason)

        variants = found.discovery.variants(values, jobs, found.texts)
        return list(await asyncio.gather(*map(one, variants)))


def in_words(start: datetime, now: datetime) -> str:
    """Return a start as near as it is: now, 14:05, tomorrow 14:05."""
    return "now" if (start - now).total_seconds() < NOW else moment(start, now)
