"""``results/<submission id>.json``: everything that a Grade holds, and back again.

The file is ASCII (all else is escaped), so that neither a terminal nor an editor acts on a student's
text, and holds neither NaN nor lone surrogates, so that every JSON parser reads it.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import fields, is_dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.files.atomic import file_stem, update_file
from autograder.files.visible import storable
from autograder.model import OWN_FILE, Grade

if TYPE_CHECKING:
    from pydantic import TypeAdapter

SCHEMA = 1
"""Version of the file's layout; a reader refuses any other."""

_DIGEST = re.compile(rb'^ "digest": "([0-9a-f]{64})",?$', re.MULTILINE)
"""As :func:`write_results` writes it: a key of the outermost object stands behind one blank."""


def to_dict(grade: Grade) -> dict[str, Any]:
    """``grade`` as plain data: the fields of the model by name, and the sums that follow from them.

    Raises:
        ValueError: a number is NaN or infinite.
    """
    data = _plain_data(grade)
    for question, entry in zip(grade.questions, data["questions"], strict=True):
        entry |= {"points": question.points, "possible": question.possible, "checked": question.checked}
    return {"schema": SCHEMA, "score": grade.score, "max_score": grade.max_score, **data}


def from_dict(data: dict[str, Any]) -> Grade:
    """The Grade that :func:`to_dict` was given (a lone surrogate has become U+FFFD).

    Raises:
        ValueError: ``data`` has another schema, lacks something or holds a wrong type.
    """
    if data.get("schema") != SCHEMA:
        raise ValueError(f"results of schema {data.get('schema')!r}; this version reads {SCHEMA}")
    return _reader().validate_json(json.dumps(data, allow_nan=False), strict=True)


def results_file(directory: Path, submission_id: str) -> Path:
    """``directory/results/<submission id>.json``.

    Raises:
        ValueError: the id is no file name.
    """
    return directory / "results" / f"{file_stem(submission_id)}.json"


def write_results(directory: Path, grade: Grade) -> Path:
    """Write ``directory/results/<submission id>.json`` unless it says so already; its path."""
    path = results_file(directory, grade.submission.id)
    update_file(path, json.dumps(to_dict(grade), indent=1, allow_nan=False) + "\n")
    return path


def read_results(path: Path) -> Grade:
    """The Grade in a results file.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is not a results file of this schema.
    """
    data = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(data, dict):
        raise ValueError(f"{path.name} is not a results file")
    return from_dict(data)


def digest_in(path: Path) -> str:
    """The digest in a results file, found without reading the rest; empty where there is none.

    No other line of the file begins so: line breaks in what students wrote are escaped.
    """
    try:
        found = _DIGEST.search(path.read_bytes())
    except OSError:
        return ""
    return found[1].decode() if found else ""


@cache
def _reader() -> TypeAdapter[Grade]:
    from pydantic import TypeAdapter

    return TypeAdapter(Grade)


def _plain_data(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        stored = (one.name for one in fields(value) if not one.metadata.get(OWN_FILE))
        return {name: _plain_data(getattr(value, name)) for name in stored}
    if isinstance(value, dict):
        return {storable(str(key)): _plain_data(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain_data(entry) for entry in value]
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, str | Path):
        return storable(str(value))
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"a grade holds {value}")
    return value
