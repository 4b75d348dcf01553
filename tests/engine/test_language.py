"""Feedback in other languages: the catalogues are whole, and nothing is lost on the way into a sentence."""

from __future__ import annotations

import gettext

import pytest

from autograder.files.visible import in_words, number
from autograder.language import Catalogue, judging, known_languages, language, speaking
from autograder.language.cells import LACKED
from autograder.language.endings import words_for
from autograder.model import Ending
from autograder.report.pages import _environment
from tests import messages

KEPT = [(one, code) for one in messages.kept() for code in messages.LANGUAGES]
IDS = [f"{one.catalogue.domain}-{code}" for one, code in KEPT]


def forms(message):
    sources = message.id if isinstance(message.id, list | tuple) else (message.id,)
    targets = message.string if isinstance(message.string, list | tuple) else (message.string,)
    return sources, targets


@pytest.mark.parametrize(("one", "code"), KEPT, ids=IDS)
def test_every_sentence_has_a_translation(one, code):
    assert [
        message.id for message in one.updated(code) if message.id and not messages.translated(message)
    ] == []


@pytest.mark.parametrize(("one", "code"), KEPT, ids=IDS)
def test_a_translation_puts_in_what_the_sentence_does(one, code):
    for message in one.updated(code):
        sources, targets = forms(message)
        expected = set().union(*map(messages.fields, sources))
        if message.id:
            assert [set(messages.fields(target)) for target in targets] == [expected] * len(targets), (
                message.id
            )


@pytest.mark.parametrize(("one", "code"), KEPT, ids=IDS)
def test_what_is_read_is_what_translators_wrote(one, code):
    """``make messages`` after a change of a sentence or of a translation."""
    with one.catalogue.of_language(code).open("rb") as stream:
        compiled = gettext.GNUTranslations(stream)
    for message in one.updated(code):
        sources, targets = forms(message)
        if len(sources) == 2:
            assert [compiled.ngettext(*sources, count) for count in (1, 2)] == list(targets)
        elif message.id:
            assert compiled.gettext(message.id) == message.string


def test_a_language_that_nobody_translated_to_is_english():
    with speaking("fr"):
        assert judging("Fill in the TODO.") == "Fill in the TODO."


def test_every_ending_has_the_words_of_its_value():
    assert [words_for(ending) for ending in Ending] == [ending.value for ending in Ending]


def test_numbers_for_people_have_the_languages_decimal_mark_and_those_for_programs_a_point():
    with speaking("de"):
        assert (in_words(1 / 3), in_words(25.0), number(1 / 3)) == ("0,3333", "25", "0.3333")
    assert in_words(1 / 3) == "0.3333"


def test_what_a_sentence_was_made_of_is_found_in_the_language_that_it_was_made_in():
    made = {"name": "forward", "cause": "3"}
    with speaking("de"):
        assert judging.filled(LACKED, judging(LACKED).format(**made)) == made
        assert judging.filled(LACKED, LACKED.format(**made)) is None
    assert judging.filled(LACKED, LACKED.format(**made)) == made


def test_languages_nest_and_end():
    assert language() == "en"
    with speaking("de"):
        with speaking("en"):
            assert language() == "en"
        assert language() == "de"
    assert language() == "en"
    assert set(known_languages()) == {"en", *messages.LANGUAGES}


def test_what_a_student_wrote_is_neither_markup_nor_invisible_inside_a_sentence():
    page = _environment().from_string('{{ _("<b>{name}</b> has {what}.", name=name, what=what) }}')
    assert page.render(name="<i>{what}", what="a\u202eb") == "<b>&lt;i&gt;{what}</b> has ab."


def test_a_catalogue_is_read_only_when_it_is_needed(tmp_path):
    assert Catalogue(tmp_path / "nowhere", "lab").plural("{count} day", "{count} days", 2) == "{count} days"
