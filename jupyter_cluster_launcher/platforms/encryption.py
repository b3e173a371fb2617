"""What encryption between scheduler, workers and clients needs in an environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ..errors import BadInputError

if TYPE_CHECKING:
    from .platform import Platform

TLS_MODULE = "cryptography"

# How classes encrypt that are known here: with an argument ``security=True``, or as Dask's
# configuration says, which the processes that they start read, too. The rest needs the key
# ``encryption`` in its platform file.
BY_ARGUMENT = ("LocalCluster", "LocalCUDACluster")
BY_CONFIGURATION = ("SSHCluster", "SubprocessCluster")
JOBS = "dask_jobqueue"  # the module whose classes all take the argument


def encryption(platform: Platform) -> Literal["argument", "configuration", "always"] | None:
    """Return how the clusters of a platform are encrypted, None where they cannot be."""
    if platform.encryption:
        return platform.encryption
    if platform.class_name in BY_CONFIGURATION:
        return "configuration"
    jobs = platform.batch or platform.module.partition(".")[0] == JOBS
    return "argument" if jobs or platform.class_name in BY_ARGUMENT else None


def optional(platform: Platform) -> bool:
    """Return whether users can choose that the clusters of a platform are encrypted, and that not.

    Some classes never encrypt, others and gateways always do, and where the file or an option has
    its own ``security``, that decides.
    """
    own = "security" in {**platform.kwargs, **platform.declared}
    how = None if platform.connect == "gateway" or own else encryption(platform)
    return how in ("argument", "configuration")


def check_encryption(platform: Platform, tls: bool) -> None:
    """Raise ``BadInputError`` for encryption where the platform's class cannot encrypt."""
    if tls and platform.connect != "gateway" and encryption(platform) is None:
        raise BadInputError(
            f"{platform.title} cannot encrypt: {platform.origin} does not say how "
            f"{platform.class_name or platform.function} does so. Turn off encryption, or ask "
            "whoever wrote the file to add the key encryption."
        )


def cryptography_missing(environment: str) -> str:
    """Return the sentence for an environment that cannot encrypt; it is named as users see it."""
    return (
        f"Encryption needs the package cryptography, which the environment {environment} does not "
        "have. Install it there (pip install cryptography, or conda install cryptography), or turn "
        "off encryption for this cluster."
    )
