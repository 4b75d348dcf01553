"""The references in ``docs/authoring.md``: written from what the code says, so that they stay true.

Each stands between two comments of the page, ``<!-- checks -->`` and ``<!-- /checks -->``.
"""

from __future__ import annotations

import inspect
import re
import textwrap
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from autograder import gradients
from autograder.config.schema import Config
from autograder.grading import checks

LINE = 120
"""Characters of a line of the page."""


def written(page: str) -> str:
    """The page with its references as they have to be.

    Raises:
        ValueError: a pair of comments is not there.
    """
    references = {"checks": of_checks, "gradients": of_gradients, "configuration": of_configuration}
    for name, of in references.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        before, found, rest = page.partition(begin)
        _, found_end, after = rest.partition(end)
        if not found or not found_end:
            raise ValueError(f"no {begin.strip()} … {end} in the page")
        page = f"{before}{begin}\n{of()}\n{end}{after}"
    return page


def write(page: Path) -> None:
    """Bring the references of the page at this path up to date."""
    page.write_text(written(page.read_text(encoding="utf-8")), encoding="utf-8")


def of_checks() -> str:
    """Each check with its parameters and what its docstring says before the sections."""
    return "\n".join(map(_check, checks.REFERENCE))


def of_gradients() -> str:
    """What a lab with gradients by hand writes: the classes with their attributes, then the functions."""
    classes = (gradients.Formula, gradients.Given, gradients.Slip)
    functions = (
        gradients.judge, gradients.ready, gradients.known, gradients.standing_in,
        gradients.tanh_slope, gradients.slope_slips, gradients.residual, gradients.residual_slips,
    )  # fmt: skip
    return "\n".join([*map(_class, classes), *map(_check, functions)])


def _class(described: type[Any]) -> str:
    """A class, and each attribute with what its docstring says of it."""
    told, _, attributes = (inspect.getdoc(described) or "").partition("\n\nAttributes:\n")
    rows = []
    for text in re.split(r"\n(?=    \S)", attributes):
        names, _, meaning = text.strip().partition(": ")
        row = f"- `{names.replace(', ', '`, `')}`: {_plain(meaning)}"
        rows.append(textwrap.fill(row, LINE, subsequent_indent="  ", break_on_hyphens=False))
    return "\n".join([_folded(f"**`{_call(described)}`** {_plain(told)}"), "", *rows, ""])


def _check(function: Any) -> str:
    told = re.split(r"\n\n(?:Args|Returns|Raises):\n", inspect.getdoc(function) or "")[0]
    return f"{_folded(f'**`{_call(function)}`** {_plain(told)}')}\n"


def _call(described: Any) -> str:
    """The name with its parameters, as far as they need no annotation; of a default that is a function, …"""
    plain = [
        one.replace(
            annotation=inspect.Parameter.empty,
            default=Ellipsis if inspect.isfunction(one.default) else one.default,
        )
        for one in inspect.signature(described).parameters.values()
    ]
    return f"{described.__name__}{inspect.Signature(plain)}".replace("Ellipsis", "…")


def _plain(told: str) -> str:
    """A docstring's text in one line, without its blocks of code."""
    told = re.split(r"\n\n>>> ", told)[0]
    without = re.sub(r"\n*\.\. code-block:: python\n(\n+    .*)*", "", told)
    return _without_roles(" ".join(without.replace("``", "`").split()))


def _without_roles(text: str) -> str:
    """``:class:`CheckFailed``` as a page has it."""
    return re.sub(r":\w+:`~?([^`]+)`", r"`\1`", text)


def _folded(text: str) -> str:
    return textwrap.fill(text, LINE, break_long_words=False, break_on_hyphens=False)


def of_configuration() -> str:
    """A table of every field of ``grading_config.yml``: its name, what it is when left out, its meaning."""
    rows = [f"| `{name}` | {default} | {meaning} |" for name, default, meaning in _fields(Config, "")]
    return "\n".join(["| field | left out | meaning |", "|---|---|---|", *rows, ""])


def _fields(section: type[BaseModel], prefix: str) -> Iterator[tuple[str, str, str]]:
    for name, field in section.model_fields.items():
        inner, many = _section(field.annotation)
        yield f"{prefix}{name}", _default(field, inner), _escaped(field.description or "")
        if inner is not None:
            yield from _fields(inner, f"{prefix}{name}{'[]' if many else ''}.")


def _escaped(text: str) -> str:
    return re.sub(r"([|*<])", r"\\\1", text)


def _section(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    """The section that a field holds, if any, and whether it holds a list of them."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, False
    parts = [one for one in typing.get_args(annotation) if one is not types.NoneType and one is not ...]
    if len(parts) != 1:
        return None, False
    return _section(parts[0])[0], typing.get_origin(annotation) is tuple


def _default(field: FieldInfo, inner: type[BaseModel] | None) -> str:
    if field.is_required():
        return "required"
    if inner is not None or field.default_factory is not None or field.default is PydanticUndefined:
        return ""
    value = field.default
    if value is None or value == () or value == "":
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
