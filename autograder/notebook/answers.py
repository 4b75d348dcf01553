"""Answers in words: what of a notebook the student wrote for a question that a person scores.

The template has a cell for each answer. Students write into it, below it, into a cell of their own, below the
text of the exercise, or anywhere after they have deleted it. So everything counts that is the student's own
between the exercise and the next cell of the template. Cells are recognised by their ids, else by the tag of
the answer, else by their text, else by their first line; what was deleted leaves its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.language import judging as _
from autograder.language import later
from autograder.model import AnswerState

LONGEST_ANSWER = 100_000
"""Characters that are kept of one answer: a long derivation has 10,000."""

MOST_PICTURES, LONGEST_PICTURE = 20, 80
"""Pictures of an answer that are named, and characters of the name of each."""

CUT = later("… (the answer goes on: look at the submitted file)")
PASTED = later("(a pasted picture)")

LONGEST_PLACEHOLDER = 1_000
"""Characters of a text that only asks for an answer."""

_WORD = re.compile(r"[^\W_]+|[=+/^$\\]")
_TELLING = frozenset("click double edit here todo type".split())
_ASKING = _TELLING | frozenset(
    "a add an answer below box cell derivation enter fill goes in insert it put replace replacing solution "
    "text the this to with write your".split()
)
"""Words of which placeholders are made; one of the first has to be among them."""

_PASTED = re.compile(r"data:image/[\w.+-]{1,40};base64,[A-Za-z0-9+/=]*")
_ORNAMENT = re.compile(r"[#*_>\s:.]+")


@dataclass(frozen=True)
class TemplateCell:
    """A cell of the students' template.

    Attributes:
        id: its identifier; empty where there is none.
        source: as students get it.
        manual: name of the question that is answered in it; empty for every other cell.
        text: whether it is text rather than code.
    """

    id: str
    source: str
    manual: str = ""
    text: bool = True


@dataclass(frozen=True)
class Answer:
    """What was found for one question.

    Attributes:
        text: untrusted Markdown; empty where nothing was written.
        state: whether that is an answer.
        pictures: names of pictures in the cells of the answer; untrusted.
    """

    text: str
    state: AnswerState
    pictures: tuple[str, ...] = ()


def template_cells(notebook: Any) -> tuple[TemplateCell, ...]:
    """The cells of the template, an nbformat 4 notebook, as :func:`answers` needs them.

    Raises:
        LookupError, TypeError, AttributeError: it is no such notebook.
    """
    return tuple(
        TemplateCell(
            id=cell.get("id", ""),
            source="".join(cell["source"]),  # text, or a list of its lines
            manual=cell["metadata"].get("autograder", {}).get("manual", ""),
            text=cell["cell_type"] != "code",
        )
        for cell in notebook["cells"]
    )


def answers(
    cells: Sequence[Any],
    attachments: Mapping[str, Sequence[str]],
    questions: Sequence[str],
    template: Sequence[TemplateCell] = (),
) -> dict[str, Answer]:
    """The answer to each question.

    Args:
        cells: of a notebook that :func:`~autograder.notebook.read.read_notebook` has read.
        attachments: names of attached pictures by the cell's id.
        questions: names of the questions that a person scores.
        template: the students' template; without it only tagged cells are found.
    """
    matched = _matched(cells, template)
    return {name: _answer(name, cells, attachments, template, matched) for name in questions}


def answer_parts(
    cells: Sequence[Any], question: str, template: Sequence[TemplateCell] = ()
) -> list[tuple[int, str]]:
    """The answer to one question, cell by cell: positions in the notebook, and what the student wrote there.

    Args: as for :func:`answers`.
    """
    found = _found(question, cells, template, _matched(cells, template))
    return [(one.index, one.text) for one in found if one.is_own]


@dataclass(frozen=True)
class _Part:
    """What a cell around an answer has of the student.

    Attributes:
        text: that the student wrote.
        is_own: whether there is anything of the student in the cell.
        untouched: whether it holds the placeholder.
    """

    index: int
    text: str
    is_own: bool
    untouched: bool = False


def _answer(
    name: str,
    cells: Sequence[Any],
    attachments: Mapping[str, Sequence[str]],
    template: Sequence[TemplateCell],
    matched: Mapping[int, int],
) -> Answer:
    found = _found(name, cells, template, matched)
    pictures: list[str] = []
    for one in found:
        if one.is_own:
            pictures += [*attachments.get(cells[one.index].id, ())]
            pictures += [_(PASTED)] * len(_PASTED.findall(cells[one.index].source))
    text = _PASTED.sub(_(PASTED), "\n\n".join(one.text for one in found if one.text.strip()))
    text = text if len(text) <= LONGEST_ANSWER else text[:LONGEST_ANSWER] + _(CUT)
    named = tuple(dict.fromkeys(picture[:LONGEST_PICTURE] for picture in pictures))[:MOST_PICTURES]
    if text.strip() or named:
        state = AnswerState.FOUND
    else:
        untouched = any(one.untouched for one in found)
        state = AnswerState.PLACEHOLDER if untouched else AnswerState.MISSING
    return Answer(text, state, named)


def exercise_text(name: str, template: Sequence[TemplateCell]) -> str:
    """What the template says of an exercise, from its heading to the answer's cell; empty without one."""
    place = next((i for i, cell in enumerate(template) if cell.manual == name), None)
    if place is None:
        return ""
    return "\n\n".join(cell.source for cell in template[_exercise(place, template) : place + 1] if cell.text)


