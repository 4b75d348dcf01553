"""Labs made of what other tools left: what is carried over, what is said not to be, and that they grade."""

import contextlib
import copy

import nbformat
import pytest

from autograder import cli
from autograder.authoring.bring_in import bring_in
from autograder.authoring.draft import identifier, write_draft
from autograder.authoring.names import imported, uses
from autograder.build.check import build, plan_of
from autograder.config.load import check_files, load
from autograder.errors import UsageError
from autograder.grading.course import opened
from autograder.grading.namespace import PlainNamespace
from autograder.grading.pipeline import grade
from autograder.grading.questions import load_questions
from autograder.model import Submission

new = nbformat.v4


def raw(text):
    return new.new_raw_cell(text)


def graded(cell_type, source, **about):
    cell = new.new_code_cell(source) if cell_type == "code" else new.new_markdown_cell(source)
    cell.metadata["nbgrader"] = about
    return cell


def output(cell, text):
    cell.outputs = [new.new_output("execute_result", data={"text/plain": text}, execution_count=1)]
    return cell


OTTER_ASSIGN = [
    raw("# ASSIGNMENT CONFIG\nname: means\nrequirements: requirements.txt"),
    new.new_markdown_cell("# Means\nTwo questions."),
    new.new_code_cell("import numpy as np\nfrom helpers import weights"),
    raw("# BEGIN QUESTION\nname: q1\npoints: 2"),
    new.new_markdown_cell("**Question 1.** The weighted mean."),
    raw("# BEGIN SOLUTION"),
    new.new_code_cell(
        "def mean(values):\n    # BEGIN SOLUTION\n    return float(np.average(values, weights=weights(len(values))))\n"
        "    # END SOLUTION"
    ),
    raw("# END SOLUTION"),
    raw("# BEGIN TESTS"),
    output(new.new_code_cell("np.isclose(mean([1, 1]), 1)"), "np.True_"),
    output(new.new_code_cell("# HIDDEN\nbool(np.isclose(mean([0, 3]), 2))"), "True"),
    raw("# END TESTS"),
    raw("# END QUESTION"),
    raw("# BEGIN QUESTION\nname: why-weights\nmanual: true\npoints: 3"),
    new.new_markdown_cell("**Question 2.** Why weights?"),
    raw("# BEGIN SOLUTION"),
    new.new_markdown_cell("Because later values count more."),
    raw("# END SOLUTION"),
    raw("# END QUESTION"),
]

NBGRADER = [
    new.new_markdown_cell("# Squares"),
    new.new_code_cell("import numpy as np"),
    graded(
        "code",
        "def square(x):\n    ### BEGIN SOLUTION\n    return np.multiply(x, x)\n    ### END SOLUTION",
        grade=False,
        solution=True,
        grade_id="square-code",
    ),
    graded(
        "code",
        "three = square(3)\nassert three == 9\n### BEGIN HIDDEN TESTS\nassert np.allclose(square(0.5), 0.25)\n"
        "### END HIDDEN TESTS",
        grade=True,
        solution=False,
        grade_id="square",
        points=4,
    ),
    graded("markdown", "Areas are squares.", grade=True, solution=True, grade_id="explain", points=2),
    graded("code", "assert True", grade=True, solution=False, grade_id="free", points=0),
]

OLD_TEST = """\
OK_FORMAT = True

test = {'name': 'q2', 'points': [1, 2], 'suites': [{'cases': [
    {'code': '>>> double(2)\\n4', 'hidden': False},
    {'code': '>>> np.asarray(double(np.arange(3))).tolist()\\n[0, 2, 4]', 'hidden': True}],
    'scored': True, 'setup': '', 'teardown': '', 'type': 'doctest'}]}
"""

OTTER_TESTS = [
    new.new_code_cell("import numpy as np"),
    new.new_code_cell("def double(x):\n    return 2 * x  # SOLUTION"),
]


