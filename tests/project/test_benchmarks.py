"""The benchmarks as somebody runs them who has read nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

BENCHMARKS = Path(__file__).parent.parent.parent / "benchmarks"
sys.path.append(str(BENCHMARKS))


@pytest.mark.parametrize("name", ["run", "launch", "server_cost", "busy", "many", "sidebar"])
def test_nothing_to_compare_with(name: str, tmp_path: Path) -> None:
    """Guards against noise that is printed as a result, and against a traceback."""
    hidden = (
        "import importlib.util, runpy, sys\n"
        "find = importlib.util.find_spec\n"
        "importlib.util.find_spec = (\n"
        "    lambda one, *_: None if one == 'dask_labextension' else find(one))\n"
        "sys.argv = sys.argv[1:]\n"
        "sys.path.insert(0, sys.argv[0].rpartition('/')[0])\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", hidden, str(BENCHMARKS / f"{name}.py")],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert "dask-labextension is not installed in this environment" in done.stderr
    assert "make bench" in done.stderr
    assert "Traceback" not in done.stderr


def test_picture() -> None:
    """Guards against a picture that no browser shows, or with bars of another length."""
    import bars  # noqa: PLC0415 - it stands in the folder of the benchmarks

    text = bars.picture("A & B", {"2 workers": {"one": 1.0, "two <3": 4.0}})
    drawn = ElementTree.fromstring(text)
    lengths = [float(one.attrib["width"]) for one in drawn if one.tag.endswith("rect")]
    assert lengths[1] == 4 * lengths[0]
    words = [one.text for one in drawn if one.tag.endswith("text")]
    assert {"A & B", "2 workers", "two <3", "4.00 s"} <= set(words)
