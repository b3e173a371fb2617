"""Bars as an SVG picture, which is readable on a light and on a dark page."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

COLORS = ("#c44e52", "#8c8c8c", "#4c8ed9", "#2a9d5c")
LEFT, WIDTH, BAR, GAP = 190, 420, 18, 16


def picture(title: str, groups: Mapping[str, Mapping[str, float]]) -> str:
    """Return bars of seconds: for each group, the value of each label."""
    longest = max(value for bars in groups.values() for value in bars.values())
    parts, y = [f'<text x="0" y="16" font-weight="bold">{escape(title)}</text>'], 32
    for group, bars in groups.items():
        parts.append(f'<text x="0" y="{y + 13}">{escape(group)}</text>')
        y += BAR + 4
        for color, (label, seconds) in zip(COLORS, bars.items(), strict=False):
            length, middle = max(1.0, seconds / longest * WIDTH), y + 13
            parts += [
                f'<text x="{LEFT - 8}" y="{middle}" text-anchor="end">{escape(label)}</text>',
                f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR}" fill="{color}"/>',
                f'<text x="{LEFT + length + 6:.1f}" y="{middle}">{seconds:.2f} s</text>',
            ]
            y += BAR + 4
        y += GAP
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 70} {y}" role="img" '
        f'aria-label="{escape(title)}" font-family="sans-serif" font-size="13" fill="#7a7a7a">'
    )
    return "\n".join([head, *parts, "</svg>"]) + "\n"
