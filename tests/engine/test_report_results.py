"""results/<id>.json holds the whole Grade, survives any text, and appears whole or not at all."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.files.atomic import file_stem, replace_file
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
from autograder.store.results import from_dict, read_results, to_dict, write_results

TEXT = st.text(max_size=20)
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.lists(TEXT, max_size=2).map(tuple)
CASES = st.lists(
    st.builds(
        CaseResult,
        name=TEXT,
        outcome=st.sampled_from(Outcome),
        points=NUMBER,
        possible=NUMBER,
        hidden=st.booleans(),
        message=TEXT,
        help=TEXT,
        evidence=TEXT,
        ending=st.sampled_from(Ending),
        seconds=NUMBER,
    ),
    max_size=2,
).map(tuple)
GRADES = st.builds(
    Grade,
    submission=st.builds(
        Submission,
        id=st.from_regex(r"[A-Za-z0-9_-]{1,20}", fullmatch=True),
        source=TEXT,
        student=TEXT,
        lms_id=TEXT,
        late_seconds=st.none() | NUMBER,
        file=st.none() | st.just(Path("work/a.ipynb")),
        problem=TEXT,
        notes=TEXTS,
    ),
    status=st.sampled_from(Status),
    reason=TEXT,
    questions=st.lists(
        st.builds(QuestionResult, name=TEXT, title=TEXT, cases=CASES, notes=TEXTS), max_size=2
    ).map(tuple),
    manual=st.lists(
        st.builds(
            ManualQuestion, name=TEXT, title=TEXT, possible=NUMBER, answer=TEXT, pictures=st.tuples(TEXT)
        ),
        max_size=2,
    ).map(tuple),
    cells=st.lists(
        st.builds(
            CellRun, index=st.integers(0, 999), ending=st.sampled_from(Ending), seconds=NUMBER, error=TEXT
        ),
        max_size=2,
    ).map(tuple),
    flags=TEXTS,
    notes=TEXTS,
    limits_hit=TEXTS,
    sandbox_layers=TEXTS,
    versions=st.dictionaries(TEXT, TEXT, max_size=2),
    lab_files=st.dictionaries(TEXT, TEXT, max_size=2),
    seed=st.integers(-(2**63), 2**64),
    fingerprint=TEXT,
    seconds=NUMBER,
    phases=st.dictionaries(TEXT, NUMBER, max_size=2),
)


def finite(grade: Grade) -> bool:
    return all(
        abs(n) < float("inf") for n in (grade.score, grade.max_score, *(q.points for q in grade.questions))
    )


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(GRADES.filter(finite))
def test_a_grade_survives_the_way_to_json_and_back(grade: Grade) -> None:
    assert from_dict(json.loads(json.dumps(to_dict(grade), allow_nan=False))) == grade


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(grade=GRADES.filter(finite))
def test_a_grade_survives_the_way_to_the_disk_and_back(grade: Grade, tmp_path: Path) -> None:
    path = write_results(tmp_path, grade)
    assert path == tmp_path / "results" / f"{grade.submission.id}.json"
    assert read_results(path) == grade


def grade_of(text: str) -> Grade:
    case = CaseResult("shape", Outcome.FAILED, 0, 1, True, message=text, evidence=text)
    return Grade(
        Submission("a", text, text),
        Status.GRADED,
        questions=(QuestionResult("q", "Q", (case,)),),
        manual=(ManualQuestion("m", "M", 2, text),),
        flags=(text,),
    )


def test_hostile_text_is_kept_but_the_file_is_harmless_ascii(tmp_path: Path) -> None:
    text = "\x1b[31m\0\u202e<script>\ud83d \udc00 ü" + "x" * 1_000_000
    path = write_results(tmp_path, grade_of(text))
    raw = path.read_bytes()
    assert raw.isascii()
    assert b"\x1b" not in raw
    assert read_results(path).flags[0] == text.replace("\ud83d", "\ufffd").replace("\udc00", "\ufffd")
    json.loads(raw)["flags"][0].encode("utf-8")


def test_the_file_says_its_schema_and_the_sums() -> None:
    data = to_dict(grade_of("x"))
    assert data["schema"] == 1
    assert (data["score"], data["max_score"]) == (0, 1)
    assert data["questions"][0] | {"cases": []} == {
        "name": "q",
        "title": "Q",
        "cases": [],
        "notes": [],
        "pictures": [],
        "credit": None,
        "override": None,
        "curves": [],
        "points": 0,
        "possible": 1,
        "checked": True,
    }


def test_a_file_from_before_there_were_overrides_and_items_is_read() -> None:
    data = to_dict(grade_of("x"))
    del data["excused"], data["comment"]
    for one in (*data["questions"], *data["manual"]):
        for name in ("override", "items", "visible", "comment"):
            one.pop(name, None)
    assert to_dict(from_dict(data)) == to_dict(grade_of("x"))


@pytest.mark.parametrize(
    "change",
    [{"schema": 2}, {"status": "great"}, {"questions": None}, {"seconds": "7"}, {"seconds": float("nan")}],
)
def test_a_file_of_another_kind_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        from_dict(to_dict(grade_of("x")) | change)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"schema": 1}', "not json"])
def test_a_damaged_file_is_a_value_error(content: str, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(content)
    with pytest.raises(ValueError):
        read_results(path)


def test_a_number_that_is_none_never_reaches_a_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nan"):
        write_results(tmp_path, replace(grade_of("x"), seconds=float("nan")))
    assert not list(tmp_path.rglob("*.json"))


@pytest.mark.parametrize("bad", ["", ".", "..", "../x", "a/b", "a\0b", "ü", "a\n", "x" * 300, "a b", "C:x"])
def test_an_id_that_is_no_file_name_is_refused(bad: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not a submission id"):
        file_stem(bad)
    grade = grade_of("x")
    with pytest.raises(ValueError, match="not a submission id"):
        write_results(tmp_path, replace(grade, submission=replace(grade.submission, id=bad)))


def test_the_longest_id_is_still_a_file(tmp_path: Path) -> None:
    grade = grade_of("x")
    assert write_results(
        tmp_path, replace(grade, submission=replace(grade.submission, id="x" * 240))
    ).exists()


def test_a_failed_write_leaves_the_old_file_and_no_litter(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    replace_file(path, "old")
    with pytest.raises(UnicodeEncodeError):
        replace_file(path, "new \ud800")
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.txt"]
