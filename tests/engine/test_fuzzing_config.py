"""Configurations with anything changed anywhere: a lab, or an error with file and line.

Everything is derived, not random: each run tries the same examples.
"""

from __future__ import annotations

import re
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from autograder.config.load import Lab, check_files, load
from autograder.errors import ConfigurationError
from tests.engine.fuzzing import any_place, fuzz, never_hangs  # noqa: F401  never_hangs acts by being here

ROOT = Path(__file__).resolve().parents[2]
TEXT = (Path(__file__).parent / "toy_lab" / "grading_config.yml").read_text("utf-8")
FUZZ = fuzz(200)


def a_lab_or_a_named_mistake(data: bytes) -> str:
    """The mistakes, empty when there is none."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "grading_config.yml")
        path.write_bytes(data)
        try:
            lab = load(path)
            assert isinstance(lab, Lab)
            check_files(lab)
        except ConfigurationError as mistake:
            told = str(mistake)
        else:
            return ""
    assert told.startswith(str(path))
    # Without a line only what concerns the file as a whole.
    for line in told.replace(str(path), "FILE").splitlines():
        assert re.fullmatch(r"FILE:\d+: \S.{4,600}|FILE: (the file is empty|nested too deep)", line), line
    told.encode("utf-8", "backslashreplace")
    return told


TOKENS = [
    ":", "- ", "{", "}", "[", "]", ",", "&a ", "*a", "<<: *a", "!!python/object:os.system ", "!tag ", "? ", "| ", "> ", "'",
    '"', '"\\ud800"', "\t", "#", "---\n", "...\n", "%YAML 1.1\n", "@", "`", "~", "null", "yes", "0o17", "1_000", "1:30", ".inf",
    "-.nan", "1e999", "9" * 5000, "2024-01-01", "=", "\x00", "\x85", "\u2028", "\ufeff", "é", "\U0001f600", "  ", "\n", "\r\n",
]  # fmt: skip


@st.composite
def edited_text(draw: st.DrawFn) -> bytes:
    """The configuration with up to five edits of lines and characters."""
    text = TEXT
    for _ in range(draw(st.integers(1, 5))):
        lines = text.split("\n")
        number = draw(st.integers(0, len(lines) - 1))
        kind = draw(st.sampled_from(["token", "lose", "repeat", "indent", "swap", "lose a character"]))
        if kind == "token":
            at = draw(st.integers(0, len(lines[number])))
            lines[number] = lines[number][:at] + draw(st.sampled_from(TOKENS)) + lines[number][at:]
        elif kind == "lose":
            del lines[number]
        elif kind == "repeat":
            lines.insert(number, lines[number])
        elif kind == "indent":
            lines[number] = " " * draw(st.integers(1, 4)) + lines[number]
        elif kind == "swap":
            other = draw(st.integers(0, len(lines) - 1))
            lines[number], lines[other] = lines[other], lines[number]
        else:
            at = draw(st.integers(0, len(lines[number])))
            lines[number] = lines[number][:at] + lines[number][at + 1 :]
        text = "\n".join(lines)
    return text.encode()


@FUZZ
@given(edited_text())
def test_a_configuration_with_any_line_edited(data: bytes) -> None:
    a_lab_or_a_named_mistake(data)


WILD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.binary(max_size=8) | st.dates()
    | st.sampled_from(["a" * 300, "../x", "/etc/passwd", "median", "score", "x.ipynb", "a/b.ipynb", ".", "a\0b", "\\", 10**40, 1e-300]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4) | st.integers(), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


@st.composite
def changed_values(draw: st.DrawFn) -> bytes:
    """The configuration with values of any type, and keys of any name, in up to four places."""
    tree = yaml.safe_load(TEXT)
    for _ in range(draw(st.integers(1, 4))):
        if not tree:
            break
        holder, last = any_place(draw, tree)
        kind = draw(st.sampled_from(["replace", "remove", "add", "share"]))
        if kind == "remove":
            del holder[last]
        elif kind == "add" and isinstance(holder, dict):
            holder[draw(st.text(max_size=6) | st.sampled_from(["pionts", "memory", "lab"]))] = draw(WILD)
        elif kind == "share":
            holder[last] = (
                tree["questions"] if isinstance(tree.get("questions"), list) and holder is tree else 1
            )
        else:
            holder[last] = draw(WILD.map(deepcopy))
    return yaml.safe_dump(tree, allow_unicode=True).encode()


@FUZZ
@given(changed_values())
def test_a_configuration_with_values_of_any_type_anywhere(data: bytes) -> None:
    a_lab_or_a_named_mistake(data)


@pytest.mark.parametrize(
    "extra",
    [
        # nine lists of nine of the one before: a billion items if anybody wrote them out
        "lab:\n  a: &a [x]\n" + "".join(f"  {b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
        "lab: &self\n  inner: *self\n",
        "lab: {<<: {a: 1}}\n",
        "lab: " + "{a: " * 400 + "1" + "}" * 400,
        "lab: " + "[" * 3000 + "]" * 3000,
        "lab: {number: " + "9" * 100_000 + "}",
        "lab: {text: '" + "x" * 2_000_000 + "'}",
        "lab:\n" + "".join(f"  key{number}: {number}\n" for number in range(10_000)),
        "lab: !!python/object/apply:os.system [reboot]\n",
        "lab: !!binary aGVsbG8=\n",
        "lab: !!set {a, b}\n",
    ],
    ids=["billion-laughs", "itself", "merge", "deep", "deeper", "huge-number", "huge-text", "many-keys", "object", "binary", "set"],
)  # fmt: skip
def test_what_other_readers_of_yaml_choke_on(extra: str) -> None:
    a_lab_or_a_named_mistake(f"{TEXT}{extra}".encode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("tests: questions", "tests: " + "a" * 300),
        ("file: data/words.txt", "file: " + "a" * 300),
        ("tests: questions", 'tests: "a\\nb"'),
        ("notebook: words.ipynb", 'notebook: "a\\nb.ipynb"'),
        ("name: words.txt", 'name: "a\\x1b[2Jb"'),
        ("title: Words and numbers", 'title: "\\ud800"'),
    ],
)
def test_names_that_no_file_can_have(old: str, new: str) -> None:
    assert old in TEXT
    assert re.search("expected|cannot be read", a_lab_or_a_named_mistake(TEXT.replace(old, new, 1).encode()))
