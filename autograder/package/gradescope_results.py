"""A grade in the words of Gradescope's ``results.json``.

One test for each question, with what its checks say in ``output``: thirteen lines can be read, sixty
cannot. Hidden checks are shown as the feedback page shows them, unless the course wants otherwise:

* ``visible``: with the rest of the question.
* ``hidden``: the points are shown, what hidden checks say is for the course team only. It is a test of
  its own that carries no points; Gradescope then still shows the total.
* ``after_due_date``, ``after_published``: hidden checks carry the points and appear later. Until then
  Gradescope withholds the total.

All text is of the format ``text``, which Gradescope escapes, and holds visible characters only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from autograder.config.schema import Rounding
from autograder.files.visible import in_words, plain
from autograder.language import later
from autograder.language import showing as _
from autograder.language.endings import words_for
from autograder.marks import with_mark
from autograder.model import CaseResult, Ending, Grade, Outcome, QuestionResult, Status
from autograder.package.options import Visibility
from autograder.report.cells import cell_rows
from autograder.report.student import credit_sentence

MOST_CELLS = 20
"""Groups of cells that did not finish, of which the student hears."""

NO_MARK = later(
    "Your submission could not be graded. That is trouble on our side and says nothing about your work: "
    "this is not a mark. The course team sees the reason and runs the autograder again."
)

_FORMATS = {"output_format": "text", "test_output_format": "text", "test_name_format": "text"}


def no_mark(reason: str = "") -> dict[str, Any]:
    """The results where the trouble is ours: neither score nor tests, which Gradescope takes as a failure.

    Args:
        reason: what the student may read of it.
    """
    return {"output": f"{_(NO_MARK)}\n\n{reason}".strip(), "stdout_visibility": "hidden", **_FORMATS}


def results(grade: Grade, rounding: Rounding, visibility: Visibility) -> dict[str, Any]:
    """``grade`` as the content of ``results.json``.

    Lateness costs nothing here: Gradescope knows when something was handed in, and has rules of its own.

    Args:
        rounding: of the total.
        visibility: of hidden checks.
    """
    if grade.trouble:
        return no_mark()
    about = {
        "stdout_visibility": "hidden",
        "execution_time": round(grade.seconds, 1),
        "extra_data": {
            "seed": grade.seed,
            "fingerprint": grade.fingerprint,
            "digest": grade.digest,
            "sandbox": list(grade.sandbox_layers),
            "versions": grade.versions,
        },
        **_FORMATS,
    }
    if grade.status is not Status.GRADED:
        return {**about, "score": 0.0, "output": _not_gradable(grade), "tests": []}
    tests = [
        test
        for position, question in enumerate(grade.questions, start=1)
        for test in _tests(question, position, visibility)
    ]
    told = {**about, "output": _overview(grade, visibility), "tests": tests}
    mark = with_mark(grade, None, rounding).mark
    if mark is not None and mark != round(sum(test["score"] for test in tests), 9):
        told["score"] = mark
    return told


def _tests(question: QuestionResult, position: int, visibility: Visibility) -> Iterator[dict[str, Any]]:
    """The question's own test, and one for its hidden checks where these are shown to others or later."""
    title = plain(question.title)
    if visibility == "visible" or not any(case.hidden for case in question.cases):
        yield _test(title, f"{position}", question, question.cases, question.notes)
        return
    public = [case for case in question.cases if not case.hidden]
    hidden = [case for case in question.cases if case.hidden]
    points_here = visibility == "hidden"
    unseen = [_("What hidden checks say is not shown here.")] if points_here else []
    yield _test(title, f"{position}", question, public, unseen, with_points=points_here)
    of_hidden = _test(
        _("{question}: hidden checks").format(question=title), f"{position}.1", question, hidden,
        question.notes,
        with_points=not points_here,
    )  # fmt: skip
    yield {**of_hidden, "visibility": visibility}


