"""What encryption between scheduler, workers and clients needs in an environment."""

TLS_MODULE = "cryptography"


def cryptography_missing(environment: str) -> str:
    """Return the sentence for an environment that cannot encrypt; it is named as users see it."""
    return (
        f"Encryption needs the package cryptography, which the environment {environment} does not "
        "have. Install it there (conda install cryptography), or turn off encryption for this "
        "cluster."
    )
