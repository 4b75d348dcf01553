"""What a student's code says of itself: enough to find a mistake, too little to carry a hidden case away."""

from __future__ import annotations

import json
import re
import textwrap
import traceback

import nbformat
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import NotThroughAProxy, StudentException, student_exception
from autograder.grading import checks, library_texts
from autograder.grading.quoted import MOST_HEARD
from autograder.grading.student_text import (
    AS_IT_STANDS,
    LEFT_OUT,
    LONGEST,
    MOST_CHARACTERS,
    MOST_LINES,
    StudentText,
)
from autograder.grading.verdicts import verdict
from autograder.heard import heard, listening
from autograder.language import LOCALE, Catalogue
from autograder.model import Ending
from autograder.notebook.own_lines import MOST_NAMES, MOST_PLACES, MOST_SOURCE, OwnLines, digest_of
from tests.conftest import notebook_bytes

CELL = "class RNN:\n    def forward(self, x):\n        return x + self.b"


def own(*sources: str) -> OwnLines:
    return OwnLines(nbformat.reads(notebook_bytes(*sources).decode(), 4))


def test_texts_are_shown_until_the_bound_and_equal_ones_count_once():
    said = StudentText()
    first, second, third = "a" * 190, "b" * 190, "c" * 100
    for _ in range(50):
        assert said.shown(first) == first
    assert said.shown(second) == second
    assert said.shown(third) == f"{'c' * 20}… {LEFT_OUT}"
    assert said.shown("d") == LEFT_OUT
    assert said.shown(first) == first


def test_one_text_leaves_room_for_another():
    said = StudentText()
    assert said.shown("a" * 5000) == "a" * LONGEST
    assert said.shown("another") == "another"


def test_characters_count_as_they_would_be_escaped():
    said = StudentText()
    shown = said.shown("中" * 200)
    assert shown.startswith("中" * (MOST_CHARACTERS // 6) + "…")
    assert said.shown("x" * 5).startswith("x" * (MOST_CHARACTERS % 6) + "…")


@given(st.lists(st.text(max_size=300), max_size=20))
def test_whatever_is_said_the_bound_holds(texts):
    said = StudentText()
    shown = {said.shown(text).replace(LEFT_OUT, "").replace("… ", "") for text in texts}
    assert sum(len(text.encode("ascii", "backslashreplace")) for text in shown) <= MOST_CHARACTERS
    assert all(character.isprintable() or character == "\n" for text in shown for character in text)


def used_up(*sources: str) -> StudentText:
    said = StudentText(own(*sources))
    for filler in "ab":
        said.shown(filler * LONGEST)
    return said


@pytest.mark.parametrize(
    ("failure", "shown"),
    [
        (StudentException("NameError", "name 'RNN' is not defined"), "NameError: name 'RNN' is not defined"),
        (StudentException("NameError", "name 'x123' is not defined"), f"NameError: {LEFT_OUT}"),
        (StudentException("NameError", "name 'RNN' is not defined 0.25"), f"NameError: {LEFT_OUT}"),
        (StudentException("IndexError", "index 24 is out of reach"), f"IndexError: {LEFT_OUT}"),
        (StudentException("IndexError", ""), "IndexError"),
        (StudentException("RNN", "own class"), f"RNN: {LEFT_OUT}"),
        (StudentException("N0123456789", "own name"), LEFT_OUT),
        (StudentException("print", "no exception of Python"), LEFT_OUT),
    ],
)
def test_what_we_recognise_is_free_and_all_else_is_not(failure, shown):
    assert used_up(CELL).error(failure) == shown


ROWS, SQUARE, VECTOR = torch.zeros(24, 10), torch.zeros(10, 10), torch.zeros(6)


def assign_a_matrix():
    ROWS.clone()[0] = SQUARE


def add_in_place():
    grad = torch.zeros(10, 1)
    grad += SQUARE


@pytest.mark.parametrize(
    "mistake",
    [
        lambda: ROWS[24],
        lambda: SQUARE @ VECTOR,
        lambda: VECTOR @ SQUARE,
        lambda: SQUARE @ ROWS,
        lambda: SQUARE + VECTOR,
        lambda: VECTOR @ torch.zeros(10),
        lambda: VECTOR.view(4, 2),
        lambda: float(ROWS),
        lambda: [1][1],
        lambda: "abc".__getitem__(slice(2.0)),
        lambda: [].append(1).append(2),
        lambda: [] + None,
        lambda: None @ SQUARE,
        lambda: torch.outer(SQUARE, VECTOR),
        lambda: torch.einsum("th,tk->hk", ROWS, VECTOR),
        lambda: torch.sum(ROWS, axis="hours"),
        lambda: torch.stack([ROWS, VECTOR]),
        lambda: torch.cat([ROWS, torch.zeros(24, 6)]),
        lambda: torch.tanh(1.0),
        lambda: ROWS.sum(2),
        lambda: bool(ROWS == 1),
        lambda: SQUARE.double() @ SQUARE,
        lambda: ROWS.numpy() @ VECTOR.numpy(),
        lambda: ROWS.numpy() + VECTOR.numpy(),
        assign_a_matrix,
        add_in_place,
    ],
)
def test_what_torch_and_python_say_of_a_mistake_costs_its_numbers_only(mistake):
    with pytest.raises(Exception) as raised:
        mistake()
    text = library_texts.without_other_calls(str(raised.value))
    said = StudentText()
    said.shown("a" * 200)
    said.shown("b" * (MOST_CHARACTERS - 200 - 40))
    assert said.shown(text) == text
    assert said.shown("c" * 200).startswith("c" * (40 - 20))


@pytest.mark.parametrize("operation", ["", "mm: ", "addmm: "])  # from torch 2.15 on it is named
def test_what_every_release_of_torch_says_of_a_product_is_known(operation):
    cost = library_texts.cost(f"{operation}mat1 and mat2 shapes cannot be multiplied (1x6 and 10x10)")
    assert cost == library_texts.WHICH + len("161010")


def test_of_a_call_that_torch_refuses_what_it_got_is_shown_and_not_all_that_would_fit():
    with pytest.raises(TypeError) as raised:
        torch.randint(0, 10, 1)
    text = "randint() received an invalid combination of arguments - got (int, int, int)"
    assert StudentText().shown(str(raised.value)) == text


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("RNN.forward() takes 2 positional arguments but 3 were given", library_texts.WHICH + 4),
        ("'RNN' object has no attribute 'b'", library_texts.WHICH + 2),
        ("'RNN' object has no attribute 'another'", None),
    ],
)
def test_a_sentence_with_words_of_the_notebook_costs_little(text, cost):
    assert library_texts.cost(text, own(CELL).has_name) == cost


