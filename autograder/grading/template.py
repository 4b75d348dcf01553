"""What the template says about grading: which of its cells carry no mark, and where answers in words go."""

from __future__ import annotations

from autograder.config.load import Lab
from autograder.grading.shortcuts import leave_out_sources
from autograder.notebook.template import read_template
from autograder.notebook.template_cells import TemplateCell, template_cells


def marked_cells(lab: Lab) -> frozenset[str]:
    """The cells that the students' template, where the lab has one, marks as carrying no mark.

    They decide what of a notebook runs, and nothing else in the template decides a mark. Needs no nbformat:
    whoever only looks for known results must not wait for it.

    Returns:
        Their sources, as :func:`autograder.grading.shortcuts.leave_out_sources` gives them; nothing where
        the template has not been built yet.

    Raises:
        ConfigurationError: the configuration names a template that is no notebook of format 4.
    """
    return read_template(lab, leave_out_sources) or frozenset()


def cells_for_answers(lab: Lab) -> tuple[TemplateCell, ...]:
    """The template's cells, by which a student's own are told apart; nothing where it is not built yet.

    They decide no mark, only what a person reads who scores an answer in words. So a result that is there is
    used again when the template has changed.

    Raises:
        ConfigurationError: the configuration names a template that is no notebook of format 4.
    """
    return read_template(lab, template_cells) or ()
