"""What the template says about grading: which of its cells carry no mark."""

from __future__ import annotations

import json

from autograder.config.load import Lab
from autograder.errors import ConfigurationError
from autograder.grading.shortcuts import leave_out_sources


def marked_cells(lab: Lab) -> frozenset[str]:
    """The cells that the students' template, where the lab has one, marks as carrying no mark.

    They decide what of a notebook runs, and nothing else in the template decides anything. Needs no
    nbformat: whoever only looks for known results must not wait for it.

    Returns:
        Their sources, as :func:`autograder.grading.shortcuts.leave_out_sources` gives them; nothing where
        the template has not been built yet.

    Raises:
        ConfigurationError: the configuration names a template that is no notebook of format 4.
    """
    file = lab.template()
    if file is None:
        return frozenset()
    try:
        return leave_out_sources(json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:  # not built yet, and nothing else needs it
        return frozenset()
    except (OSError, ValueError, LookupError, AttributeError, TypeError) as reason:
        raise ConfigurationError(f"{file}: the template cannot be read: {reason}") from None
