"""A curve of a grade as lines of an SVG: numbers between fixed bounds, whatever a student's code gave."""

from __future__ import annotations

import math
from dataclasses import dataclass

from autograder.files.visible import in_words
from autograder.model import Curve

WIDTH, HEIGHT = 400, 180
"""Of the plane in which the curve lies, in units of the drawing."""


@dataclass(frozen=True)
class Drawn:
    """Where things lie in the plane, from its upper left corner.

    Attributes:
        paths: of the curve, each the ``points`` of a polyline; more than one where there are gaps.
        line: height of the line to compare with; ``None`` where there is none, or it is not in the plane.
        ticks: of the axis: height, and the number there.
    """

    paths: tuple[str, ...]
    line: float | None
    ticks: tuple[tuple[float, str], ...]


def drawn(curve: Curve) -> Drawn:
    """The curve in the plane of :data:`WIDTH` by :data:`HEIGHT`."""
    low, high = curve.decades
    between = WIDTH / max(1, len(curve.heights) - 1)
    paths: list[list[str]] = [[]]
    for place, height in enumerate(curve.heights):
        if height is None:
            paths.append([])
        else:
            level = min(max(height, 0), curve.levels - 1) / max(1, curve.levels - 1)
            paths[-1].append(f"{place * between:.1f},{HEIGHT * (1 - level):.1f}")

    def height_of(exponent: float) -> float:
        return round(HEIGHT * (high - exponent) / max(1, high - low), 1)

    line = height_of(math.log10(curve.line[0])) if curve.line and curve.line[0] > 0 else None
    return Drawn(
        tuple(" ".join(path) for path in paths if path),
        line if line is not None and 0 <= line <= HEIGHT else None,
        tuple((height_of(exponent), _power(exponent)) for exponent in range(high, low - 1, -1)[:20]),
    )


def _power(exponent: int) -> str:
    return in_words(10.0**exponent) if abs(exponent) <= 4 else f"1e{exponent}"
