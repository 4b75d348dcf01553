"""The pages: self-contained, readable by everybody, and closed to whatever a student writes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from autograder.grading.checks import NewsIfAlone
from autograder.grading.first_cause import Stopped, _with_cause
from autograder.grading.questions import with_news_only
from autograder.model import (
    AnswerState,
    CaseResult,
    CellRun,
    Ending,
    Grade,
    ManualItem,
    ManualQuestion,
    Outcome,
    Override,
    QuestionResult,
    Status,
    Submission,
)
from autograder.report.cells import cell_rows
from autograder.report.class_summary import summarise
from autograder.report.course import course_page
from autograder.report.pages import TEMPLATES
from autograder.report.student import feedback_page
from autograder.report.write import write_report, write_submission
from tests.conftest import entry_of

VOID = {"meta", "br", "img", "link", "input", "hr"}
ATTACK = (
    "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}{% raw %}</pre></style><!--"
    "\x1b[31m\0\u202e\ud800\ufffe" + "A" * 300_000
)


class Page(HTMLParser):
    """Reads a page strictly: every element is closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self._open or self._open[-1] != "style":
            self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


def case(name: str, outcome: Outcome, **more: object) -> CaseResult:
    points = 1.0 if outcome is Outcome.PASSED else 0.0
    return CaseResult(name, outcome, points, 1.0, **({"hidden": True} | more))


def grade(text: str = "", id: str = "a", outcome: Outcome = Outcome.FAILED) -> Grade:
    failed = case(
        "grad_w at T = 2", outcome, message=text or "sums h[t]", help=text or "look", evidence=text or "0.31"
    )
    return Grade(
        Submission(
            id,
            text or "a.ipynb",
            text or "Anna",
            text or "12",
            7500.0,
            notes=(text or "zip opened",),
            pictures=(text or "scan.pdf",),
        ),
        Status.GRADED,
        questions=(
            QuestionResult(
                "split", "Split", (case("split sizes", Outcome.PASSED),), notes=(text or "leakage",)
            ),
            QuestionResult("grad_w", "Gradient of W", (case("shape", Outcome.PASSED), failed)),
        ),
        manual=(
            ManualQuestion(
                "derivation", "Exercise 1", 7, text or "my answer", pictures=(text or "page.png",)
            ),
        ),
        cells=(CellRun(1, Ending.FINISHED, 0.1), CellRun(5, Ending.RAISED, 0.1, text or "ValueError: no")),
        flags=(text or "a flag for the TA",),
        limits_hit=("cell time 120 s" + text,),
        sandbox_layers=("landlock",),
        versions={"torch": text or "2.6"},
        seed=7,
        fingerprint=text or "9f2c",
        seconds=7.5,
    )


def refused(text: str = "not a notebook") -> Grade:
    return Grade(Submission("r", text, text), Status.NOT_GRADABLE, reason=text)


def course(*grades: Grade) -> Page:
    return Page(course_html(grades, "Lab"))


def course_html(grades: Sequence[Grade], title: str) -> str:
    questions = ["split", "grad_w"]
    entries = list(map(entry_of, grades))
    return "".join(course_page(entries, summarise(entries, questions), title, questions, ["derivation"]))


@pytest.fixture(params=["feedback", "not gradable", "course"])
def hostile(request: pytest.FixtureRequest) -> tuple[str, str]:
    """A page full of an attack, and the same page without one."""
    if request.param == "feedback":
        return feedback_page(grade(ATTACK), ATTACK), feedback_page(grade(), "Lab")
    if request.param == "not gradable":
        return feedback_page(refused(ATTACK), ATTACK), feedback_page(refused(), "Lab")
    return course_html([grade(ATTACK), refused(ATTACK)], ATTACK), course_html([grade(), refused()], "Lab")


def test_an_attack_changes_no_tag_and_no_attribute(hostile: tuple[str, str]) -> None:
    attacked, innocent = map(Page, hostile)
    assert attacked.tags == innocent.tags
    assert "<script>alert(1)</script>" in attacked.text
    assert "{{ 7*7 }}" in attacked.text


def test_an_attack_leaves_a_bounded_clean_page(hostile: tuple[str, str]) -> None:
    html = hostile[0]
    html.encode("utf-8")
    assert len(html) < 200_000
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe]", html)


