"""What the course may tune about this lab: the ``lab:`` mapping of ``grading_config.yml``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from autograder.grading.lab_settings import lab_settings

CONFIG = Path(__file__).resolve().parents[1] / "grading_config.yml"

Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]


@dataclass(frozen=True)
class Tolerance:
    """How close is equal: ``|actual - expected| <= rtol·|expected| + floor·max|expected|``."""

    rtol: Positive
    floor: Positive


@dataclass(frozen=True)
class Settings:
    """The values that the questions read.

    Attributes:
        loss_threshold: mean of the last losses must lie below it; squared standardised degrees.
        loss_window: how many of the last losses are averaged.
        num_steps: training steps of the notebook's own run.
        mse_limit: MSE of the trained weights on all training windows must lie below it.
        follow_through: what a right loop earns where the notebook's own training misses the threshold:
            ``half`` of the points of ``training_loop``, ``full`` ones, or ``none``.
        rerun_seeds: seeds for another try when an honest run had bad luck.
        tolerance: of float32 results against the oracle's float64.
        any_size: whether code has to be right for other sizes than the lab's 24 hours, 6 columns and 10
            hidden units; otherwise it gets a remark.
        whole_days: whether the training rows have to be whole days; otherwise a cut day gets a remark.
    """

    loss_threshold: Positive
    loss_window: Count
    num_steps: Count
    mse_limit: Positive
    follow_through: Literal["half", "full", "none"]
    rerun_seeds: tuple[int, ...]
    tolerance: Tolerance
    any_size: bool
    whole_days: bool


settings = lab_settings(Settings, CONFIG)
"""The settings of the lab that is being graded; those of :data:`CONFIG` where no engine grades."""
