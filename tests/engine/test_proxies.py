"""What a test author can do with a student's objects: through the sandbox, and with the objects themselves."""

import contextlib
import inspect
import io
import textwrap
from dataclasses import replace
from types import SimpleNamespace

import nbformat
import numpy as np
import pandas as pd
import pytest
import torch

from autograder.errors import (
    BadReply,
    NotThroughAProxy,
    OwnObject,
    ReplyTooLarge,
    StudentCodeError,
    StudentException,
    TooManyEntries,
)
from autograder.grading import checks
from autograder.grading.checks import CheckFailed
from autograder.grading.doctests import read_cases
from autograder.grading.namespace import PlainNamespace, bases_of, is_proxy, shown
from autograder.grading.questions import ask
from autograder.kernel.session import Session
from autograder.model import AS_IT_IS, Ending, Outcome
from tests.conftest import notebook_bytes

STUDENT = textwrap.dedent("""
    import numpy as np, pandas as pd, random, torch

    class Base:
        pass

    class Shelf(Base):
        def __init__(self):
            self.books = [3, 1, 2]
        def __len__(self):
            return len(self.books)
        def __getitem__(self, i):
            return self.books[i]
        def __setitem__(self, i, value):
            self.books[i] = value
        def __add__(self, other):
            return 7

    class TooFew(ValueError):
        pass

    def median(values, *, default=0.5, how=None):
        if not values:
            raise TooFew("no values")
        print("asked", len(values))
        return sorted(values)[len(values) // 2]

    def squares(n):
        for i in range(n):
            yield i * i

    def stops():
        yield 1
        yield 2
        raise KeyError("third")

    def endless():
        while True:
            yield 1

    def sgd_(params, grads):
        for p, g in zip(params, grads):
            p -= 0.5 * g

    def sgd(params, grads):
        return [p - 0.5 * g for p, g in zip(params, grads)]

    def changes(one):
        one.sort() if isinstance(one, list) else one.clear()

    def taken(values):
        return values.pop()

    def counts(text):
        "How often each letter is there."
        return {letter: text.count(letter) for letter in set(text)}

    def words(table):
        return table["word"].dropna().unique()

    def longer(texts):
        return texts[np.char.str_len(texts) > 1]

    def letters(text):
        return set(text)

    def long(table):
        return table[table["n"] > 1]

    def square(x):
        return (x * x).sum()

    def noisy():
        return random.random()

    class Stubborn:
        level = 1
        def __setattr__(self, name, value):
            if "level" in vars(self):
                raise SystemError("set once")
            object.__setattr__(self, name, value)
        def __delattr__(self, name):
            raise SystemError("set once")
        def __repr__(self):
            return "Stubborn()"
        def __str__(self):
            return "stubborn as ever"

    shelf = Shelf()
    stubborn = Stubborn()
    linear = torch.nn.Linear(1, 1)
    torch.nn.init.ones_(linear.weight)
    table = pd.DataFrame({"n": [1, 2], "word": ["a", None]})
""")

HOSTILE = textwrap.dedent("""
    import fractions

    class BaseException_:
        pass

    def makes_no_number():
        return BaseException_()

    class Lies:
        def __len__(self): return self.answer
        def __contains__(self, value): return True
        def __iter__(self): return self
        def __next__(self): return bytearray(100)
        def __eq__(self, other): return True
        def __lt__(self, other): return True
        def __hash__(self): return 1
        __signature__ = "no signature"
    class Number:
        def __float__(self): return 0.25
        def __int__(self): return 7
        def __index__(self): return "seven"
    number = Number()
    half = fractions.Fraction(1, 2)
    vast, wrong, lies = Lies(), Lies(), Lies()
    vast.answer, wrong.answer, lies.answer = 10 ** 18, -1, 3
    class Deep(list):
        def __iter__(self): raise SystemExit("ended")
    deep = Deep([1])
    unlimited = type("E" * 10_000, (ValueError,), {})
    def fails(): raise unlimited("x")
    def asserts(): assert False, "all points, please"
    def lacks(): raise FileNotFoundError(2, "no such file", "data.csv")
    def shouts(): print("x" * 10 ** 6)
    many = {(i, i) for i in range(5000)}
    labels = pd.Series(range(30_000), index=[n * 2 for n in range(30_000)])
""")


