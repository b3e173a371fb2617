"""Batch systems: SLURM and the like."""
