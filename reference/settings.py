"""What the course may tune about this lab: the ``lab:`` mapping of ``grading_config.yml``.

The file is looked for in the folder above this one, so a copied lab reads its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from autograder.errors import ConfigurationError

CONFIG = Path(__file__).resolve().parents[1] / "grading_config.yml"


@dataclass(frozen=True)
class Tolerance:
    """How close is equal: ``|actual - expected| <= rtol·|expected| + floor·max|expected|``."""

    rtol: float
    floor: float


@dataclass(frozen=True)
class Settings:
    """The values that the questions read.

    Attributes:
        loss_threshold: mean of the last losses must lie below it; squared standardised degrees.
        loss_window: how many of the last losses are averaged.
        num_steps: training steps of the notebook's own run.
        mse_limit: MSE of the trained weights on all training windows must lie below it.
        rerun_seeds: seeds for another try when an honest run had bad luck.
        tolerance: of float32 results against the oracle's float64.
    """

    loss_threshold: float
    loss_window: int
    num_steps: int
    mse_limit: float
    rerun_seeds: tuple[int, ...]
    tolerance: Tolerance


@cache
def settings() -> Settings:
    """The settings of this lab, read once.

    Raises:
        ConfigurationError: as :func:`read`.
    """
    return read(CONFIG)


def read(file: Path) -> Settings:
    """Read the ``lab:`` mapping of ``file``.

    Raises:
        ConfigurationError: the file is missing or is not YAML, or a value of the mapping is missing,
            unknown or not a positive number; the message names the file and the value.
    """
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as problem:
        raise ConfigurationError(
            f"{file} cannot be read ({problem.strerror}); the lab needs it."
        ) from problem
    except yaml.YAMLError as problem:
        raise ConfigurationError(f"{file} is not YAML: {problem}") from problem
    lab = _mapping(content if isinstance(content, dict) else {}, "lab", file)
    _names(lab, [field.name for field in fields(Settings)], "lab", file)
    tolerance = _mapping(lab, "tolerance", file)
    _names(tolerance, [field.name for field in fields(Tolerance)], "tolerance", file)
    return Settings(
        loss_threshold=_number(lab, "loss_threshold", file),
        loss_window=_count(lab, "loss_window", file),
        num_steps=_count(lab, "num_steps", file),
        mse_limit=_number(lab, "mse_limit", file),
        rerun_seeds=_seeds(lab, file),
        tolerance=Tolerance(_number(tolerance, "rtol", file), _number(tolerance, "floor", file)),
    )


def _mapping(parent: Mapping[str, Any], key: str, file: Path) -> Mapping[str, Any]:
    value = parent.get(key)
    if not isinstance(value, dict):
        raise ConfigurationError(f"{file}: `{key}:` must be a mapping, found {value!r}.")
    return value


def _names(found: Mapping[str, Any], wanted: list[str], where: str, file: Path) -> None:
    for problem, keys in (("lacks", set(wanted) - set(found)), ("has unknown", set(found) - set(wanted))):
        if keys:
            raise ConfigurationError(
                f"{file}: `{where}:` {problem} {', '.join(sorted(map(str, keys)))}; "
                f"it needs {', '.join(wanted)}."
            )


def _number(mapping: Mapping[str, Any], key: str, file: Path) -> float:
    value = mapping[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise ConfigurationError(f"{file}: `{key}` must be a number above 0, found {value!r}.")
    return float(value)


def _count(mapping: Mapping[str, Any], key: str, file: Path) -> int:
    value = mapping[key]
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigurationError(f"{file}: `{key}` must be a whole number from 1, found {value!r}.")
    return value


def _seeds(mapping: Mapping[str, Any], file: Path) -> tuple[int, ...]:
    value = mapping["rerun_seeds"]
    if not isinstance(value, list) or any(isinstance(one, bool) or not isinstance(one, int) for one in value):
        raise ConfigurationError(f"{file}: `rerun_seeds` must be a list of whole numbers, found {value!r}.")
    return tuple(value)
