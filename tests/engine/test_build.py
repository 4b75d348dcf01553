"""From a master to what students get, with a toy assignment that has nothing to do with the lab."""

import gzip
import json
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.build import execute
from autograder.build.check import Plan, build, check
from autograder.build.notebook import must_parse, read_master, text_of
from autograder.build.public_tests import HEADER, public_copies, public_copy
from autograder.config.schema import Kernel
from autograder.errors import BuildError

MASTER = '''\
# %% tags=["master-only"]
# Notes for the authors.

# %% [markdown]
# # Doubling

# %%
import urllib.request

import matplotlib.pyplot as plt
import otter

grader = otter.Notebook(tests_dir="tests")
numbers = [int(word) for word in urllib.request.urlopen("https://example.org/numbers").read().split()]

# %% [markdown] autograder={"manual": "why"}
# **Why?**
#
# # BEGIN PROMPT
# Your answer here.
# # END PROMPT
# # BEGIN SOLUTION NO PROMPT
# Because two is twice one.
# # END SOLUTION

# %%
# TODO: Double every number
# The comprehension is quick. # SOLUTION NO PROMPT
doubled = [2 * number for number in numbers]  # SOLUTION


def halve(number):
    """ # BEGIN PROMPT
    raise NotImplementedError("TODO: Halve it")
    """  # END PROMPT
    # BEGIN SOLUTION NO PROMPT
    half = number / 2
    return half
    # END SOLUTION


# %%
grader.check("doubled")

# %%
plt.plot(doubled)
plt.show()
'''

QUESTION = '''\
"""What the cases look at, the hidden ones too."""

from __future__ import annotations

import math
import os  # only the hidden case asks

from otter.test_files import test_case

OK_FORMAT = False
name = "doubled"
points = None

# Given with the exercise.
EXPECTED = [2, 4, 6]
SECRET = [8]
TOLERANCE = 10 ** -EXPONENT if (EXPONENT := 9) else 0


# Both helpers are needed: one calls the other.
def near(a, b):
    return math.isclose(a, b, abs_tol=TOLERANCE)  # not ==


def all_near(left, right):
    return all(near(a, b) for a, b in zip(left, right, strict=True))


def secret_helper():
    return SECRET


@test_case(name="the numbers", points=1)
def the_numbers(env):
    # a comment inside
    assert all_near(env["doubled"], EXPECTED)


# Nobody should read this.
@test_case(name="in secret", points=1, hidden=True)
def in_secret(env):
    from reference import judge

    assert os and secret_helper() and judge
'''


NO_LAB = Path("/nowhere")
"""For test files that import nothing of a lab."""


@pytest.fixture
def plan(tmp_path):
    """A toy lab on disk, not built yet."""
    (tmp_path / "questions").mkdir()
    (tmp_path / "questions" / "doubled.py").write_text(QUESTION)
    (tmp_path / "master.py").write_text(MASTER)
    (tmp_path / "numbers.gz").write_bytes(gzip.compress(b"1 2 3"))
    return Plan(
        root=tmp_path,
        master=tmp_path / "master.py",
        solution=tmp_path / "solution.ipynb",
        template=tmp_path / "students" / "toy.ipynb",
        tests=tmp_path / "questions",
        data={"https://example.org/numbers": tmp_path / "numbers.gz"},
        kernel=Kernel(),
        seed=1,
        manual=("why",),
    )


