"""What is computed of measured values, and how it is shown: tables, spread, slopes and goals."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

BEGUN = time.monotonic()
MET, MISSED = "met", "**missed**"


class CannotMeasureError(RuntimeError):
    """A topic needs something that is not there; the text says what to do."""


@dataclass(frozen=True)
class Goal:
    """What was measured, and the most that it may be, both in ``unit``."""

    what: str
    measured: float
    most: float
    unit: str = ""

    def row(self) -> list[str]:
        """Return the row of the table of goals."""
        verdict = MET if self.measured <= self.most else MISSED
        return [
            self.what,
            f"{self.measured:.3g}{self.unit}",
            f"{self.most:.3g}{self.unit}",
            verdict,
        ]


@dataclass(frozen=True)
class Result:
    """What a topic has measured: Markdown, goals, and pictures by the names of their files."""

    text: str
    goals: Sequence[Goal] = ()
    pictures: Mapping[str, str] = field(default_factory=dict)


def say(text: str) -> None:
    """Print how far the measurement is, with the minutes since it began."""
    passed = round(time.monotonic() - BEGUN)
    sys.stderr.write(f"{passed // 60:3d}:{passed % 60:02d}  {text}\n")
    sys.stderr.flush()


def median(values: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def spread(values: Sequence[float], digits: int = 2, unit: str = " s") -> str:
    """Return the median with the least and the greatest value."""
    low, middle, high = (f"{v:.{digits}f}" for v in (min(values), median(values), max(values)))
    return f"{middle}{unit} ({low} to {high})"


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the bounds between which the true median is, with a probability of about 95 %.

    It makes no assumption about how values are distributed. Of fewer than six values these are
    the least and the greatest.
    """
    ordered, number = sorted(values), len(values)
    cut = max(0, int((number - 1.96 * number**0.5) / 2))
    return ordered[cut], ordered[number - 1 - cut]


def slope(points: Mapping[int, float]) -> float:
    """Return by how much a value grows for each more on the way: least squares."""
    return statistics.linear_regression(list(points), list(points.values())).slope


def growth(points: Mapping[int, float]) -> float:
    """Return how many times the value of the second largest number that of the largest is."""
    *_, before, last = sorted(points)
    if points[last] == points[before]:  # 0, too
        return 1.0
    return points[last] / points[before] if points[before] else float("inf")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return rows as a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def curves(noun: str, points: Mapping[int, Mapping[str, float]]) -> str:
    """Return a table of values for some numbers of things, ``noun``, with the slopes.

    The last row says how many times as much the largest number takes as the one before.
    """
    titles = list(next(iter(points.values())))
    by_title = [{number: values[title] for number, values in points.items()} for title in titles]
    numbers = sorted(points)
    rows = [[f"{n:,}", *(f"{points[n][title]:.4g}" for title in titles)] for n in numbers]
    if len(numbers) > 1:
        before, last = numbers[-2:]
        rows += [
            [f"slope, for each of the {noun}", *(f"{slope(one):+.3g}" for one in by_title)],
            [f"{last:,} / {before:,}", *(f"{growth(one):.2g} times" for one in by_title)],
        ]
    return table([noun, *titles], rows)


def goals(reached: Sequence[Goal]) -> str:
    """Return the table of goals; empty where there are none."""
    head = ["goal", "measured", "at most", "verdict"]
    return table(head, [goal.row() for goal in reached]) if reached else ""
