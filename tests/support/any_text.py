"""What must hold of any text from a user, an administrator, a gateway or an exception.

Each of ``PROPERTIES`` is a strategy and a check of what it draws.
"""

from __future__ import annotations

import ast
import contextlib
import gc
import html
import io
import json
import logging
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import dask
from dask_jobqueue import SLURMCluster
from distributed.deploy.cluster import Cluster as DaskCluster
from fakes import backend, shipped
from faulty_platforms import GOOD
from hypothesis import strategies as st

from api import PLATFORMS
from jupyter_cluster_launcher.errors import BadInputError
from jupyter_cluster_launcher.platforms import files, options
from jupyter_cluster_launcher.platforms.code import codegen, connectcode
from jupyter_cluster_launcher.resident.jobqueue import job_script
from jupyter_cluster_launcher.server import logs

SPOILERS = st.sampled_from(
    ['"', "'", "\\", "\n", "\r", "\x85", "\u2028", "\x00", "\x1b[31m", "$(id)", "`id`", "${HOME}",
     "; id #", "#SBATCH -A other", "../..", "/etc/passwd", "<img src=x onerror=a()>", "&amp;",
     "{env: HOME}", "\ud800", "\u202e", "%s", "{}", "os.abort()", "-- ", "\t", " "]
)  # fmt: skip
TEXTS = st.lists(SPOILERS | st.text(max_size=8), max_size=4).map("".join)
DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
SHIPPED = {path.stem: shipped(path.stem) for path in PLATFORMS.glob("*.yaml")}


# Options


def of_schema(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return a strategy of values for an option, of which many fit its schema."""
    simple: dict[str, st.SearchStrategy[Any]] = {
        "string": TEXTS,
        "integer": st.integers(1, 300),
        "boolean": st.booleans(),
        "array": st.lists(TEXTS | TEXTS.map("-a{}".format), max_size=3),
    }
    fitting = [simple.get(schema["type"], DATA), DATA]
    if "pattern" in schema:
        fitting.append(st.from_regex(schema["pattern"]))
    return st.one_of(fitting)


@st.composite
def launches(draw: st.DrawFn, names: tuple[str, ...] = tuple(sorted(SHIPPED))) -> Any:
    """Draw a platform that comes with the package, and options for it."""
    name = draw(st.sampled_from(names))
    schemas = SHIPPED[name].options
    some = st.lists(st.sampled_from(sorted(schemas)), max_size=3, unique=True)
    chosen = draw(some) if schemas else []
    return name, {option: draw(of_schema(schemas[option])) for option in chosen}


def accepted(launch: Any) -> tuple[files.Platform, dict[str, Any]] | None:
    """Return the platform and the options of a launch, None where they are refused."""
    platform = SHIPPED[launch[0]]
    try:
        return platform, options.check_options(platform, launch[1])
    except BadInputError:
        return None


def words(code: str) -> set[str]:
    """Return every name in code: of variables, attributes, modules and arguments."""
    found = set()
    for node in ast.walk(ast.parse(code)):
        found |= {str(getattr(node, field)) for field in ("id", "attr", "arg", "name", "module")
                  if isinstance(getattr(node, field, None), str)}  # fmt: skip
    return found


def no_code(launch: Any) -> None:
    """Guards against an option that is more than a value in the create code."""
    taken = accepted(launch)
    if taken is not None:
        platform, chosen = taken
        code = codegen.create(platform, chosen, workers=1)
        usual = words(codegen.create(platform, {}, workers=1)) | {*platform.declared}
        # Of the number of workers, variables by name, a folder of a library.
        others = {str(platform.workers.get("keyword")), "os", "environ", "expanduser"}
        others |= {*platform.kwargs}  # one that is left out unless an option for it is chosen
        others |= {"sys", "path", "insert"} if platform.sys_path else set()
        assert words(code) - usual - others == set()


LINE = ("queue", "account", "qos", "gres", "constraint")  # options that are a line of the script
LINES = ("job_extra_directives", "directives", "job_script_prologue")  # lists of such lines


def script_of(platform: files.Platform, chosen: dict[str, Any]) -> str:
    """Return the job script of a launch on a platform of SLURM."""
    settings: Any = {
        "directory": "/cluster", "module": "dask_jobqueue", "class": "SLURMCluster",
        "job_name": "cluster-abc", "unit": "jobs", "lifetime": ["--lifetime", "180s"],
        "submission": {"arguments": [], "job_id": None, "own_jobs": [], "unset": {}},
    }  # fmt: skip
    config = json.loads(json.dumps(dask.config.config))
    with (
        patch.object(SLURMCluster, "job_cls", SLURMCluster.job_cls),
        patch.object(SLURMCluster, "close", SLURMCluster.close),
        patch.object(dask.config, "config", config),
    ):
        return job_script.script(settings, codegen.create(platform, chosen, workers=1))


def no_line_of_a_job_script(launch: Any) -> None:
    """Guards against an option that begins a line of its own, so that it is another directive."""
    taken = accepted(launch)
    if taken is None:
        return
    platform, chosen = taken
    try:
        lines = script_of(platform, chosen).splitlines()
    except (TypeError, ValueError):  # dask-jobqueue refuses it, as a memory of 0
        return
    more = 0
    for option, value in chosen.items():
        default = platform.options[option].get("default")
        if option in LINES and value is not None:
            more += len(value) - len(default or [])
        elif option in LINE and value is not None and default is None:
            more += 1
    # Empty commands are left out.
    assert len(lines) <= len(script_of(platform, {}).splitlines()) + more, lines


@contextlib.contextmanager
def clusters_without_end() -> Iterator[None]:
    """Let clusters that were made for a script's sake go without a warning that they run."""
    with patch.object(DaskCluster, "__del__", lambda self: None):
        yield
        gc.collect()


# Names and addresses


def no_html(name: str) -> None:
    """Guards against a cluster's name that is more than text in a page, a path or a log."""
    try:
        name = options.check_name(name)
    except BadInputError:
        return
    assert html.escape(name) == name
    assert name.isprintable()
    assert len(name.splitlines()) == 1
    for mark in "\\$`*?~":
        assert mark not in name


def only_a_string(given: tuple[str, str]) -> None:
    """Guards against an address, a folder or a cluster's name that is code where it is used."""
    address, folder = given
    for code, count in (
        (connectcode.connect_scheduler(address, None), 1),
        (connectcode.connect_scheduler(address, Path(folder)), 4),
        (backend("gateway").join_code(address), 1),
    ):
        strings = [n for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Constant)
                   and isinstance(n.value, str)]  # fmt: skip
        assert len(strings) == count
        assert address in {n.value for n in strings}
        assert words(code) <= {
            "Client", "Security", "dask.distributed", "client", "security", "cluster", "gateway",
            "tls_ca_file", "tls_client_cert", "tls_client_key", "require_encryption", "Gateway",
            "dask_gateway", "connect", "get_client", "shutdown_on_close",
        }, code  # fmt: skip