@pytest.fixture(scope="module")
def built_once(tmp_path_factory):
    """The bytes of a finished build, which found a test too many, and what it wrote: one kernel for many tests."""
    root = tmp_path_factory.mktemp("toy")
    (root / "questions").mkdir()
    (root / "questions" / "doubled.py").write_text(QUESTION)
    (root / "master.py").write_text(MASTER)
    (root / "numbers.gz").write_bytes(gzip.compress(b"1 2 3"))
    (root / "students" / "tests").mkdir(parents=True)
    (root / "students" / "tests" / "old.py").write_text(HEADER + QUESTION)
    written = build(
        Plan(
            root=root,
            master=root / "master.py",
            solution=root / "solution.ipynb",
            template=root / "students" / "toy.ipynb",
            tests=root / "questions",
            data={"https://example.org/numbers": root / "numbers.gz"},
            kernel=Kernel(),
            seed=1,
            manual=("why",),
        )
    )
    files = {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    return files, {path.relative_to(root) for path in written}


@pytest.fixture
def built(plan, built_once):
    files, _ = built_once
    for relative, content in files.items():
        file = plan.master.parent / relative
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return plan


def sources(notebook):
    return [cell.source for cell in notebook.cells]


# --- the notebooks -----------------------------------------------------------------------------------


def test_the_template_has_the_prompts_and_not_the_solutions(plan):
    text = "\n".join(sources(read_master(plan.master).template))
    assert "# TODO: Double every number\ndoubled = ...\n" in text
    assert 'def halve(number):\n    raise NotImplementedError("TODO: Halve it")' in text
    assert "Your answer here." in text
    for solution in ("2 * number", "comprehension", "half =", "twice one", "SOLUTION", "PROMPT", "authors"):
        assert solution not in text


def test_the_solution_has_no_markers_and_no_prompts(plan):
    text = "\n".join(sources(read_master(plan.master).solution))
    assert "# Double every number\n# The comprehension is quick.\ndoubled = [2 * number" in text
    assert "def halve(number):\n    half = number / 2\n    return half" in text
    assert "Because two is twice one." in text
    for left in ("TODO", "NotImplementedError", "Your answer", "SOLUTION", "PROMPT", "authors"):
        assert left not in text


def test_ids_name_the_same_cell_in_both_and_survive_a_corrected_solution(plan):
    first = read_master(plan.master)
    ids = [cell.id for cell in first.template.cells]
    assert ids == [cell.id for cell in first.solution.cells]
    assert len(set(ids)) == len(ids)
    plan.master.write_text(MASTER.replace("number / 2", "0.5 * number"))
    assert [cell.id for cell in read_master(plan.master).template.cells] == ids
    plan.master.write_text(MASTER.replace("# # Doubling", "# # Doubling\n\n# %% [markdown]\n# A new cell."))
    assert [cell.id for cell in read_master(plan.master).template.cells if "A new" not in cell.source] == ids


def test_equal_cells_have_different_ids(plan):
    plan.master.write_text(MASTER + '\n# %%\ngrader.check("doubled")\n' * 2)
    ids = [cell.id for cell in read_master(plan.master).template.cells]
    assert len(set(ids)) == len(ids)


def test_the_notebooks_are_valid_and_name_their_kernel(plan):
    for notebook in (read_master(plan.master).template, read_master(plan.master).solution):
        content = json.loads(text_of(notebook))
        assert (content["nbformat"], content["nbformat_minor"]) == (4, 5)
        assert content["metadata"]["kernelspec"]["name"] == "python3"
        assert all(cell.get("outputs", []) == [] for cell in content["cells"])
        manual = [cell["metadata"] for cell in content["cells"] if cell["metadata"]]
        assert manual == [{"autograder": {"manual": "why"}}]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("# BEGIN SOLUTION NO PROMPT\n    half", "half", "END SOLUTION without BEGIN"),
        ("    return half\n    # END SOLUTION", "    return half", "BEGIN SOLUTION without END"),
        ('    """  # END PROMPT', '    """', "BEGIN PROMPT without END PROMPT"),
        ('    """ # BEGIN PROMPT', '    """', "do not pair up"),
        ("# %%\nplt.plot", "# %%\nplt.plot((", "not Python"),
        ("# BEGIN SOLUTION NO PROMPT\n    half", "# BEGIN SOLUTION, NO PROMPT\n    half", "marker"),
        ("return half", "return (half", "not Python"),
    ],
)
def test_a_misplaced_marker_is_refused(plan, old, new, complaint):
    assert old in MASTER
    plan.master.write_text(MASTER.replace(old, new))
    with pytest.raises(BuildError, match=complaint) as caught:
        read_master(plan.master)
    assert str(plan.master) in str(caught.value)


def test_a_heading_is_no_marker(plan):
    text = "# %% [markdown]\n# # SOLUTION by hand\n# Write it down.\n# ## SOLUTION\n#\n"
    plan.master.write_text(MASTER.replace("# %%\n# TODO", f"{text}\n# %%\n# TODO"))
    notebooks = read_master(plan.master)
    for made in (notebooks.template, notebooks.solution):
        assert "# SOLUTION by hand\nWrite it down.\n## SOLUTION" in sources(made)


