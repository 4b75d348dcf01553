"""Similar work: copies are found under other names, right answers that only look alike are not."""

from __future__ import annotations

import ast
import csv
import io
import json
import time
import zipfile
from functools import cache
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given as generated
from hypothesis import strategies as st

from autograder.class_run.grade import Means, grade
from autograder.class_run.regrade import regrade
from autograder.class_run.similar import similar
from autograder.errors import UsageError
from autograder.grading.run_settings import RunSettings
from autograder.model import Submission
from autograder.notebook.code import LONGEST_CELL
from autograder.similar import winnow
from autograder.similar.code import MOST_TOKENS, code_of
from autograder.similar.compare import LEAST_WRONG, Given, Work, pairs_of
from autograder.similar.winnow import fingerprints
from autograder.similar.write import CSV, DOLOS, Handed, write_dolos, write_pairs
from autograder.store.run import RUN_FILE, Run, remember
from tests.conftest import ROOT, TOY_LAB, notebook_bytes
from tests.corpus import cases
from tests.engine.test_toy_lab import CLASS, COUNTS

# Winnowing


@generated(
    st.lists(st.integers(0, 5), max_size=40),
    st.lists(st.integers(0, 5), max_size=40),
    st.lists(st.integers(0, 5), min_size=winnow.GRAM + winnow.WINDOW - 1, max_size=40),
)
def test_what_is_shared_over_the_guaranteed_length_is_found(before, after, shared):
    assert fingerprints(shared) & fingerprints([*before, *shared, *after])


@generated(st.lists(st.integers(0, 2**32), min_size=winnow.GRAM, max_size=60))
def test_few_of_the_hashes_are_chosen_and_all_of_the_text(tokens):
    every = {fingerprints(tokens[at : at + winnow.GRAM]) for at in range(len(tokens) - winnow.GRAM + 1)}
    assert fingerprints(tokens) <= frozenset().union(*every)
    assert fingerprints(tokens)
    assert not fingerprints(tokens[: winnow.GRAM - 1])


# Tokens


def tokens(*sources):
    return [unit.tokens for unit in code_of(sources).units()]


@pytest.mark.parametrize(
    "other",
    [
        "def g(self, count, n=3):\n    return sum(n[count]) * 5",
        'def f(x: int, y: list = 1) -> float:\n    """What it does."""\n    # how\n    return sum(y[x]) * 2.5',
        "import math\ndef f(x, y=1):\n    print('here', x)\n    pass\n    return sum(y[x]) * 2",
        "%matplotlib inline\ndef f(x, y=1): return sum(y[x])*2",
        "%%time\n%%capture\ndef f(x, y=1):\n    !ls\n    return sum(y[x])*2",
    ],
)
def test_names_numbers_comments_types_and_prints_make_no_difference(other):
    mine = (
        "def f(a, b, c=1): return sum(c[b]) * 2" if "self" in other else "def f(a, b=1): return sum(b[a]) * 2"
    )
    assert tokens(other) == tokens(mine)


@pytest.mark.parametrize(
    "other", ["def f(a, b=1): return max(b[a]) * 2", "def f(a, b=1): return sum(b[a]) + 2"]
)
def test_what_is_computed_makes_a_difference(other):
    assert tokens(other) != tokens("def f(a, b=1): return sum(b[a]) * 2")


def test_functions_have_units_of_their_own():
    code = code_of(
        [
            "x = [1]\nclass A:\n    y = (2,)\n    def f(self):\n        def g(): return 1\n        return g",
            "def h(): return 2",
        ]
    )
    assert [unit.name for unit in code.units()] == ["A.f", "cell 1", "h"]


@pytest.mark.parametrize(
    "source",
    [
        "def f(:",
        "x = " + "(" * 5_000 + ")" * 5_000,
        "x = " + "-" * 50_000 + "1",
        "x = " + "+".join("1" * 20_000),
        "x = " + "a." * 20_000 + "b",
        "x = 1\n" * LONGEST_CELL,
        "x = '\0'",
    ],
)
def test_a_cell_that_cannot_be_read_is_skipped_and_said(source):
    began = time.process_time()
    code = code_of([source, "def f(a): return a"])
    assert code.unread == 1
    assert [unit.name for unit in code.units()] == ["f"]
    assert time.process_time() - began < 2


