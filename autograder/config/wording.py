"""Mistakes in a configuration, in the words of whoever wrote the file and where they are."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Any

from autograder.config.located_yaml import LocatedValue, Place, spell

# What pydantic calls things, and what whoever writes YAML calls them.
_WORDS = {
    "Input should be": "expected",
    "String should": "expected text that should",
    "Tuple should": "expected a list that should",
    " after validation": "",
    "valid tuple": "list",
    "valid array": "list",
    "valid string": "text",
    "valid dictionary": "mapping",
    "an object": "a mapping",
    "a text": "text",
}


def report(document: LocatedValue, problems: Iterable[tuple[Place, str]]) -> str:
    """One line per mistake: file, line, field, what is wrong."""
    return "\n".join(
        f"{document.path}:{document.line(place)}: {spell(place)}: {message}" for place, message in problems
    )


def unknown_field(name: str, allowed: Sequence[str], what: str = "field") -> str:
    """What is wrong with a key that nobody knows; ``what`` says of which kind it should be."""
    close = difflib.get_close_matches(name, allowed, n=1)
    guess = f"did you mean {close[0]!r}? " if close else ""
    return f"unknown {what}; {guess}allowed: {', '.join(allowed) or 'none'}"


def reworded(message: str) -> str:
    """A message of pydantic's for people who do not know pydantic."""
    message = message.removeprefix("Value error, ")
    for theirs, ours in _WORDS.items():
        message = message.replace(theirs, ours)
    return message


def found(value: Any) -> str:
    """What stands in the file instead, within one line."""
    if value is None:
        return "nothing"
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}…"
