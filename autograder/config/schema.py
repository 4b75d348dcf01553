"""The fields of ``grading_config.yml``: name, meaning, unit, bounds.

Declarations only; ``config`` reads the file and explains mistakes. Everything is frozen.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from autograder.config.corpus import Corpus as Corpus
from autograder.config.fields import RESERVED_NAMES as RESERVED_NAMES
from autograder.config.fields import (
    FileName,
    Identifier,
    ItemCode,
    Points,
    QuestionName,
    RelativePath,
    Requirement,
    Section,
    Title,
)
from autograder.config.limits import Kernel as Kernel
from autograder.config.limits import Limits as Limits
from autograder.config.returning import Late as Late
from autograder.config.returning import LmsSettings as LmsSettings
from autograder.config.returning import Rounding as Rounding
from autograder.language import ENGLISH, known_languages


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


class Build(Section):
    """The notebook's master and what is built from it."""

    master: RelativePath = Field(description="percent script that holds lab text and solution")
    solution: RelativePath = Field(description="notebook built from it, solutions included")
    template: RelativePath = Field(description="notebook built from it, as students get it")


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
        description="list of files that lie beside the notebook, at these paths, while grading too",
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
