"""``docs/authoring.md`` says of checks and configuration what the code says."""

import dataclasses
import textwrap
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from autograder import gradients
from autograder.authoring import reference
from autograder.config.schema import Config
from autograder.grading import checks

PAGE = Path(__file__).resolve().parents[2] / "docs" / "authoring.md"


def test_the_page_is_as_the_code_has_it():
    page = PAGE.read_text(encoding="utf-8")
    assert page == reference.written(page), "make reference"


@pytest.mark.parametrize("check", checks.REFERENCE, ids=lambda check: check.__name__)
def test_every_check_has_an_example(check):
    assert f"{check.__name__}(" in check.__doc__


def test_every_check_that_fails_is_in_the_reference():
    for_the_engine = {"agrees", "as_tensor", "closest_comparison", "collected_notes", "hidden_case"}
    functions = {name for name in checks.__all__ if name.islower()}
    assert functions - for_the_engine == {check.__name__ for check in checks.REFERENCE}


def test_of_formulas_every_attribute_is_told():
    told = reference.of_gradients()
    for described in (gradients.Formula, gradients.Given):
        for field in dataclasses.fields(described):
            assert f"\n- `{field.name}`: " in told


def test_the_formula_of_the_page_is_one():
    """What the page shows of formulas first: read by a new user, and written down as it is."""
    section = PAGE.read_text(encoding="utf-8").partition("## Gradients\n")[2]
    block = section[section.index("    from functools") : section.index("\nA `Given`")]
    names: dict[str, Any] = {}
    exec(textwrap.dedent(block), names)  # noqa: S102  of this repository
    gradients.ready(names["HIDDEN"], names["GRAD_W"])


def test_every_field_has_a_meaning():
    rows = [row for row in reference.of_configuration().splitlines() if row.startswith("| `")]
    assert all(row.split(" | ")[2].strip(" |") for row in rows)
    assert len(rows) > len(Config.model_fields)


def test_a_page_without_the_place_is_refused():
    with pytest.raises(ValueError, match="<!-- checks -->"):
        reference.written("nothing")


@pytest.mark.parametrize(
    ("total", "uses"), [("sum(squares(n))", True), ("n * (n + 1) * (2 * n + 1) // 6", False)]
)
def test_the_page_tells_how_a_test_sees_whether_a_function_is_called(total, uses):
    names: dict[str, Any] = {}
    exec(f"def squares(n): return [i * i for i in range(1, n + 1)]\ndef total(n): return {total}", names)  # noqa: S102
    page = PAGE.read_text(encoding="utf-8")
    block = page[page.index("    from autograder.grading.checks import require") :].partition("\n\notter's")[
        0
    ]
    with nullcontext() if uses else pytest.raises(checks.CheckFailed, match="does not call squares"):
        exec(textwrap.dedent(block), {"env": names})  # noqa: S102  of this repository