def test_the_message_of_an_own_assert_costs_its_place_alone():
    words = "the loss expects scalars here: y_true and y_pred are one number each"
    said = StudentText(own(f"def loss(y_true, y_pred):\n    assert not y_true.dim(), '{words}'"))
    said.shown("a" * LONGEST)
    said.shown("b" * (MOST_CHARACTERS - LONGEST - AS_IT_STANDS))
    assert said.shown(words) == words
    assert said.shown("scalars") == LEFT_OUT


def test_a_sentence_of_ours_is_whole_although_it_has_eight_characters_of_theirs():
    sentence = Catalogue(LOCALE, "judging")("One point is for the loop, judged with right functions.")
    said = used_up()
    with listening(said.hear):
        heard("not in the list: right functions")
    assert said.within(sentence) == sentence
    assert said.within(f"{sentence} 1") != f"{sentence} 1"


def test_sentences_of_libraries_use_up_the_bound_as_well():
    said = StudentText()
    texts = [f"index {number} is out of bounds for dimension 0 with size 24" for number in range(1000, 2000)]
    shown = [text for text in texts if said.shown(text) == text]
    assert len(shown) == MOST_CHARACTERS // 9  # seven digits, and which sentence it is


def test_so_many_lines_may_be_named_and_no_others():
    said = StudentText()
    lines = [f"code cell 1, line {number}: x" for number in range(1, MOST_LINES + 10)]
    assert said.lines("\n".join(lines)) == "\n".join(lines[:MOST_LINES])
    assert said.lines(f"{lines[0]}\n{lines[-1]}") == lines[0]


def test_places_are_shown_by_the_source_that_we_know():
    lines = own("import torch", CELL)
    assert lines.shown([[digest_of(CELL), 3]]) == "code cell 2, line 3: return x + self.b"
    assert lines.shown([[digest_of(CELL), 3], [digest_of(CELL), 3]]).count("\n") == 0


@pytest.mark.parametrize(
    "places",
    [
        None, "code cell 1, line 1: 0.25", {}, [["0.25", 1]], [[digest_of(CELL), 0]], [[digest_of(CELL), 4]],
        [[digest_of(CELL), -1]], [["0" * 64, 1]], [[digest_of(CELL), True]], [[digest_of(CELL), "3"]], [[digest_of(CELL), 1.0]],
        [[digest_of(CELL)]], [[digest_of(CELL), 1, 1]], [[["x"], 1]], [3], [None], [[None, 3]], [{"a": 1, "b": 2}],
    ],
)  # fmt: skip
def test_what_is_no_place_in_the_notebook_is_left_out(places):
    assert own(CELL).shown(places) == ""


