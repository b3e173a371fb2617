"""Batch systems such as SLURM: clusters whose workers are jobs."""

from .backend import BatchBackend

BACKEND = BatchBackend