@pytest.fixture
def source(tmp_path):
    """A folder with the notebook of one tool, by its cells."""

    def write(cells, tests=None, files=None):
        folder = tmp_path / "theirs"
        (folder / "tests").mkdir(parents=True, exist_ok=True)
        nbformat.write(new.new_notebook(cells=cells), folder / "lab.ipynb")
        for name, text in (tests or {}).items():
            (folder / "tests" / name).write_text(text)
        for name, text in (files or {}).items():
            (folder / name).write_text(text)
        return folder

    return write


HELPERS = {"helpers.py": "def weights(n):\n    return range(1, n + 1)\n", "unrelated.txt": ""}
SOURCES = {
    "otter assign": (OTTER_ASSIGN, None, HELPERS),
    "nbgrader": (NBGRADER, None, None),
    "tests/": (OTTER_TESTS, {"q2.py": OLD_TEST}, None),
}


def summary(draft):
    return (
        [(one.name, one.points) for one in draft.questions],
        [(one.name, one.points) for one in draft.manual],
        sorted(draft.files),
    )


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("otter assign", ([("q1", 2)], [("why_weights", 3)], ["helpers.py"])),
        ("nbgrader", ([("square", 4)], [("explain", 2)], [])),
        ("tests/", ([("q2", 3)], [], [])),
    ],
)
def test_questions_points_and_files_are_carried_over(source, kind, found):
    assert summary(bring_in(source(*SOURCES[kind]))) == found


def test_what_is_left_behind_is_said(source):
    assert bring_in(source(*SOURCES["nbgrader"])).notes == ["cell 6 (free): tests for 0 points are left out"]


def test_settings_and_names_that_change_are_said(source):
    notes = bring_in(source(*SOURCES["otter assign"])).notes
    assert any("requirements" in note for note in notes)
    assert "question 'why-weights' is called why_weights now" in notes


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind",
    [
        "otter assign",
        pytest.param("nbgrader", marks=pytest.mark.thorough),
        pytest.param("tests/", marks=pytest.mark.thorough),
    ],
)
def test_the_solution_of_the_new_lab_earns_everything_and_its_template_nothing(
    source, tmp_path, capsys, kind
):
    """From somebody's notebook to marks, as a user goes."""
    theirs, out = source(*SOURCES[kind]), tmp_path / "lab"
    assert cli.main(["import", str(theirs), "--out", str(out)]) in (0, 1)
    assert f"autograder build --config {out}" in capsys.readouterr().out
    lab = load(out / "grading_config.yml")
    check_files(lab)
    plan = plan_of(lab)
    build(plan)
    template = plan.template.read_text()
    assert not any(
        secret in template for secret in ("np.average", "np.multiply", "2 * x", "later values", "Areas")
    )
    with opened(lab) as course:
        marks = [
            grade(Submission(file.parent.name, file.name, "one", file=file), course)
            for file in (plan.solution, plan.template)
        ]
    assert [one.score for one in marks] == [marks[0].max_score, 0], [
        (case.name, case.message) for question in marks[0].questions for case in question.cases
    ]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([new.new_code_cell("x = 1")], "neither blocks of otter assign"),
        (OTTER_ASSIGN[:-1], "the last block has no end"),
        ([*OTTER_ASSIGN[:9], new.new_code_cell("mean("), *OTTER_ASSIGN[11:]], "otter assign cannot read it"),
        ([raw("# BEGIN QUESTION\npoints: 2")], "Question name not specified"),
        (
            [raw("# BEGIN QUESTION\nname: q\npoints: 1"), raw("# BEGIN TESTS"), raw("# END QUESTION")],
            "cell 3: ends",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(source, cells, said):
    with pytest.raises(UsageError, match=said):
        bring_in(source(cells))


def test_a_test_file_that_is_none_is_named(source):
    with pytest.raises(UsageError, match=r"q2\.py: cannot be read as a test file of otter"):
        bring_in(source(OTTER_TESTS, {"q2.py": "def ("}))


def test_a_folder_that_holds_something_is_not_written_to(source, tmp_path):
    draft = bring_in(source(*SOURCES["nbgrader"]))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="new or empty"):
        write_draft(draft, tmp_path / "mine")
    assert [file.name for file in (tmp_path / "mine").iterdir()] == ["notes.txt"]


