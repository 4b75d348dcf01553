"""The fields of ``grading_config.yml``: name, meaning, unit, bounds.

Declarations only; ``config`` reads the file and explains mistakes. Everything is frozen.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from autograder.language import ENGLISH, known_languages

"""Bytes in the ``…_mb`` of a configuration."""

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


def _spoken(code: str) -> str:
    if code not in known_languages():
        raise ValueError(f"expected one of {', '.join(known_languages())}")
    return code


class Assignment(Section):
    """What students see of the lab."""

    title: Title = Field(description="the lab's title on every page")
    notebook: Annotated[
        str, Field(pattern=r"^[^/\\\x00-\x1f\x7f.][^/\\\x00-\x1f\x7f]*\.ipynb$", max_length=200)
    ] = Field(description="file name of the notebook that students hand in")
    link_executed: bool = Field(
        default=False,
        description="true: a student's page leads to the notebook as it ran, ../executed/<id>.ipynb",
    )


class Question(Section):
    """An auto-graded question; its test cases are in ``<tests>/<name>.py``."""

    name: QuestionName = Field(description="identifier: test file, grader.check and column of grades.csv")
    title: Title = Field(description="what the question is called in feedback")
    points: Points = Field(description="points it can earn, above 0")
    forbid_autograd: bool = Field(
        default=False, description="true: a gradient that comes from automatic differentiation earns nothing"
    )
    flag_if_alone: bool = Field(
        default=False, description="true: a flag for the TA where only this question has failed checks"
    )


class ManualItem(Section):
    """One of the things that a person gives points for in an answer."""

    code: ItemCode = Field(description="identifier: column of manual.csv, behind the question's name")
    text: Annotated[str, Field(min_length=1, max_length=2000)] = Field(
        description="what earns the points; LaTeX between dollar signs"
    )
    points: Points = Field(description="points it can earn, above 0")


class SolutionSource(Section):
    """Where the answer stands in the solution notebook: one of the two."""

    tag: Identifier | None = Field(
        default=None, description="the tag of the answer's cell: its autograder.manual in the metadata"
    )
    heading: Title | None = Field(
        default=None, description="the first line of the answer's cell, without what makes it a heading"
    )


class ManualQuestion(Section):
    """A question that a person scores.

    The points of its items are the question's, all together: an answer with every item earns all of it, and
    no rule has to say what happens to points above that.
    """

    name: QuestionName = Field(description="identifier: column of grades.csv and tag of the answer's cell")
    title: Title = Field(description="what the question is called in feedback")
    points: Points = Field(description="points it can earn, above 0")
    items: tuple[ManualItem, ...] = Field(
        default=(), max_length=100, strict=False, description="list of what earns the points"
    )
    visible: bool = Field(
        default=False, description="true: students read which items they have earned, with their texts"
    )
    solution: SolutionSource | None = Field(
        default=None, description="where the answer stands in the solution notebook, for who scores"
    )


class DataFile(Section):
    """A file that the notebook downloads; while grading it comes from the lab instead."""

    url: Annotated[str, Field(pattern=r"^https?://[^\s]+$", max_length=2000)] = Field(
        description="the address that the notebook asks for"
    )
    file: RelativePath = Field(description="the copy in the lab; a name ending in .gz is decompressed")
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] = Field(
        description="64 lower-case hex digits: SHA-256 of the served (decompressed) bytes"
    )
    name: FileName = Field(description="name of the file in the notebook's working directory")


class Limits(Section):
    """What a submission may use. ``…_mb`` counts 2**20 bytes.

    ``…_seconds`` goes by while student code computes, or sleeps, not while it waits for a busy processor.
    """

    cell_seconds: Seconds = Field(default=90, description="seconds: one cell of the notebook")
    notebook_seconds: Seconds = Field(default=300, description="seconds: all cells together")
    request_seconds: Seconds = Field(default=20, description="seconds: one call that a test case makes")
    submission_seconds: Seconds = Field(default=900, description="seconds: notebook and test cases")
    busy_factor: Annotated[float, Field(ge=1, le=100)] = Field(
        default=8, description="factor: how much longer each may last by the clock on a busy processor"
    )
    memory_mb: Megabytes = Field(default=4096, description="MB: private memory of the kernel")
    disk_mb: Megabytes = Field(default=200, description="MB: working directory, all files together")
    disk_files: Annotated[int, Field(ge=10, le=10_000_000)] = Field(
        default=5000, description="count: files and folders in the working directory"
    )
    file_mb: Megabytes = Field(default=100, description="MB: one written file")
    open_files: Annotated[int, Field(ge=32, le=65_536)] = Field(
        default=256, description="count: files and sockets open at once"
    )
    threads: Annotated[int, Field(ge=8, le=4096)] = Field(
        default=64, description="count: threads (and processes, where they are allowed at all)"
    )
    restarts: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=10, description="count: cells that may end the kernel; the cells after them are not run"
    )
    grader_mb: Megabytes = Field(
        default=6144,
        description="MB: private memory of a process that grades, which reads what students wrote",
    )
    output_mb: Megabytes = Field(default=20, description="MB: stored outputs of the notebook")
    reply_mb: Megabytes = Field(default=64, description="MB: one answer to a test case")
    reading_mb: Megabytes = Field(
        default=1024, description="MB: what a grading process may gain while it reads one notebook's messages"
    )
    notebook_mb: Megabytes = Field(default=50, description="MB: one submitted .ipynb file")
    archive_mb: Megabytes = Field(default=2000, description="MB: everything unpacked from one upload")
    archive_members: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        default=20_000, description="count: members of one upload, nested archives included"
    )


class Kernel(Section):
    """How the kernel starts."""

    preload: tuple[
        Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$")], ...
    ] = Field(default=(), strict=False, description="modules imported once, before the sandbox closes")
    threads: Annotated[int, Field(ge=1, le=256)] = Field(
        default=1, description="count: threads of one numerical operation"
    )


class Build(Section):
    """The notebook's master and what is built from it."""

    master: RelativePath = Field(description="percent script that holds lab text and solution")
    solution: RelativePath = Field(description="notebook built from it, solutions included")
    template: RelativePath = Field(description="notebook built from it, as students get it")


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


