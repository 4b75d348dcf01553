"""The last word on a mutant that takes no points in one process: it is graded like any submission."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder.grading.course import Course
from autograder.grading.pipeline import grade
from autograder.model import Status, Submission
from autograder.mutate.model import Fate, Mutant, Verdict, fate_of


def asked_as_a_whole(verdict: Verdict, notebook: Mapping[str, Any], course: Course) -> Verdict:
    """The verdict after the whole notebook with the change ran and was asked everything.

    Args:
        notebook: the JSON of the right notebook.
    """
    with tempfile.TemporaryDirectory(prefix="ag-mutant-") as folder:
        file = Path(folder) / course.lab.config.assignment.notebook
        file.write_text(json.dumps(changed(notebook, verdict.mutant)), encoding="utf-8")
        result = grade(Submission(verdict.mutant.code, file.name, verdict.mutant.code, file=file), course)
    if result.status is not Status.GRADED:
        return replace(verdict, fate=Fate.CAUGHT, ended=result.reason, whole=True)
    wrong = [question for question in result.questions if question.points < question.possible]
    lost = {question.name: question.possible - question.points for question in wrong}
    said = {
        question.name: "\n".join(case.message for case in question.cases if case.message)
        for question in wrong
    }
    return replace(verdict, fate=fate_of(verdict.mutant, lost), lost=lost, said=said, whole=True)


def changed(notebook: Mapping[str, Any], mutant: Mutant) -> dict[str, Any]:
    """The notebook with the change, as JSON."""
    cells = [*notebook["cells"]]
    cells[mutant.cell] = {**cells[mutant.cell], "source": mutant.source}
    return {**notebook, "cells": cells}
