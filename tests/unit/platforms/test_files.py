"""Platform files: found, checked, described."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from fakes import SITE, site, write_platform

from api import PLATFORMS
from jupyter_cluster_launcher.platforms import cpus
from jupyter_cluster_launcher.platforms import files as platforms
from jupyter_cluster_launcher.platforms.files import Fault
from jupyter_cluster_launcher.platforms.platform import Platform, count

SHIPPED = {"local", "denali", "tallgrass", "esip-qhub", "nebari", "running", "slurm"}
GOOD = yaml.safe_dump(SITE, sort_keys=False)
END = GOOD.count("\n")  # what is added stands below this line


def find(*folders: Path) -> tuple[dict[str, Platform], list[Fault]]:
    found, faults = platforms.find([str(folder) for folder in folders])
    return {platform.name: platform for platform in found}, faults


def test_what_is_shipped_is_valid() -> None:
    """Guards against a release in which a platform has gone missing."""
    found, faults = find(PLATFORMS)
    assert faults == []
    assert set(found) == SHIPPED


def test_order_is_that_of_the_files() -> None:
    """Guards against a list that begins with a cloud where users have a laptop."""
    found, _ = find(PLATFORMS)
    assert list(found) == [
        "local",
        "denali",
        "tallgrass",
        "esip-qhub",
        "nebari",
        "running",
        "slurm",
    ]


def test_user_hides_environment_hides_system(tmp_path: Path) -> None:
    """Guards against an administrator's file that a user cannot override."""
    user, environment, system = (tmp_path / name for name in ("user", "environment", "system"))
    for folder in (environment, system):
        write_platform(folder, "a", title=folder.name)
        write_platform(folder, "b", title=folder.name)
    write_platform(system, "c", title="system")
    write_platform(user, "a", title="user")
    found, faults = find(user, environment, system, tmp_path / "absent")
    assert {name: p.title for name, p in found.items()} == {
        "a": "user",
        "b": "environment",
        "c": "system",
    }
    assert found["a"].origin == user / "a.yaml"
    assert faults == []