@pytest.mark.thorough
def test_a_cell_that_may_fail_and_the_export_do_not_stop_a_build(plan):
    plan.master.write_text(
        MASTER
        + '\n\n# %% tags=["raises-exception"]\n1 / 0\n\n# %%\ngrader.export(pdf=False)\n\n# %%\nlast = 1\n'
    )
    build(plan)
    assert check(plan) == []
    failed, exported, last = json.loads(plan.solution.read_text())["cells"][-3:]
    assert failed["outputs"][0]["ename"] == "ZeroDivisionError"
    assert (exported["execution_count"], last["execution_count"] is None) == (None, False)


def test_a_template_that_stripping_breaks_is_refused(plan):
    # otter's regular expressions cut a statement over two lines in half
    plan.master.write_text(MASTER + "\n# %%\ntotal = sum(  # SOLUTION\n    doubled\n)\n")
    with pytest.raises(BuildError, match="not Python"):
        read_master(plan.master)


def test_a_missing_master_is_named(plan):
    plan.master.unlink()
    with pytest.raises(BuildError, match=r"master\.py"):
        read_master(plan.master)


def test_magics_are_python_too():
    must_parse("%matplotlib inline\n!ls\nx = 1", "here")
    with pytest.raises(BuildError, match="here: not Python, line 2"):
        must_parse("x = 1\ny = = 2", "here")


# --- the public tests --------------------------------------------------------------------------------


def test_a_students_copy_has_the_public_case_and_all_that_it_needs():
    copy = public_copy(QUESTION, "doubled.py", NO_LAB)
    for kept in (
        "from __future__ import annotations",
        "import math",
        'name = "doubled"',
        "# Given with the exercise.\nEXPECTED",
        "EXPONENT := 9",
        "# Both helpers are needed: one calls the other.\ndef near",
        "# not ==",
        "def all_near",
        "# a comment inside",
        '@test_case(name="the numbers", points=1)',
    ):
        assert kept in copy
    for gone in ("secret", "SECRET", "Nobody", "import os", "reference", "What the cases", "hidden"):
        assert gone not in copy
    compile(copy, "doubled.py", "exec")


def test_a_students_copy_runs_under_otter(tmp_path):
    from otter.test_files import ExceptionTestFile

    file = tmp_path / "doubled.py"
    file.write_text(public_copy(QUESTION, "doubled.py", NO_LAB))
    for doubled, passed in (([2, 4, 6], True), ([2, 4, 5], False)):
        test_file = ExceptionTestFile.from_file(str(file))
        test_file.run({"doubled": doubled})
        assert [result.passed for result in test_file.test_case_results] == [passed]


def case(body="pass", arguments='name="a"'):
    header = "from otter.test_files import test_case\nname = 'q'\n"
    return f"{header}@test_case({arguments})\ndef a(env):\n    {body}\n"


def test_a_conditional_import_is_kept_whole():
    source = "try:\n    import fast as numbers\nexcept ImportError:\n    import statistics as numbers\n"
    assert source in public_copy(source + case("numbers"), "q.py", NO_LAB)


@pytest.mark.parametrize("third", ["True", "False"])
def test_hidden_may_be_given_by_position(third):
    source = case() + f"@test_case('b', 1, {third})\ndef b(env):\n    pass\n"
    assert ("def b" in public_copy(source, "q.py", NO_LAB)) == (third == "False")


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        (case(arguments="hidden=True"), "no public case"),
        (case(arguments="hidden=1 > 0"), "must be True or False"),
        (case(arguments="**{'hidden': True}"), "hides what is hidden"),
        ("from autograder.grading import checks\n" + case("checks"), "needs `autograder.grading`"),
        ("import reference.oracle as o\n" + case("o"), "needs `reference.oracle`"),
        (case("import reference"), "needs `reference`"),
        (case("from . import oracle"), "needs `.`"),
        ("def helper():\n    import autograder\n" + case("helper()"), "needs `autograder`"),
        (case("b") + "@test_case(hidden=True)\ndef b(env):\n    pass\n", "uses a hidden one"),
        (case("'hidden = True'"), "would say hidden=True"),
        ("TABLE = []\n" + case("TABLE") + "TABLE.append(1)\n", "names nothing"),
        ("def (:\n", "not Python"),
        ("", "no public case"),
    ],
)
def test_a_copy_that_would_leak_or_fail_is_refused(source, complaint):
    with pytest.raises(BuildError, match=complaint) as caught:
        public_copy(source, "q.py", NO_LAB)
    assert str(caught.value).startswith("q.py")


