"""What decides a grade beside the notebook's bytes."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.config.load import Lab
from autograder.grading.case_number import FIXED
from autograder.grading.fingerprint import fingerprint
from autograder.grading.run_settings import RunSettings
from autograder.model import Grade


@dataclass(frozen=True)
class Conditions:
    """Under which a grade comes about; its fields are written into the grade under the same names.

    Attributes:
        fingerprint: of lab, engine and package versions, as far as it is known before the lab's tests run.
        seed: of every random generator.
        case_number: that the inputs of hidden cases come from.
        confined: whether student code was in the sandbox: outside of it a result can be forged.
        all_cells: whether the notebook ran without shortcuts.
    """

    fingerprint: str
    seed: int
    case_number: int
    confined: bool
    all_cells: bool

    @classmethod
    def of_run(cls, lab: Lab, settings: RunSettings) -> Conditions:
        """The conditions under which a run with these settings grades.

        Raises:
            OSError: a file of the lab cannot be read.
        """
        seed = lab.config.seed if settings.seed is None else settings.seed
        named = (settings.case_number, lab.config.case_number, settings.drawn_number, FIXED)
        number = next(one for one in named if one is not None)
        return cls(fingerprint(lab), seed, number, settings.enforce, settings.all_cells)

    @classmethod
    def of_grade(cls, grade: Grade) -> Conditions:
        """The conditions under which this grade came about."""
        return cls(grade.fingerprint, grade.seed, grade.case_number, grade.confined, grade.all_cells)
