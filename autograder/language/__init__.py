"""The language that feedback is written in: English in the code, other languages in message catalogues.

``judging`` translates what is written down in a result, ``showing`` what pages, tables and files for an LMS
say. They are two catalogues because a result is used again only where what judges is still the same, and a
better word on a page is no reason to grade a class again. A lab has a catalogue of its own
(:class:`Catalogue`).

    from autograder.language import judging as _

    _("{name} has the wrong shape.").format(name=name)
    _.plural("{count} row", "{count} rows", count).format(count=count)

What is put into a sentence is never part of what is looked up. A constant is written down before the language
is known: ``LATE = later("It is late.")``, and ``_(LATE)`` where it is used. ``make messages`` collects the
sentences.
"""

from __future__ import annotations

from pathlib import Path

from autograder.language.catalogue import (
    ENGLISH,
    Catalogue,
    is_whole_sentence,
    language,
    languages_in,
    later,
    speaking,
)

LOCALE = Path(__file__).with_name("locale")
"""Where the engine's catalogues lie."""

judging = Catalogue(LOCALE, "judging")
showing = Catalogue(LOCALE, "showing")


def known_languages() -> tuple[str, ...]:
    """Codes of the languages that the engine can write in, English first."""
    return (ENGLISH, *languages_in(LOCALE, judging.domain))


__all__ = [
    "ENGLISH",
    "LOCALE",
    "Catalogue",
    "is_whole_sentence",
    "judging",
    "known_languages",
    "language",
    "later",
    "showing",
    "speaking",
]