def test_a_package_of_the_grading_side_may_serve_hidden_cases():
    source = "import reference\n" + case() + "@test_case(hidden=True)\ndef b(env):\n    reference\n"
    assert "reference" not in public_copy(source, "q.py", NO_LAB)


NEEDED = '''\
# How near is near.
TOLERANCE = 1e-9
ANSWERS = [2, 4, 6]


def near(a, b):
    """Whether both are the same number."""
    return isclose(a, b, abs_tol=TOLERANCE)  # not ==


def all_near(left, right):
    return all(near(a, b) for a, b in zip(numpy.array(left), right, strict=True))
'''
"""What public cases need of the helpers."""

PUBLIC = """\
@test_case(name="the numbers")
def the_numbers(env):
    assert all_near(env["doubled"], EXPECTED)
"""
SHARED = f'''\
"""What the authors know about the helpers."""

import os
from math import isclose

import numpy

# Read by the build.
FOR_STUDENTS = True

{NEEDED}

def seldom():
    return os.sep
'''
SHARING = f"""\
from otter.test_files import test_case

from helpers.shared import ANSWERS, all_near, seldom

name = "doubled"

EXPECTED = ANSWERS


{PUBLIC}

@test_case(name="in secret", hidden=True)
def in_secret(env):
    seldom()
"""
SHARED_COPY = f"""\
# The public test cases of this question. Grading asks further ones.

from math import isclose

import numpy
from otter.test_files import test_case

name = "doubled"

{NEEDED}

EXPECTED = ANSWERS


{PUBLIC}"""


def copy_with_shared(root, question=SHARING, shared=SHARED):
    """The students' copy of a question in a lab with a shared module."""
    (root / "helpers").mkdir()
    (root / "helpers" / "shared.py").write_text(shared)
    return public_copy(question, "q.py", root, not_for_students=["helpers", "reference"])


def test_what_public_cases_share_is_laid_into_the_copy_and_nothing_else(tmp_path):
    assert copy_with_shared(tmp_path) == SHARED_COPY


def test_a_copy_with_shared_helpers_runs_without_the_lab(tmp_path):
    from otter.test_files import ExceptionTestFile

    file = tmp_path / "copy.py"
    file.write_text(copy_with_shared(tmp_path))
    for doubled, passed in (([2, 4, 6], True), ([2, 4, 5], False)):
        test_file = ExceptionTestFile.from_file(str(file))
        test_file.run({"doubled": doubled})
        assert [result.passed for result in test_file.test_case_results] == [passed]


def test_an_import_that_both_have_stands_there_once(tmp_path):
    question = SHARING.replace("EXPECTED = ANSWERS", "EXPECTED = list(numpy.array(ANSWERS))")
    copy = copy_with_shared(tmp_path, "import numpy\n" + question)
    assert copy.count("import numpy") == 1


@pytest.mark.parametrize(
    ("question", "shared", "complaint"),
    [
        (SHARING, SHARED.replace("FOR_STUDENTS = True", ""), "needs `helpers.shared`"),
        (SHARING, SHARED.replace("FOR_STUDENTS = True", "FOR_STUDENTS = False"), "needs `helpers.shared`"),
        (SHARING.replace("helpers.shared", "helpers.absent"), SHARED, "needs `helpers.absent`"),
        (SHARING, SHARED.replace("def all_near", "def none_near"), r"line 3: .*shared\.py has no all_near"),
        (SHARING.replace("ANSWERS, all_near, seldom", "*"), SHARED, "names nothing"),
        (SHARING.replace("ANSWERS,", "ANSWERS as A,").replace("= ANSWERS", "= A"), SHARED, "without `as`"),
        (SHARING.replace("EXPECTED", "TOLERANCE"), SHARED, "q.py and .* both have a `TOLERANCE`"),
        (SHARING, SHARED.replace("isclose(a, b, ", "os.near(a, b, ").replace("import os", "import reference as os"), "needs `reference`"),
        (SHARING, SHARED.replace("def near", "def near("), r"shared\.py: not Python"),
    ],
)  # fmt: skip
def test_what_cannot_be_shared_is_refused(tmp_path, question, shared, complaint):
    with pytest.raises(BuildError, match=complaint):
        copy_with_shared(tmp_path, question, shared)


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(BuildError, match="no test files"):
        public_copies(tmp_path, tmp_path)


