"""Formulas over several lines stay formulas, whatever their lines begin with."""

from __future__ import annotations

import time

import pytest

from autograder.review.markdown import LONGEST, as_html


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("Add both:\n$$a\n= b\n+ c\n- d.$$\n\nmore", "a = b + c - d."),
        ("1. so $$a\n- b$$ and", "a - b"),
        ("so $a\n* b$ and", "a * b"),
        ("$$\n# a\n> b\n$$", " # a &gt; b "),
        (r"$$\begin{aligned} a &= b \\" + "\n" + r"- c &= d \end{aligned}$$", r"\\ - c &amp;= d"),
    ],
)
def test_lines_of_a_formula_are_no_list(text: str, formula: str) -> None:
    html = as_html(text)
    assert formula.strip() in html
    assert "<ul>" not in html
    assert html.count('class="math') == 1


@pytest.mark.parametrize(
    "text",
    ["5$ for this\n\n- and 6$ for that", "```\n$a\n- b$\n```", "\\$a\n- b\\$", "$a\n\n- b$", "$a % c\n- b$"],
)
def test_what_is_no_formula_keeps_its_lines(text: str) -> None:
    assert "- b" in as_html(text) or "<li>" in as_html(text)


@pytest.mark.parametrize("part", ["$", "$a", "$$ ", "$\n", "\\$", "$\\", "$a\n- b", "$a\n\n"])
def test_no_text_takes_long(part: str) -> None:
    started = time.process_time()
    as_html(part * (LONGEST // len(part)))
    assert time.process_time() - started < 20  # a tenth of that, on a machine that does nothing else
