"""Pictures that a test case makes for the feedback: data that the report draws, never markup."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from autograder.model import Curve, Picture

if TYPE_CHECKING:
    from torch import Tensor

FIELDS = 40
"""Fields along each axis: fine enough for a cloud of points, coarse enough for a page of some kilobytes."""

PARTS, LEVELS = 60, 64
"""Parts of the steps of a curve, and heights: a student's code may choose them, and so they hold 360 bits."""

DECADES = (-4, 4)
"""Exponents of ten between which a curve is drawn; what lies beyond is at the edge."""


@dataclass
class Shown:
    """What test cases have made for a page."""

    pictures: list[Picture] = field(default_factory=list)
    curves: list[Curve] = field(default_factory=list)


_shown: ContextVar[Shown | None] = ContextVar("shown", default=None)


@contextmanager
def collected_pictures() -> Iterator[Shown]:
    """The pictures and curves that the block makes, for whoever runs the test cases."""
    shown = Shown()
    token = _shown.set(shown)
    try:
        yield shown
    finally:
        _shown.reset(token)


def against_each_other(title: str, x: Tensor, y: Tensor, x_label: str, y_label: str) -> None:
    """Show two quantities of one unit against each other, with the line on which they are equal.

    Args:
        title: what the picture shows, one sentence.
        x, y: (N,), N from 1; points with a value that is not finite are left out. The range of ``x`` is that
            of both axes, and a ``y`` beyond it lies at the edge.
    """
    import torch

    shown = _shown.get()
    finite = torch.isfinite(x) & torch.isfinite(y)
    if shown is None or not bool(finite.any()):
        return
    x, y = x[finite].double(), y[finite].double()
    low, high = float(x.min()), float(x.max())
    width = (high - low) or 1.0

    def field(values: Tensor) -> Tensor:
        return ((values - low) / width * FIELDS).clamp(0, FIELDS - 1).long()

    counts = torch.bincount(field(y) * FIELDS + field(x), minlength=FIELDS**2).reshape(FIELDS, FIELDS)
    most = math.log1p(int(counts.max()))
    # Logarithmic, so that one point among thousands shows; clamped, because 9·a/a may round upwards.
    shades = torch.ceil(9 * torch.log1p(counts.double()) / most).clamp(max=9).long()
    rows = tuple("".join(map(str, row)) for row in shades.flip(0).tolist())
    shown.pictures.append(Picture(title, x_label, y_label, (low, high), (low, high), rows, diagonal=True))


def curve(title: str, values: Tensor, x_label: str, y_label: str, line: tuple[float, str] | None) -> None:
    """Show how a positive number goes from step to step, on a logarithmic axis.

    Args:
        title: what the curve shows, one sentence.
        values: (N,), one for each step, N from 2; of neighbouring steps the mean is drawn. What is not finite
            or not above zero leaves a gap.
        line: a number above zero to compare with, and what it is called.
    """
    import torch

    shown = _shown.get()
    if shown is None or len(values) < 2:
        return
    parts = [part for part in torch.tensor_split(values.double(), PARTS) if len(part)]
    drawn = torch.stack([part.mean() for part in parts])
    there = torch.isfinite(drawn) & (drawn > 0)
    if not bool(there.any()):
        return
    # Filled with one: what is not there has a logarithm too, and is left out below.
    exponents = torch.log10(torch.where(there, drawn, 1.0)).clamp(*DECADES)
    seen = [*exponents[there].tolist(), *([math.log10(line[0])] if line else [])]
    low = max(DECADES[0], math.floor(min(seen)))
    high = max(low + 1, min(DECADES[1], math.ceil(max(seen))))
    levels = ((exponents - low) / (high - low) * (LEVELS - 1)).round().long().tolist()
    heights = tuple(level if one else None for level, one in zip(levels, there.tolist(), strict=True))
    shown.curves.append(Curve(title, x_label, y_label, len(values), (low, high), heights, LEVELS, line))
