"""What a failed check is: what is wrong, what to look at, and the smallest evidence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_notes: ContextVar[list[str] | None] = ContextVar("notes", default=None)


_hidden: ContextVar[bool] = ContextVar("hidden", default=False)
_for_the_author: ContextVar[bool] = ContextVar("for_the_author", default=False)


class Mistake(str):
    """The sentence that names a known mistake, with a code that a configuration can name it by.

    Attributes:
        code: short and stable, an identifier: the course's ``partial_credit`` holds on to it while the
            sentence may be reworded.
    """

    code: str

    def __new__(cls, code: str, sentence: str) -> Mistake:
        """The sentence; ``code`` is an identifier."""
        mistake = super().__new__(cls, sentence)
        mistake.code = code
        return mistake


class CheckFailed(AssertionError):
    """A check found something wrong.

    Attributes:
        rationale: what is wrong, one sentence.
        help: what to look at; may be empty.
        evidence: numbers that show it; may be empty.
        mistake: code of the known mistake that the sentence names; empty where it names none.
        repeat: lines of Python that show it once more in the student's notebook; may be empty.
    """

    def __init__(self, rationale: str, *, help: str = "", evidence: str = "", repeat: str = "") -> None:
        super().__init__("\n".join(part for part in (rationale, help, evidence) if part))
        self.rationale = rationale
        self.help = help
        self.evidence = evidence
        self.mistake = rationale.code if isinstance(rationale, Mistake) else ""
        self.repeat = repeat


def fail(rationale: str, *, help: str = "", evidence: str = "") -> None:
    """Fail in words of your own: ``fail("The loss grows.", help="Which sign has the step?")``."""
    raise CheckFailed(rationale, help=help, evidence=evidence)


def require(condition: bool, rationale: str, *, help: str = "", evidence: str = "") -> None:
    """Fail unless something holds: ``require(len(words) > 0, "No word was found.")``."""
    if not condition:
        raise CheckFailed(rationale, help=help, evidence=evidence)


class NewsIfAlone(str):
    """A note that says nothing new where another question has lost points: that explains it already."""

    __slots__ = ()


def note(text: str, *, if_alone: bool = False) -> None:
    """Tell the student (and the TA) something that costs nothing: ``note("A copy would be safer.")``.

    Args:
        if_alone: only where every other question earned everything.
    """
    text = NewsIfAlone(text) if if_alone else text
    notes = _notes.get()
    if notes is not None and text not in notes:
        notes.append(text)


@contextmanager
def collected_notes() -> Iterator[list[str]]:
    """The notes that the block makes, for whoever runs the test cases."""
    notes: list[str] = []
    token = _notes.set(notes)
    try:
        yield notes
    finally:
        _notes.reset(token)


@contextmanager
def hidden_case(hidden: bool) -> Iterator[None]:
    """The block is a case that students must not be able to rebuild, or is not."""
    token = _hidden.set(hidden)
    try:
        yield
    finally:
        _hidden.reset(token)


@contextmanager
def read_by_the_author() -> Iterator[None]:
    """What cases say inside the block no student reads: hidden ones may show values too."""
    token = _for_the_author.set(True)
    try:
        yield
    finally:
        _for_the_author.reset(token)


def author_reads() -> bool:
    """Whether who wrote the cases is all who reads what they say."""
    return _for_the_author.get()


def may_show_values() -> bool:
    """Whether a message may quote what a case hands to the student's code, and what must come out."""
    return author_reads() or not _hidden.get()
