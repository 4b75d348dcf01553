"""Answers in words: what of a notebook the student wrote for a question that a person scores.

The template has a cell for each answer, or one for each item that earns points in it, beside one for what
concerns them all. Students write into them, below them, into a cell of their own, below the text of the
exercise, or anywhere after they have deleted it. So everything counts that is the student's own between the
exercise and the next cell of the template that is no place for this answer.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from autograder.language import judging as _
from autograder.language import later
from autograder.model import AnswerState
from autograder.notebook.template_cells import TemplateCell, first_line, item_of, matched_cells, tag_of

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
    matched = matched_cells(cells, template)
    return {name: _answer(name, cells, attachments, template, matched) for name in questions}


@dataclass(frozen=True)
class AnswerPart:
    """What a cell around an answer has of the student.

    Attributes:
        index: of the cell in the notebook.
        text: that the student wrote.
        is_own: whether there is anything of the student in the cell.
        untouched: whether it holds the placeholder.
        item: code of the item in whose cell, or below whose cell, it stands; untrusted, empty for none.
    """

    index: int
    text: str
    is_own: bool
    untouched: bool = False
    item: str = ""


def answer_parts(
    cells: Sequence[Any], question: str, template: Sequence[TemplateCell] = ()
) -> list[AnswerPart]:
    """The answer to one question, cell by cell, with the cells in which nothing is the student's.

    Args: as for :func:`answers`.
    """
    return _found(question, cells, template, matched_cells(cells, template))


def unanswered(parts: Sequence[AnswerPart]) -> tuple[str, ...]:
    """Codes of items whose cells are there, with nothing written; none where a text may answer them all."""
    written = {part.item for part in parts if part.is_own}
    if "" in written:
        return ()
    return tuple(dict.fromkeys(part.item for part in parts if part.item and part.item not in written))


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
    """What the template says of an exercise, from its heading to its first answer cell; empty without one."""
    place = next((i for i, cell in enumerate(template) if cell.manual == name), None)
    if place is None:
        return ""
    return "\n\n".join(cell.source for cell in template[_exercise(place, template) : place + 1] if cell.text)


def _found(
    name: str, cells: Sequence[Any], template: Sequence[TemplateCell], matched: Mapping[int, int]
) -> list[AnswerPart]:
    """The cells in which the answer may stand, in their order."""
    places = [i for i, cell in enumerate(template) if cell.manual == name]
    around = _around(places, template, len(cells), matched) if places else set()
    tagged = {i for i, cell in enumerate(cells) if tag_of(cell) == name}
    ground = _Ground(places, template, _lines(cell.source for cell in template))
    found: list[AnswerPart] = []
    item = ""
    for index in sorted(around | tagged):
        at = matched.get(index)
        is_answer = index in tagged or at in places
        if is_answer:  # other cells stand below one
            item = (template[at].item if at is not None and at in places else "") or item_of(cells[index])
        part = ground.part(cells[index].source, at, is_answer)
        found.append(replace(part, index=index, item=item))
    return found


@dataclass(frozen=True)
class _Ground:
    """Where the template wants an answer.

    Attributes:
        places: of the answer's cells in the template, in their order.
        given: every line that the template has.
    """

    places: Sequence[int]
    template: Sequence[TemplateCell]
    given: Collection[str]

    def part(self, source: str, at: int | None, is_answer: bool) -> AnswerPart:
        """What a cell has of the student; its index and item are set by who asks.

        Args:
            at: which cell of the template it is.
            is_answer: whether the answer belongs into it.
        """
        own = [line for line in source.split("\n") if line.strip() not in self.given]
        place = at if at in self.places else self.places[0] if self.places else None
        asked = None if place is None else self.template[place]
        if own and is_answer and _only_asks(own, asked):
            return AnswerPart(0, "", is_own=False, untouched=True)
        if not own:
            asks = asked is not None and at == place and _has_placeholder(source, asked)
            return AnswerPart(0, "", is_own=False, untouched=asks)
        if at is None or at == place:
            return AnswerPart(0, source.strip("\n"), is_own=True)
        # the text of the exercise, with something written below it
        own = _added(source, self.template[at].source, self.given)
        return AnswerPart(0, "\n".join(own).strip("\n"), is_own=bool(own))


def _exercise(place: int, template: Sequence[TemplateCell]) -> int:
    """Where in the template the exercise begins whose answer stands at ``place``: at its heading."""
    for at in range(place - 1, -1, -1):
        if template[at].manual:
            break
        if template[at].text and template[at].source.lstrip().startswith("#"):
            return at
    return place


def _around(
    places: Sequence[int], template: Sequence[TemplateCell], count: int, matched: Mapping[int, int]
) -> set[int]:
    """The texts of an exercise with all cells that follow each of them up to the template's next cell.

    Where no text of it is left, what stands in its place: behind the cell that was before.

    Args:
        places: of the answer's cells in the template.
        count: how many cells the notebook has.
        matched: positions in the template by those in the notebook.
    """
    begin = _exercise(places[0], template)
    starts = [index for index, at in matched.items() if begin <= at <= places[-1]]
    found = {index for index in starts if template[matched[index]].text or matched[index] in places}
    if matched and all(matched[index] in places for index in starts):
        before = [(at, index) for index, at in matched.items() if at < begin]
        starts.append(max(before)[1] if before else -1)
    for start in starts:
        for index in range(start + 1, count):
            if index in matched:
                break
            found.add(index)
    return found


def _lines(sources: Iterable[str]) -> frozenset[str]:
    return frozenset({"", *(line.strip() for source in sources for line in source.split("\n"))})


def _has_placeholder(source: str, cell: TemplateCell) -> bool:
    """Whether more than its first line is left of an answer's cell."""
    asked = [line.strip() for line in cell.source.split("\n") if line.strip()]
    return any(line.strip() in asked[1:] for line in source.split("\n") if line.strip()) or len(asked) == 1


def _only_asks(own: Sequence[str], cell: TemplateCell | None) -> bool:
    """Whether lines of an answer's cell are a placeholder: the template's in other lines, or another year's.

    No answer is made of nothing but the words of the lab's own placeholder and those that all of them have.
    """
    words = _WORD.findall(" ".join(own)[:LONGEST_PLACEHOLDER].casefold())
    asked = _WORD.findall(cell.source.casefold()) if cell else []
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
