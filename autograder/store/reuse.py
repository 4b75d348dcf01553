"""The results of a class on disk: written as they come, found again by what decided them.

A results file is the proof that a submission is done, so it is written last and appears whole. It is
used again for a notebook with the same bytes, graded under the same conditions; a run that was killed
goes on where it was, and a second run only reads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.config import schema
from autograder.config.load import Lab
from autograder.config.schema import Config
from autograder.files.atomic import UNFINISHED
from autograder.grading.conditions import Conditions
from autograder.grading.opened_files import FilesNow
from autograder.marks import with_mark
from autograder.model import AnswerPicture, Grade, ManualItem, ManualQuestion, Status, Submission
from autograder.store.answers import AnswerReader
from autograder.store.by_hand import ByHand
from autograder.store.executed import FOLDER as EXECUTED
from autograder.store.results import digest_in, read_results, results_file


@dataclass(frozen=True)
class Known:
    """A grade that need not be made again.

    Attributes:
        grade: as the grade of the submission that was asked for.
        place: the report's folder that held it.
        own: whether it was this submission's own result there.
        id: of the submission whose result it was.
    """

    grade: Grade
    place: Path
    own: bool
    id: str


class Results:
    """The results below ``out``, and where else results may lie that can be used.

    A file is read when a submission of its name is looked for; only where that does not help, all are
    looked through for a notebook with the same bytes.

    Args:
        out: the report's folder.
        lab: whose titles and rules hold now.
        by_hand: what people have scored and changed.
        wanted: the conditions under which a result may be used again; ``None``: none may.
        beside: other report folders to look into.
    """

    def __init__(
        self,
        out: Path,
        lab: Lab,
        by_hand: ByHand,
        wanted: Conditions | None = None,
        beside: Sequence[Path] = (),
    ) -> None:
        self.out = out
        self._config = lab.config
        self._by_hand = by_hand
        self._answers = AnswerReader(lab)
        self._wanted = wanted
        self._places = (out, *beside)
        self._by_digest: dict[str, list[Path]] | None = None
        self._files = FilesNow(lab.root)
        _remove_unfinished(out)

    def find(self, submission: Submission, digest: str) -> Known | None:
        """The grade of a notebook with these bytes, as this submission's; ``None`` where there is none."""
        if self._wanted is None:
            return None
        own = [results_file(place, submission.id) for place in self._places]
        for file in own:
            if grade := self._usable(file, digest, submission):
                return Known(as_of(grade, submission), file.parents[1], own=True, id=file.stem)
        for file in self._with_digest(digest):
            if file not in own and (grade := self._usable(file, digest, submission)):
                return Known(as_of(grade, submission), file.parents[1], own=False, id=file.stem)
        return None

    def stored(self, submission: Submission, digest: str) -> Grade | None:
        """The submission's own result, whatever conditions it came about under, if it is of these bytes.

        Answers to questions in words that the lab has got since are read from the notebook.
        """
        grade = _read(results_file(self.out, submission.id), digest)
        return grade and self._with_new_questions(as_of(grade, submission), submission)

    def pictures(self, grade: Grade, file: Path | None) -> Mapping[str, Sequence[AnswerPicture]]:
        """The pictures in the answers in words that a page can show, by question.

        Args:
            file: of the submission; ``None`` where there is none.
        """
        names = [one.name for one in grade.manual if one.pictures]
        return self._answers.pictures(file, names) if names and file is not None else {}

    def close(self) -> None:
        """End what was started to read answers."""
        self._answers.close()

    def _usable(self, file: Path, digest: str, submission: Submission) -> Grade | None:
        grade = _read(file, digest)
        if grade is None or not _is_whole(grade) or Conditions.of_grade(grade) != self._wanted:
            return None
        # What the lab's tests opened when this result came about must be the same too.
        if self._files.differing(grade.lab_files):
            return None
        return self._with_new_questions(grade, submission)

    def _with_new_questions(self, grade: Grade, submission: Submission) -> Grade | None:
        """``grade`` with the answers to questions in words that the lab has got since it was made.

        ``None`` where they cannot be read: then it is graded again.
        """
        asked = {one.name for one in grade.manual}
        new = [one.name for one in self._config.manual if one.name not in asked]
        if not new or submission.file is None or (grade.status is not Status.GRADED and not grade.questions):
            return grade
        found = self._answers.read(submission.file, new)
        return None if found is None else replace(grade, manual=(*grade.manual, *found))

    def _with_digest(self, digest: str) -> Sequence[Path]:
        """Files of other submissions, in the order of their names, whose notebook had these bytes."""
        if self._by_digest is None:
            self._by_digest = {}
            for place in self._places:
                for file in sorted((place / "results").glob("*.json")):
                    self._by_digest.setdefault(digest_in(file), []).append(file)
        return self._by_digest.get(digest, ())

    def completed(self, grade: Grade) -> Grade:
        """``grade`` with what decides no verdict, as it is known now: titles, points by hand, the mark."""
        decided = self._by_hand.of(grade.submission.id)
        return with_mark(as_asked_now(grade, self._config), self._config.late, self._config.rounding, decided)


def _read(file: Path, digest: str) -> Grade | None:
    """The grade in a file, if it is of a notebook with these bytes."""
    try:
        grade = read_results(file)
    except (OSError, ValueError):
        return None  # not a results file: it is replaced when its submission has been graded
    return grade if grade.digest == digest else None


def as_of(grade: Grade, submission: Submission) -> Grade:
    """``grade`` as the grade of another submission with the same bytes."""
    return replace(grade, submission=replace(submission, file=None))


def _is_whole(grade: Grade) -> bool:
    """Whether nothing was in the way of a stored result, and it says what decided it."""
    return not grade.trouble and bool(grade.digest) and bool(grade.lab_files)


def as_asked_now(grade: Grade, config: Config) -> Grade:
    """``grade`` with the titles and items that the configuration has now: they decide no mark."""
    titles = {question.name: question.title for question in config.questions}
    answers = {one.name: one for one in grade.manual}
    return replace(
        grade,
        questions=tuple(replace(one, title=titles.get(one.name, one.title)) for one in grade.questions),
        manual=tuple(_asked_now(answers[one.name], one) for one in config.manual if one.name in answers),
    )


def _asked_now(answer: ManualQuestion, question: schema.ManualQuestion) -> ManualQuestion:
    return replace(
        answer,
        title=question.title,
        possible=question.points,
        items=tuple(ManualItem(one.code, one.text, one.points) for one in question.items),
        visible=question.visible,
    )


def _remove_unfinished(out: Path) -> None:
    """Remove what a killed run was writing."""
    for folder in (out, out / "results", out / "feedback", out / EXECUTED):
        for file in folder.glob(UNFINISHED):
            file.unlink(missing_ok=True)
