"""The answers to the questions that a person scores, as the solution notebook has them.

The configuration says where each stands, so that nobody copies it: an answer is corrected in the master, and
built from there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from autograder.config import located_yaml
from autograder.config.load import Lab
from autograder.config.located_yaml import Place
from autograder.config.schema import SolutionSource
from autograder.config.wording import report
from autograder.errors import ConfigurationError
from autograder.notebook.template_cells import TemplateCell, first_line, template_cells


def solutions(lab: Lab) -> Mapping[str, str]:
    """The answer to each question that says where it stands, as Markdown, by the question's name.

    A lab whose solution notebook is not there, because it was not built yet or is not handed on, has none.

    Raises:
        ConfigurationError: the solution is no notebook of format 4; or, a line for each, a question names a
            place that it does not have, or that it has twice.
    """
    named = [(at, one) for at, one in enumerate(lab.config.manual) if one.solution is not None]
    cells = _cells(lab) if named else None
    if cells is None:
        return {}
    found: dict[str, str] = {}
    problems: list[tuple[Place, str]] = []
    for at, question in named:
        assert question.solution is not None
        texts = _texts(cells, question.solution)
        if len(texts) == 1:
            found[question.name] = texts[0]
            continue
        what = "tag" if question.solution.tag is not None else "heading"
        said = (
            f"{len(texts)} cells of the solution notebook have it"
            if texts
            else "the solution has no such cell"
        )
        problems.append((("manual", at, "solution", what), said))
    if problems:
        raise ConfigurationError(report(located_yaml.read(lab.path), problems))
    return found


def _texts(cells: Sequence[TemplateCell], source: SolutionSource) -> list[str]:
    """What the cells at a place say: one text of the cells of an answer that has one for each item."""
    if source.tag is not None:
        tagged = [cell for cell in cells if cell.manual == source.tag]
        if tagged and len({cell.item for cell in tagged}) == len(tagged):
            return ["\n\n".join(cell.source for cell in tagged)]
        return [cell.source for cell in tagged]
    wanted = first_line(source.heading or "")
    return [cell.source for cell in cells if cell.text and first_line(cell.source) == wanted]


def _cells(lab: Lab) -> tuple[TemplateCell, ...] | None:
    if lab.config.build is None:
        return None
    file = lab.file(lab.config.build.solution)
    try:
        return template_cells(json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, LookupError, AttributeError, TypeError) as reason:
        raise ConfigurationError(f"{file}: the solution notebook cannot be read: {reason}") from None
