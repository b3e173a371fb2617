"""The files of the center are valid, and do what users of Birch expect."""

import json
from pathlib import Path

import pytest
from birch_clusters import slurm

from jupyter_cluster_launcher.backends.batch.system import batch_system
from jupyter_cluster_launcher.platforms import files
from jupyter_cluster_launcher.platforms.code import codegen

FOLDER = Path(__file__).parent.parent


def test_platform_files() -> None:
    """Guards against a file that users would not see in the sidebar."""
    found, faults = files.find([str(FOLDER / "platforms")])
    assert not faults
    assert [platform.name for platform in found] == ["birch", "birch-node"]


def test_code_of_a_launch() -> None:
    """Guards against defaults that do not fit the machine."""
    birch = files.find([str(FOLDER / "platforms")])[0][0]
    code = codegen.create(birch, workers=2)
    assert "cluster = SLURMCluster(" in code
    assert '    queue="short",' in code
    assert "cluster.scale(jobs=2)" in code


def test_preset() -> None:
    """Guards against a preset with options that Birch does not have, or with other jobs."""
    birch = files.find([str(FOLDER / "platforms")])[0][0]
    (large,) = birch.presets
    assert large["name"] == "Large"
    code = codegen.create(birch, large["options"], large["workers"])
    assert '    memory="40GB",' in code
    assert '    queue="long",' in code
    assert "cluster.scale(jobs=20)" in code


def test_batch_system() -> None:
    """Guards against an incomplete module, and against an entry point that is not installed."""
    assert batch_system("birch").TITLE == "Birch"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "sbatch: error: Batch job submission failed: Invalid account or account/partition "
            "combination specified",
            "Invalid account or account/partition combination specified; ask the service desk for "
            "an account on Birch",
        ),
        ("sbatch: error: Invalid partition name specified", "Invalid partition name specified"),
    ],
)
def test_help_with_rejected_jobs(text: str, sentence: str) -> None:
    """Guards users against being left alone with SLURM's words."""
    assert slurm.explain(text) == sentence


def test_settings() -> None:
    """Guards against settings that the server or JupyterLab cannot read."""
    settings = [json.loads(path.read_text()) for path in (FOLDER / "settings").iterdir()]
    assert {key for one in settings for key in one} == {
        "ClusterLauncher",
        "jupyter-cluster-launcher:sidebar",
    }
