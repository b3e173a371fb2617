"""The id of a job that was just submitted, also where a site prints numbers of its own."""

from __future__ import annotations

import re
from collections.abc import Collection

# A number that stands alone on its line, as sbatch --parsable writes it: "12" or "12;cluster".
ALONE = re.compile(r"^[ \t]*(\d+)(?:;.*)?\s*$", re.MULTILINE)


def possible_ids(output: str) -> list[str]:
    """Return the numbers in the output of a submit command that may be the id, each once."""
    return list(dict.fromkeys(ALONE.findall(output)))


def own_id(possible: Collection[str], listing: str, name: str, taken: Collection[str]) -> str:
    """Return the one of the ``possible`` ids that is a new job's, empty where none is.

    ``listing`` has a line ``NAME|ID`` for each job of this ``name``, of which those whose ids are
    ``taken`` were submitted before.
    """
    lines = {line.strip() for line in listing.splitlines()}
    listed = [one for one in possible if f"{name}|{one}" in lines and one not in taken]
    return listed[-1] if listed else ""
