"""The student's page in a real Chromium: everybody can use it, and it fits a telephone, a desk and paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from autograder.model import AnswerPicture, CellRun, Ending, Grade, ManualQuestion, Picture
from autograder.report.student import feedback_page
from tests.engine.test_answers import PNG
from tests.engine.test_feedback_page import CURVE, failed, passed, question
from tests.engine.test_report_pages import grade
from tests.review.served import NARROW, WIDE

AXE = files("axe_playwright_python").joinpath("axe.min.js")
LONG = "a_name_that_is_as_long_as_somebody_who_likes_long_names_can_make_it_" * 3
CLOUD = Picture("A cloud", "true", "predicted", (0, 1), (0, 1), ("09", "90"), diagonal=True)


def bad() -> Grade:
    """A notebook that stopped early, with something of everything that a page can say."""
    cause = f"code cell 2 stopped at line 7, `{LONG}`: NameError: no"
    behind = [question(name, failed("x", f"{LONG} is not defined: {cause}")) for name in "abc"]
    wrong = failed(
        "random numbers",
        "grad_w is `transposed`.",
        3,
        help="Look.",
        mistake="transposed",
        repeat=f"f({LONG})",
    )
    placed = failed("example", "It is 1, expected 2.", 0, evidence=f"code cell 1, line 2: {LONG}")
    cells = (
        CellRun(0, Ending.FINISHED, 0.1, first_line="import torch"),
        CellRun(1, Ending.RAISED, 0.1, f"NameError: {LONG}", first_line=LONG),
        *(CellRun(place, Ending.SKIPPED, 0) for place in range(2, 9)),
        CellRun(9, Ending.LEFT_OUT, 0),
    )
    questions = (*behind, question("w", wrong, placed, passed("shape"), notes=("a remark",)))
    manual = (ManualQuestion("essay", "Essay", 7, "$\\frac{a}{b}$ " * 30, pictures=("a.png",)),)
    first = (f"{cause}; 3 questions depend on what follows it",)
    return replace(grade(), questions=questions, cells=cells, manual=manual, first_causes=first)


def middling() -> Grade:
    """One mistake, and a test that fails without a cost."""
    questions = (
        question("w", failed("random", "grad_w is transposed.", mistake="t", repeat="f(1)"), passed("shape")),
        question("step", failed("the same hour", "w is wrong.", 0), passed("random")),
        question(
            "loop", passed("trained"), notes=("On the test days …",), curves=(CURVE,), pictures=(CLOUD,)
        ),
    )
    return replace(grade(), questions=questions)


def faultless() -> Grade:
    return replace(
        grade(), questions=(question("loop", passed("trained"), curves=(CURVE,)), question("w", passed("x")))
    )


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    pictures = {"essay": [AnswerPicture("a.png", "image/png", PNG.hex()[:64])]}
    found = {}
    for one in (bad(), middling(), faultless()):
        name = ("bad", "middling", "faultless")[len(found)]
        found[name] = folder / f"{name}.html"
        found[name].write_text(feedback_page(one, "Lab", pictures=pictures), "utf-8")
    return found


@pytest.mark.parametrize(
    ("size", "scheme", "media"),
    [(WIDE, "light", "screen"), (NARROW, "dark", "screen"), (WIDE, "light", "print")],
)
def test_the_page_is_sound_and_nothing_sticks_out(
    pages: Mapping[str, Path], browser: Browser, size: tuple[int, int], scheme: str, media: str
) -> None:
    # The page's own policy lets no script run, axe-core's neither.
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, bypass_csp=True
    )
    with context:
        page = context.new_page()
        page.emulate_media(media=media)
        for file in pages.values():
            page.goto(file.as_uri())
            page.evaluate(AXE.read_text(encoding="utf-8"))
            found = page.evaluate("axe.run(document, {resultTypes: ['violations'], preload: false})")
            assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found["violations"]] == []
            width = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert width == 0, file


def test_words_are_not_broken_where_the_page_says_how_the_notebook_ran(
    pages: Mapping[str, Path], browser: Browser
) -> None:
    page = browser.new_page(viewport={"width": NARROW[0], "height": NARROW[1]})
    page.goto(pages["bad"].as_uri())
    lines = page.evaluate(
        """() => {
          const range = document.createRange();
          return Array.from(document.querySelectorAll(".cells .muted"), (one) => {
            range.selectNodeContents(one);
            return range.getClientRects().length;
          });
        }"""
    )
    page.close()
    assert lines, "cells are shown"
    assert max(lines) == 1, "an ending is one line"


def test_without_a_script_and_links_lead_to_the_cell(pages: Mapping[str, Path], browser: Browser) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.partition(":")[0]))
    page.goto(pages["bad"].as_uri())
    page.get_by_role("link", name="cell [2]").first.click()
    assert page.evaluate("document.querySelector(':target').id") == "cell-2"
    page.close()
    assert set(asked) <= {"file", "data"}
