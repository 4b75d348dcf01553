"""Marks out of another maximum than the assignment has in the LMS: what goes back, and what is said of it."""

from __future__ import annotations

from autograder.files.visible import in_words, number
from autograder.language import showing as _
from autograder.lms.base import Lms

DECIMALS = 2
"""Of a scaled mark: what an LMS shows."""


def scaled(mark: float, possible: float, most: float) -> float:
    """A mark of ``possible`` points as one of ``most``: 18 of 36 is 12.5 of 25."""
    return round(mark * most / possible, DECIMALS)


def scaled_back(
    mark: float, comment: str, possible: float, most: float | None, title: str
) -> tuple[float, str]:
    """A mark and its comment where the assignment has another maximum; as they are where it has not.

    Args:
        possible: points of the lab, of which the mark is.
        most: the maximum in the LMS; ``None``: nobody knows it.
        title: of the LMS.

    >>> scaled_back(18.0, "18 of 36 points.", 36.0, 25.0, "Moodle")
    (12.5, '12.5 of 25 in Moodle. 18 of 36 points.')
    """
    if not most or not possible or most == possible:
        return mark, comment
    mark = scaled(mark, possible, most)
    said = _("{mark} of {possible} in {lms}").format(
        mark=in_words(mark, 2), possible=in_words(most, 2), lms=title
    )
    return mark, f"{said}. {comment}"


def said_of_scaling(title: str, most: float, possible: float) -> str:
    """That marks are scaled, with an example; a sentence without a full stop."""
    half, as_scaled = number(possible / 2), number(scaled(possible / 2, possible, most))
    return (
        f"{maxima(title, most, possible)}: marks are scaled, as configured ({half} of {number(possible)} "
        f"becomes {as_scaled})"
    )


def maxima(title: str, most: float, possible: float) -> str:
    """The maximum in the LMS and the lab's points, which are other ones."""
    return f"{title}'s maximum is {number(most)} points, the lab's {number(possible)}"


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
    return said_of_maxima(lms.title, most, possible, scale, takes_more=lms.takes_more)


def said_of_maxima(title: str, most: float, possible: float, scale: str, *, takes_more: bool) -> str:
    """What becomes of marks of ``possible`` points where the maximum in the LMS is another one.

    A sentence without a full stop. The arguments are those of :func:`about_scale`.

    Args:
        takes_more: whether the LMS takes marks above its maximum.

    >>> said_of_maxima("Moodle", 25.0, 10.0, "points", takes_more=False)
    "Moodle's maximum is 25 points, the lab's 10: marks go back as points, as configured"
    """
    highest = number(most)
    if scale == "maximum":
        return said_of_scaling(title, most, possible)
    says = maxima(title, most, possible)
    half, as_scaled = number(possible / 2), number(scaled(possible / 2, possible, most))
    above = f", and marks above {highest} are not taken" if most < possible and not takes_more else ""
    if scale == "points":
        return f"{says}: marks go back as points, as configured{above}"
    return (
        f"{says}: {half} of {number(possible)} would be {half} of {highest} there{above}. "
        "Make the maximum there the lab's, or say in grading_config.yml what you mean, under lms: "
        f"“scale: maximum” ({as_scaled} of {highest}) or “scale: points” (as it is)"
    )


def is_doubtful(lms: Lms, most: float | None, possible: float, scale: str) -> bool:
    """Whether marks would be out of another maximum and nobody has said so, or would not be taken."""
    if not most or most == possible or scale == "maximum":
        return False
    return not scale or (most < possible and not lms.takes_more)