def test_pages_run_nothing_and_load_nothing(hostile: tuple[str, str]) -> None:
    page = Page(hostile[1])
    assert not {"script", "link", "img", "iframe", "object", "form", "base"} & {tag for tag, _ in page.tags}
    assert all(
        "src" not in attrs and not any(name.startswith("on") for name in attrs) for _, attrs in page.tags
    )
    assert "url(" not in hostile[1]
    assert "@import" not in hostile[1]
    policy = [
        attrs["content"] for attrs in page.all("meta") if attrs.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'; img-src data:"]


def test_pages_have_what_a_screen_reader_needs(hostile: tuple[str, str]) -> None:
    page = Page(hostile[1])
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.all("title")) >= 1
    assert len(page.all("h1")) == len(page.all("main")) == 1
    assert all(attrs.get("scope") in ("col", "row") for attrs in page.all("th"))
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    for _, attrs in page.tags:
        for target in (attrs.get("aria-labelledby") or "").split():
            assert target in ids
        if (attrs.get("href") or "").startswith("#"):
            assert str(attrs["href"])[1:] in ids


def test_feedback_tells_what_is_wrong_what_to_look_at_and_the_evidence() -> None:
    page = Page(feedback_page(grade(), "Lab"))
    for words in (
        "2 of 3",
        "sums h[t]",
        "look",
        "0.31",
        "grad_w at T = 2",
        "hidden",
        "Exercise 1",
        "to be scored",
    ):
        assert words in page.text
    for words in (
        "leakage",
        "zip opened",
        "cell time 120 s",
        "ValueError: no",
        "2 h 5 min after the deadline",
    ):
        assert words in page.text
    assert "a flag for the TA" not in page.text


def test_passed_cases_are_folded() -> None:
    html = feedback_page(grade(), "Lab")
    for passed in ("split sizes", "shape"):
        before = html[: html.index(f"<li>{passed}")]
        assert before.rindex("<details>") > before.rfind("</details>")
    assert "open" not in [name for attrs in Page(html).all("details") for name in attrs]


def test_a_case_that_was_not_checked_blames_nobody_and_shows_nothing() -> None:
    page = Page(feedback_page(grade("assert hidden_test(x)", outcome=Outcome.NOT_CHECKED), "Lab"))
    before = page.text.split("How your notebook ran")[0]
    assert "trouble on our side" in before
    assert "did not run" in before
    questions = before.split("What to look at")[1].split("Remarks that cost no points")[0]
    assert "Gradient of W" in questions
    assert "assert hidden_test" not in questions


def test_an_ungradable_submission_gets_the_reason_and_what_to_do_and_no_points() -> None:
    unsure = replace(grade(), status=Status.NOT_GRADABLE, reason="the kernel did not start")
    for one in (refused("it is a Word document"), unsure):
        page = Page(feedback_page(one, "Lab"))
        assert one.reason in page.text
        assert "could not be graded" in page.text
        assert "hand in" in page.text
        assert "points, checked automatically" not in page.text


def test_code_cells_are_counted_from_one_and_neighbours_taken_together() -> None:
    endings = [
        Ending.FINISHED,
        Ending.RAISED,
        Ending.FINISHED,
        Ending.SKIPPED,
        Ending.SKIPPED,
        Ending.SKIPPED,
    ]
    rows = cell_rows([CellRun(3 * i, ending, 0.0) for i, ending in enumerate(endings)])
    assert [(row.label, row.ending) for row in rows] == [("2", Ending.RAISED), ("4–6", Ending.SKIPPED)]


def test_a_notebook_of_ten_thousand_failing_cells_makes_a_short_page() -> None:
    cells = tuple(CellRun(i, Ending.RAISED, 0.0, f"Error: {i}") for i in range(10_000))
    html = feedback_page(replace(grade(), cells=cells), "Lab")
    assert len(html) < 60_000
    assert "and 9960 more" in html


def test_the_course_page_leads_to_every_submission() -> None:
    grades = [grade(id=f"s{i}") for i in range(300)]
    page = course(*grades)
    links = {attrs["href"] for attrs in page.all("a")}
    assert links == {"grades.csv"} | {f"feedback/s{i}.html" for i in range(300)} | {
        f"results/s{i}.json" for i in range(300)
    }
    assert "300 submissions" in page.text
    assert len(page.all("rect")) == 10


