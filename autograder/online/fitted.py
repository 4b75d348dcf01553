"""What was published, fitted to the assignment as the LMS has it at this moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from autograder.language import speaking
from autograder.lms.scale import said_of_maxima, scaled_back
from autograder.online.service import LmsService, OnlineAssignment
from autograder.store.going_back import ClassGoingBack, GoingBack


def fitted(going: ClassGoingBack, service: LmsService) -> ClassGoingBack:
    """The same with each mark scaled to the assignment's maximum, and said so, where that is configured."""
    if going.scale != "maximum":
        return going
    maximum, title = service.assignment().maximum, service.title

    def one_fitted(one: GoingBack) -> GoingBack:
        if one.mark is None:
            return one
        mark, comment = scaled_back(one.mark, one.comment, one.possible, maximum, title)
        return replace(one, mark=mark, comment=comment)

    with speaking(going.language):
        return replace(going, people=[one_fitted(one) for one in going.people])


def withheld(going: ClassGoingBack, assignment: OnlineAssignment) -> bool:
    """Whether comments and pages wait: that is configured, and the LMS hides the names at this moment."""
    return going.withhold and assignment.blind


def said_before(going: ClassGoingBack, service: LmsService) -> Iterator[str]:
    """What a person has to know before anything is written, a paragraph each."""
    assignment, title = service.assignment(), service.title
    if assignment.blind and going.withhold:
        yield (
            "Comments and pages wait until the names are shown, as configured (lms, withhold): only marks go "
            "back now. Run the same command again then."
        )
    elif assignment.blind:
        yield (
            f"Students read comments and pages in {title} before the names are shown, and marks stand in "
            "them: “lms: withhold: true” in grading_config.yml holds both back."
        )
    possible = max((one.possible for one in going.people if one.mark is not None), default=0.0)
    if possible and possible != assignment.maximum:
        says = said_of_maxima(title, assignment.maximum, possible, going.scale, takes_more=False)
        if going.scale:
            yield f"{says}."
        else:
            yield f"Mind: {says}; then run autograder publish again."
