"""Submissions whose marks are known, by which a lab's own errors are counted."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from autograder.config.fields import Identifier, Points, QuestionName, RelativePath, Section, Title


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