def test_the_course_page_names_what_is_not_gradable_and_what_ran_unprotected() -> None:
    page = course(grade(), refused("it is a Word document"), replace(grade(id="b"), sandbox_layers=()))
    assert "it is a Word document" in page.text
    assert "without a sandbox" in page.text
    assert "without a sandbox" not in course(grade()).text


def test_the_course_page_of_nobody_and_of_nothing_gradable() -> None:
    assert "0 submissions" in course().text
    assert "1 submission\n" in course(refused()).text


def test_the_class_in_numbers() -> None:
    full = grade(id="b", outcome=Outcome.PASSED)
    figures = summarise(
        map(entry_of, [grade(), grade("took 31 s", "c"), grade("took 33 s", "d"), full, refused()]),
        ["split", "grad_w"],
    )
    assert (figures.graded, figures.not_gradable) == (4, 1)
    (scores,) = figures.by_possible
    assert (scores.mean, scores.median, scores.possible) == (2.25, 2, 3)
    assert figures.histogram == (0, 0, 0, 0, 0, 0, 3, 0, 0, 1)
    split, grad_w = figures.questions
    assert (split.mean, split.full) == (1, 1)
    assert (grad_w.mean, grad_w.full) == (1.25, 0.25)
    assert [count for _, count in grad_w.failures] == [2, 1]


def test_a_remark_says_that_it_costs_nothing_only_where_nothing_was_lost() -> None:
    right, wrong = grade().questions
    there = "Remarks that cost no points"
    faultless = Page(feedback_page(replace(grade(), questions=(right,)), "Lab"))
    assert faultless.text.index(there) < faultless.text.index("leakage")
    assert "What to look at" not in faultless.text
    page = Page(feedback_page(replace(grade(), questions=(replace(wrong, notes=("one point",)),)), "Lab"))
    assert there not in page.text
    assert "the checks decide about points, it does not" in page.text


def test_what_another_question_explains_is_no_news() -> None:
    right, wrong = grade().questions
    told = replace(right, notes=(NewsIfAlone("all together differ"), "leakage"))
    assert [one.notes for one in with_news_only([told])] == [("all together differ", "leakage")]
    assert [one.notes for one in with_news_only([told, wrong])] == [("leakage",), ()]
    alone = replace(wrong, notes=(NewsIfAlone("all together differ"),))
    assert with_news_only([right, alone])[1].notes == ("all together differ",)


def test_what_a_cell_before_took_along_is_one_failure_whosever_cell_it_was() -> None:
    def lost(cell: int, how: str) -> str:
        stopped = Stopped(cell, how, frozenset({"rnn"}))
        case = CaseResult("x", Outcome.FAILED, 0, 1, True, "rnn is not defined", missing=("rnn",))
        return _with_cause(case, ("rnn", stopped)).message

    messages = [
        lost(3, "stopped at line 1, `x = a`: NameError: name 'a' is not defined"),
        lost(12, "stopped at line 40, `fit(9)`: ValueError: no"),
        lost(4, "did not come to its end (time limit)"),
        "rnn.w has the wrong shape",
    ]
    ones = [grade(message, f"s{number}") for number, message in enumerate(messages)]
    (grad_w,) = summarise(map(entry_of, ones), ["grad_w"]).questions
    assert grad_w.failures == (
        ("rnn is not defined: a code cell before stopped", 2),
        ("rnn is not defined: a code cell before did not come to its end", 1),
        ("rnn.w has the wrong shape", 1),
    )


def test_an_unchecked_question_counts_in_no_mean() -> None:
    figures = summarise(
        map(entry_of, [grade(outcome=Outcome.NOT_CHECKED), grade(id="b", outcome=Outcome.PASSED)]), ["grad_w"]
    )
    assert (figures.questions[0].mean, figures.questions[0].full) == (2, 1)