def _test(
    name: str,
    position: str,
    question: QuestionResult,
    cases: Sequence[CaseResult],
    notes: Iterable[str],
    *,
    with_points: bool = True,
) -> dict[str, Any]:
    decisive = question.cases if with_points else cases
    passed = all(case.outcome is Outcome.PASSED for case in decisive)
    credit = credit_sentence(question)
    return {
        "name": name,
        "number": position,
        "score": question.points if with_points else 0.0,
        "max_score": question.possible if with_points else 0.0,
        "status": "passed" if passed else "failed",
        "output": _output(cases, [credit, *notes] if with_points and credit else notes),
    }


def _output(cases: Sequence[CaseResult], notes: Iterable[str]) -> str:
    failed = [case for case in cases if case.outcome is Outcome.FAILED]
    count = len(cases) - len(failed)
    parts = [_failure(case) for case in failed]
    parts += [plain(note, 1000, multiline=True) for note in notes]
    passed = _.plural("{passed} of {count} check passed.", "{passed} of {count} checks passed.", len(cases))
    parts.append(passed.format(passed=count, count=len(cases)))
    return "\n\n".join(parts)


def _failure(case: CaseResult) -> str:
    lines = [plain(case.message, 2000, multiline=True) or _("This check failed.")]
    if case.help:
        lines.append(plain(case.help, 2000, multiline=True))
    if case.ending not in (Ending.FINISHED, Ending.RAISED, Ending.AUTOGRAD):
        lines.append(_("Your code did not finish: {ending}.").format(ending=words_for(case.ending)))
    if case.evidence:
        lines.append(plain(case.evidence, 4000, multiline=True))
    if case.repeat:
        lines.append("\n" + plain(case.repeat, 4000, multiline=True))
    named = _("(Check “{name}”)")
    if case.hidden:
        named = _("(Check “{name}”; hidden, so not among the tests you were given)")
    lines.append(named.format(name=plain(case.name)))
    return "\n".join(lines)


def _overview(grade: Grade, visibility: Visibility) -> str:
    """What belongs to no question. It tells no points that are not to be seen yet."""
    parts = []
    if visibility in ("visible", "hidden"):
        checked = _("Checked automatically: {points} of {possible} points.")
        parts.append(checked.format(points=in_words(grade.score), possible=in_words(grade.max_score)))
    if by_hand := sum(question.possible for question in grade.manual):
        parts.append(_("{points} points more are scored by a person.").format(points=in_words(by_hand)))
    if visibility == "visible":  # how many questions depend on it is nothing to be seen before they are
        look = _("Look at this first: {cause}.")
        parts += [look.format(cause=plain(cause, 600)) for cause in grade.first_causes]
    # What the grader left out to save time is no concern of the student's.
    rows = [row for row in cell_rows(grade.cells) if row.ending is not Ending.LEFT_OUT]
    for row in rows[:MOST_CELLS]:
        cells = _.plural(
            "Code cell {numbers}: {ending}", "Code cells {numbers}: {ending}", row.last - row.first + 1
        )
        said = cells.format(numbers=row.label, ending=words_for(row.ending))
        parts.append(f"{said} – {plain(row.error, 300)}" if row.error else said)
    if len(rows) > MOST_CELLS:
        more = _("… and {count} more cells that did not finish.")
        parts.append(more.format(count=len(rows) - MOST_CELLS))
    parts += [_("Limit reached: {limit}").format(limit=plain(limit)) for limit in grade.limits_hit]
    return "\n".join([*parts, *_notes(grade)])


def _notes(grade: Grade) -> list[str]:
    found = dict.fromkeys([*grade.submission.notes, *grade.submission.set_aside, *grade.notes])
    return [plain(note, 500) for note in found]


def _not_gradable(grade: Grade) -> str:
    """The student can fix it: a zero that says so, at once, instead of a failure that nobody explains."""
    nothing = _("There is nothing in this submission that can be graded: {reason}")
    return "\n".join(
        [
            nothing.format(reason=plain(grade.reason, 1000) or _("no reason was recorded")),
            _(
                "Open your notebook, choose “Restart kernel and run all cells”, save it, and hand in that "
                "one .ipynb file. If it runs for you and you see this again, tell the course team."
            ),
            *_notes(grade),
        ]
    )
