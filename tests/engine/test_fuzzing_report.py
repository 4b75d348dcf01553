"""Grades with any text in them: every file of the report is written, is read back, and stays harmless.

Everything is derived, not random: each run tries the same examples.
"""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from autograder.files.visible import storable
from autograder.model import (
    CaseResult,
    CellRun,
    Ending,
    Grade,
    ManualQuestion,
    Outcome,
    QuestionResult,
    Status,
    Submission,
)
from autograder.report import terminal
from autograder.report.class_summary import summarise
from autograder.report.write import write_report, write_submission
from autograder.store.results import read_results
from tests.conftest import entry_of
from tests.engine.fuzzing import fuzz, never_hangs  # noqa: F401  never_hangs acts by being here

FUZZ = fuzz(80)
QUESTIONS, MANUAL = ("one", "two"), ("essay",)


PARTS = st.sampled_from([
    "</td></table><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</title>", "-->", "]]>", "&lt;", "&#x3c;script&#x3e;",
    "{{ 7 * 7 }}", "{% raw %}", "javascript:alert(1)", '" onmouseover="x', "' style='x", "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", ";=cmd",
    "\r\n", "\n", "\0", "\x1b[2J", "\x1b]0;title\x07", "\x9b31m", "\u202e", "\u2028", "\ufeff", "\ud800", "\udfff", "\ufffe", "e" + "\u0301" * 30,
    "[bold red]", ":smile:", "%s", '"', ",", "'", "\\", "x" * 9000, "𝔘", "👩‍👩‍👧", "עברית", "NaN", "null", "../../etc", "\x85", "$(reboot)",
])  # fmt: skip
TEXT = st.lists(PARTS | st.text(st.characters(codec=None), max_size=8), max_size=3).map("".join)
TEXTS = st.lists(TEXT, max_size=2).map(tuple)
POINTS = st.floats(0, 1000, allow_subnormal=True)
SECONDS = st.floats(0, 1e7)


def questions(name: str) -> st.SearchStrategy[QuestionResult]:
    cases = st.builds(
        CaseResult, name=TEXT, outcome=st.sampled_from(Outcome), points=POINTS, possible=POINTS, hidden=st.booleans(),
        message=TEXT, help=TEXT, evidence=TEXT, repeat=TEXT, ending=st.sampled_from(Ending), seconds=SECONDS,
    )  # fmt: skip
    return st.builds(QuestionResult, st.just(name), TEXT, st.lists(cases, max_size=2).map(tuple), TEXTS)


GRADES = st.builds(
    Grade,
    submission=st.builds(
        Submission, id=st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,60}", fullmatch=True), source=TEXT, student=TEXT, lms_id=TEXT,
        late_seconds=st.none() | st.floats(-1e9, 1e9), problem=TEXT, notes=TEXTS,
    ),
    status=st.sampled_from(Status),
    reason=TEXT,
    questions=st.tuples(*[questions(name) for name in QUESTIONS]) | st.just(()),
    manual=st.tuples(st.builds(ManualQuestion, name=st.just("essay"), title=TEXT, possible=POINTS, answer=TEXT, pictures=st.tuples(TEXT))),
    cells=st.lists(
        st.builds(CellRun, st.integers(0, 999), st.sampled_from(Ending), SECONDS, TEXT, first_line=TEXT), max_size=3
    ).map(tuple),
    flags=TEXTS,
    notes=TEXTS,
    limits_hit=TEXTS,
    sandbox_layers=TEXTS,
    versions=st.dictionaries(TEXT, TEXT, max_size=2),
    lab_files=st.dictionaries(TEXT, TEXT, max_size=2),
    seed=st.integers(0, 2**32 - 1),
    fingerprint=TEXT,
    seconds=SECONDS,
    phases=st.dictionaries(TEXT, SECONDS, max_size=2),
)  # fmt: skip


@FUZZ
@given(st.lists(GRADES, max_size=3, unique_by=lambda grade: grade.submission.id.casefold()), TEXT)
def test_a_report_of_any_grades(grades: list[Grade], title: str) -> None:
    with TemporaryDirectory() as folder:
        out = Path(folder, "out")
        for grade in grades:
            write_submission(out, grade, title)
        write_report(out, list(map(entry_of, grades)), title, QUESTIONS, MANUAL)
        files = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
        ids = [grade.submission.id for grade in grades]
        assert files == {"grades.csv", "index.html"} | {f"feedback/{i}.html" for i in ids} | {
            f"results/{i}.json" for i in ids
        }
        for grade in grades:
            check_results(out / "results" / f"{grade.submission.id}.json", grade)
            check_page((out / "feedback" / f"{grade.submission.id}.html").read_bytes())
        check_page((out / "index.html").read_bytes())
        check_table((out / "grades.csv").read_bytes(), grades)


def check_results(path: Path, grade: Grade) -> None:
    def no_number(text: str) -> NoReturn:
        raise AssertionError(f"{text} is no JSON")

    json.loads(path.read_bytes().decode("ascii"), parse_constant=no_number)
    assert read_results(path) == stored(grade)


def stored(value: Any) -> Any:
    """The value with the one change that storing makes: no lone surrogates."""
    if isinstance(value, str) and type(value) is str:
        return storable(value)
    if isinstance(value, tuple):
        return tuple(map(stored, value))
    if isinstance(value, dict):
        return {stored(key): stored(entry) for key, entry in value.items()}
    if hasattr(value, "__dataclass_fields__"):
        return replace(value, **{name: stored(getattr(value, name)) for name in value.__dataclass_fields__})
    return value


class Page(HTMLParser):
    """What a page consists of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: set[str] = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        self.addresses.update(value or "" for name, value in attrs if name in ("href", "src", "action"))


def check_page(data: bytes) -> None:
    text = data.decode("utf-8")
    page = Page(text)
    assert not page.tags & {"script", "iframe", "img", "object", "embed", "form", "link", "base", "marquee"}
    assert not [name for name in page.attributes if name.startswith("on")]
    assert not [address for address in page.addresses if ":" in address or address.startswith("/")]
    assert not set(text) & {"\0", "\x1b", "\x9b", "\u202e", "\ufffe", "\r"}


def check_table(data: bytes, grades: list[Grade]) -> None:
    text = data.decode("utf-8")
    assert "\r" not in text
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    assert len(rows) == len(grades) == text.count("\n") - 1
    for row, grade in zip(rows, grades, strict=True):
        assert len(row) == len(header)
        found = dict(zip(header, row, strict=True))
        assert found["status"] == grade.status.value
        assert bool(found["score"]) == (grade.status is Status.GRADED)
        for name in ("submission", "student", "lms_id", "flags"):
            assert found[name][:1] not in ("=", "+", "-", "@", "\t", "\r")
        assert found["flags"] or grade.status is Status.GRADED


@FUZZ
@given(st.lists(GRADES, max_size=3), st.integers(20, 200), st.booleans())
def test_a_terminal_shows_any_grades(grades: list[Grade], width: int, ascii_only: bool) -> None:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding="ascii" if ascii_only else "utf-8", errors="backslashreplace")
    console = Console(file=file, width=width, force_terminal=False)
    names = list(dict.fromkeys(question.name for grade in grades for question in grade.questions))
    entries = list(map(entry_of, grades))
    terminal.summary(entries, summarise(entries, names), Path("out"), console)
    for grade in grades:
        line = terminal.line(grade)
        assert not [c for c in line if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")]
    file.flush()
    assert not set(raw.getvalue()) & {0, 0x1B, 0x7F, 0x0D}