def test_the_report_lies_where_the_links_point(tmp_path: Path) -> None:
    grades = [grade(), replace(refused(), submission=Submission("b.2-c_d", "b", "b"))]
    for one in grades:
        write_submission(tmp_path, one, "Lab")
    write_report(tmp_path, list(map(entry_of, grades)), "Lab", ["split", "grad_w"], ["derivation"])
    links = [str(attrs["href"]) for attrs in Page((tmp_path / "index.html").read_text("utf-8")).all("a")]
    assert len(links) == 6
    assert all((tmp_path / link).is_file() for link in links)
    assert not list(tmp_path.rglob("*.tmp"))


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two #rrggbb colours, after WCAG 2.2."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_every_text_colour_has_the_contrast_of_wcag_aa_in_light_dark_and_print() -> None:
    palettes = re.findall(r":root \{(.*?)\}", (TEMPLATES / "style.css").read_text("utf-8"), re.S)
    assert len(palettes) == 3
    for palette in palettes:
        colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", palette))
        for text in ("ink", "muted", "good", "bad", "warn", "link"):
            for ground in ("paper", "shade", "good-shade", "bad-shade", "warn-shade"):
                assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)


def half_scored() -> list[Grade]:
    """Two submissions of 1 point whose derivation nobody has scored, and one that somebody has."""
    cases = (CaseResult("values", Outcome.PASSED, 1, 1, hidden=True),)
    derivation = ManualQuestion("derivation", "Exercise 1", 7)
    waiting = Grade(
        Submission("a", "a", "A"),
        Status.GRADED,
        questions=(QuestionResult("q", "q", cases),),
        manual=(derivation,),
    )
    scored = replace(waiting, submission=Submission("c", "c", "C"), manual=(replace(derivation, points=5),))
    return [waiting, replace(waiting, submission=Submission("b", "b", "B")), scored]


def test_a_half_scored_class_says_so_and_mixes_no_maxima() -> None:
    entries = list(map(entry_of, half_scored()))
    figures = summarise(entries, ["q"])
    assert [(one.possible, one.mean, len(one.scores)) for one in figures.by_possible] == [
        (1, 1, 2),
        (8, 6, 1),
    ]
    assert (figures.unscored, figures.to_score, figures.half_scored) == (2, 3, True)
    text = Page("".join(course_page(entries, figures, "Lab", ["q"], ["derivation"]))).text
    assert "Half scored" in text
    assert "2 of 3 submissions wait for a person’s points" in text
    assert "1 of 1" in text
    assert "6 of 8" in text
    nobody = summarise(entries[:2], ["q"])
    assert (nobody.half_scored, nobody.unscored) == (False, 2)
    assert summarise(entries[2:], ["q"]).unscored == 0
    assert (
        "person’s points"
        not in Page(
            "".join(course_page(entries[2:], summarise(entries[2:], ["q"]), "Lab", ["q"], ["derivation"]))
        ).text
    )


def test_the_page_says_what_was_found_of_an_answer_in_words() -> None:
    long = "derivation " * 4000

    def text_of(*manual: ManualQuestion, pictures: tuple[str, ...] = ()) -> str:
        found = grade()
        submission = replace(found.submission, pictures=pictures)
        return " ".join(
            Page(feedback_page(replace(found, manual=manual, submission=submission), "Lab")).text.split()
        )

    assert long.strip() in text_of(ManualQuestion("a", "A", 7, long))
    untouched = ManualQuestion("a", "A", 7, state=AnswerState.PLACEHOLDER)
    missing = ManualQuestion("a", "A", 7, state=AnswerState.MISSING)
    pictured = ManualQuestion("a", "A", 7, pictures=("page.png",))
    assert "The cell for your answer is as you got it" in text_of(untouched)
    assert "Handed in beside the notebook, for the course team to look at: scan.pdf" in text_of(
        untouched, pictures=("scan.pdf",)
    )
    assert "We found no answer in your notebook" in text_of(missing)
    assert "Pictures in your answer, to be looked at in your notebook: page.png" in text_of(pictured)
    assert "We found no answer" not in text_of(pictured)


