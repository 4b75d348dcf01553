"""The exercises' own identities, copied, are noticed; the lab's own derivations are not taken for that."""

from __future__ import annotations

import re

import pytest

from autograder.config.load import load
from autograder.notebook.answers import exercise_text, template_cells
from autograder.notebook.solutions import solutions
from autograder.notebook.template import read_template
from autograder.review.claims import is_claim_only
from tests.conftest import ROOT

LAB = load(ROOT / "grading_config.yml")
TEMPLATE = read_template(LAB, template_cells) or ()


@pytest.mark.parametrize("name", ["derivation_general", "derivation_last_step"])
def test_an_answer_of_copied_identities_is_a_claim_and_a_derivation_is_none(name: str) -> None:
    exercise = exercise_text(name, TEMPLATE)
    copied = "\n\n".join(re.findall(r"^\$\$.*\$\$$", exercise.partition("Show")[2], re.M))
    assert copied.count("$$") > 6
    assert is_claim_only(copied, exercise)
    assert is_claim_only(copied.replace(r"\mathbf", r"\boldsymbol"), exercise)
    assert not is_claim_only(solutions(LAB)[name], exercise)
