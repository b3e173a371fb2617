"""What the code of a launch imports, executed among stand-ins."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from fakes import SITE, Recorder, site

from jupyter_cluster_launcher.platforms.code import codegen
from jupyter_cluster_launcher.platforms.platform import Platform
from jupyter_cluster_launcher.platforms.types import Step


@pytest.mark.parametrize("entries", [{}, {"method": "new"}, {"import_as": "lib"}], ids=str)
def test_what_returns_only_a_cluster(entries: dict[str, str]) -> None:
    """Guards against code with a client that it never imports: a NameError at the launch."""
    made = {"class": "Maker"} if "method" in entries else {"function": "start"}
    data = {k: v for k, v in SITE.items() if k != "class"}
    content: Any = {**data, "module": "lib.inner", **made, **entries}
    platform = Platform("a", Path("a.yaml"), content)
    recorder = Recorder()
    inner = ModuleType("lib.inner")

    def start(n_workers: int) -> str:
        return f"cluster of {n_workers}"

    inner.__dict__.update(start=start, Maker=lambda: SimpleNamespace(new=start))
    recorder.modules |= {"lib": ModuleType("lib"), "lib.inner": inner}
    recorder.modules["lib"].__dict__["inner"] = inner
    names = recorder.run(codegen.create(platform, workers=3))
    assert names["cluster"] == "cluster of 3"
    assert names["client"].cluster == "cluster of 3"


def test_a_class_from_a_folder() -> None:
    """Guards against importing a class before the folder that it is in can be found."""
    entries = {"module": "lib", "class": "Made", "sys_path": "~/lib", "import_error": "No lib."}
    platform = site(**entries)
    code = codegen.create(platform)
    assert code.index("sys.path.insert") < code.index("from lib import Made")
    with pytest.raises(ImportError, match=r"^No lib\.$"):
        Recorder("lib").run(code)


def test_a_step_before_a_class() -> None:
    """Guards against a call into a module that the code imported only a class of."""
    step: Step = {"function": "prepare", "kwargs": {"a": 1}}
    platform = Platform("a", Path("a.yaml"), {**SITE, "module": "lib", "before": [step]})
    calls: list[str] = []
    lib = ModuleType("lib")
    lib.__dict__.update(prepare=lambda a: calls.append(f"a={a}"), LocalCluster=lambda **_: "made")
    recorder = Recorder()
    recorder.modules["lib"] = lib
    assert recorder.run(codegen.create(platform))["cluster"] == "made"
    assert calls == ["a=1"]


@pytest.mark.parametrize(("there", "lines"), [(True, 1), (False, 0)])
def test_a_folder_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, there: bool, lines: int
) -> None:
    """Guards against None on sys.path where the variable is not set."""
    monkeypatch.setenv("LIB", "~/lib") if there else monkeypatch.delenv("LIB", raising=False)
    platform = Platform("a", Path("a.yaml"), {**SITE, "sys_path": {"env": "LIB"}})
    recorder = Recorder()
    names = recorder.run(codegen.create(platform), env={"LIB": "~/lib", "HOME": "/people/ann"})
    assert names["sys.path"].count("/people/ann/lib") == lines