@pytest.mark.parametrize(
    ("problem", "trouble", "advice"),
    [
        ("no notebook (.ipynb) in it", False, "hand in again: one notebook, the .ipynb file itself"),
        ("", True, "You need not hand in again"),
        ("", False, "Restart kernel and run all cells"),
    ],
)
def test_who_could_not_be_graded_gets_the_advice_that_fits(problem: str, trouble: bool, advice: str) -> None:
    one = Submission("a", "Doe_1_assignsubmission_file/x.ipynb", "A", problem=problem, own_path=("x.ipynb",))
    text = " ".join(
        Page(feedback_page(Grade(one, Status.NOT_GRADABLE, "so", trouble=trouble), "Lab")).text.split()
    )
    given = [
        said
        for said in ("again: one notebook", "You need not hand in again", "Restart kernel")
        if said in text
    ]
    assert len(given) == 1
    assert advice in text
    assert "Handed in as x.ipynb" in text
    assert "This is not a mark of zero" in text


ITEMS = (
    ManualItem("a", "$\\nabla_a$", 1, 1.0),
    ManualItem("b", "$<b>$", 1, 0.0),
    ManualItem("c", "$c$", 2, 0.5),
)


def scored(**more: object) -> Grade:
    question = ManualQuestion(
        "derivation", "Derivation", 4, "mine", points=1.5, items=ITEMS, comment="Look at b"
    )
    return replace(grade(), manual=(replace(question, **({"visible": True} | more)),))


def test_a_student_reads_which_items_were_earned_and_the_comment() -> None:
    text = " ".join(Page(feedback_page(scored(), "Lab")).text.split())
    assert "1 / 1 earned: ∇a 0 / 1 missed: <b> 0.5 / 2 earned in part: c" in text
    assert "Comment of the course team: Look at b" in text


def test_items_that_are_not_for_students_or_not_scored_yet_stay_out_of_the_page() -> None:
    hidden = Page(feedback_page(scored(visible=False), "Lab")).text
    assert "∇" not in hidden
    assert "Look at b" in hidden
    nobody = tuple(replace(item, points=None) for item in ITEMS)
    for more in ({"points": None}, {"items": nobody}):
        assert "∇" not in Page(feedback_page(scored(**more), "Lab")).text


def test_formulas_of_an_answer_and_of_a_comment_are_shown_and_what_was_typed_is_kept() -> None:
    typed = "since $\\frac{a}{2}$\nand $\\unknown{b}$"
    html = feedback_page(scored(answer=typed, comment="see $\\sqrt{2}$"), "Lab")
    page = Page(html)
    assert page.all("mfrac")
    assert page.all("msqrt")
    assert '<code class="tex">$\\unknown{b}$</code>' in html
    assert typed in page.text
    assert not re.search('src=|href=(?!"#)|url\\(|@import', html)  # one file that loads nothing
    without = feedback_page(scored(answer="in words", comment=""), "Lab")
    assert "As you typed it" not in without


def test_a_student_reads_what_was_changed_and_why() -> None:
    changed = Override(3.0, "the derivation is right", "see you on Monday", instead=1.0)
    questions = tuple(replace(one, override=changed) for one in scored().questions)
    page = replace(
        scored(override=Override(4.0, "on paper")), questions=questions, excused=Override(None, "ill")
    )
    text = " ".join(Page(feedback_page(page, "Lab")).text.split())
    assert "Changed by the course team" in text
    assert "points instead of 1: the derivation is right see you on Monday" in text
    assert "Derivation: 4 of 4 points: on paper" in text
    assert "Lateness is excused: ill" in text
    assert "changed by the course team" in course_html([page], "Lab")


def test_what_the_course_team_says_about_the_whole_comes_first() -> None:
    page = replace(scored(override=Override(4.0, "on paper")), comment="Well done.\nSee you.")
    text = Page(feedback_page(page, "Lab")).text
    assert " ".join(text.split()).index("From the course team Well done. See you.") < text.index("Changed by")
    assert "From the course team" not in Page(feedback_page(scored(), "Lab")).text


def test_what_people_write_is_closed_to_the_page_too() -> None:
    item = ManualItem("a", ATTACK, 1, 1.0)
    override = Override(1.0, ATTACK, ATTACK)
    attack = scored(items=(item,), comment=ATTACK, override=override)
    attack = replace(attack, excused=Override(None, ATTACK, ATTACK), comment=ATTACK)
    for html in (feedback_page(attack, "Lab"), course_html([attack], "Lab")):
        page = Page(html)
        assert not page.all("script")
        assert not page.all("img")
        assert "\x1b" not in html
        assert "\0" not in html
        assert "\ud800" not in html
        assert "\u202e" not in html
        assert len(html) < 2_000_000