class OwnRun(Section):
    """Points of a question that are for the notebook's own run, which mistakes elsewhere may spoil."""

    question: QuestionName = Field(description="the question that holds these points")
    points: Points = Field(description="how many points they are")
    after: tuple[QuestionName, ...] = Field(
        min_length=1, strict=False, description="questions whose mistakes may cost these points too"
    )


class Corpus(Section):
    """Submissions whose marks are known: what ``autograder certify`` grades."""

    folder: RelativePath = Field(description="folder with base.py, correct/ and mistakes/")
    left_out: tuple[Identifier, ...] = Field(
        default=(), strict=False, description="cells of base.py that cost time and decide nothing"
    )
    own_run: OwnRun | None = Field(default=None, description="points that mistakes elsewhere may cost too")
    mutated: tuple[RelativePath, ...] = Field(
        default=(),
        strict=False,
        description="right cases that get mistakes put into them, as the solution does",
    )
    mutants: Annotated[int, Field(ge=1, le=100_000)] = Field(
        default=200, description="count: mistakes that are put into each of them"
    )
    reviewed: RelativePath | None = Field(
        default=None, description="file of changes that somebody found right: a line each, its code and why"
    )
    circumstances: dict[Title, str] = Field(
        default_factory=dict,
        description="code by name: put before all cells, where every verdict has to be the same",
    )
    environments: dict[Title, dict[Identifier, str]] = Field(
        default_factory=dict,
        description="environment variables by name: of student processes, with the same verdicts as usual",
    )
    luck: RelativePath | None = Field(
        default=None,
        description="Python file that trains with a setting and a seed: SETTINGS, TRIES, reached()",
    )


class Config(Section):
    """The whole of ``grading_config.yml``."""

    assignment: Assignment = Field(description="title and notebook")
    tests: RelativePath = Field(description="folder of the test files, one per question")
    questions: tuple[Question, ...] = Field(
        min_length=1, max_length=500, strict=False, description="list of the auto-graded questions"
    )
    manual: tuple[ManualQuestion, ...] = Field(
        default=(), max_length=500, strict=False, description="list of the questions that a person scores"
    )
    data: tuple[DataFile, ...] = Field(
        default=(), max_length=100, strict=False, description="list of the files that the notebook downloads"
    )
    language: Annotated[str, AfterValidator(_spoken)] = Field(
        default=ENGLISH, description="language of what students and the LMS read: en or de"
    )
    files: tuple[RelativePath, ...] = Field(
        default=(),
        max_length=1000,
        strict=False,
        description="list of files that lie beside the notebook, while grading too: modules, pictures",
    )
    packages: tuple[Requirement, ...] = Field(
        default=(),
        max_length=200,
        strict=False,
        description="list of the packages that the lab needs beside the engine's own: 'scikit-learn>=1.4'",
    )
    partial_credit: dict[str, dict[Identifier, Points]] = Field(
        default_factory=dict,
        description="points by mistake by question: what a question earns at least when that mistake, by its "
        "code, is all that it lost points for",
    )
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = Field(
        default=0, description="whole number from 0 to 2**32 - 1: seed of every run"
    )
    case_number: Annotated[int, Field(ge=0, le=2**63 - 1)] | None = Field(
        default=None,
        description="whole number from 0 to 2**63 - 1: what hidden cases are drawn from; without it, "
        "a number that is drawn for each class",
    )
    lab: dict[str, Any] = Field(default_factory=dict, description="values that the test files read")
    limits: Limits = Field(default_factory=Limits, description="what a submission may use")
    kernel: Kernel = Field(default_factory=Kernel, description="how the kernel starts")
    late: Late | None = Field(default=None, description="what late work loses; without it, nothing")
    rounding: Rounding = Field(default_factory=Rounding, description="how the mark is rounded")
    lms: LmsSettings = Field(default_factory=LmsSettings, description="what the LMS calls things")
    build: Build | None = Field(default=None, description="master, solution and template")
    corpus: Corpus | None = Field(default=None, description="submissions whose marks are known, for certify")