def test_names_become_identifiers_that_nobody_has():
    assert identifier("q1-a", set()) == "q1_a"
    assert identifier("1", {"q1"}) == "q1_2"
    assert identifier("student", set()) == "student_2"  # a column of the tables
    assert identifier("…", set()) == "question"


def test_modules_are_imported_here_and_everything_else_is_asked_of_the_student():
    notebook = imported(["import numpy as np\nfrom math import pi as PI", "%magic"])
    found = uses("r = np.sqrt(area(PI) / PI)\nassert abs(r - radius) < eps", notebook)
    assert found.imports == ("from math import pi as PI", "import numpy as np")
    assert found.students == ("area", "eps", "radius")


def test_what_a_test_reads_before_it_binds_it_is_asked_of_the_student():
    """A test of nbgrader is a cell of the notebook: it may bind anew what it has read."""
    read = {
        "counts = counts + [1]": ("counts",),
        "total += 1": ("total",),
        "def helper():\n    return later\nlater = 3\nassert helper() == 3": (),
        "assert [x for x in values] == sorted(x for x in values)": ("values",),
        "for row in table:\n    assert row == (lambda row: row)(row)": ("table",),
        "kept = squares\ndel squares": ("squares",),
    }
    assert {source: uses(source, {}).students for source in read} == read


def test_of_a_test_cell_that_deletes_a_function_of_the_notebook_is_said_what_becomes(source):
    cells = [
        graded(
            "code", "def f():\n    ### BEGIN SOLUTION\n    return g()\n    ### END SOLUTION", solution=True
        ),
        graded("code", "kept = f\ndel f\nf = kept", grade=True, grade_id="uses", points=1),
    ]
    draft = bring_in(source(cells))
    assert "delete or replace f of the notebook" in draft.notes[0]
    compile(draft.questions[0].test, "uses.py", "exec")


@pytest.mark.parametrize(
    "tests", ["", "### AUTOTEST square(4)", "### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS"]
)
def test_tests_without_code_are_left_out_and_said(source, tests):
    cells = [*NBGRADER, graded("code", tests, grade=True, grade_id="auto", points=5)]
    draft = bring_in(source(cells))
    assert [one.name for one in draft.questions] == ["square"]
    assert "cell 7 (auto): its tests for 5 points have no code" in draft.notes[-1]


def test_hidden_tests_alone_make_a_test_file_that_is_python(source):
    hidden = "### BEGIN HIDDEN TESTS\nassert 1 + 1 == 2\n### END HIDDEN TESTS"
    draft = bring_in(source([graded("code", hidden, grade=True, grade_id="sum", points=1)]))
    compile(draft.questions[0].test, "sum.py", "exec")
    assert draft.questions[0].test.count("1 + 1") == 1  # in the hidden case only


def test_what_nbgrader_has_released_is_told_from_its_source(source):
    released = "def square(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    cells = [*NBGRADER[3:], graded("code", released, solution=True, grade_id="square-code")]
    assert bring_in(source(cells)).notes[-1].startswith("square-code: no solution")


def test_a_mark_scheme_is_kept_for_who_scores_and_from_students(source):
    exercise = "State it.\n\n=== BEGIN MARK SCHEME ===\nTwo each.\n=== END MARK SCHEME ===\n"
    cells = [*NBGRADER, graded("markdown", exercise, task=True, grade_id="state", points=4)]
    made = bring_in(source(cells)).cells[-1].source
    assert made.startswith("State it.")
    assert "Two each." in made.partition("# BEGIN SOLUTION")[2]


