"""The ``lab:`` mapping of a configuration as values of the lab's own type.

The engine knows neither names nor types: the lab declares them as a frozen dataclass. What is missing,
unknown or of another type is reported where it stands in the file, like every other mistake there.
"""

from __future__ import annotations

import json
import typing
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

from pydantic import ConfigDict, ValidationError, create_model

from autograder.config import located_yaml
from autograder.config.load import Lab
from autograder.config.located_yaml import Place
from autograder.config.wording import found, report, reworded, unknown_field
from autograder.errors import ConfigurationError

SECTION = "lab"

T = TypeVar("T")


def must_be_frozen_dataclass(kind: type) -> None:
    """Refuse any other type: what one submission could change would decide the mark of the next.

    Raises:
        TypeError: ``kind`` is no frozen dataclass.
    """
    if not is_dataclass(kind) or not kind.__dataclass_params__.frozen:  # type: ignore[attr-defined]  # no stub has it
        raise TypeError(f"{kind!r} must be a class with @dataclass(frozen=True)")


class LabValues:
    """The values of one lab, read and checked once for each type that asks for them."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self._known: dict[type, Any] = {}

    def of(self, kind: type[T]) -> T:
        """The whole mapping as a ``kind``.

        Args:
            kind: frozen dataclass. Its annotations are checked as pydantic reads them: a text is no number,
                a fraction no ``int``, a list becomes a ``tuple[int, ...]``, a mapping a dataclass;
                ``Annotated[float, Field(gt=0)]`` sets a bound. A field with a default may be left out.

        Raises:
            ConfigurationError: one line per mistake: file, line, field, what was expected and found.
        """
        if kind not in self._known:
            self._known[kind] = _checked(self.lab, kind)
        value: T = self._known[kind]
        return value


def _checked(lab: Lab, kind: type[T]) -> T:
    strict = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
    model = create_model(SECTION, __config__=strict, **{SECTION: (kind, ...)})  # type: ignore[call-overload]  # a name that is no literal
    try:
        # As JSON, which has lists and mappings for what Python tells apart; strict in everything else.
        read = model.model_validate_json(json.dumps({SECTION: lab.config.lab}), strict=True)
    except ValidationError as error:
        document = located_yaml.read(lab.path)
        problems = [(detail["loc"] or (SECTION,), _explain(dict(detail), kind)) for detail in error.errors()]
        raise ConfigurationError(report(document, problems)) from None
    value: T = getattr(read, SECTION)
    return value


def _explain(detail: dict[str, Any], kind: type) -> str:
    place: Place = detail["loc"]
    if detail["type"] == "missing":
        return "is missing"
    if detail["type"] == "unexpected_keyword_argument":
        return unknown_field(str(place[-1]), list(_names_at(place[1:-1], kind)))
    return f"{reworded(detail['msg'])}; found {found(detail['input'])}"


def _names_at(place: Place, kind: Any) -> Iterator[str]:
    """The fields of the dataclass at ``place``, seen from the dataclass ``kind``."""
    for part in place:
        if isinstance(part, str):
            hint = typing.get_type_hints(kind).get(part)
            kind = next(filter(is_dataclass, (hint, *typing.get_args(hint))), kind)
    yield from (field.name for field in fields(kind))
