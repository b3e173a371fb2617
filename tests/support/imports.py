"""What ``jupyter cluster-launcher import`` makes of one file, as a user sees it."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_cluster_launcher.cli import parser as cli
from jupyter_cluster_launcher.platforms import files


class Import:
    """The platform that the command makes of a text, and what it says."""

    def __init__(
        self, text: str, folder: Path, capsys: pytest.CaptureFixture[str], name: str = "slurm"
    ) -> None:
        (folder / "dask.yaml").write_text(text)
        self.status = cli.main(["import", str(folder / "dask.yaml"), "--to", str(folder)])
        self.said = capsys.readouterr().err
        found = files.read(folder / f"{name}.yaml")
        assert isinstance(found, files.Platform), self.said
        self.platform = found
        self.fields = {key: value["default"] for key, value in found.options.items()}
        self.arguments = {**found.kwargs, **self.fields}
