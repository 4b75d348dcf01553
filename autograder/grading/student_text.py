"""What a student's code says in the feedback: enough to find a mistake, too little to carry a case away.

Code that is asked in a hidden case sees its inputs. An exception can quote them, today or in a later case of
the same notebook. So all texts that student code chose share one bound, whichever case they come from. Of a
sentence that Python or torch has for a mistake, its numbers count; of a text that stands in the notebook, its
place.
"""

from __future__ import annotations

import builtins
import re

from autograder.errors import StudentException
from autograder.grading import library_texts
from autograder.grading.quoted import Heard
from autograder.language import is_whole_sentence, later
from autograder.language import judging as _
from autograder.notebook.own_lines import OwnLines

MOST_CHARACTERS = 400
"""Of all different texts of a notebook together, each non-ASCII character counted as its escape sequence: at
6.6 bits each they hold less than a quarter of one case of the lab's size."""

LONGEST = 200
"""Characters of one text: so that the first one leaves room for another."""

AS_IT_STANDS = 5
"""Characters that a text counts as which stands in the notebook's source, like the message of an ``assert``:
of a million places and two hundred lengths its code chooses one, 28 bits."""

MOST_LINES = 20
"""Different lines that the tracebacks of one notebook may name: which ones, its code chooses."""

MOST_TOLD = 4_000
"""Characters of what a test case says that are looked through; fewer are kept of them."""

LEFT_OUT = later("(its text is not shown)")

_AROUND_A_WORD = " .,:;'\"`()\n"

_NOT_DEFINED = re.compile(r"name '(\w{1,80})' is not defined")


class StudentText:
    """Lets through what one notebook's code may say; the same text counts once.

    Args:
        own: lines and names of the notebook.
    """

    def __init__(self, own: OwnLines | None = None) -> None:
        self._own = own or OwnLines()
        self._heard = Heard()
        self._shown: dict[str, str] = {}
        self._lines: set[str] = set()
        self._left = MOST_CHARACTERS

    def shown(self, text: str) -> str:
        """``text`` as visible characters, as far as the bound allows; else that it is left out."""
        visible = _visible(library_texts.without_other_calls(text))[:LONGEST]
        if visible not in self._shown:
            kept, cost = visible, self._cost_of_all(visible)
            if cost is None or cost > self._left:
                kept = self._within_the_bound(visible)
                cost = _cost(kept)
            self._left -= cost
            self._shown[visible] = kept if kept == visible else f"{kept}… {_(LEFT_OUT)}".removeprefix("… ")
        return self._shown[visible]

    def hear(self, text: str) -> None:
        """The notebook's code has said ``text`` to a test case, which may quote it from now on."""
        self._heard.hear(text)

    def within(self, told: str) -> str:
        """What a test case says, with as much of the notebook's texts in it as the bound allows.

        A sentence of ours is said whole, whatever the notebook said before: code can choose one anyway.
        """
        if is_whole_sentence(told):
            return told
        return "".join(
            self._quoted(piece) if quoted else piece
            for piece, quoted in self._heard.quoted_in(told[:MOST_TOLD])
        )

    def _quoted(self, piece: str) -> str:
        word = piece.strip(_AROUND_A_WORD)
        return piece if word.isidentifier() and self._own.has_name(word) else self.shown(piece)

    def error(self, failure: StudentException) -> str:
        """An exception's class and message; the class is free where Python or the notebook has it."""
        name, text = failure.type_name, failure.text
        if not (_is_builtin(name) or self._own.has_name(name)):
            return self.shown(str(failure))
        return f"{name}: {self.message(failure)}" if text else name

    def message(self, failure: StudentException) -> str:
        """An exception's message; free where it only says that a name of the notebook is not defined."""
        lacked = _NOT_DEFINED.fullmatch(failure.text)
        if lacked and self._own.has_name(lacked[1]):
            return failure.text
        return self.shown(failure.text)

    def lines(self, where: str) -> str:
        """Those lines of a traceback that the bound allows; all of them are the notebook's own."""
        kept = []
        for line in where.splitlines():
            if line in self._lines or len(self._lines) < MOST_LINES:
                self._lines.add(line)
                kept.append(line)
        return "\n".join(kept)

    def _cost_of_all(self, text: str) -> int | None:
        """What a text counts as that is known as a whole; ``None`` where it is not."""
        if self._own.holds(text):
            return min(AS_IT_STANDS, _cost(text))
        return library_texts.cost(text, self._own.has_name)

    def _within_the_bound(self, text: str) -> str:
        spent = 0
        for position, character in enumerate(text):
            spent += _cost(character)
            if spent > self._left:
                return text[:position]
        return text


def _visible(text: str) -> str:
    """``text`` with U+FFFD in the place of everything that shows nothing; line breaks stay."""
    return "".join(one if one.isprintable() or one == "\n" else "\ufffd" for one in text)


def _cost(text: str) -> int:
    return len(text.encode("ascii", "backslashreplace"))


def _is_builtin(name: str) -> bool:
    found = getattr(builtins, name, None) if name.isidentifier() else None
    return isinstance(found, type) and issubclass(found, BaseException)
