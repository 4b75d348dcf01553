"""How points become the mark that goes back, and what the LMS calls things."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field

from autograder.config.fields import Section


def _moment(text: str) -> str:
    moment = datetime.fromisoformat(text)  # a ValueError says what is wrong
    if moment.tzinfo is None:
        raise ValueError("expected a time with its zone, such as 2026-11-22T23:59:00+01:00")
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError("expected the name of a time zone, such as Europe/Berlin or UTC") from None
    return text


def _identifiers(value: Any) -> Any:
    """Identifiers as text: in most LMSs they are numbers, and nobody quotes a number."""

    def text(one: Any) -> Any:
        return str(one) if type(one) is int else one

    if not isinstance(value, dict):
        return value
    return {
        text(key): [text(one) for one in ids] if isinstance(ids, list) else ids for key, ids in value.items()
    }


Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


class Late(Section):
    """What late work loses. The report shows the raw score beside the mark, and why."""

    deadline: Annotated[str, AfterValidator(_moment)] | None = Field(
        default=None, description="time with zone: where the LMS tells when, but not how late"
    )
    time_zone: Annotated[str, AfterValidator(_zone)] = Field(
        default="UTC", description="zone of the times that the LMS writes without one"
    )
    grace_minutes: Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)] = Field(
        default=0, description="minutes after the deadline that cost nothing"
    )
    percent_per_day: Percent = Field(default=0, description="percent that each day that has begun costs")
    of: Literal["maximum", "score"] = Field(
        default="maximum", description="percent of what: the points that can be earned, or those earned"
    )
    most_percent: Percent = Field(default=100, description="percent that lateness costs at most")
    cut_off_days: Annotated[float, Field(ge=0, le=10_000, allow_inf_nan=False)] | None = Field(
        default=None, description="days after which nothing counts; leave it out for never"
    )


class Rounding(Section):
    """How the mark is rounded, at the very end."""

    step: Annotated[float, Field(ge=0.0001, le=100, allow_inf_nan=False)] = Field(
        default=0.01, description="points: the mark is a multiple of this, halves upwards"
    )


class LmsSettings(Section):
    """What the LMS calls things."""

    column: Annotated[str, Field(max_length=500)] = Field(
        default="", description="heading of the assignment's column or item in the LMS: 'Lab 9 (12345)'"
    )
    teams: bool = Field(default=False, description="true: teams hand in, every member gets the mark")
    members: Annotated[dict[str, list[str]], BeforeValidator(_identifiers)] = Field(
        default_factory=dict,
        description="the LMS's identifiers of a team's members by that of the team; for teams that the "
        "worksheet does not tell",
    )
    language: Literal["en", "de"] = Field(
        default="en", description="language of your LMS's pages, where there is no worksheet to tell"
    )
    scale: Literal["points", "maximum"] | None = Field(
        default=None,
        description="where the assignment's maximum in the LMS is not the lab's points: points as they are, "
        "or marks scaled to that maximum; without it, points and a doubt",
    )
    drafts: Literal["grade", "list"] = Field(
        default="grade",
        description="what the LMS calls a draft, never submitted: its mark goes back, or it is listed only",
    )
    withhold: bool = Field(
        default=False,
        description="true: comments and pages wait until the LMS shows the names, where it hides them",
    )
