"""The command line: ``jupyter cluster-launcher``."""

from .parser import main

__all__ = ["main"]
