"""Types of fields that several sections have."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

# A question's name is a column of grades.csv and manual.csv beside these, and stands in overrides.csv.
RESERVED_NAMES = frozenset(
    """submission student lms_id late score max_score status mark changed flags seconds id journal
    comment""".split()
)


def _inside_the_lab(text: str) -> str:
    path = PurePosixPath(text)
    if path.is_absolute() or ".." in path.parts or "\\" in text or not text.isprintable():
        raise ValueError("expected a path relative to the configuration file, without '..' or '\\'")
    return text


def _free_name(name: str) -> str:
    if name in RESERVED_NAMES:
        raise ValueError("expected a name that is not a column of grades.csv or manual.csv itself")
    return name


# An item's code is part of a heading of manual.csv, beside these of the same question.
RESERVED_CODES = frozenset(["answer", "comment", "seen"])


def _free_code(code: str) -> str:
    if code.casefold() in RESERVED_CODES:
        raise ValueError("expected a code that is not a column of manual.csv itself")
    return code


Identifier = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=80)]


QuestionName = Annotated[Identifier, AfterValidator(_free_name)]


ItemCode = Annotated[Identifier, AfterValidator(_free_code)]


Title = Annotated[str, Field(min_length=1, max_length=200)]


Points = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]


RelativePath = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_inside_the_lab)]


Requirement = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*( *[<>=!~]=? *[^ ;@]+)?$", max_length=200)
]


FileName = Annotated[str, Field(pattern=r"^[^/\\\x00-\x1f\x7f.][^/\\\x00-\x1f\x7f]*$", max_length=200)]


Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]


Megabytes = Annotated[int, Field(ge=1, le=1_000_000)]


class Section(BaseModel):
    """A mapping of the file."""

    # strict: "3" is not 3 and true is not 1; a number in quotes is a slip worth hearing of.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