def exception_based(message):
    test = (
        f'""" # BEGIN TEST CONFIG\nsuccess_message: {message}\n""" # END TEST CONFIG\ndef t(x):\n    assert x'
    )
    return [
        raw("# ASSIGNMENT CONFIG\ntests:\n    ok_format: false"),
        raw("# BEGIN QUESTION\nname: q1"),
        raw("# BEGIN SOLUTION"),
        new.new_code_cell("x = 1 # SOLUTION"),
        raw("# END SOLUTION"),
        raw("# BEGIN TESTS"),
        new.new_code_cell(test),
        raw("# END TESTS"),
        raw("# END QUESTION"),
    ]


def test_a_message_with_quotes_stays_that_message(source):
    test = bring_in(source(exception_based("""'"Good", she said'"""))).questions[0].test
    assert r"""success_message="\"Good\", she said")""" in test
    compile(test, "q1.py", "exec")


def test_doctests_that_were_never_run_are_told(source):
    cells = [*OTTER_ASSIGN[:9], new.new_code_cell("mean([1, 1])"), *OTTER_ASSIGN[11:]]
    assert any("cell 10: tests without an output" in note for note in bring_in(source(cells)).notes)


def test_files_and_packages_of_the_settings_come_along(source, tmp_path):
    settings = "# ASSIGNMENT CONFIG\nfiles: [data.csv, ../outside.txt]\nrequirements: needs.txt\nseed: 42"
    files = {"data.csv": "a\n1\n", "needs.txt": "# ours\nnumpy>=1.20\ngit+https://example.org/x\n"}
    (tmp_path / "outside.txt").write_text("not the lab's")
    draft = bring_in(source([raw(settings), *OTTER_ASSIGN[1:]], None, HELPERS | files))
    assert sorted(draft.files) == ["data.csv", "helpers.py"]
    assert draft.requirements == ["numpy>=1.20"]
    notes = "\n".join(draft.notes)
    assert all(said in notes for said in ("../outside.txt: no file", "git+https", "seed"))
    written = write_draft(draft, tmp_path / "lab")
    assert load(written[0]).config.packages == ("numpy>=1.20",)


def test_files_in_folders_that_the_code_names_keep_their_paths(source, tmp_path):
    code = "import lib.stats\nrows = open('data/points.csv').read()\nkey = 'tests/q9.csv'"
    files = {"lib/stats.py": "", "data/points.csv": "1\n", "data/other.csv": "", "tests/q9.csv": ""}
    folder = source([new.new_code_cell(code), *OTTER_TESTS], {"q2.py": OLD_TEST}, {})
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    draft = bring_in(folder)
    assert sorted(draft.files) == ["data/points.csv", "lib/stats.py"]
    assert "lib" not in draft.packages
    lab = load(write_draft(draft, tmp_path / "lab")[0])
    assert sorted(lab.files_beside()) == ["data/points.csv", "lib/stats.py"]


def test_a_question_without_a_public_case_is_told_before_build_refuses_it(source):
    hidden = OLD_TEST.replace(", 'hidden': False", "")
    (note,) = bring_in(source(OTTER_TESTS, {"q2.py": hidden})).notes
    assert note.startswith("question 'q2' has hidden cases only (otter's default)")


def test_a_long_text_with_a_slash_is_no_file(source):
    cells = [*OTTER_TESTS, new.new_code_cell(f"picture = 'data/{'a' * 300}'")]
    assert bring_in(source(cells, {"q2.py": OLD_TEST})).files == {}


def test_with_a_public_case_nothing_is_told(source):
    assert bring_in(source(OTTER_TESTS, {"q2.py": OLD_TEST})).notes == []


