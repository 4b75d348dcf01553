"""``autograder package student``: what students get, and that nothing else is in it, however wrapped."""

from __future__ import annotations

import ast
import base64
import binascii
import json
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from autograder.build.check import plan_of
from autograder.config.load import load
from tests.conftest import ROOT
from tests.engine.processes import run_here

CONFIG = ROOT / "grading_config.yml"
QUESTIONS = sorted(file.stem for file in (ROOT / "tests" / "questions").glob("*.py"))
LONG_ENOUGH = 16
"""Characters of a line that is not to be met by chance."""


@pytest.fixture(scope="module")
def archive(tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("student") / "student.zip"
    done = run_here("package", "student", "--out", file)
    assert done.returncode == 0, done.stderr
    assert str(file) in done.stdout
    return file


@pytest.fixture(scope="module")
def readable(archive) -> dict[str, str]:
    """Everything that can be read in the archive, by where it was found."""
    with zipfile.ZipFile(archive) as opened:
        assert not opened.comment
        members = {name: opened.read(name) for name in opened.namelist()}
    return {place: text for name, data in members.items() for place, text in layers(name, data)}


def layers(place: str, data: bytes) -> Iterator[tuple[str, str]]:
    """``data`` as text, and whatever it holds in Base64, compressed, or as a notebook's strings."""
    text = data.decode("utf-8", "replace")
    yield place, text
    try:
        strings = "\n".join(strings_of(json.loads(text)))
    except ValueError:
        strings = text
    else:
        yield f"{place}: strings", strings
    for number, run in enumerate(re.findall(r"[A-Za-z0-9+/_-]{24,}={0,2}", strings)):
        for offset in range(4):
            with_padding = run[offset:].rstrip("=").translate(str.maketrans("-_", "+/"))
            with_padding += "=" * (-len(with_padding) % 4)
            try:
                inner = base64.b64decode(with_padding)
            except binascii.Error:
                continue
            yield f"{place}: Base64 {number}.{offset}", inner.decode("utf-8", "replace")
            try:
                yield (
                    f"{place}: compressed {number}.{offset}",
                    zlib.decompress(inner, 47).decode("utf-8", "replace"),
                )
            except zlib.error:
                continue


def strings_of(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        # a cell's source may be a list of lines
        if all(isinstance(one, str) for one in value):
            yield "".join(value)
        else:
            for one in value:
                yield from strings_of(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield key
            yield from strings_of(one)


def found_in(readable: dict[str, str], secrets: set[str]) -> set[tuple[str, str]]:
    return {(place, secret) for place, text in readable.items() for secret in secrets if secret in text}


# What must not be in it


def hidden_cases(file: Path) -> list[tuple[ast.FunctionDef, str]]:
    """The hidden cases of a test file: function and title. Read here anew, not with the builder's code."""
    found = []
    for node in ast.parse(file.read_text("utf-8")).body:
        for decorator in getattr(node, "decorator_list", []):
            given = {word.arg: ast.literal_eval(word.value) for word in getattr(decorator, "keywords", [])}
            if given.get("hidden"):
                found.append((node, given["name"]))
    return found


def own_lines(text: str, others: str) -> set[str]:
    """Lines of ``text`` that say something and are not in ``others`` too."""
    lines = {line.strip() for line in text.splitlines()}
    return {line for line in lines if len(line) >= LONG_ENOUGH and line not in others}


def solution_lines(master: Path = ROOT / "reference" / "rnn_lab.py") -> set[str]:
    """Lines of the master between or beside the markers of a solution, and nowhere else."""
    inside, outside, in_solution = [], [], False
    for line in master.read_text("utf-8").splitlines():
        if marker := re.fullmatch(r"\s*(?:# )?# (BEGIN|END) SOLUTION(?: NO PROMPT)?\s*", line):
            in_solution = marker[1] == "BEGIN"
        elif re.search(r"\S.*# SOLUTION( NO PROMPT)?$", line):
            inside.append(re.sub(r"\s*# SOLUTION.*", "", line))
        else:
            (inside if in_solution else outside).append(line)
    return {line.lstrip("# ") for line in own_lines("\n".join(inside), "\n".join(outside))}


def test_the_search_finds_what_it_is_to_find():
    secret = "grad_w = sum(over, time)"
    wrapped = base64.b64encode(zlib.compress(f"x{secret}".encode())).decode()
    notebook = nbformat.v4.new_notebook(metadata={"kept": {"here": [wrapped]}})
    for data in (
        secret.encode(),
        base64.b64encode(b"ab" + secret.encode() + b"c"),
        nbformat.writes(notebook).encode(),
    ):
        assert found_in(dict(layers("file", data)), {secret}), data


@pytest.mark.parametrize("question", QUESTIONS)
def test_it_holds_no_hidden_case(question, readable):
    file = ROOT / "tests" / "questions" / f"{question}.py"
    cases = hidden_cases(file)
    assert cases, "a question without hidden cases proves nothing"
    source = file.read_text("utf-8")
    public = (ROOT / "student_template" / "tests" / f"{question}.py").read_text("utf-8")
    secrets = {title for _, title in cases}
    for case, _ in cases:
        secrets.add(f"def {case.name}(")
        secrets |= own_lines(ast.get_source_segment(source, case) or "", public)
    assert len(secrets) > 2 * len(cases)
    assert not found_in(readable, secrets)


def test_it_holds_no_line_of_the_solution(readable):
    secrets = solution_lines()
    assert len(secrets) > 30
    solution = (ROOT / "reference" / "rnn_lab.ipynb").read_bytes()
    kept = {secret for _, secret in found_in(dict(layers("solution", solution)), secrets)}
    assert len(kept) > 30, "the search has to find them where they are"
    assert not found_in(readable, secrets)


@pytest.mark.parametrize(
    "module",
    ["oracle", "answers", "judging", "misconceptions", "formula", "foreign_states", "cases", "stand_ins"],
)
def test_it_holds_nothing_of_the_reference(module, readable):
    source = (ROOT / "reference" / f"{module}.py").read_text("utf-8")
    public = "\n".join(text for place, text in readable.items() if ":" not in place)
    handed_out = (ROOT / "reference" / "rnn_lab.py").read_text("utf-8")
    functions = {f"def {node.name}(" for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
    secrets = {name for name in functions if name not in handed_out}
    secrets |= {line for line in own_lines(source, handed_out) if len(line) >= 40 and "import" not in line}
    assert len(secrets) > 5
    assert public
    assert not found_in(readable, secrets)


def test_it_imports_nothing_of_the_grading_side_and_says_nothing_is_hidden(readable):
    secrets = {
        "hidden=True",
        "hidden = True",
        "from reference",
        "import reference",
        "from autograder",
        "import autograder",
    }
    assert not found_in(readable, secrets | {"BEGIN SOLUTION", "END SOLUTION", "# SOLUTION", "master-only"})


# What must be in it


def test_it_holds_the_notebook_the_public_tests_and_what_explains_them(archive):
    with zipfile.ZipFile(archive) as opened:
        names = opened.namelist()
        notebook = nbformat.reads(opened.read("rnn_lab.ipynb").decode(), as_version=4)
        assert opened.read("README.md") == (ROOT / "student_template" / "README.md").read_bytes()
    assert sorted(names) == sorted(
        [
            "LICENSE",
            "README.md",
            "otter.py",
            "rnn_lab.ipynb",
            *(f"tests/{question}.py" for question in QUESTIONS),
        ]
    )
    text = "\n".join(cell.source for cell in notebook.cells)
    assert "TODO" in text
    assert "CC BY 4.0" in text, "the data's licence wants to be named"
    assert not any(cell.get("outputs") for cell in notebook.cells)


def test_the_same_lab_gives_the_same_bytes(archive, tmp_path):
    assert run_here("package", "student", "--out", tmp_path / "again.zip").returncode == 0
    assert (tmp_path / "again.zip").read_bytes() == archive.read_bytes()


# What is out of date is not handed out


@pytest.fixture
def copy(tmp_path) -> Path:
    """A copy of the lab that may be damaged: its configuration."""
    for name in ("grading_config.yml", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path / name)
    for name in ("reference", "student_template", "tests/questions"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "grading_config.yml"


def test_files_that_nobody_built_stay_where_they_are(copy, tmp_path):
    shutil.copy(ROOT / "reference" / "rnn_lab.ipynb", tmp_path / "student_template" / "solved.ipynb")
    done = run_here("package", "student", "--out", tmp_path / "out.zip", "--config", copy)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(tmp_path / "out.zip") as opened:
        assert "solved.ipynb" not in opened.namelist()
        assert len(opened.namelist()) == len(QUESTIONS) + 4


def test_the_packages_that_the_lab_needs_are_listed(copy, tmp_path):
    with copy.open("a", encoding="utf-8") as config:
        config.write("\npackages: ['numpy>=1.26', sympy]\n")
    done = run_here("package", "student", "--out", tmp_path / "out.zip", "--config", copy)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(tmp_path / "out.zip") as opened:
        assert opened.read("requirements.txt") == b"numpy>=1.26\nsympy\n"


@pytest.mark.parametrize("damage", ["an edited template", "a test that is missing", "a test too many"])
def test_what_is_out_of_date_is_refused_and_nothing_is_written(damage, copy, tmp_path):
    plan = plan_of(load(copy))
    if damage == "an edited template":
        text = plan.template.read_text("utf-8")
        plan.template.write_text(text.replace("TODO", "TO DO", 1), "utf-8")
    elif damage == "a test that is missing":
        (plan.public_tests / "grad_w.py").unlink()
    else:
        shutil.copy(plan.tests / "grad_w.py", plan.public_tests / "grad_x.py")
    out = tmp_path / "out.zip"
    out.write_bytes(b"last year's")
    done = run_here("package", "student", "--out", out, "--config", copy)
    assert done.returncode == 2
    assert "out of date" in done.stderr
    assert "autograder build" in done.stderr
    assert out.read_bytes() == b"last year's"
    assert not list(tmp_path.glob(".*.tmp"))


def test_a_place_that_cannot_be_written_to_is_named(tmp_path):
    done = run_here("package", "student", "--out", tmp_path / "nowhere" / "out.zip")
    assert done.returncode == 2
    assert f"{tmp_path}/nowhere/out.zip: No such file or directory; nothing was written" in done.stderr
    assert "Traceback" not in done.stderr