@pytest.fixture(scope="module")
def remote(toy_course):
    with Session(toy_course.server, toy_course.settings) as session:
        session.run(nbformat.reads(notebook_bytes(STUDENT, HOSTILE).decode(), as_version=4), AS_IT_IS)
        yield session.names()


@pytest.fixture(params=["proxies", "objects"])
def env(request):
    """The notebook's names, once in their own process and once as they are."""
    if request.param == "objects":
        names = {}
        exec(STUDENT, names)  # noqa: S102  of this file
        return PlainNamespace(names)
    names = request.getfixturevalue("remote")
    names.begin_case(3, forbid_autograd=False, patience=None)
    return names


@pytest.fixture
def hostile(remote):
    remote.begin_case(3, forbid_autograd=False, patience=None)
    return remote


def failure(function, *args, **kwargs):
    with pytest.raises(CheckFailed) as caught:
        function(*args, **kwargs)
    return str(caught.value)


@pytest.mark.parametrize(
    ("change", "look"),
    [
        (lambda env: setattr(env["Shelf"], "__len__", lambda shelf: 7), lambda env: len(env["shelf"])),
        (lambda env: setattr(env["Shelf"], "colour", "red"), lambda env: hasattr(env["shelf"], "colour")),
        (lambda env: setattr(env["shelf"], "books", [5]), lambda env: env["shelf"].books),
        (lambda env: setattr(env["np"], "pi", 3), lambda env: env["np"].pi),
        (lambda env: setattr(env["linear"], "weight", torch.zeros(1, 1)), lambda env: env["linear"].weight.tolist()),
        (lambda env: setattr(env["linear"], "weight", torch.zeros(2, 2)), lambda env: env["linear"].weight.tolist()),
        (lambda env: setattr(env["linear"], "extra", 1), lambda env: hasattr(env["linear"], "extra")),
        (lambda env: env.__setitem__("median", lambda values: 0), lambda env: env["median"]([4])),
        (lambda env: env.__delitem__("median"), lambda env: env["median"]([4])),
    ],
)  # fmt: skip
def test_what_one_case_sets_the_next_one_finds_as_it_was(remote, change, look):
    def begin():
        remote.begin_case(3, forbid_autograd=False, patience=None)

    begin()
    before = look(remote)
    begin()
    change(remote)
    change(remote)
    begin()
    assert look(remote) == before


def test_an_object_that_does_not_let_go_of_a_value_costs_the_next_case_nothing(remote):
    remote.begin_case(3, forbid_autograd=False, patience=None)
    remote["stubborn"].level = 2
    remote["shelf"].books = [5]
    remote.begin_case(3, forbid_autograd=False, patience=None)
    assert (remote["stubborn"].level, remote["shelf"].books) == (2, [3, 1, 2])


def test_what_a_call_prints_goes_where_the_test_collects_it(env):
    with contextlib.redirect_stdout(io.StringIO()) as said:
        assert env["median"]([3, 1, 2], default=1) == 2
    assert said.getvalue() == "asked 3\n"


def test_an_object_as_text_is_what_it_says_itself(env):
    assert (str(env["stubborn"]), shown(env["stubborn"])) == ("stubborn as ever", "Stubborn()")


def test_a_doctest_reads_what_a_function_prints_and_how_an_object_looks(remote):
    remote.begin_case(3, forbid_autograd=False, patience=None, writes_back=True)
    body = ">>> values = [3, 1, 2]\n>>> median(values)\nasked 3\n2\n>>> changes(values)\n>>> values\n[1, 2, 3]\n>>> stubborn\nStubborn()\n"
    [case] = read_cases([(body, False)])
    case.call_func(remote)


