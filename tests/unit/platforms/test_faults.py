"""Files that a schema allows and that cannot work: each is one fault, and the others are listed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import yaml
from fakes import backend, write_platform
from faulty_platforms import FAULTY, FUNCTION, GOOD, workers

from jupyter_cluster_launcher.cli import parser as cli
from jupyter_cluster_launcher.models import Adapt
from jupyter_cluster_launcher.platforms import cpus, files
from jupyter_cluster_launcher.platforms.code import codegen
from jupyter_cluster_launcher.platforms.platform import Platform
from jupyter_cluster_launcher.server.serializers import platform_view


@pytest.fixture(autouse=True)
def four_cpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this machine have four CPUs."""
    monkeypatch.setattr(cpus, "usable", lambda: 4)
    monkeypatch.setattr(cpus, "affinity", lambda: 4)


@pytest.mark.parametrize("what", FAULTY)
def test_one_fault_and_the_others_are_listed(tmp_path: Path, what: str) -> None:
    """Guards against a file that breaks the list, or is listed and fails at the launch."""
    text, line, words = FAULTY[what]
    write_platform(tmp_path, "good")
    (tmp_path / "bad.yaml").write_text(text, encoding="utf-8")
    found, faults = files.find([str(tmp_path)])
    assert [platform.name for platform in found] == ["good"]
    (fault,) = faults
    assert fault.origin == tmp_path / "bad.yaml"
    assert words in fault.message
    if what != "deeper":  # PyYAML's parser in C gives up earlier, with a line of its own
        assert fault.line == line
    assert len(fault.message) < 500
    assert "\n" not in fault.message


def test_all_at_once_on_the_command_line(
    jp_environ: None, jp_data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Guards against a deployment's check that ends at the first file that is broken."""
    folder = Path(jp_data_dir) / "cluster-platforms"
    write_platform(folder, "good")
    for number, (text, _, _) in enumerate(FAULTY.values()):
        (folder / f"bad{number:03}.yaml").write_text(text, encoding="utf-8")
    os.mkfifo(folder / "bad-pipe.yaml")
    (folder / "bad-link.yaml").symlink_to(folder)
    assert cli.main(["platforms", "--json"]) == 1
    printed = json.loads(capsys.readouterr().out)
    assert "good" in {platform["name"] for platform in printed["platforms"]}
    assert len(printed["faults"]) == len(FAULTY) + 2


@pytest.mark.parametrize("how", ["pipe", "link to a folder"])
def test_what_is_no_file_is_one_fault(tmp_path: Path, how: str) -> None:
    """Guards against a server that waits for ever for what a pipe will say."""
    write_platform(tmp_path, "good")
    bad = tmp_path / "bad.yaml"
    if how == "pipe":
        os.mkfifo(bad)
    else:
        bad.symlink_to(tmp_path)
    found, faults = files.find([str(tmp_path)])
    assert [platform.name for platform in found] == ["good"]
    assert [fault.message for fault in faults] == [
        "The file cannot be read: it is not a regular file."
    ]


# What looks like one of these and works


def accepted(folder: Path, text: str) -> Platform:
    (folder / "a.yaml").write_text(text, encoding="utf-8")
    platform = files.read(folder / "a.yaml")
    assert isinstance(platform, Platform), platform
    return platform


@pytest.mark.parametrize("kind", ["usable", "affinity"])
def test_counts_of_the_server_stand_anywhere(tmp_path: Path, kind: str) -> None:
    """Guards against a launch that fails because of a count that only the form could show."""
    platform = accepted(
        tmp_path,
        f"{GOOD}kwargs: {{memory: [{{cpus: {kind}}}]}}\n"
        f"options: {{threads: {{type: integer, title: T, default: {{cpus: {kind}}}}}}}\n",
    )
    assert platform.options["threads"]["default"] == 4
    assert "memory=[4], threads=4" in codegen.create(platform)
    json.dumps(platform_view(platform, backend(), None, False), allow_nan=False)


def test_a_default_follows_a_small_machine(tmp_path: Path) -> None:
    """Guards against a platform that vanishes where there are fewer CPUs than its author had."""
    text = workers("{keyword: n, default: 16, maximum: {cpus: usable}}")
    assert accepted(tmp_path, text).workers["default"] == 4


def test_whole_numbers_with_a_point(tmp_path: Path) -> None:
    """Guards against a list without any platform: JSON Schema takes 2.0 for a whole number."""
    text = workers("{keyword: n, default: 2.0, minimum: 1.0, maximum: 1.0e+2, implied: 3.0}")
    assert "n=2)" in codegen.create(accepted(tmp_path, text))


def test_an_option_that_is_a_whole_number_with_a_point(tmp_path: Path) -> None:
    """Guards against Dask's error for a number of threads that is 2.0."""
    text = f"{GOOD}options: {{threads: {{type: integer, title: T, default: 2.0}}}}\n"
    assert "threads=2)" in codegen.create(accepted(tmp_path, text))


def test_fields_of_any_name(tmp_path: Path) -> None:
    """Guards against refusing an object's field because it has the name of a JSON Schema key."""
    fields = "{$ref: {type: string}, pattern: {type: string}, default: {type: string}}"
    text = f"{GOOD}options: {{a: {{type: object, title: T, properties: {fields}}}}}\n"
    accepted(tmp_path, text)


@pytest.mark.parametrize(
    "pattern",
    [
        "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
        "^([0-9]{1,3}[.]){3}[0-9]{1,3}$",
        "^[a-z]{1000}[A-Z]{1000}[0-9]{1000}$",
        "^[][(){}]{9}[(]{9}$",
        "^a{0}b{,9}[)]$",
    ],
)
def test_patterns_that_repeat(tmp_path: Path, pattern: str) -> None:
    """Guards against refusing the patterns that administrators write."""
    options = {"options": {"a": {"type": "string", "title": "T", "pattern": pattern}}}
    accepted(tmp_path, GOOD + yaml.safe_dump(options))


def test_names_that_are_only_arguments(tmp_path: Path) -> None:
    """Guards against refusing an argument because the code has a variable of its name."""
    names = ["cluster", "client", "os", "sys", "LocalCluster", "match"]
    options = {name: {"type": "string", "title": name, "default": "x"} for name in names}
    text = GOOD + yaml.safe_dump({"options": options})
    code = codegen.create(accepted(tmp_path, text))
    compile(code, "create", "exec")
    assert 'cluster="x"' in code


def test_a_merge_is_fine(tmp_path: Path) -> None:
    """Guards against refusing YAML's own way to write a thing once."""
    text = (
        f"{GOOD}options:\n  a: &text {{type: string, title: A, maxLength: 9}}\n"
        "  b: {<<: *text, title: B}\n"
    )
    assert accepted(tmp_path, text).options["b"]["maxLength"] == 9


def test_a_function_that_scales(tmp_path: Path) -> None:
    """Guards against refusing a function whose cluster is scaled once it is there."""
    text = FUNCTION.replace("keyword: n", "scale: workers")
    code = codegen.create(accepted(tmp_path, text), workers=3)
    assert "cluster = site_library.start()\ncluster.scale(3)\nclient = Client(cluster)\n" in code
    assert "adapt(minimum=0, maximum=2)" in codegen.create(
        accepted(tmp_path, text), adapt=Adapt(0, 2)
    )
