"""A batch system for jupyter-cluster-launcher: an example to copy.

Keep this module empty: the Jupyter server imports `functions` only, kernels import `cluster` only.
"""
