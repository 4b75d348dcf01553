"""Which answers are equal, so that they are scored once, and which must never be."""

from __future__ import annotations

import time

import pytest

from autograder.review.alike import LONGEST, comparable, formulas
from autograder.review.claims import is_claim_only


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"$\mathbf{V}^{T} \mathbf{g}$", "$$\n\\boldsymbol V^T\\,\\mathbf g\n$$"),
        (r"$\left( 1 - x \right)$", r"\((1-x)\)"),
        (r"$\left. x \right|_0$", "$x|_0$"),
        (r"$\bigl( a \bigr)$", "$(a)$"),
        (r"$\mathbf{V} \mathbf{h}$", "$V h$"),
        (r"$\mathcal{L}$", "$L$"),
        (r"${\bf h}^{[t]}$", r"$\mathbf{h}^{[t]}$"),
        (r"$\operatorname{diag}(x)$", r"$\mathrm{diag}(x)$"),
        (r"$\text{diag}(x)$", "$diag(x)$"),
        (r"$\tanh(a)$", r"$\operatorname{tanh} (a)$"),
        (r"$a \times b$", r"$a \cdot b$"),
        (r"$\dfrac{a}{b}$", r"$\frac ab$"),
        (r"${{x}}^{{T}}$", "$x^T$"),
        ("\\begin{align*}\na &= b \\\\\nc &= d\n\\end{align*}", "$$a=b$$\n\n$$c=d$$"),
        ("$$\\begin{aligned} a &= b \\\\[2pt] c &= d \\end{aligned}$$", "\\[a=b\\]\n\\[c=d\\]"),
        ("\\begin{equation}a=b\\label{eq:a}\\end{equation}", "$a=b$"),
        ("## Step 1\n**so**  that is  $x$", "Step 1\nso that is $x$"),
        ("1) first\n2) second", "1. first\n2. second"),
        ("it is _clear_ that $ x $", "it is clear that $x$"),
        ("a\r\nb\u200b", "a b"),
        ("−1 $a − b$", "−1 $a - b$"),
    ],
)
def test_other_writing_of_the_same_is_equal(one: str, other: str) -> None:
    assert comparable(one) == comparable(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"$\mathbf{V}^{T} g$", r"$\mathbf{V} g$"),
        (r"$V^{T} g$", r"$g V^{T}$"),
        (r"$V^\top$", "$V$"),
        ("$a - b$", "$a + b$"),
        ("$-a$", "$a$"),
        ("$h^{[t]}$", "$h^{[t-1]}$"),
        ("$h^{[t]}$", "$h_{[t]}$"),
        ("$x_{12}$", "$x_1 2$"),
        ("$x^{ab}$", "$x^a b$"),
        (r"$\frac{1}{23}$", r"$\frac{12}{3}$"),
        (r"$\sqrt{xy}$", r"$\sqrt{x}y$"),
        ("$2(y - x)$", "$2y - x$"),
        (r"$2 \cdot 3$", "$23$"),
        (r"$a \odot b$", r"$a \cdot b$"),
        (r"$\hat{y}$", "$y$"),
        (r"$\sum_{t=1}^{\tau} a$", r"$\sum_{t=2}^{\tau} a$"),
        (r"$\mathbf{x} x$", "$x x$"),  # where an answer uses both, the font means something
        (r"$\mathbf{x} x$", r"$x \mathbf{x}$"),
        (r"$\mathbb{R}r$", "$Rr$"),
        (r"$\begin{pmatrix} a & b \end{pmatrix}$", r"$\begin{pmatrix} a \\ b \end{pmatrix}$"),  # transposed
        (r"$\begin{pmatrix} a & b \end{pmatrix}$", r"$\begin{pmatrix} a b \end{pmatrix}$"),
        (r"$\begin{cases} a \\ b \end{cases}$", "$a$ $b$"),
        ("$a$ $b$", "$a b$"),
        ("- x", "x"),  # no bullet is told from a minus
        ("h_t is x_t", "ht is xt"),
        ("V* g*", "V g"),
        ("2*a*b", "2ab"),
        ("nowhere", "no where"),
        ("it is $x$", "it is not $x$"),
        ("Step 1", "step 1"),
        ("$2.5$", "$25$"),
        (r"$x \phantom{y}$", "$x$"),
    ],
)
def test_what_is_not_the_same_is_never_equal(one: str, other: str) -> None:
    assert comparable(one) != comparable(other)


def test_a_text_that_is_too_long_is_equal_to_itself_only() -> None:
    long = "$a$ " * (LONGEST // 4 + 1)
    assert comparable(long) == comparable(long)
    assert comparable(long) != comparable(long.replace("$a$", "$ a $"))


@pytest.mark.parametrize(
    "part",
    [
        "\\(",
        "{",
        "*a ",
        "_a",
        "$",
        "\\begin{align}",
        "\\mathbf{",
        "\\label{",
        "\\hspace",
        "\\\\ [",
        "\\begin ",
        "}",
        "\\left",
    ],
)
def test_no_text_takes_long_to_compare(part: str) -> None:
    text = "$" + part * (LONGEST // len(part) - 1)
    started = time.process_time()
    comparable(text)
    formulas(text)
    assert time.process_time() - started < 5  # a tenth of that, on a machine that does nothing else


EXERCISE = r"""Show that, with $\mathbf{y}^{[t]} = \mathbf{V} \mathbf{h}^{[t]}$,

$$\nabla_{\mathbf{h}} \mathcal{L} = \mathbf{V}^{T} (\nabla_{\mathbf{y}} \mathcal{L})$$
$$\nabla_{\mathbf{c}} \mathcal{L} = \sum_{t=1}^{\tau} \nabla_{\mathbf{y}} \mathcal{L}$$"""


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (r"$$\nabla_{\mathbf{h}} \mathcal{L} = \mathbf{V}^{T} (\nabla_{\mathbf{y}} \mathcal{L})$$", True),
        (r"By the chain rule, for $\mathbf{V}$: $\nabla_h L = V^T \nabla_y L$.", True),
        (
            "\\begin{align} \\nabla_h L &= V^T \\nabla_y L \\\\ \\nabla_c L &= \\sum_{t=1}^\\tau \\nabla_y L\\end{align}",
            True,
        ),
        (r"$\nabla_h L = \nabla_h y \cdot \nabla_y L = V^T \nabla_y L$", False),
        (r"$\nabla_h L = V \nabla_y L$", False),  # wrong, and so their own
        (r"$\nabla_h L = V^T \nabla_y L$ because the Jacobian is $\partial y / \partial h = V$", False),
        ("I do not know.", False),
        (r"$\mathbf{V}$", False),
        ("", False),
    ],
)
def test_an_answer_that_only_says_the_exercise_again_is_noticed(answer: str, expected: bool) -> None:
    assert is_claim_only(answer, EXERCISE) is expected


def test_without_formulas_in_the_exercise_nothing_is_a_claim() -> None:
    assert not is_claim_only("$a = b$", "Derive it.")
