"""Options that were left empty are not passed, nor is anything that is made of them."""

from __future__ import annotations

from typing import Any

import pytest
from fakes import site

from api import PLATFORMS
from jupyter_cluster_launcher.platforms import files, options
from jupyter_cluster_launcher.platforms.code import codegen
from jupyter_cluster_launcher.platforms.platform import Platform

QOS: dict[str, Any] = {"qos": {"type": "string", "title": "QOS", "default": "normal"}}
JOINED = {"join": ["--qos=", {"variable": "qos"}]}


def created(platform: Platform, given: dict[str, Any]) -> str:
    return codegen.create(platform, options.check_options(platform, given))


@pytest.mark.parametrize("nothing", [None, ""])
@pytest.mark.parametrize(
    "name",
    ["processes", "cores", "memory", "interface", "account", "walltime", "job_extra_directives"],
)
def test_an_emptied_option_is_not_passed(name: str, nothing: Any) -> None:
    """Guards a machine without `ib0`, and jobs without an account: defaults that came back."""
    tallgrass = files.read(PLATFORMS / "tallgrass.yaml")
    assert isinstance(tallgrass, Platform)
    assert f"{name}=" in created(tallgrass, {})
    assert f"{name}=" not in created(tallgrass, {name: nothing})


@pytest.mark.parametrize(
    ("entries", "passed", "left"),
    [
        ({"kwargs": {"extra": JOINED}}, 'extra=f"--qos={qos}"', "extra"),
        ({"kwargs": {"extra": ["-x", JOINED]}}, '["-x", f"--qos={qos}"]', '["-x"]'),
        ({"kwargs": {"extra": {"a": 1, "q": {"variable": "qos"}}}}, '"q": qos', '{"a": 1}'),
        ({"before": [{"function": "f", "kwargs": {"q": {"option": "qos"}}}]}, 'q="normal"', "f()"),
    ],
)
def test_what_is_made_of_an_emptied_option(entries: dict[str, Any], passed: str, left: str) -> None:
    """Guards against `--qos=None`."""
    platform = site(options=QOS, variables={"qos": {"option": "qos"}}, **entries)
    assert passed in created(platform, {})
    code = created(platform, {"qos": None})
    assert "None" not in code
    assert "qos" not in code
    assert (left in code) is (left != "extra")


def test_a_variable_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against `--qos=None` for a variable of the environment that the site does not set."""
    platform = site(variables={"qos": {"env": "SITE_QOS"}}, kwargs={"extra": ["-x", JOINED]})
    monkeypatch.delenv("SITE_QOS", raising=False)
    assert 'extra=["-x"]' in created(platform, {})
    monkeypatch.setenv("SITE_QOS", "long")
    assert 'extra=["-x", f"--qos={qos}"]' in created(platform, {})


def test_null_in_a_file_is_a_value() -> None:
    """Guards against an argument that an administrator sets to None on purpose."""
    assert '{"port": None}' in created(site(kwargs={"scheduler_options": {"port": None}}), {})
