"""Small charts of how values grow, as an SVG picture, readable on a light and on a dark page."""

from __future__ import annotations

import math
from collections.abc import Mapping
from html import escape

WIDTH, HEIGHT, GAP, COLUMNS = 190, 90, 62, 3
COLOR = "#2a9d5c"


def picture(noun: str, points: Mapping[int, Mapping[str, float]]) -> str:
    """Return a chart of each value by the number of things, ``noun``.

    Numbers are on a logarithmic scale, values on one that begins with 0.
    """
    titles = list(next(iter(points.values())))
    parts = []
    for place, title in enumerate(titles):
        x = place % COLUMNS * (WIDTH + GAP) + 8
        y = place // COLUMNS * (HEIGHT + GAP)
        values = {number: point[title] for number, point in sorted(points.items())}
        parts.append(f'<g transform="translate({x} {y})">{_chart(noun, title, values)}</g>')
    rows = math.ceil(len(titles) / COLUMNS)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {COLUMNS * (WIDTH + GAP)} '
        f'{rows * (HEIGHT + GAP)}" role="img" aria-label="Growth with the number of {escape(noun)}"'
        ' font-family="sans-serif" font-size="11" fill="#7a7a7a">'
    )
    return "\n".join([head, *parts, "</svg>"]) + "\n"


def _chart(noun: str, title: str, values: Mapping[int, float]) -> str:
    """Return one chart: a line, its title above, its least and greatest number below."""
    least, most = math.log(min(values)), math.log(max(values))
    top = max(values.values()) or 1.0
    places = [
        (
            (math.log(number) - least) / ((most - least) or 1) * WIDTH,
            24 + HEIGHT * (1 - value / top),
        )
        for number, value in values.items()
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{COLOR}"/>' for x, y in places]
    last = f'<text x="{WIDTH + 5}" y="{places[-1][1] + 4:.1f}">{[*values.values()][-1]:.4g}</text>'
    below = f'<text x="0" y="{HEIGHT + 38}">{min(values):,}</text>'
    below += f'<text x="{WIDTH}" y="{HEIGHT + 38}" text-anchor="end">{max(values):,} '
    return "".join(
        [
            f'<text x="0" y="12" font-size="10">{escape(title)}</text>',
            f'<path d="M0 {24 + HEIGHT}H{WIDTH}" stroke="#b0b0b0"/>',
            f'<polyline points="{line}" fill="none" stroke="{COLOR}" stroke-width="1.5"/>',
            *dots, last, f"{below}{escape(noun)}</text>",
        ]
    )  # fmt: skip
