"""What students run in a course with ``language: de``: the same checks, and each of their sentences in German."""

from __future__ import annotations

import ast
import importlib
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from autograder.build.check import students_otter
from autograder.build.public_tests import public_copies
from autograder.language import speaking
from reference import public_mistakes
from reference.language import lab
from tests.conftest import ROOT
from tests.lab.public_tables import WRONG, table_of

ENGLISH_WORDS = re.compile(
    r"\b(the|your|this|is|are|has|have|of|rows|expected|should|with|at|in place of|passed|tests? pass)\b"
)


def written_in(language: str) -> dict[str, str]:
    """What students get to check with, by the name of the file."""
    copies = public_copies(ROOT / "tests" / "questions", ROOT, language)
    return copies | {"otter": students_otter(language)}


@pytest.fixture(scope="module")
def files() -> dict[str, dict[str, str]]:
    """The students' files by language."""
    return {language: written_in(language) for language in ("en", "de")}


def without_docstrings(source: str) -> ast.Module:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [
                one for one in body if not isinstance(getattr(one, "value", None), ast.Constant)
            ] or [ast.Pass()]
    return tree


def texts(tree: ast.Module) -> list[str]:
    found = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return [text for text in found if isinstance(text, str)]


NO_SENTENCE = re.compile(
    r"rnn = |rnn\.|torch\.tensor\(|^\W+$|<div|<pre|<strong|\.\.\. |ends? with|with size 1|\(=\|return|<ipython|, | = \.\.\.|TODO: "
)
"""Code, HTML, what Python says, and signs between two words: the same in every language."""


def test_no_sentence_of_the_checks_is_left_in_english(files):
    for name, english in files["en"].items():
        german = texts(without_docstrings(files["de"][name]))
        same = {text for text in texts(without_docstrings(english)) if " " in text} & {*german}
        assert [text for text in same if not NO_SENTENCE.search(text)] == [], name


def test_the_checks_are_the_same_but_for_their_sentences(files):
    def code(source: str) -> str:
        tree = ast.parse(source)
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                node.value = ""
        return ast.dump(tree)

    for name, english in files["en"].items():
        assert code(files["de"][name]) == code(english), name
        assert files["de"][name].count("\n") == english.count("\n"), name


@pytest.mark.parametrize("what", WRONG)
def test_a_mistake_has_the_same_german_name_publicly_and_in_the_feedback(what):
    with speaking("de"):
        public = [lab(sentence) for sentence in vars(public_mistakes)[what.upper()]]
        assert public == [*table_of(what)]


def otter_of(folder: Path, contents: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> object:
    """The stand-in as a notebook imports it beside these files."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "otter"]:
        monkeypatch.delitem(sys.modules, name)
    (folder / "tests").mkdir(parents=True)
    for name, text in contents.items():
        (folder / ("otter.py" if name == "otter" else f"tests/{name}")).write_text(text, "utf-8")
    with monkeypatch.context() as here:
        here.syspath_prepend(folder)
        return importlib.import_module("otter")


class Wrong:
    """An RNN with another mistake in each method."""

    def __init__(self, hidden_state_size=10, input_size=6):
        self.b, self.c = torch.zeros(hidden_state_size), torch.zeros(1)

    def forward(self, x):
        return torch.zeros(len(x), len(self.b)), torch.zeros(1)

    def _compute_grad_h(self, y_true, y_pred, hidden):
        return None

    def _compute_grad_c(self, y_true, y_pred):
        return y_pred - y_true

    def _compute_grad_b(self, hidden, grad_h):
        return grad_h.sum(0)

    def _compute_grad_v(self, y_true, y_pred, hidden):
        grad_v = ...
        return grad_v[0]

    def _compute_grad_w(self, hidden, grad_h):
        grad_h *= 2
        return grad_h.T @ hidden

    def _compute_grad_u(self, hidden, grad_h, x):
        return torch.zeros(2)


def names_of(rows: int) -> dict[str, object]:
    """What a notebook with a mistake in each cell leaves."""
    data = torch.arange(42_984 * 6, dtype=torch.float32).reshape(-1, 6)
    return {
        "RNN": Wrong,
        "dataset": data,
        "num_train_samples": rows,
        "data_train": data[:30_000],
        "data_test": data[rows:],
        "means": torch.zeros(5),
        "stds": torch.ones(6),
        "get_random_day": lambda data: (data[:23], data[24, 1]),
        "mse_loss_func": lambda y_true, y_pred: (y_true - y_pred).abs(),
        "do_training_step": lambda rnn, data, batch_size, lr: torch.zeros(1),
        "train_rnn": lambda data, steps: (
            SimpleNamespace(b=torch.zeros(10), c=torch.zeros(1)),
            [1.0] * steps,
        ),
        "losses": [float("nan")] * 500,
    }


UNTOUCHED = dict.fromkeys(names_of(0), ...)


@pytest.mark.parametrize("names", [{}, UNTOUCHED, names_of(34_368)], ids=["empty", "template", "wrong"])
def test_the_verdicts_are_the_english_ones_and_the_words_are_german(files, tmp_path, monkeypatch, names):
    said = {}
    for language, contents in files.items():
        otter = otter_of(tmp_path / language, contents, monkeypatch)
        grader = otter.Notebook(tests_dir=str(tmp_path / language / "tests"))
        questions = [name.removesuffix(".py") for name in contents if name != "otter"]
        said[language] = [repr(grader.check(one, global_env=names)) for one in questions]
        sys.modules.pop("otter", None)
    marks = {
        language: [re.findall("^[✓✗]", one, re.MULTILINE) for one in said[language]] for language in said
    }
    assert marks["de"] == marks["en"]
    assert any("✗" in one for one in marks["de"])
    for one in said["de"]:
        words = re.sub(r"`[^`]*`|In einer eigenen Zelle:.*?(?=\n[✓✗]|\Z)", "", one, flags=re.DOTALL)
        assert ENGLISH_WORDS.findall(words) == [], one
