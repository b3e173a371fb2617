"""Dask's configuration at random: each setting is in a platform file, or in a sentence."""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from jupyter_cluster_launcher.cli import parser as cli
from jupyter_cluster_launcher.platforms import files
from jupyter_cluster_launcher.platforms.code import codegen
from jupyter_cluster_launcher.platforms.importing.arguments import RENAMED, SECTIONS, known
from jupyter_cluster_launcher.platforms.options import check_options

LABELS = ("not translated: ", "not read: ", "not written: ", "note: ", "jupyter cluster-launcher: ")
KNOWN = sorted({name for section in SECTIONS for name in known(section)})
ODD = ["foo", "no name", "class", "lambda", "env", "option", "a: b", "\x1b[0m", "é", "n-workers"]
KEYS = st.sampled_from([*KNOWN, *(name.replace("_", "-") for name in KNOWN)] * 2 + ODD * 3)
USUAL = st.sampled_from(["abc", "4GB", "01:30:00", 4, "4", ["a", "b"], {"port": 1}, True])
LEAVES = st.sampled_from(
    ["", " ", "a b", "1:30:00", "$HOME", "a\nb\tc", "\x1b[0m", "é", "'", "true", None, True, False]
) | st.sampled_from([0, -2, 5400, 0.5, 8.0, 1e30])
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["a", "a-b", "env", "cpus", "option"]), inner, max_size=2)
    ),
    max_leaves=4,
)
KWARGS = st.dictionaries(KEYS, USUAL | VALUES, min_size=1, max_size=5)
MODULES = ["dask.distributed", "dask.distributed", "dask_jobqueue", "dask_jobqueue", "a.b", "a..b"]
MODULES += ["distributed.deploy.local", "dask_cuda"]
CLASSES = [
    "LocalCluster",
    "LocalCUDACluster",
    "SSHCluster",
    "Client",
    "a b",
    "JobQueueCluster",
    *(one.class_name for one in SECTIONS.values()),
]
COUNTS = st.sampled_from([0, 4, "4", 2.0, -2, "many", None])
CONFIGURATIONS = st.fixed_dictionaries(
    {},
    optional={
        "labextension": st.fixed_dictionaries(
            {},
            optional={
                "factory": st.fixed_dictionaries(
                    {"kwargs": KWARGS},
                    optional={
                        "module": st.sampled_from(MODULES),
                        "class": st.sampled_from(CLASSES),
                        "args": VALUES,
                        "more": VALUES,
                    },
                ),
                "default": st.fixed_dictionaries(
                    {},
                    optional={
                        "workers": COUNTS,
                        "adapt": st.fixed_dictionaries({"minimum": COUNTS, "maximum": COUNTS}),
                        "more": VALUES,
                    },
                ),
                "initial": VALUES,
            },
        ),
        "jobqueue": st.dictionaries(
            st.sampled_from([*SECTIONS, *SECTIONS, "local", "birch", "a\nb", ""]),
            KWARGS,
            min_size=1,
            max_size=3,
        ),
        "distributed": VALUES,
    },
)


@st.composite
def configurations(draw: st.DrawFn) -> Any:
    """Draw the sections of a file, and perhaps spoil one of them."""
    config: Any = draw(CONFIGURATIONS)
    if draw(st.integers(0, 3)) == 0:
        place = config
        while isinstance(place, dict) and place:
            key = draw(st.sampled_from(sorted(place)))
            if not isinstance(place[key], dict) or draw(st.integers(0, 2)) == 0:
                place[key] = draw(VALUES)
                break
            place = place[key]
    return config


@pytest.fixture(autouse=True)
def home(jp_environ: None) -> None:
    """No platform files but those of a test."""


def given_settings(config: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield the path of each setting that holds something."""
    for path, value in _settings(config):
        if value is not None and value not in ([], {}) and str(value).strip():
            yield path


def _settings(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    groups = [(), ("labextension",), ("labextension", "factory"), ("labextension", "default")]
    inner = path in [*groups, ("labextension", "factory", "kwargs"), ("jobqueue",)] or (
        path[:1] == ("jobqueue",) and len(path) == 2
    )
    if isinstance(value, dict) and inner:
        for key, item in value.items():
            yield from _settings(item, (*path, key))
    else:
        yield path, value


def is_there(path: tuple[str, ...], platforms: dict[str, files.Platform]) -> bool:
    """Return whether a platform has the setting of a path."""
    name = path[1] if path[0] == "jobqueue" and len(path) > 1 else path[0]
    if name not in platforms:
        return False
    platform, key = platforms[name], path[-1].replace("-", "_")
    if path[1:] in (("factory", "module"), ("factory", "class"), ("default", "workers")):
        return True
    if path[:3] == ("labextension", "factory", "kwargs") and key == "n_workers":
        return True
    new = "account" if key == "project" else RENAMED.get(key, key)
    return len(path) > 2 and bool({key, new} & {*platform.kwargs, *platform.options})


def is_named(path: tuple[str, ...], said: list[str], made: bool) -> bool:
    """Return whether a sentence is about a setting, or about all around it.

    What is said of a section of which a file was made is not about each setting in it.
    """
    around = {flat(".".join(path[:n])) for n in range(3 if made else 1, len(path) + 1)}
    named = [flat(line.split(": ", 1)[1]) for line in said]
    return any(
        sentence.startswith(f"{one}: ") or one in sentence.split(": ")[0].split(", ")
        for sentence in named
        for one in around | {flat(".".join(path))}
    )


def flat(text: str) -> str:
    """Return keys as they are printed, with the names that arguments have."""
    return files.printable(text).replace("-", "_")


FEW = settings(
    max_examples=200, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


@FEW
@given(configurations())
@example({"jobqueue": {"slurm": {"cores": 2**60}}})
@example({"jobqueue": {"slurm": {"cores": float("nan")}}})
@example({"jobqueue": {"slurm": {"extra": ["a"], "worker-extra-args": ["b"]}}})
@example({"labextension": {"factory": {"kwargs": {"n-workers": 1, "n_workers": 2}}}})
def test_nothing_is_lost_in_silence(config: Any) -> None:
    """Guards against a setting that is neither in a file nor in a sentence, and a broken file."""
    with tempfile.TemporaryDirectory() as name:
        source, folder = Path(name) / "dask.yaml", Path(name) / "made"
        source.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = cli.main(["import", str(source), "--to", str(folder)])
        found, faults = files.find([str(folder)])
    platforms = {platform.name: platform for platform in found}
    said = err.getvalue().splitlines()
    assert status in (0, 1)
    assert faults == []
    assert {f"{folder / one}.yaml" for one in platforms} == set(out.getvalue().splitlines())
    assert all(line.startswith(LABELS) and line.isprintable() for line in said)
    for platform in platforms.values():
        compile(codegen.create(platform, workers=1, tls=platform.tls), "create", "exec")
        check_options(platform, {name: one["default"] for name, one in platform.options.items()})
    refused = [line for line in said if line.startswith(("not read: ", "not written: "))]
    if refused:  # as a whole, which no single setting of a class may bring about
        assert status == 1
        assert all(line.startswith("not read: ") or ": class: " in line for line in refused)
        return
    for path in given_settings(config if isinstance(config, dict) else {}):
        made = (path[1] if path[0] == "jobqueue" and len(path) > 1 else path[0]) in platforms
        assert is_there(path, platforms) or is_named(path, said, made), (path, said)
