"""Marks out of another maximum than the assignment has in the LMS: what goes back, and what is said of it."""

from __future__ import annotations

from autograder.files.visible import number
from autograder.lms.base import Lms

DECIMALS = 2
"""Of a scaled mark: what an LMS shows."""


def scaled(mark: float, possible: float, most: float) -> float:
    """A mark of ``possible`` points as one of ``most``: 18 of 36 is 12.5 of 25."""
    return round(mark * most / possible, DECIMALS)


def about_scale(lms: Lms, most: float | None, possible: float, scale: str) -> str:
    """What the TA has to know where the maximum is another; a sentence without a full stop, else empty.

    Args:
        most: the assignment's maximum in the LMS; ``None`` where nobody knows it.
        possible: points that the lab gives.
        scale: as configured; may be empty.
    """
    if not lms.takes_marks or not possible or most == possible:
        return ""
    if not most:
        unknown = f"nothing tells the maximum in {lms.title}: see that it is {number(possible)} as here"
        return "" if scale == "maximum" else unknown
    highest, points = number(most), number(possible)
    says = f"{lms.title}'s maximum is {highest} points, the lab's {points}"
    half, as_scaled = number(possible / 2), number(scaled(possible / 2, possible, most))
    if scale == "maximum":
        return f"{says}: marks are scaled, as configured ({half} of {points} becomes {as_scaled})"
    above = f", and marks above {highest} are not taken" if most < possible and not lms.takes_more else ""
    if scale == "points":
        return f"{says}: marks go back as points, as configured{above}"
    return (
        f"{says}: {half} of {points} would be {half} of {highest} there{above}. Make the maximum there the "
        f"lab's, or say in grading_config.yml what you mean, under lms: “scale: maximum” ({as_scaled} of "
        f"{highest}) or “scale: points” (as it is)"
    )


def is_doubtful(lms: Lms, most: float | None, possible: float, scale: str) -> bool:
    """Whether marks would be out of another maximum and nobody has said so, or would not be taken."""
    if not most or most == possible or scale == "maximum":
        return False
    return not scale or (most < possible and not lms.takes_more)