def test_a_class_of_the_notebook_behind_except_is_the_tests_mistake_and_not_the_students(came_to):
    def catches(names):
        try:
            names["fails"]()
        except names["unlimited"]:
            pass

    result = came_to(catches)
    assert result.outcome is Outcome.NOT_CHECKED
    assert "checks.raises" in result.message


def test_a_class_that_is_called_like_one_of_python_makes_no_check_our_trouble(came_to):
    result = came_to(lambda names: names["makes_no_number"]() + 1)
    assert result.outcome is Outcome.FAILED
    assert "BaseException_" in result.evidence


def test_all_or_nothing_takes_no_points_for_our_trouble(came_to):
    def passes(names):
        pass

    def is_not_checked(names):
        raise MemoryError

    def fails(names):
        raise AssertionError("wrong")

    earned = [one.points for one in came_to(passes, is_not_checked, all_or_nothing=True)]
    assert earned == [1, 0]
    assert [one.points for one in came_to(passes, fails, all_or_nothing=True)] == [0, 0]


# --- the protocols of Python ----------------------------------------------------------------------


def test_length_items_loops_and_in(env):
    shelf = env["Shelf"]()
    assert (len(shelf), shelf[0], shelf[-1], shelf[1:], 2 in shelf, 9 in shelf) == (
        3,
        3,
        2,
        [1, 2],
        True,
        False,
    )
    assert [*shelf] == [3, 1, 2]
    shelf[0] = 5
    assert max(shelf) == 5
    with pytest.raises((IndexError, StudentException), match="out of range"):
        shelf[3]


def test_generators_and_what_they_raise(env):
    assert list(env["squares"](100)) == [i * i for i in range(100)]
    some = env["squares"](3)
    assert (next(some), [*some], next(some, "none")) == (0, [1, 4], "none")
    seen = []
    with pytest.raises((KeyError, StudentException), match="third"):
        seen.extend(entry for entry in env["stops"]())
    entries = iter(env["stops"]())
    assert [next(entries), next(entries)] == [1, 2]


def test_what_a_students_code_raises_is_caught_as_python_does(env):
    for caught in (ValueError, Exception, (KeyError, ValueError)):
        with pytest.raises(caught, match="no values"):
            env["median"]([])  # TooFew, which inherits from ValueError
    assert not hasattr(env["shelf"], "nothing")
    with pytest.raises(KeyError) as missing:
        list(env["stops"]())
    assert "third" in str(missing.value)
    try:
        env["median"]([])
    except LookupError:
        pytest.fail("a ValueError is no LookupError")
    except ValueError:
        pass


@pytest.mark.parametrize("writes_back", [True, False])
def test_a_public_case_sees_what_a_function_does_to_its_arguments(remote, writes_back):
    """As where students run it; in hidden cases arguments are copies, and stay what they are."""
    remote.begin_case(3, forbid_autograd=False, patience=None, writes_back=writes_back)
    weight, bias = torch.ones(2, requires_grad=True), np.ones(2)
    remote["sgd_"]([weight.detach()], [torch.ones(2)])
    remote["sgd_"]([bias], [np.ones(2)])
    values, words = [3, 1, 2], {"a": 1}
    remote["changes"](values)
    remote["changes"](words)
    seen = weight.tolist(), bias.tolist(), values, words
    assert seen == (
        ([0.5, 0.5], [0.5, 0.5], [1, 2, 3], {}) if writes_back else ([1, 1], [1, 1], [3, 1, 2], {"a": 1})
    )


