"""Platform files as a running server reads them."""

from __future__ import annotations

from pathlib import Path

from real_server import RealServer, wait_until


def test_the_server_warns_of_a_broken_file(tmp_path: Path) -> None:
    """Guards administrators, who must see it in the log, and users of the other platforms."""
    server = RealServer(tmp_path)
    broken = tmp_path / ".local/share/jupyter/cluster-platforms/broken.yaml"
    broken.parent.mkdir(parents=True)
    broken.write_text("title: [\n")
    try:
        server.start()
        _, found = server.ask("GET", "cluster-launcher/platforms")
        wait_until(lambda: "is left out" in server.output(), "a warning")
        (warning,) = (line for line in server.output().splitlines() if "is left out" in line)
        assert f"{broken}:2: " in warning
        assert "local" in {platform["name"] for platform in found}
    finally:
        server.stop()
