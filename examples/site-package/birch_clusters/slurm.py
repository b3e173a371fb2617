"""SLURM as it is at Birch: the launcher's own, with the center's help where a job is rejected."""

from jupyter_cluster_launcher.backends.batch import slurm
from jupyter_cluster_launcher.backends.batch.slurm import *  # noqa: F403 - all that stays as it is

TITLE = "Birch"

# What SLURM says, and what users of Birch should do then.
HELP = {
    "Invalid account": "ask the service desk for an account on Birch",
    "QOSMaxSubmitJobPerUserLimit": "at most 50 jobs per user are allowed",
}


def explain(text: str) -> str:  # type: ignore[no-redef] # instead of the launcher's
    """Return SLURM's reason, followed by what to do at Birch."""
    reason = slurm.explain(text)
    return "; ".join([reason, *(what for word, what in HELP.items() if word in reason)])
