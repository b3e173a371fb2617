"""Kernels and processes: how a controller is started, attached to and ended."""
