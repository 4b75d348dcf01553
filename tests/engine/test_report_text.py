"""Untrusted text: what reaches a terminal, a page or a spreadsheet can do nothing there."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.files.visible import csv_cell, duration, number, plain, storable

ANY_TEXT = st.text(st.characters(categories=None, exclude_categories=()), max_size=300)
PIECES = (
    *("\x1b[31m", "\x1b]0;t\x07", "\x1b]8;;http://x\x1b\\", "\x9b2J", "\x9d", "\x1b", "\r", "\n", "\t", "\0"),
    *("\u202e", "\u2066", "\ud800", "\udfff", "\ufffe", "\U0010ffff", "\u2028", "é", "a", "=", ";", " "),
    *("\u0301", "\U000e0041", "<b>", "&", "\u200d"),
)
HOSTILE = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)
OVERRIDES = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@given(ANY_TEXT | HOSTILE, st.integers(0, 120), st.booleans())
def test_plain_is_bounded_visible_encodable_and_stable(text: str, limit: int, multiline: bool) -> None:
    shown = plain(text, limit, multiline=multiline)
    assert len(shown) <= limit
    shown.encode("utf-8")
    allowed = {"\n"} if multiline else set()
    for character in set(shown) - allowed:
        assert unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp"), ascii(character)
        assert unicodedata.bidirectional(character) not in OVERRIDES
    assert plain(shown, limit, multiline=multiline) == shown


@given(st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), max_size=200))
def test_plain_leaves_ordinary_writing_alone(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize("name", ["Nguyễn Thị Ánh", "می‌خواهم", "👩‍🔬 Zoë", "山田 太郎", "O'Brien-Şahin"])
def test_names_of_all_scripts_stay_as_they_are(name: str) -> None:
    assert plain(name) == name
    assert csv_cell(name) == name


@pytest.mark.parametrize(
    ("attack", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;new title\x07after", "after"),
        ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bP1;2|payload\x1b\\after", "after"),
        ("\x9b2Jgone", "gone"),
        ("half \x1b[", "half "),
        ("\x1b\x1b[m[31mnested", "\ufffd[31mnested"),
        ("exam\u202egnp.exe", "examgnp.exe"),
        ("nul\0l", "nul\ufffdl"),
        ("lone\ud800", "lone\ufffd"),
        ("one\r\ntwo\u2028three\tfour", "one two three four"),
        ("Z" + "\u0301" * 1000, "Z" + "\u0301" * 4),
    ],
)
def test_attacks_on_a_line_become_text(attack: str, shown: str) -> None:
    assert plain(attack) == shown


def test_multiline_text_keeps_its_lines() -> None:
    assert plain("a\r\nb\rc\n\td", multiline=True) == "a\nb\nc\n    d"


def test_text_that_is_cut_says_so() -> None:
    assert plain("abcdef", 4) == "abc…"
    assert plain("abcd", 4) == "abcd"
    assert plain("\x1b[31m" * 100_000 + "hidden", 10) == "…"


@pytest.mark.parametrize("unit", ["\x1b]", "\x90", "\x1b[", "\x1b]0;", "\x9b0", "a\u0301", "; ", "\x1b "])
def test_megabytes_of_half_open_sequences_are_bounded(unit: str) -> None:
    text = unit * (2_000_000 // len(unit))
    assert len(plain(text, 8000, multiline=True)) <= 8000
    assert len(csv_cell(text, 1000)) <= 2000


@pytest.mark.parametrize("sign", "=+-@＝＋－＠")
@pytest.mark.parametrize(
    "lead", ["", " ", "  ", "\t", "\r", "\n", "\u200b", "\ufeff", "\0", "\u00a0", "\x1b[0m"]
)
def test_no_cell_starts_a_formula(lead: str, sign: str) -> None:
    cell = csv_cell(f"{lead}{sign}1+cmd|' /C calc'!A0")
    assert cell.lstrip(" \u00a0\ufffd")[0] == "'" or cell.startswith("\ufffd")


def test_no_formula_starts_after_a_semicolon_either() -> None:
    assert csv_cell("x;=1+1; @SUM(A1)") == "x;'=1+1; '@SUM(A1)"


@given(ANY_TEXT | HOSTILE)
def test_csv_cell_never_starts_like_a_formula(text: str) -> None:
    for part in csv_cell(text).split(";"):
        assert not part.strip().startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))


@given(ANY_TEXT)
def test_storable_changes_lone_surrogates_only(text: str) -> None:
    stored = storable(text)
    stored.encode("utf-8")
    assert storable(stored) == stored
    if not any("\ud800" <= character <= "\udfff" for character in text):
        assert stored == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (25.000000001, "25"),
        (1 / 3, "0.3333"),
        (0.1 + 0.2, "0.3"),
        (100, "100"),
        (-0.00001, "0"),
        (2.50, "2.5"),
        (float("nan"), ""),
        (float("inf"), ""),
        (1e15, "1000000000000000"),
    ],
)
def test_numbers_have_no_float_noise(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (7.62, "7.6 s"),
        (59.99, "60 s"),
        (60, "1 min"),
        (7500, "2 h 5 min"),
        (90061, "1 d 1 h"),
        (-3600, "-1 h"),
        (0, "0 s"),
    ],
)
def test_durations_read_well(seconds: float, text: str) -> None:
    assert duration(seconds) == text