NAMES = st.sampled_from(["a", "b", "c", "d", "e"])


@settings(deadline=None)
@given(st.dictionaries(NAMES, st.sets(NAMES, max_size=3)), st.sets(NAMES, min_size=1, max_size=3))
def test_exactly_the_reachable_helpers_are_kept(calls, asked):
    """Whatever calls whatever: a helper is kept if and only if a path of calls leads to it."""
    reachable, fresh = set(), set(asked)
    while fresh:
        reachable |= fresh
        fresh = set().union(*(calls.get(name, set()) for name in fresh)) - reachable
    helpers = [
        f"def {name}():\n    return ({', '.join(sorted(called))},)\n" if called else f"{name} = 0\n"
        for name, called in calls.items()
    ]
    uses = ", ".join(sorted(asked))
    source = "".join(helpers) + case(f"({uses},)").replace("def a(env)", "def the_case(env)")
    copy = public_copy(source, "q.py", NO_LAB)
    kept = {name for name in calls if f"def {name}()" in copy or f"\n{name} = 0" in copy}
    assert kept == reachable & set(calls)


# --- building ----------------------------------------------------------------------------------------


def test_a_build_agrees_with_its_master(built):
    assert check(built) == []


def test_the_solution_was_run_with_the_labs_data_and_has_a_plot(built):
    solution = json.loads(built.solution.read_text())
    outputs = [output for cell in solution["cells"] for output in cell.get("outputs", [])]
    assert any("All test cases passed" in str(output.get("data", {}).get("text/plain")) for output in outputs)
    assert any("image/png" in output.get("data", {}) for output in outputs)
    counts = [cell["execution_count"] for cell in solution["cells"] if cell["cell_type"] == "code"]
    assert counts == [1, 2, 3, 4]
    assert str(built.master.parent) not in built.solution.read_text()


RANDOM = """
# %%
import random

import numpy

print(random.random(), numpy.random.rand(), {"a set", "of", "texts"})
plt.scatter(numpy.random.rand(9), numpy.random.rand(9))
plt.show()
"""


@pytest.mark.single
def test_a_second_build_gives_the_same_bytes_and_another_seed_others(plan):
    plan.master.write_text(MASTER + RANDOM)
    plan = replace(plan, kernel=Kernel(preload=("numpy", "a_module_that_is_not_there")))
    first, second = [{file: file.read_bytes() for file in build(plan)} for _ in range(2)]
    assert second == first
    assert "passed! " in first[plan.solution].decode(), "otter's random symbol is what a build has to repeat"
    build(replace(plan, seed=2))
    assert plan.solution.read_bytes() != first[plan.solution]
    assert plan.template.read_bytes() == first[plan.template]


@pytest.mark.thorough  # test_downloads has the libraries
def test_downloads_come_from_the_labs_files_by_either_library(plan):
    plan.master.write_text(
        MASTER
        + "\n# %%\nimport requests\n\nurl = 'https://example.org/numbers'\n"
        + "assert requests.get(url).content == b'1 2 3'\nassert urllib.request.urlopen(url).read() == b'1 2 3'\n"
    )
    build(plan)