def test_what_a_notebook_writes_to_a_test_case_is_gone_with_the_case_and_with_the_notebook(toy_course):
    """A test file may have made the values for a whole class."""
    numbers, rows, words, texts = torch.ones(2), np.ones(2), [3, 1, 2], {"a": [1]}
    parts = [torch.ones(2), torch.ones(2, requires_grad=True)]

    def seen():
        return str([numbers.tolist(), rows.tolist(), words, texts, [part.tolist() for part in parts]])

    before = seen()
    cell = "def spoils(one): one.clear() if hasattr(one, 'clear') else one.__setitem__(slice(None), 7)\n"
    cell += "def spoils_parts(parts): [part.fill_(7) for part in parts]"
    with Session(toy_course.server, toy_course.settings) as session:
        session.run(nbformat.reads(notebook_bytes(cell).decode(), as_version=4), AS_IT_IS)
        for _case in range(2):
            names = session.names()
            names.begin_case(3, forbid_autograd=False, patience=None, writes_back=True)
            assert seen() == before
            for one in (numbers, rows, words, texts, numbers):
                names["spoils"](one)
            names["spoils_parts"](parts)
            assert seen() == str([[7.0, 7.0], [7.0, 7.0], [], {}, [[7.0, 7.0], [7.0, 7.0]]])
    assert seen() == before


def test_what_a_function_returns_is_no_change_of_its_arguments(remote):
    remote.begin_case(3, forbid_autograd=False, patience=None, writes_back=True)
    kept = [2, 1]
    assert remote["taken"](kept) == 1
    assert kept == [2, 1]


def test_signatures(env):
    assert str(inspect.signature(env["median"])) == "(values, *, default=0.5, how=None)"


def test_names_and_docstrings_are_the_students(env):
    assert (env["median"].__name__, env["median"].__doc__) == ("median", None)
    assert env["counts"].__doc__ == "How often each letter is there."
    assert not hasattr(env["shelf"], "__name__")


def test_classes_and_their_bases(env):
    assert isinstance(env["shelf"], env["Shelf"])
    assert isinstance(env["shelf"], env["Base"])
    assert not isinstance(3, env["Shelf"])
    assert issubclass(env["Shelf"], env["Base"])
    assert bases_of(env["shelf"]) == ("Shelf", "Base", "object")
    assert bases_of(env["TooFew"])[:2] == ("TooFew", "ValueError")


def test_sets_and_tables_are_copies(env):
    assert env["letters"]("abba") == {"a", "b"}
    pd.testing.assert_frame_equal(env["table"], pd.DataFrame({"n": [1, 2], "word": ["a", None]}))
    given = pd.DataFrame({"n": [1, 2, 3], "word": ["x", "y", "z"]}, index=["p", "q", "r"])
    pd.testing.assert_frame_equal(env["long"](given), given[1:])
    assert list(env["table"].columns) == ["n", "word"]


def test_arrays_of_text_are_copies(env):
    given = pd.DataFrame({"word": ["x", "y", None, "x"]})
    checks.equal(env["words"](given), np.array(["x", "y"]), "words")
    assert np.array_equal(env["words"](given.astype(object)), np.array(["x", "y"], dtype=object))
    assert np.array_equal(env["longer"](np.array(["a", "bc", "def"])), ["bc", "def"])


def test_truth_is_that_of_the_object(env):
    assert env["Shelf"]
    shelf = env["Shelf"]()
    assert shelf
    shelf.books = []
    assert not shelf


# --- checks ---------------------------------------------------------------------------------------


def test_what_a_function_returns_raises_and_prints(env):
    median = env["median"]
    checks.returns(2, median, [3, 1, 2])
    assert failure(checks.returns, 2.5, median, [4, 2]) == (
        "median([4, 2]) gives something else.\nyours 4, expected 2.5"
    )
    assert checks.raises("ValueError", median, []) == "no values"
    assert checks.raises("TooFew", median, []) == "no values"
    assert failure(checks.raises, "KeyError", median, []) == "median([]) raises TooFew, expected: KeyError."
    assert (
        failure(checks.raises, "ValueError", median, [1])
        == "median([1]) raises nothing, expected: ValueError."
    )
    assert checks.printed(median, [1, 2]) == "asked 2\n"
    with checks.hidden_case(True):
        text = failure(checks.returns, 2.5, median, [4, 2])
        keys = failure(checks.equal, {"a": {31415: 1}}, {"a": {31415: 2}}, "the table of keys")
    assert text == "median gives something else.\nanother value"
    assert keys == "The table of keys is not as expected.\nentry […][…]: another value"


