"""Sentences of code that is copied for students, written in the language of the course.

Students have no message catalogue. So ``_("…")`` and ``later("…")`` become the sentence itself, translated,
and ``_(SENTENCE)`` becomes ``SENTENCE``. All else stays as it is, and on its line.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from autograder.language import Catalogue, speaking

LATER = "later"
"""The name under which a module of a lab hands on what marks a constant."""

_BESIDE = re.compile(r"Catalogue\(Path\(__file__\)\.with_name\('(?P<folder>[^']+)'\), '(?P<domain>[^']+)'\)")
"""How a module of a lab makes its catalogue (docs/authoring.md), as ``ast.unparse`` writes it."""

_NEED_NO_BRACKETS = ast.Constant | ast.Name | ast.Attribute | ast.Subscript | ast.Call

_Edit = tuple[int, int, str]
"""What stands between two places of the bytes of a file instead."""


def catalogues_for(tree: ast.Module, root: Path) -> dict[str, Catalogue]:
    """The names under which a file has a catalogue of its lab, or :data:`LATER`, at its top level.

    Args:
        root: folder of the lab. A module there is read, not run.
    """
    found: dict[str, Catalogue] = {}
    for node in tree.body:
        if not isinstance(node, ast.ImportFrom) or node.level or not node.module:
            continue
        module = root.joinpath(*node.module.split(".")).with_suffix(".py")
        names = {alias.name: alias.asname or alias.name for alias in node.names}
        made = _made_in(module) if module.is_file() else {}
        found |= {names[name]: catalogue for name, catalogue in made.items() if name in names}
        if made and LATER in names:
            found[names[LATER]] = next(iter(made.values()))
    return found


def _made_in(module: Path) -> dict[str, Catalogue]:
    """The catalogues that a module makes, by name; none where it is no Python, which is said elsewhere."""
    found: dict[str, Catalogue] = {}
    try:
        tree = ast.parse(module.read_text(encoding="utf-8"))
    except SyntaxError:
        return {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and (made := _BESIDE.fullmatch(ast.unparse(node.value))):
            catalogue = Catalogue(module.with_name(made["folder"]), made["domain"])
            found |= {name.id: catalogue for name in node.targets if isinstance(name, ast.Name)}
    return found


def in_language(source: str, catalogues: Mapping[str, Catalogue], language: str) -> str:
    """``source`` with its sentences in ``language``, and without the calls that translate them.

    The names of test cases are sentences, too.

    Args:
        catalogues: by the name under which the source calls them.
        language: code of a language; a sentence that its catalogue lacks stays English.
    """
    if not catalogues:
        return source
    content = source.encode()
    starts = [0]
    for line in content.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    with speaking(language):
        edits = sorted(_edits(ast.parse(source), catalogues, starts), reverse=True)
    for first, last, text in edits:
        content = content[:first] + text.encode() + content[last:]
    return content.decode()


def _edits(tree: ast.Module, catalogues: Mapping[str, Catalogue], starts: list[int]) -> Iterator[_Edit]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id == "test_case":
            some = next(iter(catalogues.values()))
            for given in node.keywords:
                if given.arg == "name":
                    yield from _translated(given.value, some, starts)
        elif node.func.id in catalogues and len(node.args) == 1:
            [sentence] = node.args
            yield from _without_call(node, sentence, starts)
            yield from _translated(sentence, catalogues[node.func.id], starts)


def _without_call(call: ast.Call, sentence: ast.expr, starts: list[int]) -> Iterator[_Edit]:
    """Take the name of what is called away, and the brackets where the sentence needs none."""
    first, name_end = _place(call, starts)[0], _place(call.func, starts)[1]
    begin, end = _place(sentence, starts)
    last = _place(call, starts)[1]
    if call.lineno == call.end_lineno and isinstance(sentence, _NEED_NO_BRACKETS):
        yield first, begin, ""
        yield end, last, ""
    else:
        yield first, name_end, ""


def _translated(sentence: ast.expr, catalogue: Catalogue, starts: list[int]) -> Iterator[_Edit]:
    """Put the translation in the place of a literal that has one, on as many lines."""
    if isinstance(sentence, ast.Constant) and isinstance(sentence.value, str):
        words = catalogue(sentence.value)
        if words != sentence.value:
            lines = (sentence.end_lineno or sentence.lineno) - sentence.lineno + 1
            between = "\n" + " " * sentence.col_offset
            yield (*_place(sentence, starts), between.join(map(_literal, _in_parts(words, lines))))


def _in_parts(text: str, count: int) -> Iterator[str]:
    """``text`` in so many parts of about one length, cut behind spaces; the last ones may be empty."""
    for left in range(count, 1, -1):
        cut = text.rfind(" ", 0, -(-len(text) // left) + 12) + 1
        yield text[:cut]
        text = text[cut:]
    yield text


def _literal(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _place(node: ast.expr, starts: list[int]) -> tuple[int, int]:
    """Where the source of an expression begins and ends, in bytes."""
    end_line, end = node.end_lineno or node.lineno, node.end_col_offset or 0
    return starts[node.lineno - 1] + node.col_offset, starts[end_line - 1] + end
