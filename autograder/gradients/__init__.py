"""Gradients by hand, judged with hints: what a lab says once for each question, and one call that judges.

    from autograder.gradients import Formula, Given, Slip, judge

A lab writes a :class:`Formula` for each result. From it come cases on which every mistake shows, the mistakes
that have names, and explanations that need none (:mod:`autograder.gradients.explanations`). It is for the
hidden cases of test files, and knows no lab.
"""

from __future__ import annotations

from autograder.gradients.formula import Formula, Given
from autograder.gradients.judging import judge, known, ready
from autograder.gradients.stand_ins import standing_in
from autograder.gradients.usual_slips import residual, residual_slips, slope_slips, tanh_slope
from autograder.grading.slips import Slip

__all__ = [
    "Formula",
    "Given",
    "Slip",
    "judge",
    "known",
    "ready",
    "residual",
    "residual_slips",
    "slope_slips",
    "standing_in",
    "tanh_slope",
]