def test_arguments_that_change(env):
    params, grads = [torch.ones(2), torch.zeros(1)], [torch.ones(2), torch.full((1,), 2.0)]
    after, _ = checks.changed_in_place(env["sgd_"], params, grads)
    checks.close(after[0], torch.tensor([0.5, 0.5]), "params[0]")
    checks.close(after[1], torch.tensor([-1.0]), "params[1]")
    assert torch.equal(params[0], torch.ones(2))
    checks.unchanged(env["sgd"], params, grads)
    assert failure(checks.changed_in_place, env["sgd"], params, grads).startswith("sgd leaves its arguments")
    assert failure(checks.unchanged, env["sgd_"], params, grads) == (
        "sgd_ changes its argument 1.\nWork on a copy.\nentry [0][0]: yours 0.5, expected 1.0"
    )
    result, (values,) = checks.call(env["letters"], "ab")
    assert (result, values) == ({"a", "b"}, "ab")


def test_names_keys_classes_and_numbers(env):
    assert checks.number(env["square"](torch.tensor([1.0, 2.0])), "the square") == 5
    checks.is_a(env["shelf"], "Base", name="shelf")
    assert failure(checks.is_a, env["shelf"], "Module", name="shelf") == "shelf is a Shelf, expected: Module."
    assert failure(checks.defined, env, "nothing").startswith("nothing is not defined.")
    assert checks.has_keys(env["counts"]("aab"), "a", "b", name="counts") == {"a": 2, "b": 1}
    assert "lacks the key 'z'" in failure(checks.has_keys, env["counts"]("a"), "z", name="counts")
    checks.deterministic(env["letters"], "abc")
    assert "when it is called again" in failure(checks.deterministic, env["noisy"])


def test_gradients_by_finite_differences(env):
    at = torch.tensor([1.0, -2.0, 0.5])
    checks.agrees_with_finite_differences(2 * at, env["square"], at, "grad")
    assert "entry [0]" in failure(checks.agrees_with_finite_differences, 2.02 * at, env["square"], at, "grad")


@pytest.fixture
def came_to(hostile, toy_course):
    """What a case comes to that does this with the notebook's names."""

    class Respondent:
        def names(self):
            hostile.missing.clear()  # as names are that nobody has asked yet
            return hostile

        def ending(self):
            return Ending.FINISHED

    def ask_once(*each_does, all_or_nothing=False):
        cases = [
            SimpleNamespace(
                name="sum",
                points=1,
                hidden=False,
                failure_message=None,
                body=SimpleNamespace(call_func=does, test_func=None),
            )
            for does in each_does
        ]
        file = SimpleNamespace(test_cases=cases, all_or_nothing=all_or_nothing)
        results = ask(replace(toy_course.questions[0], file=file), Respondent(), 1).cases
        return results if len(results) > 1 else results[0]

    return ask_once


def test_what_a_student_asserts_or_cannot_import_is_the_students(came_to):
    for name in ("asserts", "lacks"):
        result = came_to(lambda names: names[name]())  # noqa: B023  called at once
        assert (result.outcome, result.message[:16]) == (Outcome.FAILED, "Your code raised")


def test_a_name_that_is_not_there_is_said_by_its_name(came_to):
    for does in (lambda names: names.get("misspelt")(3), lambda names: len(names.get("misspelt"))):
        assert came_to(does).message == "misspelt is not defined."
    assert came_to(lambda names: len(names.get("shelf")) + None).message.startswith("The check could not")


# --- what does not go through ---------------------------------------------------------------------


