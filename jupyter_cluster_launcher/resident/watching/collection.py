"""How often Python looks for garbage: rarely until a controller has its cluster.

Until then it mostly imports. That leaves hardly any garbage, and looking for it takes a sixth of
the time.
"""

from __future__ import annotations

import gc

# Objects made since the last look. A limit, not none: the create code may go on for long.
SELDOM = 100_000
_usual = gc.get_threshold()


def collect_seldom() -> None:
    """Look for garbage after every 100,000 new objects."""
    gc.set_threshold(SELDOM, *_usual[1:])


def collect_as_usual() -> None:
    """Look for it as before, unless the create code has chosen how often.

    What is there by now, mostly modules, counts as old, at which Python looks seldom: a look at it
    now would take 0.03 s of the launch.
    """
    if gc.get_threshold()[0] == SELDOM:
        gc.freeze()
        gc.unfreeze()
        gc.set_threshold(*_usual)
