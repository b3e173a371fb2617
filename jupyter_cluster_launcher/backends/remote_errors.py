"""Sentences for what cluster classes of other packages raise, and what to do about it.

The texts are those of the libraries named beside them. A pattern stands for one of them only, so
that no class is explained in the words of another.
"""

from __future__ import annotations

from .errors import Sentence

REMOTE: tuple[tuple[str, Sentence], ...] = (
    # kr8s, of dask-kubernetes
    (
        r"ValueError: Unable to find valid credentials",
        lambda _, env: (
            "No Kubernetes cluster is configured here: there is no kubeconfig file and no service "
            "account. Set KUBECONFIG, or ask the administrators of your Kubernetes cluster for a "
            "kubeconfig file."
        ),
    ),
    (
        r"TimeoutError: Dask Cluster resource not actioned after (\d+) seconds",
        lambda m, _: (
            f"Kubernetes did not create the cluster within {m[1]} seconds: the Dask operator may "
            "not be installed there. Ask the administrators of your Kubernetes cluster."
        ),
    ),
    # pynvml, of dask-cuda
    (
        r"NVML Shared Library Not Found|NVMLError_\w+",
        lambda _, env: (
            "This host has no NVIDIA GPU, or its driver is not installed (NVML was not found). "
            "Start JupyterLab on a host with a GPU."
        ),
    ),
    # botocore, of dask-cloudprovider
    (
        r"NoCredentialsError: Unable to locate credentials|Unable to locate credentials",
        lambda _, env: (
            "AWS has no credentials here. Run `aws configure` in a terminal, or set AWS_PROFILE "
            "for the Jupyter server."
        ),
    ),
    # coiled
    (
        r"Authorization failed\. Please try to login again|AuthenticationError: ",
        lambda _, env: (
            "Coiled does not know you here. Run `coiled login` in a terminal, then launch again."
        ),
    ),
    # aiohttp, of coiled and of others
    (
        r"Client\w*Connect\w*Error: Cannot connect to host (\S+)",
        lambda m, _: (
            f"{m[1]} does not answer: no cluster can be made there. Check the network connection "
            "of this host, and try again."
        ),
    ),
    # asyncssh, of SSHCluster
    (
        r"PermissionDenied: (.*)",
        lambda m, _: (
            f"SSH refused your login ({m[1].strip()}). Logins must work without a password: add "
            "your public key to ~/.ssh/authorized_keys on that host."
        ),
    ),
    (
        r"HostKeyNotVerifiable: (.*)",
        lambda m, _: (
            f"SSH does not know a host ({m[1].strip()}). Connect to it once with ssh in a "
            "terminal, and confirm its key."
        ),
    ),
    (
        r"gaierror: .*",
        lambda m, _: f"A host was not found ({m[0].partition(': ')[2]}). Check its name.",
    ),
    (
        r"Exception: Worker failed to start$",
        lambda _, env: (
            "SSHCluster could not start Python on one of the hosts. Each host needs the notebook's "
            "environment at the same path; with encryption, also the same home directory."
        ),
    ),
)
