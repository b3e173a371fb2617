"""No secret in what a server answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes import script, write_kernelspec

from api import Api
from jupyter_cluster_launcher.masking import MASK


async def test_what_a_refusal_says(
    api: Api, jp_kernel_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a key in the answer to a request, and in the reason beside a platform."""
    python = script(tmp_path, "python", 'echo "bad: aws_session_token=FwoG" >&2; exit 1')
    write_kernelspec(Path(jp_kernel_dir), "talks", python=python)
    request = {"platform": "local", "kernel_name": "talks"}
    status, answer = await api.ask("POST", "clusters", body=request)
    assert (status, answer["message"].split(": ", 1)[1]) == (503, f"bad: aws_session_token={MASK}")
    _, listed = await api.ask("GET", "platforms", params={"kernel_name": "talks"})
    assert "FwoG" not in str(listed)
    monkeypatch.setenv("MY_API_TOKEN", "held-by-env")
    status, answer = await api.ask("POST", "clusters", body={"platform": "held-by-env"})
    assert (status, "held-by-env" in str(answer)) == (404, False)
