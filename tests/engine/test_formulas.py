"""Formulas on pages without a script: LaTeX becomes MathML from a list of elements, or stays what it was."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.config.load import load
from autograder.report import formulas
from autograder.report.formulas import as_mathml, has_formulas, with_formulas
from tests.conftest import ROOT

TAGS = {*formulas.TAGS, "math", "code"}
ATTRIBUTES = {*formulas.ATTRIBUTES, "class", "display", "mathvariant"}


class Checked(HTMLParser):
    """Reads HTML strictly: known elements, known attributes, all closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS
        for name, value in attrs:
            assert name in ATTRIBUTES
            assert re.fullmatch(r"[a-z0-9.-]*", value or "")
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def shown(text: str) -> str:
    """What a reader sees of a text."""
    return Checked(str(with_formulas(text, 50_000))).text


def test_a_formula_becomes_elements() -> None:
    assert with_formulas(r"so $\frac{a}{2}$ & more", 100) == (
        "so <math><mrow><mfrac><mrow><mi>a</mi></mrow><mrow><mn>2</mn></mrow></mfrac></mrow></math> &amp; more"
    )
    assert as_mathml(r"x^2", block=True).startswith('<math display="block">')


def test_every_item_of_the_lab_is_understood() -> None:
    items = [item for question in load(ROOT / "grading_config.yml").config.manual for item in question.items]
    assert len(items) == 11
    for item in items:
        html = str(with_formulas(item.text, 2000))
        Checked(html)
        assert html.startswith("<math>")
        assert "\\" not in html
        assert "∇" in html
    assert shown(r"$\mathbf{V}^{T} \mathbf h$") == "𝐕T𝐡"  # bold letters of their own: no attribute makes them


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("$$a$$", "a"),
        (r"\(a\) and \[b\]", "a and b"),
        ("one\n$$\na\n$$\ntwo", "onea\ntwo".replace("a\n", "a")),
        (r"\begin{align*} a &= b \\ c &= d \end{align*}", "a=bc=d"),
        ("$ a $", "a"),
        ("no formula", "no formula"),
        (r"5\$ and 6\$", r"5\$ and 6\$"),
        ("one $ alone", "one $ alone"),
        ("$$$$", "$$$$"),
        ("$a\n\nb$", "$a\n\nb$"),
        (r"\\( not one", r"\\( not one"),
        ("", ""),
    ],
)
def test_where_a_formula_begins_and_ends(text: str, seen: str) -> None:
    assert shown(text) == seen
    assert has_formulas(text) == ("<math" in with_formulas(text, 100))


@pytest.mark.parametrize(
    "latex",
    [
        r"\foo{x}",
        "{" * 500,
        "a" * 2001,
        r"a_b_c",
        r"\left( a",
        r"\begin{matrix} a",
        r"\def\a{\a\a}\a",
        r"\newcommand{\a}{b}\a",
        r"\let\a=b",
        r"\DeclareMathOperator{\a}{a}",
        r"\skew{x}{y}",
        "%" * 100,
    ],
)
def test_what_is_not_understood_stays_latex(latex: str) -> None:
    assert as_mathml(latex) is None
    assert shown(f"${latex}$") == f"${latex}$"


def test_commands_that_double_each_other_are_not_expanded() -> None:
    doubling = "".join(
        rf"\def\{a}{{\{b}\{b}}}" for a, b in zip("abcdefghijklmnop", "bcdefghijklmnopq", strict=True)
    )
    began = time.process_time()
    assert as_mathml(doubling + r"\def\q{x}\a") is None
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize(
    "latex",
    [
        r"\text{<script>alert(1)</script>}",
        r"\text{&lt;img src=x onerror=alert(1)&gt;}",
        r"<img src=x onerror=alert(1)>",
        r"\href{javascript:alert(1)}{x}",
        r"\style{position:fixed;inset:0}{x}",
        r"\class{next}{x}",
        r"\color{red;background:url(http://x)}{x}",
        r"\textcolor{\" onload=\"x}{x}",
        r"\hspace{99999em}x",
        r"\kern{9999px}x",
        r"\tag{x\" onload=\"1}x",
        r"\begin{array}{c\"onload=\"x}1\end{array}",
        "&#60;script&#62;x",
        "\u202e\x1b[31m\0x",
        r"\bbox[url(x)]{y}",
        r"\verb|<script>|",
    ],
)
def test_nothing_else_gets_into_the_page(latex: str) -> None:
    for text in (f"${latex}$", f"$${latex}$$", latex):
        html = str(with_formulas(text, 50_000))
        Checked(html)
        for banned in ("<script", "<img", '="99999em"', "\x1b", "\u202e"):
            assert banned not in html


@given(
    st.text(alphabet=st.sampled_from(list("\\{}[]()$_^&%#~ <>\"'ab12.|\n")) | st.characters(), max_size=80)
)
@settings(max_examples=150, deadline=None)
def test_any_text_gives_a_page_that_is_whole(text: str) -> None:
    Checked(str(with_formulas(text, 1000)))
    Checked(str(with_formulas(f"$${text}$$", 1000)))


COMMANDS = r"\frac \sqrt \left( \right) \begin{matrix} \end{matrix} \text{ \mathbf \sum \limits _ ^ { } & \\ \hline \overset \big \not \operatorname{a} \prod \int \prime ' \over \choose \binom \hspace{1em} \color{red} \mathrm{ \cases \substack{ \xrightarrow \overbrace \middle| \displaystyle x 1".split()


@given(st.lists(st.sampled_from(COMMANDS), max_size=12))
@settings(max_examples=150, deadline=None)
def test_any_order_of_commands_gives_a_page_that_is_whole(parts: list[str]) -> None:
    Checked(str(with_formulas("$" + " ".join(parts) + "$", 1000)))


@pytest.mark.parametrize(
    "unit",
    [
        "$",
        "$$",
        r"\(",
        r"\[",
        "$a$",
        r"\begin{align}",
        "$$a",
        r"\text{",
        r"$\frac{a}{b}$",
        "$" + "a'" * 900 + "$",
        "{",
        "\\",
    ],
)
def test_texts_of_any_form_are_read_in_time(unit: str) -> None:
    formulas.as_mathml.cache_clear()
    text = (unit * 50_000)[:50_000]
    began = time.process_time()
    html = with_formulas(text, 50_000)
    assert time.process_time() - began < 3.0
    assert len(html) < 2_000_000
