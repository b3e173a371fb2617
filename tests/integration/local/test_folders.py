"""Where a cluster runs: in the folder of its notebook, whatever the browser calls it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from api import Api


@pytest.fixture
def project(jp_root_dir: Path) -> Path:
    """A folder with a notebook, below the server's root directory."""
    folder = Path(jp_root_dir, "project")
    folder.mkdir()
    (folder / "a.ipynb").write_text("{}")
    return folder


async def folder_of(api: Api, jp_serverapp: Any, path: str) -> str | None:
    """Return the working directory of a cluster that is launched for a path."""
    cluster = await api.launch(platform="local", workers=0, cwd=path)
    manager = jp_serverapp.web_app.settings["cluster_manager"]
    folder: str | None = manager.get(cluster["id"]).cwd
    await api.stop(cluster["id"])
    return folder


@pytest.mark.parametrize(
    "path", ["project", "project/", "project/a.ipynb", "RTC:project", "RTC:project/a.ipynb"]
)
async def test_the_folder_of_the_notebook(
    api: Api, jp_serverapp: Any, project: Path, path: str
) -> None:
    """Guards a relative path in a task of a notebook, also of one that several users edit."""
    assert await folder_of(api, jp_serverapp, path) == str(project)


@pytest.mark.parametrize("path", ["", "/", "RTC:", "s3:bucket/a.ipynb"])
async def test_the_root_directory(
    api: Api, jp_serverapp: Any, jp_root_dir: Path, path: str
) -> None:
    """Guards documents on other drives: their kernels run in the root directory, too."""
    assert await folder_of(api, jp_serverapp, path) == str(jp_root_dir)


@pytest.mark.parametrize("path", ["gone", "project/gone/a.ipynb", "RTC:gone"])
async def test_a_folder_that_is_not_there(api: Api, project: Path, path: str) -> None:
    """Guards against a cluster that runs in another folder without a word."""
    status, answer = await api.ask(
        "POST", "clusters", body={"platform": "local", "workers": 0, "cwd": path}
    )
    assert (status, answer["message"]) == (
        422,
        f"There is no folder {path!r} on this server. Choose another, or save the notebook.",
    )


async def test_a_folder_with_a_colon(api: Api, jp_serverapp: Any, jp_root_dir: Path) -> None:
    """Guards a folder whose name looks like a drive."""
    Path(jp_root_dir, "12:30").mkdir()
    assert await folder_of(api, jp_serverapp, "12:30") == str(Path(jp_root_dir, "12:30"))
