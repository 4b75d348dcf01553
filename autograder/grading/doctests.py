"""otter's older test format: a dictionary of doctests, asked of a notebook that lives in another process.

    OK_FORMAT = True
    test = {"name": "square", "points": 2, "suites": [{"cases": [{"code": ">>> square(3)\\n9"}]}]}

otter runs such an example among the student's names. Here it runs on the grading side: a function of the
notebook is a proxy there, its result a copy, and what is compared is out of the student's reach. What stands
in the test files stays as it is.
"""

from __future__ import annotations

import ast
import builtins
import doctest
import io
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from typing import Any

from autograder.errors import StudentException
from autograder.grading.checks import CheckFailed
from autograder.grading.checks.failing import author_reads
from autograder.grading.namespace import Namespace
from autograder.language import judging as _
from autograder.notebook.bound_names import bound_by
from autograder.notebook.first_uses import first_uses

LONGEST_SHOWN = 200
"""Characters of an example, of what came and of what was expected, in a message."""

_COMPARED = doctest.OutputChecker()


@dataclass(frozen=True)
class DoctestCase:
    """The examples of one case.

    Attributes:
        before: examples of earlier cases of the file that bind a name which this case uses; they run first,
            and nothing of them is compared.
        examples: what is asked.
        hidden: whether a student must not read them.
    """

    examples: tuple[doctest.Example, ...]
    before: tuple[doctest.Example, ...] = ()
    hidden: bool = True
    test_func: None = field(default=None, init=False)

    def call_func(self, names: Namespace) -> None:
        """Run the examples with the notebook's names.

        Raises:
            CheckFailed: an example gives something else than it says, or uses what is not defined.
            StudentCodeError: the notebook's code failed, where no example expects that.
        """
        scope: dict[str, Any] = {"__builtins__": builtins}
        every = (*self.before, *self.examples)
        for name in sorted(_needed(every)):
            if name in names:
                scope[name] = names.get(name)
            elif not hasattr(builtins, name):
                raise CheckFailed(_("{name} is not defined.").format(name=name))
            else:  # asked only because a notebook may have replaced it
                getattr(names, "missing", {}).pop(name, None)
        for example in self.before:
            _printed(example, scope)
        for example in self.examples:
            self._check(example, scope)

    def _check(self, example: doctest.Example, scope: dict[str, Any]) -> None:
        wanted, flags = example.want, _flags(example)
        try:
            came = _printed(example, scope)
        except StudentException as error:
            if example.exc_msg is None:
                raise
            wanted, came = example.exc_msg, f"{error.type_name}: {error.text}\n"
        else:
            if example.exc_msg is not None:
                wanted, came = example.exc_msg, _("no exception") + "\n"
        if not _COMPARED.check_output(wanted, came, flags):
            raise CheckFailed(*self._said(example.source.strip(), came.strip(), wanted.strip()))

    def _said(self, source: str, came: str, wanted: str) -> tuple[str]:
        if self.hidden and not author_reads():
            return (_("A check that is not shown gives something else than it should."),)
        text = _("`{example}` gives {yours}; {expected} was expected.").format(
            example=_short(source),
            yours=_short(came) or _("nothing"),
            expected=_short(wanted) or _("nothing"),
        )
        return (text,)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _flags(example: doctest.Example) -> int:
    return sum(flag for flag, wanted in example.options.items() if wanted)


def _printed(example: doctest.Example, scope: dict[str, Any]) -> str:
    """What an example prints, as an interactive Python does."""
    said = io.StringIO()
    before = sys.displayhook
    # Not Python's own, which binds the value to a builtin `_` as well.
    sys.displayhook = lambda value: None if value is None else _put(said, repr(value))
    try:
        with redirect_stdout(said):
            exec(compile(example.source, "<test>", "single"), scope)  # noqa: S102  the course's own test
    finally:
        sys.displayhook = before
    return said.getvalue()


def _put(said: io.StringIO, text: str) -> None:
    said.write(f"{text}\n")


def read_cases(bodies: Sequence[tuple[str, bool]]) -> list[DoctestCase]:
    """The cases of one file.

    Args:
        bodies: the doctest of each case, and whether it is hidden.

    Raises:
        ValueError: a doctest is malformed, as :mod:`doctest` says it.
        SyntaxError: an example is not Python.
    """
    parsed = [tuple(doctest.DocTestParser().get_examples(text)) for text, _hidden in bodies]
    cases = []
    for at, (examples, (_text, hidden)) in enumerate(zip(parsed, bodies, strict=True)):
        cases.append(DoctestCase(examples, _leading_to(examples, parsed[:at]), hidden))
    return cases


def _leading_to(
    examples: tuple[doctest.Example, ...], earlier: Sequence[tuple[doctest.Example, ...]]
) -> tuple[doctest.Example, ...]:
    """The earlier cases that bind what these examples use, and what those use in turn, in their order."""
    wanted, kept = _needed(examples), list[tuple[doctest.Example, ...]]()
    for case in reversed(earlier):
        if bound_by(_statements(case)) & wanted:
            kept.insert(0, case)
            wanted |= _needed(case)
    return tuple(example for case in kept for example in case)


def _statements(examples: Sequence[doctest.Example]) -> list[ast.stmt]:
    return [statement for example in examples for statement in ast.parse(example.source).body]


def _needed(examples: Sequence[doctest.Example]) -> set[str]:
    """What they read before they bind it; of a name that is theirs nobody asks the notebook."""
    return {name for name, is_read in first_uses(_statements(examples)).items() if is_read}