def test_a_dictionary_of_tests_that_does_not_say_its_format_is_taken_for_what_it_is(source):
    [question] = bring_in(
        source(OTTER_TESTS, {"q2.py": OLD_TEST.replace("OK_FORMAT = True\n", "")})
    ).questions
    assert question.test.startswith("OK_FORMAT = True\n")
    assert question.points == 3


def test_a_test_file_that_does_not_say_its_format_is_refused_with_what_to_do(source):
    with pytest.raises(UsageError, match=r"q2\.py: .*It does not say its format: .*OK_FORMAT = True"):
        bring_in(source(OTTER_TESTS, {"q2.py": "def test_it(double):\n    assert double(1) == 2\n"}))


def test_a_file_that_has_the_name_of_one_of_the_lab_is_not_lost(source, tmp_path):
    cells = [new.new_code_cell("import master"), *OTTER_TESTS]
    draft = bring_in(source(cells, {"q2.py": OLD_TEST}, {"master.py": ""}))
    with pytest.raises(UsageError, match=r"master\.py: .*rename yours"):
        write_draft(draft, tmp_path / "lab")


def test_the_first_cell_of_a_notebook_of_otters_is_one_that_runs_anywhere(source):
    cells = [new.new_code_cell('import otter\ngrader = otter.Notebook("lab.ipynb")'), *OTTER_TESTS]
    assert (
        bring_in(source(cells, {"q2.py": OLD_TEST})).cells[0].source.endswith('Notebook(tests_dir="tests")')
    )


def test_a_question_for_a_person_is_told_where_its_points_are_unknown(source):
    cells = [*OTTER_TESTS, new.new_markdown_cell("<!-- BEGIN QUESTION -->\n\n**Question 3.** Why?")]
    notes = bring_in(source(cells, {"q2.py": OLD_TEST})).notes
    assert any(note.startswith("cell 3 (**Question 3.** Why?): a person scores it") for note in notes)


SUITES = """\
test = {'name': 'q2', 'points': 6, 'suites': [
    {'setup': '>>> two = 2', 'cases': [
        {'code': '>>> double(two)\\n4', 'hidden': False}, {'code': '>>> double(two + two)\\n8'}]},
    {'scored': True, 'cases': [{'code': '>>> double(0)\\n0', 'hidden': False}]},
    {'scored': False, 'cases': [{'code': '>>> double(1)\\n2', 'hidden': False}]}]}
"""


def test_several_suites_become_one_with_what_they_set_up_and_a_share_of_the_points_each(source, tmp_path):
    draft = bring_in(source(OTTER_TESTS, {"q2.py": SUITES}))
    assert draft.notes == [
        "question 'q2': its suites are one now, and each case earns its share of the points"
    ]
    lab = load(write_draft(draft, tmp_path / "lab")[0])
    [question] = load_questions(lab.root, lab.config.tests, lab.config.questions)
    assert [case.points for case in question.file.test_cases] == [1.5, 1.5, 3, 0]
    for case in question.file.test_cases:
        case.body.call_func(PlainNamespace({"double": lambda x: 2 * x}))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("'teardown': ''", "'teardown': '>>> close()'", "a `teardown`"),
        ("'type': 'doctest'", "'type': 'concept'", "of the type 'concept'"),
        ("'hidden': True", "'hidden': True, 'locked': True", "its answers are hashes"),
    ],
)
def test_what_cannot_be_asked_of_an_older_test_file_is_refused_with_the_reason(source, old, new, said):
    assert old in OLD_TEST
    with pytest.raises(UsageError, match=said):
        bring_in(source(OTTER_TESTS, {"q2.py": OLD_TEST.replace(old, new)}))


PICTURE = {"plot 1.png": {"image/png": "iVBORw0KGgo="}}