# The log


def one_line(text: str) -> None:
    """Guards against an exception's text that writes lines of its own into the server's log."""
    written = io.StringIO()
    server = logging.Logger("server")
    server.addHandler(logging.StreamHandler(written))
    logs.log_to(server)
    try:
        log = logs.package_log.getChild("clusters")
        log.error("The cluster failed: %s", text)
        assert len(written.getvalue()[:-1].splitlines()) <= 1
        try:
            raise ValueError(text)
        except ValueError:
            log.exception("Stopping failed")
        first, *rest = written.getvalue()[:-1].splitlines()[1:]
        assert first == "Stopping failed"
        assert all(line.startswith("  ") for line in rest)
    finally:
        logs.log_no_longer_to(server)


# Platform files


TAGS = st.sampled_from(
    ["!!python/object/apply:os.mkdir [{}]", "!!python/object/new:os.mkdir [[{}]]",
     "!!python/name:os.mkdir", "!!python/module:os", "!!python/tuple [a]", "!unknown x",
     "!!python/object/apply:subprocess.check_call [[mkdir, {}]]", "!!str x", "!!binary aGk=",
     "!<tag:yaml.org,2002:python/object/apply:os.mkdir> [{}]"]
)  # fmt: skip
PLACES = st.sampled_from(["kwargs: {{a: {}}}", "title: {}", "{}: x", "options: {}", "order: {}"])


def nothing_runs(given: tuple[str, str, str]) -> None:
    """Guards against a tag, or the name of a file, that does something."""
    tag, place, name = given
    with tempfile.TemporaryDirectory() as temporary:
        made, folder = Path(temporary) / "made", Path(temporary) / "platforms"
        folder.mkdir()
        try:
            (folder / f"{name}.yaml").write_text(GOOD + place.format(tag.format(made)) + "\n")
        except (OSError, ValueError):  # no name of a file
            return
        found, faults = files.find([str(folder)])
        assert not made.exists()
        assert len(found) + len(faults) == len([*folder.glob("*.yaml")])
        for platform in found:
            assert platform.name.isprintable()
        for fault in faults:
            assert str(fault).isprintable()


PROPERTIES: dict[str, tuple[st.SearchStrategy[Any], Callable[[Any], None]]] = {
    "options and code": (launches(), no_code),
    "options and job scripts": (launches(("slurm", "tallgrass")), no_line_of_a_job_script),
    "names and HTML": (TEXTS | st.text(max_size=61), no_html),
    "addresses and code": (st.tuples(TEXTS, TEXTS), only_a_string),
    "exceptions and the log": (TEXTS, one_line),
    "tags and names of platform files": (st.tuples(TAGS, PLACES, TEXTS), nothing_runs),
}
