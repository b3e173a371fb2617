"""Options of sbatch that are no directives for the jobs of a cluster."""

from __future__ import annotations

# Why not, for users.
UNUSABLE = {
    **dict.fromkeys(("--array", "-a"), "Each job would become many: set the number of jobs."),
    **dict.fromkeys(("--wait", "-W"), "The launch would wait for the end of the jobs."),
    "--wrap": "It would replace the command that starts the worker.",
    **dict.fromkeys(
        ("--test-only", "--help", "-h", "--usage", "--version", "-V"), "No job would be submitted."
    ),
}
