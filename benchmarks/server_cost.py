"""What the extension adds to a Jupyter server that starts: seconds, CPU seconds and memory."""

from __future__ import annotations

import sys

from servers import OURS, PEER, Server, median, spread, table

ROUNDS = 11
DIGITS = (3, 2, 1)  # of seconds, CPU seconds, MiB


def measure(rounds: int = ROUNDS) -> str:
    """Start servers in turns and return the medians, with what each extension adds."""
    kinds = {None: "neither", OURS: "jupyter-cluster-launcher", PEER: "dask-labextension"}
    seen: dict[str | None, list[tuple[float, float, float]]] = {kind: [] for kind in kinds}
    for number in range(rounds + 1):
        for kind in kinds:
            with Server(kind) as server:
                if number:  # the first round warms the disk's cache
                    seen[kind].append((server.seconds, server.cpu, server.memory))
    medians = {
        kind: [median(column) for column in zip(*rows, strict=True)] for kind, rows in seen.items()
    }
    added = {
        kind: [a - b for a, b in zip(medians[kind], medians[None], strict=True)]
        for kind in (OURS, PEER)
    }
    rows = [
        [
            kinds[kind],
            *(spread(c, d, "") for c, d in zip(zip(*seen[kind], strict=True), DIGITS, strict=True)),
        ]
        for kind in kinds
    ]
    rows += [
        [
            f"added by {kinds[kind]}",
            *(f"{v:+.{d}f}" for v, d in zip(added[kind], DIGITS, strict=True)),
        ]
        for kind in added
    ]
    # Less than nothing is noise.
    share = [
        f"{max(0.0, ours) / peer:.0%}" for ours, peer in zip(added[OURS], added[PEER], strict=True)
    ]
    rows.append(["**ours / theirs** (goal: under 5%)", *share])
    return table(["server with", "seconds until it answers", "CPU seconds", "memory (MiB)"], rows)


if __name__ == "__main__":
    print(measure(*map(int, sys.argv[1:])))