def test_what_no_question_has_any_more_is_removed(built, built_once):
    _, written = built_once
    wanted = [built.template, built.solution, built.otter, built.public_tests / "doubled.py"]
    assert written == {file.relative_to(built.root) for file in wanted}
    assert [file.name for file in built.public_tests.iterdir()] == ["doubled.py"]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        pytest.param(
            ["2 * number", "plt.plot(doubled)\nplt.show()"],
            ["3 * number", "pass"],  # without a picture, which a lab need not have
            r"cell \d+: the solution does not pass grader\.check\('doubled'\):\ndoubled results:\n(.*\n)+.*AssertionError",
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            ["example.org/numbers"],
            ["example.org/other"],
            r"cell 2 \(import urllib.*not the lab's data",
            marks=pytest.mark.thorough,
        ),
        # Of its kind: the refused address, which raises too.
        pytest.param(["2 * number"], ["number.missing"], "AttributeError", marks=pytest.mark.single),
    ],
)
def test_a_solution_that_fails_is_not_written(plan, old, new, complaint):
    master = MASTER
    for before, after in zip(old, new, strict=True):
        assert before in master
        master = master.replace(before, after)
    plan.master.write_text(master)
    with pytest.raises(BuildError, match=complaint):
        build(plan)
    assert not plan.solution.exists()
    assert not plan.template.exists()


def test_notebook_and_tests_must_name_the_same_questions(plan):
    (plan.tests / "more.py").write_text(QUESTION)
    with pytest.raises(BuildError, match=r"never calls grader\.check\('more'\)"):
        build(plan)
    (plan.tests / "more.py").unlink()
    (plan.tests / "doubled.py").rename(plan.tests / "renamed.py")
    with pytest.raises(BuildError, match=r"no test file doubled\.py"):
        build(plan)


def test_a_manual_question_and_its_cell_must_have_one_name(plan):
    with pytest.raises(
        BuildError, match=r"manual question 'wy', but no cell .* manual question 'why', which"
    ):
        build(replace(plan, manual=("wy",)))
    assert not plan.template.exists()


def test_the_authors_own_tests_are_never_replaced_by_the_students_copies(plan):
    flat = replace(plan, tests=plan.root / "tests", template=plan.root / "toy.ipynb")
    plan.tests.rename(flat.tests)
    before = (flat.tests / "doubled.py").read_text()
    with pytest.raises(
        BuildError, match=r"tests.doubled\.py: .* would replace the questions' own test files"
    ):
        build(flat)
    assert (flat.tests / "doubled.py").read_text() == before
    assert not flat.template.exists()


def test_the_solution_never_lies_where_students_look(plan):
    with pytest.raises(BuildError, match="students would get the solution"):
        build(replace(plan, solution=plan.template))
    assert not plan.template.exists()


@pytest.mark.parametrize("what", ["solution", "template", "test"])
def test_a_file_that_was_not_built_is_not_replaced(plan, what):
    file = {"solution": plan.solution, "template": plan.template, "test": plan.public_tests / "doubled.py"}[
        what
    ]
    file.parent.mkdir(parents=True, exist_ok=True)
    own = '{"cells": [{"id": "0c5f1a2b"}]}' if what != "test" else "# mine"
    file.write_text(own)
    with pytest.raises(BuildError, match=rf"{file.name}: is there already and was not built"):
        build(plan)
    assert file.read_text() == own


@pytest.mark.thorough  # builds twice; what lies beside is refused or kept in the tests of each place
def test_somebody_elses_test_beside_the_copies_stays(built):
    (built.public_tests / "mine.py").write_text("# not built\n")
    build(built)
    assert (built.public_tests / "mine.py").read_text() == "# not built\n"


def test_missing_data_is_named(plan):
    missing = replace(plan, data={"https://example.org/numbers": Path("/nowhere/numbers.gz")})
    with pytest.raises(BuildError, match=r"/nowhere/numbers\.gz"):
        build(missing)


# --- finding what was tampered with ------------------------------------------------------------------


def edit(file, change):
    content = json.loads(file.read_text())
    change(content)
    file.write_text(json.dumps(content))


def code_cell(content, number=0):
    return [cell for cell in content["cells"] if cell["cell_type"] == "code"][number]


def clear(content):
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}