def _found(
    name: str, cells: Sequence[Any], template: Sequence[TemplateCell], matched: Mapping[int, int]
) -> list[_Part]:
    """The cells in which the answer may stand, in their order."""
    place = next((i for i, cell in enumerate(template) if cell.manual == name), None)
    given = _lines(cell.source for cell in template)
    around = set() if place is None else _around(place, template, len(cells), matched)
    tagged = {i for i, cell in enumerate(cells) if _tag(cell) == name}
    places = {index for index, at in matched.items() if at == place}
    found: list[_Part] = []
    for index in sorted(around | tagged):
        source = cells[index].source
        at = matched.get(index)
        own = [line for line in source.split("\n") if line.strip() not in given]
        if own and index in tagged | places and _only_asks(own, place, template):
            found.append(_Part(index, "", is_own=False, untouched=True))
        elif not own:
            asks = place is not None and at == place and _has_placeholder(source, template[place])
            found.append(_Part(index, "", is_own=False, untouched=asks))
        elif at is None or at == place:
            found.append(_Part(index, source.strip("\n"), is_own=True))
        else:  # the text of the exercise, with something written below it
            own = _added(source, template[at].source, given)
            found.append(_Part(index, "\n".join(own).strip("\n"), is_own=bool(own)))
    return found


def _exercise(place: int, template: Sequence[TemplateCell]) -> int:
    """Where in the template the exercise begins whose answer stands at ``place``: at its heading."""
    for at in range(place - 1, -1, -1):
        if template[at].manual:
            break
        if template[at].text and template[at].source.lstrip().startswith("#"):
            return at
    return place


def _around(place: int, template: Sequence[TemplateCell], count: int, matched: Mapping[int, int]) -> set[int]:
    """The texts of an exercise with all cells that follow each of them up to the template's next cell.

    Where no text of it is left, what stands in its place: behind the cell that was before.

    Args:
        place: of the answer's cell in the template.
        count: how many cells the notebook has.
        matched: positions in the template by those in the notebook.
    """
    begin = _exercise(place, template)
    starts = [index for index, at in matched.items() if begin <= at <= place]
    found = {index for index in starts if template[matched[index]].text or matched[index] == place}
    if matched and all(matched[index] == place for index in starts):
        before = [(at, index) for index, at in matched.items() if at < begin]
        starts.append(max(before)[1] if before else -1)
    for start in starts:
        for index in range(start + 1, count):
            if index in matched:
                break
            found.add(index)
    return found


def _matched(cells: Sequence[Any], template: Sequence[TemplateCell]) -> dict[int, int]:
    """Which cell of the template each cell is, if any: positions by positions, each at most once."""
    matched: dict[int, int] = {}
    free = set(range(len(template)))
    rules: tuple[tuple[Callable[[Any], str], Callable[[TemplateCell], str]], ...] = (
        (lambda cell: str(cell.id), lambda one: one.id),
        (_tag, lambda one: one.manual),
        (lambda cell: cell.source.strip(), lambda one: one.source.strip()),
        (
            lambda cell: first_line(cell.source) if cell.cell_type != "code" else "",
            lambda one: first_line(one.source) if one.text else "",
        ),
    )
    for of_cell, of_template in rules:
        places: dict[str, list[int]] = {}
        for at in sorted(free, reverse=True):
            places.setdefault(of_template(template[at]), []).append(at)
        for index, cell in enumerate(cells):
            if index not in matched and (key := of_cell(cell)) and places.get(key):
                matched[index] = places[key].pop()
                free.discard(matched[index])
    return matched


def _tag(cell: Any) -> str:
    return str(cell.metadata.get("autograder", {}).get("manual", ""))


def first_line(source: str) -> str:
    """The first line that says something, without what makes it a heading."""
    lines = (_ORNAMENT.sub(" ", line[:200]).strip().casefold() for line in source[:2000].split("\n"))
    return next(filter(None, lines), "")


def _lines(sources: Iterable[str]) -> frozenset[str]:
    return frozenset({"", *(line.strip() for source in sources for line in source.split("\n"))})


def _has_placeholder(source: str, cell: TemplateCell) -> bool:
    """Whether more than its first line is left of an answer's cell."""
    asked = [line.strip() for line in cell.source.split("\n") if line.strip()]
    return any(line.strip() in asked[1:] for line in source.split("\n") if line.strip()) or len(asked) == 1


def _only_asks(own: Sequence[str], place: int | None, template: Sequence[TemplateCell]) -> bool:
    """Whether lines of an answer's cell are a placeholder: the template's in other lines, or another year's.

    No answer is made of nothing but the words of the lab's own placeholder and those that all of them have.
    """
    words = _WORD.findall(" ".join(own)[:LONGEST_PLACEHOLDER].casefold())
    asked = _WORD.findall(template[place].source.casefold()) if place is not None else []
    known = _ASKING.union(asked)
    return (
        sum(map(len, own)) < LONGEST_PLACEHOLDER and bool(_TELLING & set(words)) and known.issuperset(words)
    )


def _added(source: str, original: str, given: Collection[str]) -> list[str]:
    """The lines that a student wrote into a cell of the template.

    Every new line, where nothing of the original is missing or nothing of it is left. Otherwise it may be the
    same text of another year: then what follows its last line.
    """
    lines = source.split("\n")
    wanted = {line.strip() for line in original.split("\n") if line.strip()}
    left = [place for place, line in enumerate(lines) if line.strip() in wanted]
    if not left and first_line(source) == first_line(original):
        return []
    if left and not wanted <= {line.strip() for line in lines}:
        lines = lines[left[-1] + 1 :]
    return [line for line in lines if not line.strip() or line.strip() not in given]
