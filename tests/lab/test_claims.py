"""The exercises' own identities, copied, are noticed; the lab's own derivations are not taken for that."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from autograder.config.load import load
from autograder.notebook.answers import exercise_text
from autograder.notebook.solutions import solutions
from autograder.notebook.template import read_template
from autograder.notebook.template_cells import template_cells
from autograder.review.claims import is_claim_only
from autograder.review.reading import Reading
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
    one = re.findall(r"^\$\$.*\$\$$", copied, re.M)[-1].strip("$")
    left, right = one.split("=", 1)
    assert is_claim_only(f"**Identity** ${left}=$\n\n$${right}$$", exercise), "behind a typed left-hand side"
    assert not is_claim_only(f"**Identity** ${left}=$\n\nby the chain rule", exercise)


def test_of_each_identity_with_a_cell_of_its_own_is_said_what_stands_there(tmp_path: Path) -> None:
    notebook = json.loads((LAB.template() or Path()).read_text("utf-8"))
    texts = {
        "c": r"$$\sum_{t=1}^{\tau} \nabla_{\mathbf{y}^{[t]}} \mathcal{L}$$",
        "b": r"by the chain rule, $b = 1$",
    }
    for cell in notebook["cells"]:
        tags = cell["metadata"].get("autograder", {})
        if tags.get("manual") == "derivation_general" and tags.get("item") in texts:
            cell["source"] = "".join(cell["source"]).replace("*Your answer here*", texts[tags["item"]])
    (tmp_path / "ada.ipynb").write_text(json.dumps(notebook), "utf-8")
    asked = {
        "file": str(tmp_path / "ada.ipynb"),
        "question": "derivation_general",
        "digest": "",
        "ticket": "t",
    }
    found, _ = Reading(LAB).answer(asked)
    assert found["claimed"] == ["c"]
    assert found["unanswered"] == ("h_last", "h_earlier", "V", "W", "U")
    assert [one["item"] for one in found["parts"]] == ["c", "b"]
