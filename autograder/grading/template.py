"""What the template says about grading: which of its cells carry no mark."""

from __future__ import annotations

from autograder.config.load import Lab
from autograder.grading.shortcuts import leave_out_sources
from autograder.notebook.template import read_template


def marked_cells(lab: Lab) -> frozenset[str]:
    """The cells that the students' template, where the lab has one, marks as carrying no mark.

    They decide what of a notebook runs, and nothing else in the template decides a mark. Needs no
    nbformat: whoever only looks for known results must not wait for it.

    Returns:
        Their sources, as :func:`autograder.grading.shortcuts.leave_out_sources` gives them; nothing where
        the template has not been built yet.

    Raises:
        ConfigurationError: the configuration names a template that is no notebook of format 4.
    """
    return read_template(lab, leave_out_sources) or frozenset()