def test_few_places_of_one_traceback_are_shown():
    long = "\n".join(f"x = {number}" for number in range(1000))
    shown = own(long).shown([[digest_of(long), line] for line in range(1, 1001)])
    assert shown.count("\n") == MOST_PLACES - 1
    assert shown.endswith("line 1000: x = 999")


def test_a_notebook_full_of_names_is_taken_at_its_word_a_few_times():
    lines = own("\n".join(f"w{number}" for number in range(100_000)))
    assert [lines.has_name(f"w{number}") for number in range(MOST_NAMES + 5)] == [True] * MOST_NAMES + [
        False
    ] * 5
    assert lines.has_name("w0")


def test_only_so_much_source_is_looked_through():
    long = "x = 1\n" * (MOST_SOURCE // 6)
    lines = own(CELL, long, "later = 1")
    assert lines.has_name("RNN")
    assert not lines.has_name("later")
    assert lines.shown([[digest_of(long), 1]]) == ""
    assert lines.shown([[digest_of(CELL), 1]]) == "code cell 1, line 1: class RNN:"


@pytest.mark.parametrize(("kind", "known"), [("RNN", "RNN"), ("method", "method"), ("K0123", "custom object"), ("", "custom object")])  # fmt: skip
def test_kinds_are_those_of_python_or_of_the_notebook(kind, known):
    assert own(CELL).kind(kind) == known


@pytest.mark.slow
def test_a_traceback_names_cell_line_and_text(grade_cells):
    result = grade_cells("import numpy", "# first\ndef median(values):\n    return sorted(values)[99]\n")
    case = result.questions[0].cases[0]
    assert case.message == "Your code raised IndexError: list index out of range"
    assert case.evidence == "code cell 2, line 3: return sorted(values)[99]"


FORGED_LINES = """
import linecache

def median(values):
    name = "/tmp/ipykernel_1/1.py"
    text = "secret " + repr(values)
    linecache.cache[name] = (len(text), None, [text] * 99, name)
    code = compile("raise ValueError(1)", name, "exec").replace(co_name="A" * 300)
    exec(code, {})
"""


@pytest.mark.slow
def test_lines_and_names_of_functions_cannot_be_forged(grade_cells):
    for case in grade_cells(FORGED_LINES).questions[0].cases:
        assert case.evidence == "code cell 1, line 9: exec(code, {})"
        assert case.message == "Your code raised ValueError: 1"


LEAK = """
seen = []

def median(values):
    seen.append(values)
    raise type("N" + "9" * 150, (Exception,), {})(f"{len(seen)}" + "q" * 5000)

def Counter():
    raise ValueError("z" * 5000)

counts = type("K" + "8" * 90, (), {})()
"""


@pytest.mark.slow
def test_all_cases_of_a_notebook_share_one_bound(grade_cells):
    result = grade_cells(LEAK)
    texts = [
        text
        for one in result.questions
        for case in one.cases
        for text in (case.message, case.help, case.evidence)
    ]
    assert sum(text.count(letter) for text in texts for letter in "9qz") <= MOST_CHARACTERS
    assert any(LEFT_OUT in text for text in texts)
    assert "8" * 20 not in json.dumps(texts)


# --- what a test case says of it ----------------------------------------------------------------

SECRET = "".join(f"{one * one % 997:03}" for one in range(1, 600))
"""Digits that stand for a hidden case's."""


def raised(text=SECRET[:1900], name="IndexError", bases=("IndexError",)):
    return student_exception(name, text, bases=bases)


def attribute_error():
    return student_exception("AttributeError", f"'RNN' object has no attribute 'a{SECRET[:150]}'")


def caught(error, *later):
    """An exception that was handled while another was raised, as a case may keep it."""
    try:
        try:
            raise error
        except StudentException as first:
            raise ValueError("again") from first
    except ValueError as second:
        return second


def with_a_note(error):
    error.add_note(str(error))
    return error


QUOTING = {
    "text": lambda: str(raised()),
    "repr": lambda: repr(raised("\n".join(SECRET[at : at + 7] for at in range(0, 1500, 7)))),
    "a list of short ones": lambda: str([raised(SECRET[at : at + 7]) for at in range(0, 1500, 7)]),
    "a list of short texts": lambda: ", ".join(raised(SECRET[at : at + 7]).text for at in range(0, 1500, 7)),
    "capitals": lambda: raised("".join(chr(97 + int(one)) for one in SECRET)).text.upper(),
    "its class": lambda: str(type(raised()).__name__) + raised("", f"N{SECRET[:190]}").type_name,
    "its bases": lambda: str(
        raised("", "E", tuple(f"B{SECRET[at : at + 90]}" for at in range(0, 1500, 90))).bases
    ),
    "traceback": lambda: "".join(traceback.format_exception(caught(raised()))),
    "context": lambda: str(caught(raised()).__context__),
    "notes": lambda: str(with_a_note(raised()).__notes__),
    "folded": lambda: textwrap.fill(str(raised()), 7),
    "escaped": lambda: ascii(raised("中" + "é".join(SECRET[:900])).text),
    "json": lambda: json.dumps([raised("é".join(SECRET[:900])).text]),
    "attribute": lambda: str(attribute_error()),
    "its end": lambda: raised().text[-600:],
    "its end in pieces": lambda: " | ".join(textwrap.wrap(raised().text, 30)),
}
"""What a test case may make of a student's exception long after its ``except`` is over."""


def digits(text):
    return len(re.findall("[0-9a-jA-J]", text.replace(LEFT_OUT, "")))


def asked(case, cases=4, said=None):
    """What comes of a case that is asked several times; the secret is another one each time."""
    words = []
    said = said or StudentText()
    with listening(said.hear):
        for _number in range(cases):
            words.append(verdict(case, lambda: Ending.FINISHED, said).message)
    return words


@pytest.mark.parametrize("quoting", QUOTING.values(), ids=QUOTING)
@pytest.mark.parametrize(
    "failing", [AssertionError, checks.CheckFailed, OSError, NameError, NotThroughAProxy]
)
def test_a_case_may_keep_an_exception_and_say_it_later_in_any_form(quoting, failing):
    kept = []

    def run():
        kept.append(quoting())
        raise failing(f"Draw 3: {kept[-1]}")

    (first,) = asked(run, cases=1)
    assert digits(first.partition("Draw 3")[2]) <= MOST_CHARACTERS + 20, first


def test_what_was_said_in_one_case_counts_in_every_later_one():
    said, kept = StudentText(), []

    def keep():
        kept.append(raised())

    def tell():
        part = SECRET[100 * len(kept) : 100 * len(kept) + 100]
        kept.append(part)
        raise AssertionError(f"It said {part}")

    asked(keep, 1, said)
    assert sum(map(digits, asked(tell, 12, said))) <= MOST_CHARACTERS + 12 * 4


def test_notes_on_an_exception_are_bounded_with_it():
    def run():
        error = raised()
        for part in textwrap.wrap(error.text, 300):
            error.add_note(f"It said {part}")
        raise error

    said = StudentText()
    with listening(said.hear):
        came_to = verdict(run, lambda: Ending.FINISHED, said)
    found = re.findall("[0-9]", came_to.message + came_to.help)
    assert (
        len(found) <= MOST_CHARACTERS + LONGEST
    )  # the first note quotes what the message shows: it counts once


def test_who_says_more_than_is_remembered_is_taken_to_have_said_everything():
    def run():
        for number in range(MOST_HEARD // 1000 + 1):
            heard(f"{number}" * 1000)
        raise AssertionError("Your y is 0.123456, not 0.25. " * 30)

    assert digits("".join(asked(run))) <= MOST_CHARACTERS


def test_a_name_of_the_notebook_stays_readable_when_the_bound_is_reached():
    said = used_up("def get_gradients(): pass")
    said.hear("get_gradients() missing 1 required positional argument: 'x'")
    assert said.within("Call get_gradients once more.") == "Call get_gradients once more."


def test_a_kind_of_exception_that_python_has_is_not_the_students_text():
    said = used_up()
    said.hear("IndexError")
    said.hear("list index out of range 5")
    assert said.within("An IndexError came of it.") == "An IndexError came of it."


def test_what_a_test_case_says_itself_is_free():
    words = "x begins at row 3 of 49: y should be the temperature of row 27."

    def run():
        try:
            raise student_exception("IndexError", "index 49 is out of bounds")
        except IndexError:
            raise AssertionError(words) from None

    assert asked(run) == [words] * 4


def test_a_class_whose_name_holds_a_case_counts_as_text_where_it_is_quoted():
    numbers = iter(range(9))

    def run():
        try:
            raise student_exception(f"N{next(numbers)}{'1234567890' * 15}", "", bases=("IndexError",))
        except IndexError as error:
            raise AssertionError(f"One draw went beyond the data: {error}") from None

    assert sum(map(digits, asked(run, 9))) <= MOST_CHARACTERS + 9 * 30
