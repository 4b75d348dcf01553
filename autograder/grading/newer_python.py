"""Which syntax of a cell is of a newer Python than ours, if that is all that is wrong with it.

The newer syntax is taken out, and what is left is read again: only where that succeeds it was the reason.
"""

from __future__ import annotations

import ast
import re
import sys
import warnings
from collections.abc import Callable, Iterator

from autograder.language import judging as _
from autograder.language import later

LONGEST_SOURCE = 50_000
"""Characters that are looked at: some texts are read in quadratic time, by Python and here."""

DEEPEST = 20
"""F-strings in f-strings that are followed."""

_STRING = re.compile(r"(?<!\w)(?P<prefix>[rbuftRBUFT]{0,2})(?P<quote>'''|\"\"\"|'|\")")
_STRING_OR_COMMENT = re.compile(rf"#[^\n]*+|{_STRING.pattern}")
# Possessive: blanks that two parts of a pattern could share would be shared out in every way.
_TYPE = re.compile(r"^([ \t]*+)type[ \t]++(\w++)[ \t]*+(?:\[[^\]\n]*+\][ \t]*+)?=", re.M)
_GENERIC = re.compile(r"^([ \t]*+(?:async[ \t]++)?(?:def|class)[ \t]++\w++)\[[^\]\n]*+\]", re.M)
_EXCEPT = re.compile(r"^([ \t]*+except\*?[ \t]++)([\w.]++(?:[ \t]*+,[ \t]*+[\w.]++)+?)[ \t]*+:", re.M)


def newer_syntax(source: str) -> tuple[str, str] | None:
    """What a source uses that this Python cannot read, and the first version that can.

    Args:
        source: Python, without magics.

    Returns:
        Words for the syntax and a version such as ``3.12``; ``None`` where it is something else.
    """
    if len(source) > LONGEST_SOURCE or _reads(source):
        return None
    used = []
    for version, words, without in _SYNTAX:
        if version > sys.version_info[:2] and (simpler := without(source)) != source:
            used.append((version, words))
            source = simpler
            if _reads(source):
                major, minor = max(one for one, _words in used)
                return _(" and ").join(dict.fromkeys(_(text) for _version, text in used)), f"{major}.{minor}"
    return None


def _reads(source: str) -> bool:
    try:
        with warnings.catch_warnings(action="ignore"):
            ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _without_strings(letter: str) -> Callable[[str], str]:
    """A function that puts an empty text in the place of each f-string (or t-string)."""

    def without(source: str) -> str:
        parts, at = [], 0
        for start, end, formatted in _strings(source):
            if letter in formatted and source[end - 1] in "'\"":  # and it ends at all
                lines = source.count("\n", start, end)
                parts += [source[at:start], "(''" + "\n" * lines + ")"]
                at = end
        return "".join([*parts, source[at:]])

    return without


def _strings(source: str) -> Iterator[tuple[int, int, str]]:
    """Beginning, end and prefix of each string at the outermost level; comments are passed over."""
    at = 0
    while at < len(source):
        found = _STRING_OR_COMMENT.search(source, at)
        if found is None:
            return
        if found["quote"] is None:
            at = found.end()
            continue
        end = _end(source, found, DEEPEST)
        yield found.start(), end, found["prefix"].lower()
        at = end


def _end(source: str, opening: re.Match[str], depth: int) -> int:
    """Where a string ends, as newer versions see it: inside of braces anything may stand."""
    quote, prefix = opening["quote"], opening["prefix"].lower()
    formatted = ("f" in prefix or "t" in prefix) and depth > 0
    at = opening.end()
    while at < len(source):
        if source[at] == "\\" and not (formatted and "r" in prefix and source[at + 1 : at + 2] in "{}"):
            at += 2
        elif source.startswith(quote, at):
            return at + len(quote)
        elif formatted and source[at] == "{":
            at = at + 2 if source.startswith("{{", at) else _end_of_braces(source, at + 1, depth - 1)
        elif source[at] == "\n" and len(quote) == 1:
            return at
        else:
            at += 1
    return len(source)


def _end_of_braces(source: str, at: int, depth: int) -> int:
    """Where the part of an f-string in braces ends."""
    open_ones = 1
    while at < len(source) and open_ones:
        if found := _STRING.match(source, at):
            at = _end(source, found, depth)
            continue
        if source[at] == "#":
            line_end = source.find("\n", at)
            at = line_end if line_end >= 0 else len(source)
            continue
        open_ones += {"{": 1, "[": 1, "(": 1, "}": -1, "]": -1, ")": -1}.get(source[at], 0)
        at += 1
    return at


_SYNTAX: tuple[tuple[tuple[int, int], str, Callable[[str], str]], ...] = (
    (
        (3, 12),
        later("quotes, backslashes or line ends inside the braces of an f-string"),
        _without_strings("f"),
    ),
    ((3, 12), later("a statement `type X = …`"), lambda source: _TYPE.sub(r"\1\2 =", source)),
    ((3, 12), later("type parameters in brackets"), lambda source: _GENERIC.sub(r"\1", source)),
    ((3, 14), later("a template string t\"…\""), _without_strings("t")),
    ((3, 14), later("`except A, B:` without parentheses"), lambda source: _EXCEPT.sub(r"\1(\2):", source)),
)  # fmt: skip
"""First version, words for it, and what reads the same without it."""