def test_pictures_in_texts_become_files_and_one_in_a_solution_is_told(source):
    text = new.new_markdown_cell("![it](attachment:plot%201.png)", attachments=PICTURE)
    answer = new.new_markdown_cell("Because: ![it](attachment:secret.png)", attachments=PICTURE)
    draft = bring_in(source([text, *OTTER_ASSIGN[:-3], answer, *OTTER_ASSIGN[-2:]], None, HELPERS))
    assert draft.cells[1].source == "![it](pictures/1_plot_1.png)"
    assert draft.files["pictures/1_plot_1.png"].startswith(b"\x89PNG")
    assert any(note.startswith("secret.png: a picture in a solution") for note in draft.notes)


@pytest.mark.parametrize("kind", SOURCES)
def test_tags_and_raw_cells_come_along(source, kind):
    cells, tests, files = SOURCES[kind]
    fails = new.new_code_cell("1 / 0", metadata={"tags": ["raises-exception"]})
    made = bring_in(source([fails, raw("\\newpage"), *cells], tests, files)).cells
    assert ["raises-exception"] in [cell.metadata.get("tags") for cell in made]
    assert "raw" in [cell.cell_type for cell in made]


def test_tests_of_a_question_for_a_person_are_told(source):
    tests = [raw("# BEGIN TESTS"), output(new.new_code_cell("1 + 1"), "2"), raw("# END TESTS")]
    draft = bring_in(source([*OTTER_ASSIGN[:-1], *tests, OTTER_ASSIGN[-1]], None, HELPERS))
    assert any("'why-weights': a person scores it, so its tests are left out" in note for note in draft.notes)


def test_a_module_that_only_tests_need_and_nobody_has_is_told(source):
    there = "from __main__ import square\nfrom . import helpers"
    old_habit = f"{there}\nfrom nose.tools import assert_equal\nassert_equal(square(2), 4)"
    cells = [*NBGRADER, graded("code", old_habit, grade=True, grade_id="two", points=1)]
    missing = [note for note in bring_in(source(cells)).notes if "installed" in note]
    assert missing == ["question 'two': its tests import nose, which is not installed here"]


def cases_of(draft, folder):
    """The cases of the last question, as grading loads them."""
    lab = load(write_draft(draft, folder)[0])
    *_, question = load_questions(lab.root, lab.config.tests, lab.config.questions)
    return question.file.test_cases


def earned(cases, **names):
    """Points of the cases that these names pass."""
    points = 0.0
    for case in cases:
        with contextlib.suppress(AssertionError):
            case.body.call_func(PlainNamespace(names))
            points += case.points
    return points


PARTIAL = "score = 0\nif square(2) == 4:\n    score += 1\nif square(-3) == 9:\n    score += 2\nscore"


@pytest.mark.parametrize(
    ("tests", "points", "half"),
    [
        (PARTIAL, 3, 1),
        (PARTIAL.replace("\nscore", "\nmin(score, 3)"), 3, 1),
        (PARTIAL.replace("= 2", "= 1.5"), 2.5, 0),  # no whole points: all or nothing, which `import` says
        (PARTIAL + " > 1", 3, 3),  # no number, so nbgrader gives everything, too
        ("from numpy.testing import assert_equal\nassert_equal(square(2), 4)", 3, 3),
    ],
)
def test_the_last_line_of_a_test_gives_points_as_under_nbgrader(source, tmp_path, tests, points, half):
    cells = [*NBGRADER, graded("code", tests, grade=True, grade_id="partial", points=points)]
    draft = bring_in(source(cells))
    cases = cases_of(draft, tmp_path / "lab")
    assert earned(cases, square=lambda x: x * x) == points
    assert earned(cases, square=lambda x: x * x if x > 0 else 0) == half
    assert any("its last line gives points" in note for note in draft.notes) == (half != points)


