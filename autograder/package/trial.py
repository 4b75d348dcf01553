"""What grading opens of a lab, found by trying: the solution is graded once, here."""

from __future__ import annotations

from pathlib import Path

from autograder.config.lab_values import LabValues
from autograder.config.load import Lab
from autograder.errors import ConfigurationError
from autograder.grading.course import opened, read_questions
from autograder.grading.opened_files import ABSENT, opened_files
from autograder.grading.pipeline import grade
from autograder.grading.run_settings import RunSettings
from autograder.model import Submission


def files_of_a_trial(lab: Lab) -> set[str]:
    """The files that the lab's test files open, by their paths in its folder.

    Without a solution they are only loaded, and what they open while they ask is not found.

    Raises:
        ConfigurationError: a test file or a value of ``lab:`` is wrong, a case cannot be asked, or a file
            lies elsewhere, where nobody packs it.
    """
    solution = lab.file(lab.config.build.solution) if lab.config.build else None
    if solution is None or not solution.is_file():
        read_questions(LabValues(lab))
    else:
        _grade(solution, lab)
    found = opened_files(lab.root)
    names = {name for name, digest in found.items() if digest != ABSENT and not name.endswith("/")}
    if elsewhere := sorted(name for name in names if Path(name).is_absolute()):
        raise ConfigurationError(
            f"the tests open {', '.join(elsewhere)} outside of {lab.root}: move that there, to be packed"
        )
    return names


def _grade(solution: Path, lab: Lab) -> None:
    # The solution is the course's own, as for `build`.
    with opened(lab, RunSettings(lab.path, enforce=False, keep_executed=False)) as course:
        tried = grade(Submission("solution", solution.name, "solution", file=solution), course)
    if tried.trouble:
        raise ConfigurationError(f"the tests cannot be asked of {solution}: {tried.reason}")
