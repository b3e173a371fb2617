"""Files of clusters on a real SLURM: keys and logs, where a site or a user wants them."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest
import yaml
from real_slurm import RealSlurm
from tallgrass import Tallgrass

from api import Api


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Configure dask-jobqueue as a site does whose homes are not on the nodes."""
    folder, config = tmp_path / "shared", tmp_path / "dask"
    config.mkdir()
    (config / "jobqueue.yaml").write_text(
        f"jobqueue: {{slurm: {{shared-temp-directory: {folder}}}}}\n"
    )
    monkeypatch.setenv("DASK_CONFIG", str(config))
    return folder


async def test_keys_in_a_folder_of_the_site(
    api: Api, slurm: RealSlurm, tallgrass: Tallgrass, shared: Path
) -> None:
    """Guards keys that stay behind: dask-jobqueue leaves them when its process is killed."""
    cluster = await tallgrass.launch(workers=1)
    await api.ready(cluster["id"], 1)
    keys = list(shared.iterdir())
    assert {path.name.split(".")[3] for path in keys} == {"ca_file", "cert", "key"}
    assert {path.stat().st_mode & 0o777 for path in keys} == {0o600}
    await api.stop(cluster["id"])
    assert list(shared.iterdir()) == []


async def test_keys_of_a_controller_that_was_killed(
    api: Api, slurm: RealSlurm, tallgrass: Tallgrass, shared: Path, jp_runtime_dir: Path
) -> None:
    """Guards the same where only the server is left to remove them."""
    cluster = await tallgrass.launch(workers=1)
    await api.ready(cluster["id"], 1)
    record = Path(jp_runtime_dir) / "cluster-launcher" / cluster["id"] / "cluster.json"
    os.kill(json.loads(record.read_text())["controller"]["pid"], signal.SIGKILL)
    await api.until(cluster["id"], lambda c: c["state"] == "lost")
    assert list(shared.iterdir())
    await api.stop(cluster["id"])
    assert list(shared.iterdir()) == []


async def test_keys_of_a_launch_that_failed(
    api: Api, slurm: RealSlurm, tallgrass: Tallgrass, shared: Path
) -> None:
    """Guards keys of jobs that never were: they go before the row is dismissed."""
    cluster = await tallgrass.launch(workers=1, queue="nosuch")
    await tallgrass.row(cluster["id"], lambda c: c["state"] == "failed")
    assert list(shared.iterdir()) == []
    await api.stop(cluster["id"])


async def test_an_idle_end(api: Api, slurm: RealSlurm, tallgrass: Tallgrass, shared: Path) -> None:
    """Guards a cluster that closes by itself: no job, no key is left, the row says why."""
    cluster = await tallgrass.launch(workers=1, request={"idle_timeout": 10})
    await api.ready(cluster["id"], 1)
    cluster = await api.until(cluster["id"], lambda c: c["state"] == "closed")
    assert cluster["message"].startswith("Stopped after 10 seconds without work.")
    await tallgrass.empty(slurm)
    assert list(shared.iterdir()) == []
    await api.stop(cluster["id"])


@pytest.mark.parametrize("whose", ["one's own", "the administrator's"])
async def test_folders_of_ones_own(
    api: Api,
    slurm: RealSlurm,
    tallgrass: Tallgrass,
    platform_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    whose: str,
) -> None:
    """Guards logs in one's home, where Logs finds them, and data where the node's shell says.

    dask-jobqueue and SLURM take ~ for a folder's name; the shell of the job does not.
    """
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    scratch = f"{tmp_path}/scratch-$SLURM_JOB_ID"
    chosen = {"local_directory": scratch, "log_directory": "~/logs"}
    if whose == "the administrator's":
        file = platform_folder / "tallgrass.yaml"
        data = yaml.safe_load(file.read_text())
        data["options"]["log_directory"]["default"] = chosen.pop("log_directory")
        file.write_text(yaml.safe_dump(data))
    cluster = await tallgrass.launch(workers=1, **chosen)
    await api.ready(cluster["id"], 1)
    (job,) = slurm.jobs()
    script = slurm.run("scontrol", "write", "batch_script", job, "-").stdout
    logs = tmp_path / "home" / "logs"
    assert f"#SBATCH -o {logs}/dask-{cluster['id']}-%J.out" in script
    assert f'--local-directory {tmp_path}/scratch-"$SLURM_JOB_ID"' in script
    assert (tmp_path / f"scratch-{job}").is_dir()
    assert not Path("~").exists()

    said = (await api.ask("GET", "clusters", cluster["id"], "logs"))[1]["jobs"]
    assert [log["title"] for log in said] == [f"Job {job}"]
    assert "Start worker at" in said[0]["text"]
    await api.stop(cluster["id"])
    assert [path.suffix for path in sorted(logs.iterdir())] == [".err", ".out"]
