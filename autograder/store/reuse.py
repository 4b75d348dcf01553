"""The results of a class on disk: written as they come, found again by what decided them.

A results file is the proof that a submission is done, so it is written last and appears whole. It is
used again for a notebook with the same bytes, graded under the same conditions; a run that was killed
goes on where it was, and a second run only reads.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autograder.config.load import Config, Lab
from autograder.errors import AutograderError
from autograder.files.atomic import UNFINISHED, file_stem
from autograder.grading.fingerprint import fingerprint
from autograder.grading.opened_files import FilesNow
from autograder.marks import with_mark
from autograder.model import Grade, Submission
from autograder.report.write import write_submission
from autograder.store.manual import ManualMarks
from autograder.store.results import SCHEMA, read_results, results_file
from autograder.workers.settings import RunSettings


@dataclass(frozen=True)
class Conditions:
    """What decides a result beside the notebook's bytes.

    Attributes:
        fingerprint: of lab, engine and package versions, as far as it is known before the lab's tests run.
        seed: of every random generator.
        confined: whether student code was in the sandbox: outside of it a result can be forged.
        all_cells: whether the notebook ran without shortcuts.
    """

    fingerprint: str
    seed: int
    confined: bool
    all_cells: bool


def conditions(lab: Lab, settings: RunSettings) -> Conditions:
    """The conditions under which a run with these settings grades."""
    seed = lab.config.seed if settings.seed is None else settings.seed
    return Conditions(fingerprint(lab), seed, settings.enforce, settings.all_cells)


class Results:
    """The results below ``out``, and where else results may lie that can be used.

    Args:
        out: the report's folder.
        lab: whose titles and rules the pages show.
        manual: what a person has scored.
        wanted: the conditions under which a result may be used again; ``None``: none may.
        beside: other report folders to look into.
    """

    def __init__(
        self,
        out: Path,
        lab: Lab,
        manual: ManualMarks,
        wanted: Conditions | None = None,
        beside: Sequence[Path] = (),
    ) -> None:
        self.out = out
        self._config = lab.config
        self._manual = manual
        _remove_unfinished(out)
        self._by_digest: dict[str, list[Path]] = {}
        if wanted is not None:
            files = FilesNow(lab.root)
            for place in (out, *beside):
                for file, digest in _usable(place, wanted, files):
                    self._by_digest.setdefault(digest, []).append(file)

    def find(self, submission: Submission, digest: str) -> Grade | None:
        """The grade of a notebook with these bytes, as this submission's; ``None`` where there is none."""
        own = f"{file_stem(submission.id)}.json"
        files = self._by_digest.get(digest, [])
        for file in sorted(files, key=lambda file: file.name != own):
            with contextlib.suppress(OSError, ValueError):
                return as_of(read_results(file), submission)
        return None

    def write(self, grade: Grade) -> Grade:
        """Write what differs from what is there; the grade as it is written.

        Titles, the points that a person gave, lateness and the mark are as they are known now.

        Raises:
            AutograderError: the folder cannot be written to.
        """
        by_hand = self._manual.of(grade.submission.id)
        grade = with_mark(
            _with_titles(grade, self._config), self._config.late, self._config.rounding, by_hand
        )
        try:
            write_submission(self.out, grade, self._config.assignment.title)
        except OSError as reason:
            raise AutograderError(
                f"{self.out}: cannot be written to: {reason.strerror}; what is there is kept, and the same "
                f"command goes on from it"
            ) from None
        return grade

    def of(self, submissions: Sequence[Submission]) -> StoredGrades:
        """The grades of these submissions, in their order."""
        return StoredGrades(self.out, submissions)


@dataclass(frozen=True)
class StoredGrades:
    """Grades that stay on the disk; every iteration reads them anew, one at a time."""

    out: Path
    submissions: Sequence[Submission]

    def __iter__(self) -> Iterator[Grade]:
        for submission in self.submissions:
            yield self.read(submission.id)

    def read(self, submission_id: str) -> Grade:
        """One grade.

        Raises:
            AutograderError: somebody removed or changed the file while we ran.
        """
        file = results_file(self.out, submission_id)
        try:
            return read_results(file)
        except (OSError, ValueError) as reason:
            raise AutograderError(f"{file}: cannot be read again: {reason}") from None


def as_of(grade: Grade, submission: Submission) -> Grade:
    """``grade`` as the grade of another submission with the same bytes."""
    return replace(grade, submission=replace(submission, file=None))


def _usable(place: Path, wanted: Conditions, files: FilesNow) -> Iterator[tuple[Path, str]]:
    """The results files that were made under the wanted conditions, with their notebook's digest.

    The fingerprint is of what can be known before the lab's test files run; what they opened when this
    result came about must be the same too.
    """
    for file in sorted((place / "results").glob("*.json")):
        try:
            data = json.loads(file.read_bytes())
        except (OSError, ValueError):
            continue  # not a results file: it is replaced when its submission has been graded
        if (
            isinstance(data, dict)
            and data.get("schema") == SCHEMA
            and _conditions_of(data) == wanted
            and not files.differing(data["lab_files"])
        ):
            yield file, str(data.get("digest"))


def _conditions_of(data: dict[str, Any]) -> Conditions | None:
    """The conditions of a stored result; ``None`` when it must not be used again."""
    opened = data.get("lab_files")
    if data.get("trouble") or not data.get("digest") or not (opened and isinstance(opened, dict)):
        return None
    return Conditions(
        str(data.get("fingerprint")),
        data.get("seed", -1),
        bool(data.get("confined")),
        bool(data.get("all_cells")),
    )


def _with_titles(grade: Grade, config: Config) -> Grade:
    """``grade`` with the titles that the configuration has now: they decide no mark."""
    titles = {question.name: question.title for question in config.questions}
    manual = {question.name: question for question in config.manual}
    return replace(
        grade,
        questions=tuple(replace(one, title=titles.get(one.name, one.title)) for one in grade.questions),
        manual=tuple(
            replace(one, title=manual[one.name].title, possible=manual[one.name].points)
            for one in grade.manual
            if one.name in manual
        ),
    )


def _remove_unfinished(out: Path) -> None:
    """Remove what a killed run was writing."""
    for folder in (out, out / "results", out / "feedback"):
        for file in folder.glob(UNFINISHED):
            file.unlink(missing_ok=True)