ERROR = {"output_type": "error", "ename": "KeyError", "evalue": "", "traceback": []}
NOTEBOOK_TAMPERING = {
    "code changed": (lambda n: code_cell(n).update(source="pass"), "source differs"),
    "text changed": (lambda n: n["cells"][0].update(source="# Tripling"), "source differs"),
    "cell removed": (lambda n: n["cells"].pop(), "other cells"),
    "cell added": (lambda n: n["cells"].append({**n["cells"][0], "id": "new"}), "other cells"),
    "cells swapped": (lambda n: n["cells"].reverse(), "another order"),
    "id changed": (lambda n: n["cells"][0].update(id="other"), "other cells"),
    "cell metadata": (lambda n: n["cells"][2].update(metadata={}), "metadata differs"),
    "notebook metadata": (lambda n: n["metadata"]["kernelspec"].update(name="ir"), "metadata differs"),
    "format": (lambda n: n.update(nbformat_minor=4), "not a valid notebook"),
}
SOLUTION_TAMPERING = {
    "not executed": (clear, "was not executed"),
    "error output": (lambda n: code_cell(n)["outputs"].append(ERROR), "ended in KeyError"),
    "check not passed": (lambda n: code_cell(n, 2).update(outputs=[]), "does not pass grader.check"),
}
TEMPLATE_TAMPERING = {
    "output left": (lambda n: code_cell(n)["outputs"].append(ERROR), "was executed"),
    "count left": (lambda n: code_cell(n).update(execution_count=3), "was executed"),
}


@pytest.mark.parametrize("kind", NOTEBOOK_TAMPERING)
@pytest.mark.parametrize("which", ["solution", "template"])
def test_a_changed_notebook_is_found(built, which, kind):
    change, complaint = NOTEBOOK_TAMPERING[kind]
    file = getattr(built, which)
    edit(file, change)
    found = check(built)
    assert any(complaint in sentence and str(file) in sentence for sentence in found), found


@pytest.mark.parametrize("kind", SOLUTION_TAMPERING)
def test_a_changed_run_of_the_solution_is_found(built, kind):
    change, complaint = SOLUTION_TAMPERING[kind]
    edit(built.solution, change)
    found = check(built)
    assert any(complaint in sentence for sentence in found), found
    assert all(str(built.solution) in sentence for sentence in found)


@pytest.mark.parametrize("kind", TEMPLATE_TAMPERING)
def test_a_used_template_is_found(built, kind):
    change, complaint = TEMPLATE_TAMPERING[kind]
    edit(built.template, change)
    [sentence] = check(built)
    assert complaint in sentence


def test_what_runs_the_public_tests_is_the_engines_own(built):
    assert check(built) == []
    built.otter.write_text("import os\n")
    assert check(built) == [f"{built.otter}: differs from what runs the public tests"]
    built.otter.unlink()
    assert check(built) == [f"{built.otter}: missing"]


def test_changed_missing_and_extra_tests_are_found(built):
    file = built.public_tests / "doubled.py"
    file.write_text(file.read_text().replace("[2, 4, 6]", "[2, 4, 7]"))
    (built.public_tests / "answers.txt").write_text("42")
    differs, extra = check(built)
    assert f"{file}: differs" in differs
    assert "answers.txt: no question" in extra
    file.unlink()
    missing, _ = check(built)
    assert f"{file}: missing" in missing


@pytest.mark.parametrize("which", ["solution", "template"])
@pytest.mark.parametrize("content", [None, "", "[]", "{}", "not JSON"])
def test_a_missing_or_broken_notebook_is_found(built, which, content):
    file = getattr(built, which)
    file.unlink()
    if content is not None:
        file.write_text(content)
    found = check(built)
    assert found
    assert all(str(file) in sentence for sentence in found)


def test_a_changed_master_or_question_makes_the_files_stale(built):
    built.master.write_text(MASTER.replace("Double every", "Double each"))
    assert {sentence.split(":")[0] for sentence in check(built)} == {str(built.solution), str(built.template)}
    built.master.write_text(MASTER)
    (built.tests / "doubled.py").write_text(QUESTION.replace("# not ==", "# close"))
    [sentence] = check(built)
    assert "differs from the public cases" in sentence


def test_problems_are_read_without_running_anything(plan):
    solution = read_master(plan.master).solution
    assert "cell 2 was not executed" in list(execute.problems(solution))
    assert execute.questions_checked(solution) == ["doubled"]


def test_the_toy_master_is_a_script_of_its_own(plan):
    compile(textwrap.dedent(MASTER), str(plan.master), "exec")
