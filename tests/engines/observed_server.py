"""A real Jupyter server all of whose traces on this computer can be counted."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from real_server import RealServer, wait_until
from supervised import command_line

SUPPORT = Path(__file__).parent.parent / "support"
# Dask's folders of workers and schedulers: it deletes those of ended processes when the next worker
# starts, also after a process was killed.
DASKS = "dask-scratch-space"


@dataclass(frozen=True)
class Footprint:
    """What a server holds: names of its processes, files and descriptors, tasks, bytes."""

    processes: tuple[str, ...]
    files: tuple[str, ...]
    descriptors: tuple[str, ...]
    tasks: tuple[str, ...]
    threads: int
    memory: int


class ObservedServer(RealServer):
    """A server with temporary files and sockets in a folder of its own."""

    def __init__(self, folder: Path, *arguments: str, **kwargs: Any) -> None:
        """Prepare a server, as ``RealServer``."""
        super().__init__(folder, *arguments, **kwargs)
        # Paths of sockets are short.
        self.temporary = Path(tempfile.mkdtemp(prefix="t"))
        self.variables |= {
            "TMPDIR": str(self.temporary),
            "PYTHONPATH": _python_path(),
            "NODE_DISABLE_COMPILE_CACHE": "1",  # JupyterLab runs Node
        }
        config = folder / "config" / "jupyter_server_config.json"
        known = json.loads(config.read_text())
        known["ServerApp"]["jpserver_extensions"]["server_footprint"] = True
        config.write_text(json.dumps(known))

    def stop(self) -> None:
        """End the server and all that came of it."""
        super().stop()
        shutil.rmtree(self.temporary, ignore_errors=True)

    def footprint(self) -> Footprint:
        """Return what the server holds now."""
        inside = self.ask("GET", "footprint")[1]
        return Footprint(
            processes=tuple(sorted(self.processes())),
            files=tuple(sorted(self.files())),
            descriptors=tuple(sorted(_descriptors(self.pid))),
            tasks=tuple(inside["tasks"]),
            threads=inside["threads"],
            memory=inside["memory"],
        )

    def processes(self) -> list[str]:
        """Return the command lines of what came of the server and runs, but not its own."""
        found = []
        own = self.supervisors | {self.pid}
        for pid in self.descendants():
            if pid not in own and (command := command_line(pid)):
                found.append(command)
        return found

    def files(self) -> list[str]:
        """Return the files, sockets and directories of clusters, and temporary ones."""
        paths = [
            Path(folder, name)
            for top in (self.runtime / "cluster-launcher", self.temporary)
            for folder, folders, names in os.walk(top)  # passes over what goes meanwhile
            for name in (*folders, *names)
        ]
        return [str(path) for path in paths if DASKS not in path.parts]

    def sockets(self) -> list[Path]:
        """Return the directories of the sockets of the server's controllers."""
        return [path.parent for path in self.temporary.glob("cluster-*/ipython")]

    def ready(self, cluster_id: str, workers: int) -> dict[str, Any]:
        """Return the cluster once it runs with this many workers."""
        row = super().ready(cluster_id, workers)
        assert self.sockets(), "they would be left over where nothing looks for them"
        return row

    def nothing_left(self, seconds: float = 60) -> None:
        """Wait until no process, file or socket of any cluster is there."""
        wait_until(
            lambda: not self.processes() and not self.files(),
            lambda: f"nothing left, but {self.processes()} {self.files()}",
            seconds,
        )


def _descriptors(pid: int) -> list[str]:
    """Return what the descriptors of a process lead to, without the numbers of sockets."""
    found = []
    for path in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found.append(os.readlink(path).partition("[")[0])
        except OSError:  # closed meanwhile
            continue
    return found


def _python_path() -> str:
    inherited = os.environ.get("PYTHONPATH")
    return os.pathsep.join([str(SUPPORT), *([inherited] if inherited else [])])
