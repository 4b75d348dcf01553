"""The HTML pages' common part: escaping, visible text, templates.

Two layers keep a student's text from becoming part of a page: Jinja2 escapes every expression, and
before that every expression that is a string is reduced to visible characters of bounded length.
A template cannot forget either. The pages load nothing and run nothing, as their CSP says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.files.visible import duration, in_words, number, plain
from autograder.language import language, showing
from autograder.language.endings import words_for
from autograder.report.cells import marked
from autograder.report.formulas import has_formulas, with_formulas

if TYPE_CHECKING:
    from jinja2 import Environment

_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")

TEMPLATES = Path(__file__).parent / "templates"

LONGEST_TEXT = 8000
"""Characters of any one text in a page: a traceback fits (4,000), a printed data set does not."""

LONGEST_ANSWER = 50_000
"""Characters of an answer in words in a page: a derivation has 10,000."""


def render(template: str, **values: Any) -> str:
    """The page that ``template`` makes of ``values``.

    Raises:
        jinja2.UndefinedError: the template names something that is not there.
    """
    return _environment().get_template(template).render(**values)


def pieces(template: str, **values: Any) -> Iterator[str]:
    """The same page in pieces, for a page that is larger than it needs to be in memory."""
    stream = _environment().get_template(template).stream(**values)
    stream.enable_buffering(500)
    return stream


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["_"] = _sentence
    environment.globals["plural"] = _plural
    environment.filters["line"] = plain
    environment.filters["marked"] = marked
    environment.filters["answer"] = _answer
    environment.filters["formulas"] = with_formulas
    environment.filters["base64"] = _base64
    environment.tests["with_formulas"] = has_formulas
    environment.globals["longest_answer"] = LONGEST_ANSWER
    environment.filters["points"] = lambda value: in_words(value, 2)
    environment.filters["number"] = lambda value: number(value, 2)
    environment.filters["ending"] = words_for
    environment.globals["language"] = language
    environment.filters["duration"] = duration
    return environment


def _base64(data: str) -> Any:
    """Base64 of any length, as long as it is nothing else."""
    from markupsafe import Markup

    return Markup(data if _BASE64.fullmatch(data) else "")


def _sentence(text: str, **values: Any) -> Any:
    """A sentence of the template in the language of now: it is markup, what is put into it is not."""
    return _filled(showing(text), values)


def _plural(one: str, many: str, count: int, **values: Any) -> Any:
    """The sentence that fits ``count``, which it may name ``{count}``."""
    return _filled(showing.plural(one, many, count), {"count": count, **values})


def _filled(sentence: str, values: dict[str, Any]) -> Any:
    from markupsafe import Markup

    # Not jinja's own i18n: that escapes what it puts in, but never makes it visible.
    return Markup(sentence).format(**{name: visible(value) for name, value in values.items()})


def _answer(text: str) -> Any:
    """A student's answer, which may be longer than other texts, escaped and visible."""
    from markupsafe import escape

    return escape(plain(text, LONGEST_ANSWER, multiline=True))


def visible(value: Any) -> Any:
    """``value`` as it may be shown; only markup that a template itself made passes unchanged."""
    from markupsafe import Markup

    if isinstance(value, str) and not isinstance(value, Markup):
        return plain(value, LONGEST_TEXT, multiline=True)
    return value
