"""What a student reads: each thing once, the first cause on top, and what to do next."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.model import (
    AnswerPicture,
    CaseResult,
    CellRun,
    Curve,
    Ending,
    ManualQuestion,
    Outcome,
    QuestionResult,
    Submission,
)
from autograder.report.cells import cell_rows
from autograder.report.curves import HEIGHT, WIDTH, drawn
from autograder.report.student import feedback_page
from tests.engine.test_report_pages import Page, grade

CURVE = Curve("How it fell", "step", "loss", 500, (-2, 1), (60, None, 0), 64, (0.1, "the threshold"))


def failed(name: str, message: str, points: float = 1, **more: object) -> CaseResult:
    return CaseResult(name, Outcome.FAILED, 0, points, hidden=bool(points), message=message, **more)


def passed(name: str) -> CaseResult:
    return CaseResult(name, Outcome.PASSED, 1, 1, hidden=True)


def question(name: str, *cases: CaseResult, **more: object) -> QuestionResult:
    return QuestionResult(name, f"About {name}", cases, **more)


def html(*questions: QuestionResult, **more: object) -> str:
    return feedback_page(replace(grade(), questions=questions, manual=(), **more), "Lab")


def text(*questions: QuestionResult, **more: object) -> str:
    return " ".join(Page(html(*questions, **more)).text.split())


def test_checks_that_say_the_same_are_one_message_with_their_names_and_points() -> None:
    page = text(question("a", failed("one", "It is wrong."), failed("two", "It is wrong.", evidence="x")))
    assert page.count("It is wrong.") == 1
    assert "Checks “one” (hidden), “two” (hidden), 2 points" in page


def test_what_names_the_mistake_leads_and_the_tests_that_students_have_are_folded() -> None:
    public = failed("example", "a is 1, expected 2.", 0)
    page = html(question("a", public, failed("random", "a is doubled.", mistake="doubled")))
    assert page.index("a is doubled.") < page.index("1 more failed among the tests that you have")
    assert page.rindex("<details>", 0, page.index("a is 1")) > page.index("a is doubled.")


def test_what_costs_points_and_says_little_hides_no_test() -> None:
    page = html(question("a", failed("example", "An open TODO", 0), failed("random", "the check failed")))
    assert "more failed among" not in page
    assert "An open TODO" in page


def test_the_same_message_in_several_questions_is_told_on_top_with_its_place_and_links() -> None:
    place = "code cell 2, line 7: h = ..."
    cases = [failed("x", "A part still holds `...`.", evidence=f"{name}\n{place}") for name in "ab"]
    questions = [question(name, case) for name, case in zip("ab", cases, strict=True)]
    page = html(*questions, question("c", failed("y", "Alone.")))
    top = page[page.index("Look at this first") : page.index("Questions</h2>")]
    assert "A part still holds <code>...</code>." in top
    assert '<a href="#cell-2">cell [2]</a>, line 7: h = ...' in top
    assert '<a href="#q-a">About a</a>, <a href="#q-b">About b</a>' in top
    assert "Alone." not in top
    assert page.count('<a href="#first-cause">') == 2


def test_what_most_questions_depend_on_comes_first() -> None:
    cause = "code cell 1 stopped at line 1, `1 / 0`: ZeroDivisionError"
    behind = [question(name, failed("x", f"{name} is not defined: {cause}")) for name in "abc"]
    alike = [question(name, failed("x", "Your code raised E")) for name in "de"]
    cells = (CellRun(0, Ending.RAISED, 0.1, "ZeroDivisionError", first_line="import math"),)
    first = (f"{cause}; 3 questions depend on what follows it",)
    page = text(*alike, *behind, first_causes=first, cells=cells)
    top = page[: page.index("Questions Question")]
    assert top.index("ZeroDivisionError") < top.index("Your code raised E")
    assert "That cell begins with import math." in top
    assert "It concerns About a, About b, About c." in top
    assert page.count("1 / 0") == 1, "the questions say what is missing, and lead to the top"
    assert "b is not defined. The reason stands on top" in page


def test_a_cell_that_a_check_names_is_shown_with_its_first_line_and_leads_back() -> None:
    cells = (
        CellRun(0, Ending.FINISHED, 0.1, first_line="import torch"),
        CellRun(1, Ending.RAISED, 0.1, "E: no", first_line="class RNN:"),
    )
    page = html(question("a", failed("x", "no", evidence="code cell 1, line 2: y")), cells=cells)
    assert page.index('id="cell-1"') < page.index('<code dir="auto">import torch</code>')
    assert page.index('id="cell-2"') < page.index("class RNN:")
    assert page.index("Named in") < page.rindex('href="#q-a"')
    (first, second) = cell_rows(cells, (question("a", failed("x", "no", evidence="code cell 1")),))
    assert (first.label, first.ending, [one.name for one in first.questions]) == ("1", Ending.FINISHED, ["a"])
    assert second.questions == ()


def test_cells_that_were_left_out_do_not_sound_like_lost_ones() -> None:
    cells = (CellRun(0, Ending.FINISHED, 0.1), CellRun(1, Ending.LEFT_OUT, 0))
    page = text(cells=cells)
    assert "1 of 2 code cells finished. One more was not needed for any check, and was skipped" in page
    assert "nothing is wrong with it" in page
    assert 'id="cell-2"' not in html(cells=cells)


def test_lines_that_repeat_it_are_there_to_be_pasted() -> None:
    found = failed("x", "a is wrong.", repeat="f(1)\n# yours: 2", evidence="T=4: yours 7")
    page = Page(html(question("a", found)))
    assert "f(1)\n# yours: 2" in page.text
    assert "In the check, with other numbers: T=4: yours 7" in page.text
    assert 'grader.check("a")' not in page.text, "there is no test that the student has"


def test_a_test_that_costs_nothing_is_a_remark_and_says_so() -> None:
    page = text(question("a", failed("example", "b is wrong.", 0), passed("random")))
    assert "What to look at" not in page
    assert page.index("Remarks that cost no points") < page.index("b is wrong.")
    assert "All points are earned all the same." in page
    assert 'grader.check("a") in your notebook' in page
    cells = (
        CellRun(0, Ending.FINISHED, 0.1),
        CellRun(1, Ending.FINISHED, 0.1, first_line="grader.check('a')"),
    )
    told = text(question("a", failed("example", "b is wrong.", 0), passed("random")), cells=cells)
    assert 'grader.check("a") in cell [2] of your notebook' in told


def test_what_else_was_handed_in_is_named() -> None:
    one = Submission("a", "a.ipynb", "Anna", pictures=("scan.pdf",), set_aside=("also handed in: old.ipynb",))
    page = text(submission=one)
    assert "Handed in beside it, for the course team to look at: scan.pdf" in page
    assert "also handed in: old.ipynb" in page


def test_a_picture_that_the_page_does_not_show_is_named_beside_those_that_it_shows() -> None:
    answer = ManualQuestion("essay", "Essay", 2, pictures=("a.png", "photo.heic"))
    found = [AnswerPicture("a.png", "image/png", "QUJD"), *[AnswerPicture("<photo>.heic", "", "")] * 2]
    page = Page(feedback_page(replace(grade(), manual=(answer,)), "Lab", pictures={"essay": found}))
    assert len(page.all("img")) == 1
    assert page.text.count("Picture <photo>.heic: not shown here, the course team sees it.") == 1


def test_a_curve_is_drawn_between_its_bounds_with_the_line_to_compare_with() -> None:
    page = Page(html(question("a", passed("x"), curves=(CURVE,))))
    assert [one["points"] for one in page.all("polyline")] == ["0.0,8.6", f"{WIDTH:.1f},{HEIGHT:.1f}"]
    assert "the threshold" in page.text
    assert "How it fell" in page.text


def test_pictures_of_an_answer_are_shown_and_nothing_but_base64_is_data() -> None:
    answer = ManualQuestion("essay", "Essay", 2, pictures=("a.png",))
    shown = AnswerPicture('"><script>', "image/png", "QUJD")
    page = feedback_page(replace(grade(), manual=(answer,)), "Lab", pictures={"essay": [shown]})
    (image,) = Page(page).all("img")
    assert image["src"] == "data:image/png;base64,QUJD"
    assert image["alt"] == 'Picture in your answer: "><script>'
    assert "to be looked at in your notebook" not in page
    assert "not shown here" not in page
    broken = replace(shown, data='QUJD" onerror="x')
    page = feedback_page(replace(grade(), manual=(answer,)), "Lab", pictures={"essay": [broken]})
    assert [one["src"] for one in Page(page).all("img")] == ["data:image/png;base64,"]


@pytest.mark.parametrize(
    "odd",
    [
        {"heights": ()},
        {"heights": (10**9, -(10**9)), "levels": 0},
        {"decades": (0, 0)},
        {"decades": (-(10**4), 10**4)},
        {"line": (0.0, "zero")},
        {"line": (1e300, "<b>far</b>")},
        {"line": None},
        {"title": "<script>"},
    ],
)
def test_odd_numbers_leave_the_plane_of_a_curve_as_it_is(odd: dict[str, object]) -> None:
    at = drawn(replace(CURVE, **odd))
    numbers = [float(number) for path in at.paths for pair in path.split() for number in pair.split(",")]
    assert all(0 <= number <= WIDTH for number in numbers)
    assert at.line is None or 0 <= at.line <= HEIGHT
    assert len(at.ticks) <= 20
    page = html(question("a", passed("x"), curves=(replace(CURVE, **odd),)))
    assert "<script" not in page
    assert "<b>far" not in page