def test_a_case_that_asks_for_it_is_not_checked(came_to):
    result = came_to(lambda names: names["shelf"] + 1)
    assert result.outcome is Outcome.NOT_CHECKED
    assert "__add__ of a Shelf" in result.message
    result = came_to(lambda names: names["shelf"] - 1)  # which the object could not do either
    assert result.outcome is Outcome.FAILED
    result = came_to(lambda names: list(names["endless"]()))
    assert (result.outcome, result.message) == (
        Outcome.FAILED,
        "What your code gives to loop over does not end.",
    )


# --- attacks --------------------------------------------------------------------------------------


def test_an_endless_generator_ends_here(hostile):
    with pytest.raises(TooManyEntries, match="100,000"):
        list(hostile["lies"])


def test_lengths_that_lie(hostile):
    with pytest.raises(ReplyTooLarge):
        list(hostile["vast"])
    with pytest.raises(StudentException, match="ValueError"):
        len(hostile["wrong"])


def test_an_object_that_equals_everything_equals_nothing_here(hostile):
    lies = hostile["lies"]
    assert lies != 3
    for judge in (
        lambda: checks.number(lies, "it"),
        lambda: checks.equal(lies, 3, "it"),
        lambda: checks.equal(lies, {3}, "it"),
        lambda: checks.equal([lies], [3], "it"),
        lambda: checks.close(lies, torch.ones(1), "it"),
        lambda: checks.close([lies], torch.ones(1), "it"),
        lambda: checks.dtype(lies, "float32", name="it"),
        lambda: checks.has_keys(lies, "a", name="it"),
    ):
        with pytest.raises(CheckFailed):
            judge()


def test_who_is_to_blame_for_an_object_that_a_case_computes_with(toy_course, hostile):
    """The student, for one of a class that neither the template nor the case names; else a person looks."""
    with pytest.raises(NotThroughAProxy, match="__lt__"):  # there is no template here
        assert hostile["lies"] < 3
    settings = replace(toy_course.settings, definitions=frozenset({"Base", "median"}))
    with Session(toy_course.server, settings) as session:
        session.run(nbformat.reads(notebook_bytes(STUDENT, HOSTILE).decode(), as_version=4), AS_IT_IS)
        names = session.names()
        names.begin_case(3, forbid_autograd=False, patience=None)
        with pytest.raises(OwnObject, match="__lt__ of a Lies"):
            assert names["lies"] < 3
        with pytest.raises(NotThroughAProxy, match="__add__ of a Shelf"):  # which inherits from Base
            names["shelf"] + 1
        with pytest.raises(NotThroughAProxy, match="__lt__ of a Fraction"):
            assert names["half"] < 3
        assert names["Lies"]
        with pytest.raises(NotThroughAProxy):
            assert names["lies"] < 3


def test_an_object_that_stands_for_a_number_gives_it_as_plain_data(hostile):
    number = hostile["number"]
    assert (float(number), int(number)) == (0.25, 7)
    with pytest.raises(StudentCodeError):
        [0, 1][number]
    with pytest.raises(TypeError, match="no __complex__"):
        complex(number)
    with pytest.raises(TypeError, match="no __float__"):
        float(hostile["lies"])


def test_answers_of_odd_kinds(hostile):
    with pytest.raises((BadReply, StudentException)):
        inspect.signature(hostile["lies"])
    with pytest.raises(StudentException) as caught:
        hostile["fails"]()
    assert caught.value.bases[1] == "ValueError"
    assert len(caught.value.bases[0]) == 100
    assert len(checks.printed(hostile["shouts"])) == 100_000
    assert is_proxy(hostile["many"])
    assert len(hostile["many"]) == 5000
    with pytest.raises(BadReply, match="labels"):
        hostile["labels"]


def test_no_proxy_is_read_entry_by_entry(hostile):
    with pytest.raises((TypeError, NotThroughAProxy)):
        np.asarray(hostile["shelf"])
    assert "a tensor was expected" in failure(checks.as_tensor, hostile["shelf"], "it")
