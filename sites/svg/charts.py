"""Small line charts as inline SVG: no scripts, no styles of their own, the same bytes for the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, isfinite

from markupsafe import Markup

from sites.text import visible

WIDTH, HEIGHT, EDGE = 120, 28, 4
MOST = 60  # points of a line: more cannot be told apart


def line_chart(numbers: Sequence[float | None], label: str, best: float | None = None) -> Markup:
    """A line over versions, with a dot at its end and at the best number; numbers that are missing, or none, break nothing."""
    known = [(place, number) for place, number in enumerate(numbers) if number is not None and isfinite(number)]
    if not known:
        return Markup("")
    places = _places(known, len(numbers))
    step = ceil(len(places) / MOST)
    drawn = places[(len(places) - 1) % step :: step]  # the last is among them
    line = Markup('<polyline points="{}"/>').format(" ".join(f"{x},{y}" for x, y in drawn)) if len(places) > 1 else ""
    top = next((at for at, (_, number) in zip(places, known, strict=True) if number == best), None)
    ring = Markup('<circle class="b" cx="{}" cy="{}" r="3"/>').format(*top) if top else ""
    end = Markup('<circle cx="{}" cy="{}" r="1.8"/>').format(*places[-1])
    return Markup('<svg class="spark" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>').format(
        WIDTH, HEIGHT, visible(label), line, ring, end
    )


def _places(known: Sequence[tuple[int, float]], count: int) -> list[tuple[int, int]]:
    """Where the numbers are in the picture. Halves, because the difference of two large numbers may be infinite."""
    lowest, highest = min(number for _, number in known) / 2, max(number for _, number in known) / 2
    across = (WIDTH - 2 * EDGE) / max(count - 1, 1)
    up = (HEIGHT - 2 * EDGE) / (highest - lowest) if highest > lowest else 0.0
    middle = 0 if up else (HEIGHT - 2 * EDGE) / 2
    return [
        (round(EDGE + place * across), round(HEIGHT - EDGE - middle - (number / 2 - lowest) * up))
        for place, number in known
    ]