def test_a_notebook_without_end_costs_little():
    began = time.process_time()
    many = "\n".join(f"def f{number}(a): return [a, a, a, a, a, a, a]" for number in range(1_200))
    code = code_of([many] * 50)
    assert sum(len(unit.tokens) for unit in code.units()) <= MOST_TOKENS
    assert code.unread > 0
    given = Given([])
    works = [given.work(str(number), code, ["f1"]) for number in range(3)]
    pairs_of(works, ["f1", "f2"])
    assert time.process_time() - began < 5


# Pairs, with the lab's own corpus as a class


@cache
def the_course():
    files = (ROOT / "student_template" / "rnn_lab.ipynb", ROOT / "reference" / "rnn_lab.ipynb")
    return Given([code_of(sources_of(file.read_bytes())) for file in files])


def sources_of(notebook):
    cells = json.loads(notebook)["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


@cache
def case(name):
    return next(one for one in cases.all_cases() if one.name == name)


def submission(*names):
    """The sources of a notebook with what each of these cases changes."""
    changes = [change for name in names for change in cases.changes_of(case(name))]
    return sources_of(cases.as_notebook(cases.changed(cases.base_cells(), changes)))


def work(submission_id, sources, *lost):
    return the_course().work(submission_id, code_of(sources), lost)


@cache
def others():
    """Thirty people who were right, each in their own way."""
    right = (one for one in cases.all_cases() if one.name.startswith("correct/"))
    found = []
    for one in right:
        try:
            found.append(work(one.name, sources_of(cases.notebook(one))))
        except (FileNotFoundError, KeyError):
            continue
    return tuple(islice(found, 0, 60, 2))


class Renamed(ast.NodeTransformer):
    """Every local name and parameter gets another one, and docstrings say something else."""

    def visit_FunctionDef(self, node):
        names = {one.arg for one in ast.walk(node) if isinstance(one, ast.arg)}
        names |= {
            one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
        }
        for one in ast.walk(node):
            if isinstance(one, ast.Name) and one.id in names:
                one.id = f"my_{one.id}"
            elif isinstance(one, ast.arg):
                one.arg, one.annotation = f"my_{one.arg}", None
        node.body.insert(0, ast.parse("'''My own work.'''").body[0])
        return node


class Padded(ast.NodeTransformer):
    """Dead code between the statements of functions."""

    def visit_FunctionDef(self, node):
        dead = ast.parse("unused = [0]\nif unused is None:\n    unused.append(len(unused) + 7)").body
        node.body = [
            part for number, one in enumerate(node.body) for part in ([*dead, one] if number % 2 else [one])
        ]
        return node


def rewritten(sources, transformer):
    """The sources as somebody hands them in who hopes that nobody sees whose they are."""
    changed = []
    for source in sources:
        tree = transformer.visit(ast.parse(source))
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                node.body.reverse()
        changed.append(ast.unparse(ast.fix_missing_locations(tree)))
    return changed


QUESTIONS = tuple(cases.POINTS)


@pytest.mark.parametrize("transformer", [Renamed, Padded])
def test_a_copy_is_found_under_other_names_in_another_order_and_with_dead_code(transformer):
    mine = submission("correct/named_tuple", "correct/stacked_lists", "correct/module_level_helpers")
    copy = rewritten(mine, transformer())
    assert copy != mine
    pairs = pairs_of([*others(), work("mine", mine), work("copy", copy)], QUESTIONS)
    assert set(pairs[0].ids) == {"mine", "copy"}
    assert pairs[0].share > 0.5
    assert pairs[0].functions


def test_a_copy_is_found_though_both_bury_it_in_code_of_their_own():
    def buried(name, seed):
        own = (f"def {name}{n}(a):\n    return " + words(seed + n) for n in range(40))
        return ["\n".join(own), *mine]

    def words(number):
        return " + ".join(
            ("len", "abs", "max", "min", "sum")[number // 5**place % 5] + "(a)" for place in range(6)
        )

    mine = submission("correct/named_tuple", "correct/stacked_lists", "correct/module_level_helpers")
    pairs = pairs_of([*others(), work("a", buried("x", 0)), work("b", buried("y", 9_000))], QUESTIONS)
    assert set(pairs[0].ids) == {"a", "b"}


def test_right_answers_share_no_wrong_code_and_little_else():
    pairs = pairs_of(others(), QUESTIONS)
    assert not any(pair.wrong for pair in pairs)
    assert len(pairs) < len(others())  # of some 400


def test_a_shared_mistake_comes_before_shared_right_code():
    right = submission("correct/named_tuple", "correct/stacked_lists")
    wrong = "mistakes/grad_w/derivative_at_the_previous_state"
    ann = work("ann", submission("correct/deque", wrong), "grad_w")
    bob = work("bob", submission("correct/column_vectors", wrong), "grad_w")
    eve = work("eve", submission("correct/einsum"), "grad_w")
    pairs = pairs_of([*others(), work("cem", right), work("dee", right), eve, ann, bob], QUESTIONS)
    assert set(pairs[0].ids) == {"ann", "bob"}
    assert pairs[0].wrong >= LEAST_WRONG
    assert pairs[0].lost == ("grad_w",)
    assert pairs[0].functions[0] == "RNN._compute_grad_w"
    assert {"cem", "dee"} in [set(pair.ids) for pair in pairs]
    assert not any(pair.wrong for pair in pairs[1:])
    # Somebody earned full marks with it: then it is not what was wrong.
    fay = work("fay", submission("correct/deque", wrong))
    assert not any(pair.wrong for pair in pairs_of([*others(), ann, bob, fay], QUESTIONS))


def test_what_most_of_a_class_has_counts_for_nothing():
    own = submission("correct/named_tuple", "correct/stacked_lists")
    crowd = [work(str(number), own) for number in range(9)]
    assert pairs_of(crowd, QUESTIONS) == []
    assert len(pairs_of(crowd[:3], QUESTIONS)) == 3


def test_the_template_and_the_solution_count_for_nothing():
    solution = sources_of((ROOT / "reference" / "rnn_lab.ipynb").read_bytes())
    assert work("a", solution).units == ()
    assert work("b", rewritten(solution[5:], Renamed())).units == ()


# What is written


def test_the_table_holds_nothing_that_a_spreadsheet_computes(tmp_path):
    works = [Work(one, (("=f()", frozenset(range(20))),), frozenset({"q"}), frozenset()) for one in "ab"]
    write_pairs(tmp_path, pairs_of(works, ["q"]), {"a": "=cmd()", "b": "Bob\u202e"})
    (row,) = csv.DictReader(io.StringIO((tmp_path / CSV).read_text()))
    assert row == {
        "student_1": "'=cmd()", "id_1": "a", "student_2": "Bob", "id_2": "b", "share": "1", "shared": "20",
        "shared_wrong": "20", "lost_by_both": "q", "functions": "'=f()",
    }  # fmt: skip


def test_the_archive_has_the_layout_that_dolos_reads(tmp_path):
    handed = [
        Handed("ann-1", "Ann", "graded", "2026-11-22T12:00:00+01:00", "loss", "x = 1\n"),
        Handed("bob-2", "=Bob", "not_gradable", "", "nothing lost", "y = 2\n"),
    ]
    write_dolos(tmp_path, handed, "template = 0\n")
    with zipfile.ZipFile(tmp_path / DOLOS) as archive:
        rows = list(csv.DictReader(io.TextIOWrapper(archive.open("info.csv"), "utf-8")))
        assert {row["filename"] for row in rows} | {"info.csv"} == set(archive.namelist())
        assert [row["ignored"] for row in rows] == ["", "", "true"]
        assert rows[0] == {
            "filename": "submissions/ann-1.py", "full_name": "Ann", "id": "ann-1", "status": "graded",
            "created_at": "2026-11-22T12:00:00+01:00", "label": "loss", "ignored": "",
        }  # fmt: skip
        assert archive.read("submissions/ann-1.py") == b"x = 1\n"
    with pytest.raises(ValueError, match="not a submission id"):
        write_dolos(tmp_path, [Handed("../x", "", "", "", "", "")], "")


OWN = "def count(v):\n    best = {}\n    for one in v:\n        best[one] = best.get(one, 0) + len(one) * 2\n    return [k for k in sorted(best) if best[k] > 3 and k != 'x' or not k.isupper()]"


def test_a_class_that_was_graded_is_compared(tmp_path):
    class_ = tmp_path / "class"
    for name, data in (
        ("ann", notebook_bytes(OWN, "print('mine')")),
        ("bob", notebook_bytes("def f(:", OWN.replace("best", "b").replace("one", "x"))),
        ("cem", notebook_bytes("def median(v):\n    return v[0]")),
        ("dee", b"no notebook"),
    ):
        (class_ / name).mkdir(parents=True)
        (class_ / name / "words.ipynb").write_bytes(data)
    out = tmp_path / "out"
    with pytest.raises(UsageError, match="nothing was graded"):
        similar(out, [], None, lambda event: None)
    run = Run((class_,), RunSettings(TOY_LAB / "grading_config.yml"))
    out.mkdir()
    remember(out, run, [Submission("ann", "ann", "ann")])
    found = similar(out, [], None, lambda event: None)
    assert (found.pairs, found.wrong) == (1, 0)
    assert "not compared, since it cannot be read: dee" in found.notes
    assert "compared without cells that cannot be read: bob" in found.notes
    (row,) = csv.DictReader(io.StringIO(found.file.read_text()))
    assert (row["student_1"], row["student_2"], row["functions"]) == ("ann", "bob", "count")
    with zipfile.ZipFile(found.archive) as archive:
        assert len(archive.namelist()) == 4  # three submissions, and who is whose
    # Graded in the image, which saw the uploads and the lab elsewhere.
    inside = Run((Path("/in/0/class"),), RunSettings(Path("/course/grading_config.yml")))
    record = json.loads((out / RUN_FILE).read_text()) | inside.to_json()
    mounts = {"/in/0/class": str(class_), "/course": str(TOY_LAB)}
    (out / RUN_FILE).write_text(json.dumps(record | {"docker": {"image": "x", "mounts": mounts}}))
    assert similar(out, [], None, lambda event: None).pairs == 1
    (out / RUN_FILE).write_text(json.dumps(record))
    with pytest.raises(UsageError, match="--config"):
        similar(out, [], None, lambda event: None)
    remember(out, run, [])
    with pytest.raises(UsageError, match="say where"):
        similar(out, [tmp_path / "gone"], None, lambda event: None)


WRONG = "def median(v):\n    best = v[0]\n    for one in v:\n        if one > best and abs(one) > 0:\n            best = one\n    return best * 2 - len(v)"


@pytest.mark.slow
def test_a_run_that_is_asked_for_it_compares_at_its_end(tmp_path):
    for name, source in (
        ("ann", WRONG),
        ("bob", WRONG.replace("best", "b")),
        ("cem", OWN),
        ("dee", OWN + "\nx = 1"),
    ):
        (tmp_path / "class" / name).mkdir(parents=True)
        (tmp_path / "class" / name / "words.ipynb").write_bytes(notebook_bytes(COUNTS, CLASS, source))
    run = Run((tmp_path / "class",), RunSettings(TOY_LAB / "grading_config.yml"), similar=True)
    published = grade(run, tmp_path / "out", Means(jobs=1), lambda event: None)
    assert (published.similar.pairs, published.similar.wrong) == (2, 1)
    first, second = csv.DictReader(io.StringIO(published.similar.file.read_text()))
    assert (first["student_1"], first["student_2"]) == ("ann", "bob")
    assert "median" in first["functions"]  # in a class of four, what all have is unusual too
    assert "median" in first["lost_by_both"]
    assert int(first["shared_wrong"]) >= LEAST_WRONG
    assert (second["student_1"], second["shared_wrong"]) == ("cem", "0")
    again = regrade(tmp_path / "out", [], None, Means(jobs=1), lambda event: None, dry_run=False)
    assert again.published.similar == published.similar
