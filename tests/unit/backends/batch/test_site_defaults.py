"""Defaults of the form from a site's own configuration of dask-jobqueue."""

from __future__ import annotations

from typing import Any

import pytest
from fakes import Titles, shipped

from jupyter_cluster_launcher.backends.batch.site.site_defaults import SiteDefaults, with_defaults
from jupyter_cluster_launcher.errors import NotAvailableError


@pytest.mark.parametrize(
    ("key", "value", "name", "default"),
    [
        ("account", "proj123", "account", "proj123"),
        ("account", 4711, "account", "4711"),
        ("cores", 36, "cores", 36),
        ("interface", "hsn0", "interface", "hsn0"),
        ("local-directory", "$TMPDIR/x", "local_directory", "$TMPDIR/x"),
    ],
)
def test_a_default(key: str, value: Any, name: str, default: Any) -> None:
    """Guards "-A Unknown" over what a site set."""
    found = with_defaults(shipped("tallgrass").options, {key: value})
    assert {one: schema["default"] for one, schema in found.items()} == {name: default}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("walltime", 3600),  # 1:00:00 in YAML without quotes
        ("cores", "many"),
        ("cores", 0),
        ("job-extra-directives", ["-C knl"]),
        ("log-directory", "/logs"),
        ("scheduler-options", {"port": 1}),
        ("header-skip", ["-n"]),
        ("name", "dask-worker"),
    ],
)
def test_no_default(key: str, value: Any) -> None:
    """Guards against a form that cannot be sent, and values that would be passed twice."""
    assert with_defaults(shipped("tallgrass").options, {key: value}) == {}


def test_a_site_knows_better_than_a_suggestion() -> None:
    """Guards a site's memory against the share of a node that SLURM suggests."""
    found = with_defaults(shipped("slurm").options, {"memory": "8GB"})
    assert "suggested" not in found["memory"]


class Kernels(Titles):
    """Kernels whose environment answers or fails."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[Any] = []

    async def run_resident(self, *args: Any, **kwargs: Any) -> Any:
        """Return or raise the next answer."""
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def test_a_kernel_that_fails() -> None:
    """Guards a form against an environment without Dask, and one that answers the next time."""
    kernels, platform = Kernels(), shipped("slurm")
    site = SiteDefaults(kernels, 0.0)
    kernels.answers = [NotAvailableError("x"), {"account": "a"}, {"account": "b"}]
    assert await site.read(platform, "python3", fresh=False) == {}
    assert await site.read(platform, "python3", fresh=False) == {"account": "a"}
    assert await site.read(platform, "python3", fresh=False) == {"account": "a"}
    assert await site.read(platform, "python3", fresh=True) == {"account": "b"}
    assert site.known(platform, "python3") == {"account": "b"}
    assert site.known(platform, "other") == {}
