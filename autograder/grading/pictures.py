"""Pictures that a test case makes for the feedback: data that the report draws, never markup."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from autograder.model import Picture

if TYPE_CHECKING:
    from torch import Tensor

FIELDS = 40
"""Fields along each axis: fine enough for a cloud of points, coarse enough for a page of some kilobytes."""

_pictures: ContextVar[list[Picture] | None] = ContextVar("pictures", default=None)


@contextmanager
def collected_pictures() -> Iterator[list[Picture]]:
    """The pictures that the block makes, for whoever runs the test cases."""
    pictures: list[Picture] = []
    token = _pictures.set(pictures)
    try:
        yield pictures
    finally:
        _pictures.reset(token)


def against_each_other(title: str, x: Tensor, y: Tensor, x_label: str, y_label: str) -> None:
    """Show two quantities of one unit against each other, with the line on which they are equal.

    Args:
        title: what the picture shows, one sentence.
        x, y: (N,), N from 1; points with a value that is not finite are left out. The range of ``x`` is that
            of both axes, and a ``y`` beyond it lies at the edge.
    """
    import torch

    pictures = _pictures.get()
    finite = torch.isfinite(x) & torch.isfinite(y)
    if pictures is None or not bool(finite.any()):
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
    pictures.append(Picture(title, x_label, y_label, (low, high), (low, high), rows, diagonal=True))
