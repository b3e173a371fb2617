"""Runs in kernels: the part of the launcher that watches a cluster from inside its controller.

The server zips this package and has the kernel import it as ``cluster_launcher_resident``, so that
nothing of the launcher has to be installed in the kernel's environment. It needs Python 3.9 or
newer, IPython, and whatever the platform's own cluster class needs.
"""
