"""Message catalogues in gettext's format, and which language is spoken at the moment."""

from __future__ import annotations

import gettext
import re
import string
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

ENGLISH = "en"
"""The language of the sentences in the code, which needs no catalogue."""

_spoken: ContextVar[str] = ContextVar("spoken", default=ENGLISH)
"""Of one thread: the pages for people stay English while another thread writes German ones for students."""


def language() -> str:
    """The code of the language that sentences are written in now: ``de``."""
    return _spoken.get()


_whole: set[str] = set()
"""Sentences that have been said in which nothing is put."""


def is_whole_sentence(text: str) -> bool:
    """Whether ``text`` is a sentence of a catalogue that has been said, with nothing put in.

    >>> is_whole_sentence("4c20a81f")
    False
    """
    return text in _whole


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Inside the block sentences are written in this language.

    Args:
        code: of a language; where a catalogue lacks it, or a sentence in it, the sentence is English.
    """
    token = _spoken.set(code)
    try:
        yield
    finally:
        _spoken.reset(token)


def later(sentence: str) -> str:
    """``sentence`` as it is: a constant for the catalogue of its module, translated where it is used."""
    return sentence


class Catalogue:
    """The translations of one set of sentences, one file a language.

    Attributes:
        folder: holds ``<language>/LC_MESSAGES/<domain>.mo``.
        domain: name of the set.
    """

    def __init__(self, folder: Path, domain: str) -> None:
        """Nothing is read before the first sentence in another language than English."""
        self.folder = folder
        self.domain = domain
        self._read: dict[str, gettext.NullTranslations] = {}

    def __call__(self, sentence: str) -> str:
        """``sentence`` in the language of now.

        Args:
            sentence: literal, or marked by :func:`later`; names in braces where something is put in.
        """
        said = self._translations().gettext(sentence)
        if "{" not in said:
            _whole.add(said)
        return said

    def plural(self, one: str, many: str, count: int) -> str:
        """The form that fits ``count`` in the language of now: English has two, others one or five.

        Args:
            one, many: literal English sentences for one, and for any other number.
        """
        return self._translations().ngettext(one, many, count)

    def filled(self, sentence: str, text: str) -> dict[str, str] | None:
        """What was put into ``sentence``, in the language of now, to make ``text``; ``None``: it is another.

        Args:
            sentence: as for a call; a name in braces stands for at least one character.
        """
        found = _pattern(self(sentence)).fullmatch(text)
        return found and found.groupdict()

    def of_language(self, code: str) -> Path:
        """The catalogue's file for a language, which need not be there."""
        return self.folder / code / "LC_MESSAGES" / f"{self.domain}.mo"

    def _translations(self) -> gettext.NullTranslations:
        code = language()
        if code not in self._read:  # a lab asks thousands of times a submission: no path is made each time
            self._read[code] = _read(self.of_language(code))
        return self._read[code]


@cache
def _pattern(sentence: str) -> re.Pattern[str]:
    parts = string.Formatter().parse(sentence)
    found = (re.escape(text) + (f"(?P<{name}>.+?)" if name else "") for text, name, _spec, _kind in parts)
    return re.compile("".join(found), re.DOTALL)


@cache
def _read(file: Path) -> gettext.NullTranslations:
    if not file.is_file():
        return gettext.NullTranslations()
    with file.open("rb") as stream:
        return gettext.GNUTranslations(stream)


def languages_in(folder: Path, domain: str) -> list[str]:
    """Codes of the languages, sorted, that ``folder`` has a catalogue of this domain for."""
    return sorted(file.parts[-3] for file in folder.glob(f"*/LC_MESSAGES/{domain}.mo"))
