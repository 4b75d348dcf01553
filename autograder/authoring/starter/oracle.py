"""What is right, and which mistakes have names. Students never see this file."""

from dataclasses import dataclass
from pathlib import Path

import torch

from autograder.grading.case_number import derived_seed
from autograder.grading.checks import Mistake
from autograder.grading.lab_settings import lab_settings


@dataclass(frozen=True)
class Settings:
    """The values under `lab:` in grading_config.yml, with their types."""

    most_steps: int


settings = lab_settings(Settings, Path(__file__).with_name("grading_config.yml"))


def points(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Random xs and ys, (count,) in float64: others for each class, the same for everybody in it."""
    generator = torch.Generator().manual_seed(derived_seed(f"points {count}"))
    xs, ys = torch.randn(2, count, generator=generator, dtype=torch.float64)
    return xs, ys


def loss(a: float, b: float, xs: torch.Tensor, ys: torch.Tensor) -> torch.Tensor:
    """The mean of (a·x + b − y)²."""
    return (a * xs + b - ys).square().mean()


def gradient(a: float, b: float, xs: torch.Tensor, ys: torch.Tensor) -> torch.Tensor:
    """(∂loss/∂a, ∂loss/∂b), by automatic differentiation: no formula of ours that could be wrong."""
    parameters = torch.tensor([a, b], dtype=torch.float64, requires_grad=True)
    loss(parameters[0], parameters[1], xs, ys).backward()
    return parameters.grad


def mistakes(right: torch.Tensor, count: int) -> dict[Mistake, torch.Tensor]:
    """What known mistakes would have given instead of the gradient, by the sentence that names each."""
    return {
        Mistake("factor_2_missing", "The factor 2 of the square's derivative is missing."): right / 2,
        Mistake("sum_for_mean", "The gradient is a sum: the mean divides by the number of points."): right
        * count,
        Mistake("sign_flipped", "The sign is flipped: it is a·x + b − y, not y − a·x − b."): -right,
    }