@pytest.mark.usefixtures("jp_environ")
def test_found_on_the_jupyter_path(
    jp_data_dir: Path, jp_env_jupyter_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a file that stands where kernelspecs would be found, and is not."""
    # In a virtual environment Jupyter's default is the other way round.
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "0")
    write_platform(Path(jp_env_jupyter_path) / "cluster-platforms", "here", title="environment")
    write_platform(Path(jp_data_dir) / "cluster-platforms", "here", title="user")
    assert [p.title for p in platforms.find()[0] if p.name == "here"] == ["user"]


@pytest.mark.usefixtures("jp_environ")
@pytest.mark.parametrize("prefer_environment", ["0", "1"])
def test_by_whose_file_it_is(
    jp_data_dir: Path,
    jp_env_jupyter_path: Path,
    jp_system_jupyter_path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    prefer_environment: str,
) -> None:
    """Guards a user's file in a virtual environment, and a system administrator's anywhere."""
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", prefer_environment)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "variable"))
    folders = {
        "variable": tmp_path / "variable",
        "user": jp_data_dir,
        "system": jp_system_jupyter_path,
        "package": jp_env_jupyter_path,
    }
    titles = list(folders)
    for last, title in enumerate(titles, 1):
        for name in titles[:last]:
            write_platform(Path(folders[title], "cluster-platforms"), name, title=title)
    assert {p.name: p.title for p in platforms.find()[0]} == {name: name for name in titles}


@pytest.mark.parametrize("more", ["", "title: Any\n", "workers: none at all\n"])
def test_hidden_by_whoever_comes_first(tmp_path: Path, more: str) -> None:
    """Guards an administrator who offers fewer platforms than the package brings."""
    write_platform(tmp_path / "package", "local", title="package")
    write_platform(tmp_path / "package", "other", title="package")
    (tmp_path / "system").mkdir()
    (tmp_path / "system" / "local.yaml").write_text(f"version: 1\nhidden: true\n{more}")
    found, faults = find(tmp_path / "system", tmp_path / "package")
    assert list(found) == ["other"]
    assert faults == []
    write_platform(tmp_path / "user", "local", title="user", hidden=False)
    assert find(tmp_path / "user", tmp_path / "system")[0]["local"].title == "user"


def test_a_file_with_another_ending(tmp_path: Path) -> None:
    """Guards against a user's file that is passed over without a word."""
    write_platform(tmp_path, "local")
    (tmp_path / "local.yaml").rename(tmp_path / "local.yml")
    found, (fault,) = find(tmp_path)
    assert (list(found), fault.origin) == ([], tmp_path / "local.yml")
    assert "its name ends with .yaml" in str(fault)


def option(text: str) -> str:
    return f"{GOOD}options:\n  {text}\n"


# What is wrong, the line it is in, and a word of the message about it.
BROKEN: dict[str, tuple[str | bytes, int, str]] = {
    "empty": ("", 1, "None is not a mapping"),
    "syntax": ("version: 1\ntitle: [a\n", 3, "not valid YAML"),
    "tab": ("version: 1\n\ttitle: a\n", 2, "not valid YAML"),
    "python": ("a: 1\nb: !!python/object/apply:os.system [ls]\n", 2, "not valid YAML"),
    "date": (GOOD + "x: 2024-13-45\n", END + 1, "date"),
    "nul": ("version: \x00\n", 0, "not valid YAML"),
    "not utf-8": (b"title: \xe9\n", 0, "UTF-8"),
    "list": ("- version: 1\n", 1, "This is not a mapping"),
    "unknown key": (
        GOOD + "worker: 1\n",
        1,
        "no key 'worker' here. Did you mean workers?",
    ),
    "neither class nor function": (
        GOOD.replace("class: LocalCluster\n", ""),
        1,
        "One of class, function is missing",
    ),
    "class and function": (GOOD + "function: f\n", 1, "Give only one of class and function"),
    "wrong type": (GOOD + "tls: maybe\n", END + 1, "'maybe' is not true or false"),
    "wrong choice": (GOOD + "connect: x\n", END + 1, "'x' is not one of scheduler, gateway"),
    "missing key": ("version: 1\ntitle: A\nmodule: a\nclass: B\n", 1, "workers is missing"),
    "other version": (GOOD.replace("version: 1", "version: 2"), 1, "2 is not 1"),
    "module is code": (GOOD + "import_as: os; import sys\n", END + 1, "import_as"),
    "no such count": (GOOD.replace("maximum: 8", "maximum: {cpus: many}"), END, "workers.maximum"),
    "option is code": (option("a=1, b: {type: string, title: T}"), END + 1, "a=1"),
    "option without a title": (option("a: {type: string}"), END + 2, "title"),
    "no such type": (option("a: {title: T, type: text}"), END + 2, "options.a"),
    "bad pattern": (option("a: {title: T, type: string, pattern: '['}"), END + 2, "regex"),
    "bad limit": (option("a: {title: T, type: string, maxLength: -1}"), END + 2, "-1"),
    "time is a number": (
        option("a: {title: T, type: string, default: 24:00:00}"),
        END + 2,
        "86400",
    ),
    "default is too much": (
        option("a: {title: T, type: integer, maximum: 2, default: 3}"),
        END + 2,
        "3 is greater than",
    ),
    "holds itself": (GOOD + "kwargs: {a: &a [*a]}\n", END + 1, "itself"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_file_is_one_fault(tmp_path: Path, what: str) -> None:
    """Guards against one bad file that breaks the list, and a fault without a place."""
    content, line, word = BROKEN[what]
    write_platform(tmp_path, "good")
    data = content.encode() if isinstance(content, str) else content
    (tmp_path / "bad.yaml").write_bytes(data)
    found, faults = find(tmp_path)
    assert list(found) == ["good"]
    (fault,) = faults
    assert fault.origin == tmp_path / "bad.yaml"
    assert (fault.line, word in fault.message) == (line, True), fault
    expected = f"{fault.origin}:{line}: " if line else f"{fault.origin}: "
    assert str(fault).startswith(expected)
    assert "\n" not in str(fault)


def test_a_broken_file_hides_nothing(tmp_path: Path) -> None:
    """Guards against a user's half-written copy that takes the site's platform away."""
    write_platform(tmp_path / "system", "a", title="system")
    (tmp_path / "user").mkdir()
    (tmp_path / "user" / "a.yaml").write_text("version: [")
    found, faults = find(tmp_path / "user", tmp_path / "system")
    assert found["a"].title == "system"
    assert len(faults) == 1


@pytest.mark.parametrize("how", ["directory", "dangling link", "loop of links"])
def test_what_is_no_file_is_one_fault(tmp_path: Path, how: str) -> None:
    """Guards against a crash on what stands in the folder by mistake."""
    write_platform(tmp_path, "good")
    bad = tmp_path / "bad.yaml"
    if how == "directory":
        bad.mkdir()
    else:
        bad.symlink_to(bad if how == "loop of links" else tmp_path / "gone")
    found, faults = find(tmp_path)
    assert list(found) == ["good"]
    assert [fault.origin for fault in faults] == [bad]
    assert "cannot be read" in faults[0].message


@pytest.fixture
def as_nobody() -> Iterator[Path]:
    """A folder that all users can enter, and no right to read what is closed in it."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    root = os.geteuid() == 0
    find(PLATFORMS)  # reads its schema while it may
    if root:
        os.seteuid(65534)
    yield folder
    if root:
        os.seteuid(0)
    for path in (*folder.rglob("*"), folder):
        path.chmod(0o700)
    for path in sorted(folder.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    folder.rmdir()


def test_an_unreadable_file_is_one_fault(as_nobody: Path) -> None:
    """Guards against a site's file with the wrong mode that takes the list away from all users."""
    nobody = os.geteuid()
    if nobody == 65534:
        os.seteuid(0)
    write_platform(as_nobody, "good")
    (as_nobody / "good.yaml").chmod(0o644)
    (as_nobody / "bad.yaml").write_text(GOOD)
    (as_nobody / "bad.yaml").chmod(0)
    os.seteuid(nobody)
    found, faults = find(as_nobody)
    assert list(found) == ["good"]
    assert [(fault.origin.name, "ermission" in fault.message) for fault in faults] == [
        ("bad.yaml", True)
    ]


def test_a_change_holds_at_once(tmp_path: Path) -> None:
    """Guards against a server that must be restarted after an administrator's correction."""
    (tmp_path / "a.yaml").write_text("version: [")
    assert len(find(tmp_path)[1]) == 1
    write_platform(tmp_path, "a", title="First")
    assert find(tmp_path)[0]["a"].title == "First"
    write_platform(tmp_path, "a", title="Other")
    assert find(tmp_path)[0]["a"].title == "Other"


# Availability


def which(*commands: str) -> Any:
    return lambda name: f"/usr/bin/{name}" if name in commands else None


def test_missing_says_what_and_in_whose_words() -> None:
    """Guards against a greyed platform without a reason, or with ours over the site's."""
    tallgrass = find(PLATFORMS)[0]["tallgrass"]
    assert platforms.missing(tallgrass, {}, which()) == (
        "sbatch is not on PATH: this is not a SLURM machine."
    )
    assert platforms.missing(tallgrass, {}, which("sbatch", "scancel")) == (
        "squeue is not on PATH here."
    )
    assert platforms.missing(tallgrass, {}, which("sbatch", "squeue", "scancel")) is None


def test_missing_environment_variable() -> None:
    """Guards against a variable that is set to nothing being taken for set."""
    platform = site(requires={"env": ["HUB"]})
    for env in ({}, {"HUB": ""}):
        assert "HUB" in str(platforms.missing(platform, env, which()))
    assert platforms.missing(platform, {"HUB": "x"}, which()) is None


@pytest.mark.parametrize(
    ("detect", "env", "expected"),
    [
        (None, {}, False),
        ({"env": {"A": "tall*"}}, {"A": "tallgrass"}, True),
        ({"env": {"A": "tall*"}}, {"A": "denali"}, False),
        ({"env": {"A": "*"}}, {}, False),
        ({"env": {"A": "*", "B": "*"}}, {"A": "1"}, False),
        ({"host": "denali*"}, {}, True),
        ({"host": "tallgrass*"}, {}, False),
        ({"host": "denali*", "commands": ["sbatch"]}, {}, True),
        ({"host": "denali*", "commands": ["qsub"]}, {}, False),
    ],
)
def test_detected_where_all_of_it_holds(
    detect: Any, env: dict[str, str], expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against preselecting another place's platform."""
    monkeypatch.setattr(platforms, "host", lambda: "denali-login1")
    platform = site(detect=detect) if detect else site()
    assert platforms.detected(platform, env, which("sbatch")) is expected


# Values of this machine


def test_counts_are_those_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a maximum that does not follow the CPUs a user may use."""
    monkeypatch.setattr(cpus, "usable", lambda: 3)
    monkeypatch.setattr(cpus, "affinity", lambda: 5)
    monkeypatch.setattr(os, "cpu_count", lambda: 7)
    counts = {kind: count({"cpus": kind}) for kind in ("usable", "affinity", "all")}
    assert counts == {"usable": 3, "affinity": 5, "all": 7}
    denali = find(PLATFORMS)[0]["denali"].workers
    assert (denali["default"], denali["maximum"], denali["implied"]) == (3, 3, 5)


def test_defaults_come_from_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against an account field that shows the expression instead of the account."""
    tallgrass = find(PLATFORMS)[0]["tallgrass"]
    monkeypatch.delenv("SLURM_JOB_ACCOUNT", raising=False)
    assert tallgrass.options["account"]["default"] == "Unknown"
    monkeypatch.setenv("SLURM_JOB_ACCOUNT", "water")
    assert tallgrass.options["account"]["default"] == "water"
    assert tallgrass.data["options"]["account"]["default"]["env"] == "SLURM_JOB_ACCOUNT"


def test_workers_have_a_title_and_a_minimum() -> None:
    """Guards against a form with an undefined bound where the file left one out."""
    workers = site(workers={"keyword": "n", "default": 1, "maximum": 2}).workers
    assert (workers["title"], workers["minimum"]) == ("Workers", 0)


def test_links_and_files_without_an_end(tmp_path: Path) -> None:
    """Guards against a link that never ends, or whose end is read until memory is full."""
    write_platform(tmp_path / "elsewhere", "linked")
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, target in {
        "good": tmp_path / "elsewhere" / "linked.yaml",
        "loop": folder / "loop.yaml",
        "gone": folder / "no such file",
        "folder": folder,
        "device": Path("/dev/zero"),
        "endless": Path("/proc/self/pagemap"),  # of a size of 0
    }.items():
        (folder / f"{name}.yaml").symlink_to(target)
    found, faults = platforms.find([str(folder)])
    assert [platform.name for platform in found] == ["good"]
    assert len(faults) == 5


def test_a_name_with_control_characters(tmp_path: Path) -> None:
    """Guards against a platform whose name writes into a log or a terminal."""
    for name in ("a\nb", "a\x1b[31m", "a\udcff"):
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(SITE))
    found, faults = platforms.find([str(tmp_path)])
    assert not found
    assert [str(fault).isprintable() for fault in faults] == [True] * 3