def test_a_test_has_what_an_earlier_one_bound(source, tmp_path):
    """In nbgrader's notebook all tests run, in their order."""
    first = (
        "def near(a, b):\n    return abs(a - b) < eps\neps = 1e-9\ncases = [(2, 4)]\nassert square(0) == 0"
    )
    second = "for x, y in cases:\n    assert near(square(x), y)"
    cells = [
        *NBGRADER,
        graded("code", first, grade=True, grade_id="first", points=1),
        graded("code", second, grade=True, grade_id="second", points=1),
    ]
    draft = bring_in(source(cells))
    assert "square(0)" not in draft.questions[-1].test
    cases = cases_of(draft, tmp_path / "lab")
    assert (earned(cases, square=lambda x: x * x), earned(cases, square=lambda x: x)) == (1, 0)


def test_what_tests_read_of_a_locked_cell_is_told(source):
    cells = [
        graded("code", "TOL = 1e-9", locked=True, grade_id="setup"),
        *NBGRADER,
        graded("code", "assert abs(square(1.5) - 2.25) < TOL", grade=True, grade_id="near", points=1),
    ]
    assert any("read TOL of a locked cell" in note for note in bring_in(source(cells)).notes)


def test_a_function_of_the_tests_own_is_nobodys_to_replace_or_to_change(source):
    tests = "def near(a, b):\n    assert abs(a - b) < 1\nx = square(2)\nnear(x, 4)"
    cells = [*NBGRADER, graded("code", tests, grade=True, grade_id="near", points=1)]
    assert bring_in(source(cells)).notes == bring_in(source(NBGRADER)).notes


IN_PLACE = "items = [1, 2]\nrotate_(items)\nassert items == [2, 1]"


class OnCopies:
    """A function behind a channel: what it writes to is a copy."""

    def __init__(self, function):
        self.function = function

    def __call__(self, *args):
        return self.function(*copy.deepcopy(args))

    def __call_and_arguments__(self, args):
        given = copy.deepcopy(args)
        return self.function(*given), given


def rotate_(items):
    items.append(items.pop(0))


@pytest.mark.parametrize(
    "code",
    [IN_PLACE, IN_PLACE.replace("rotate_(items)", "for _ in range(3):\n    rotate_(items)  # by one")],
    ids=["once", "in a loop"],
)
def test_hidden_tests_see_what_became_of_an_argument(source, tmp_path, code):
    cells = [*NBGRADER, graded("code", code, grade=True, grade_id="rotate", points=1)]
    draft = bring_in(source(cells))
    assert "cell 7 (rotate): its tests call rotate_ alone" in draft.notes[-1]
    assert "hidden cases take what became of them from `checks.call`" in draft.notes[-1]
    cases = cases_of(draft, tmp_path / "lab")
    assert earned(cases, rotate_=OnCopies(rotate_)) == 1
    assert earned(cases, rotate_=OnCopies(list)) == 0


@pytest.mark.parametrize("code", [IN_PLACE.replace("(items)", "(\n    items)"), IN_PLACE + "\nchecks = 1"])
def test_what_is_not_written_anew_is_told(source, code):
    cells = [*NBGRADER, graded("code", code, grade=True, grade_id="rotate", points=1)]
    assert "arguments are copies: see `changed_in_place`" in bring_in(source(cells)).notes[-1]


def test_so_do_hidden_doctests(source, tmp_path):
    in_place = "x = [1, 2]\\n>>> double(x)\\n>>> x\\n[2, 1]"
    doctest = OLD_TEST.replace("double(2)\\n4", in_place)
    hidden = doctest.replace("'hidden': False", "'hidden': True").replace(
        "'hidden': True}],", "'hidden': False}],"
    )
    assert doctest != OLD_TEST
    notes = bring_in(source(OTTER_TESTS, {"q2.py": doctest})).notes
    assert any("its tests call double alone" in note and "see `changed" in note for note in notes)
    draft = bring_in(source(OTTER_TESTS, {"q2.py": hidden}))
    assert any("its tests call double alone" in note and "take what became" in note for note in draft.notes)
    first, _ = cases_of(draft, tmp_path / "lab")
    assert (earned([first], double=OnCopies(rotate_)), earned([first], double=OnCopies(list))) == (1, 0)
