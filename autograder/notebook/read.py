"""A submitted notebook, repaired and stripped to what may be run.

Students hand in what their tools wrote: old formats, missing fields, byte order marks. All of that is
repaired, since none of it is what the lab asks for. What a notebook says about how it wants to be run
(tags, kernels, saved outputs) is dropped: only its source counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from autograder.config.packed import MB
from autograder.errors import UnreadableNotebook
from autograder.language import judging as _
from autograder.notebook.cells import repaired_cells
from autograder.notebook.decoding import decode_json

if TYPE_CHECKING:
    from autograder.config.schema import Limits

_METADATA = {
    "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
    "language_info": {"name": "python"},
}
# Languages by the names of their kernels; a name that is not here may be anybody's Python environment.
_KERNELS = {r"ir": "R", r"julia.*": "Julia", r"octave": "Octave", r"matlab.*": "MATLAB", r"xcpp\d*": "C++"}
# Far beyond any notebook; every cell is a message to the kernel and a row of the report.
_MAX_CELLS = 10_000
# Keys under which programs hand out a notebook inside another object, and how many times around each other.
_WRAPPERS = ("content", "notebook", "ipynb")
_MAX_WRAPPINGS = 3


@dataclass(frozen=True)
class ReadNotebook:
    """A notebook that is safe to run.

    Attributes:
        notebook: nbformat 4.5, valid; every code cell's source, no outputs, no attachments; metadata of
            cells at most ``{"autograder": {"manual": name, "item": code}}``.
        notes: what was repaired or left out, for the TA.
        attachments: names of pictures by the ids of the cells that they are pasted into; untrusted.
        cut_off: whether the upload ended behind the last cell, before the file's own end.
        python: the version of Python that it names, such as ``3.13.1``; empty where it names none.
    """

    notebook: Any
    notes: tuple[str, ...] = ()
    attachments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cut_off: bool = False
    python: str = ""


def read_notebook(data: bytes, limits: Limits) -> ReadNotebook:
    """Reads and repairs a submitted notebook.

    Args:
        data: the file's bytes.
        limits: ``notebook_mb``.

    Raises:
        UnreadableNotebook: the bytes are no notebook or a notebook in another language; the message
            is for the student.
    """
    parsed = decode_json(data, limits.notebook_mb * MB)
    notes = parsed.notes
    value = _unwrapped(parsed.value, notes)
    found = _cells(value, notes)
    if language := _other_language(value.get("metadata")):
        raise UnreadableNotebook(
            _("the notebook's language is {language}, not Python").format(language=language)
        )
    cells, attachments = repaired_cells(found, value.get("nbformat_minor"), notes)
    if not cells:
        raise UnreadableNotebook(_("the notebook has no cells"))
    # Heavy (it loads the schema), and only needed once there is something to hand on.
    import nbformat

    node = nbformat.from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": _METADATA, "cells": cells})
    python = _python_version(value.get("metadata"))
    return ReadNotebook(node, tuple(notes), attachments, parsed.cut_off, python)


def found_cells(data: bytes, limits: Limits) -> list[Any]:
    """The cells of a submitted notebook as they stand in the file: one for each of :func:`read_notebook`.

    Args, errors: as there.
    """
    parsed = decode_json(data, limits.notebook_mb * MB)
    found = _cells(_unwrapped(parsed.value, []), [])
    return [one for one in found if isinstance(one, dict | str)]


def _unwrapped(value: Any, notes: list[str]) -> Any:
    """The notebook inside what some programs put around it; ``value`` itself where there is none.

    Jupyter's own interface for contents answers ``{"content": notebook, "type": "notebook"}``.
    """
    inner = value
    for _layer in range(_MAX_WRAPPINGS):
        if isinstance(inner, list) and len(inner) == 1:
            (inner,) = inner
        elif isinstance(inner, dict) and inner.keys().isdisjoint(("cells", "worksheets")):
            inner = next((inner[key] for key in _WRAPPERS if isinstance(inner.get(key), dict | list)), None)
        if isinstance(inner, dict) and isinstance(inner.get("cells", inner.get("worksheets")), list):
            if inner is not value:
                notes.append(_("the notebook was wrapped in another JSON value"))
            return inner
    return value


def _cells(value: Any, notes: list[str]) -> list[Any]:
    """The cells of any notebook format, in the words of format 4 where that is all it takes."""
    if not isinstance(value, dict):
        raise UnreadableNotebook(_("not a notebook: the JSON text is no object"))
    cells, version = value.get("cells"), value.get("nbformat")
    if cells in (None, []) and isinstance(value.get("worksheets"), list):
        notes.append(_("the notebook was in format 3 or older and has been upgraded"))
        sheets = [sheet for sheet in value["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets if isinstance(sheet.get("cells"), list) for cell in sheet["cells"]]
    elif version is None or isinstance(version, bool) or not isinstance(version, int):
        notes.append(_("the notebook did not say its format; read as format 4"))
    elif version != 4:
        notes.append(_("the notebook says it has format {version}; read as format 4").format(version=version))
    if not isinstance(cells, list):
        if "doc_id" in value or "url" in value:
            raise UnreadableNotebook(
                _("a link to a notebook in the cloud, not the notebook: download it as .ipynb")
            )
        if cells is not None:
            raise UnreadableNotebook(_("not a notebook: the JSON object has no cells (they are no list)"))
        raise UnreadableNotebook(_("not a notebook: the JSON object has no cells"))
    if not cells:
        raise UnreadableNotebook(_("the notebook has no cells"))
    if len(cells) > _MAX_CELLS:
        text = _("the notebook has {count} cells, {allowed} are allowed")
        raise UnreadableNotebook(text.format(count=len(cells), allowed=_MAX_CELLS))
    return cells


def _python_version(metadata: Any) -> str:
    info = metadata.get("language_info") if isinstance(metadata, dict) else None
    version = info.get("version") if isinstance(info, dict) else None
    return version if isinstance(version, str) and re.fullmatch(r"3\.\d{1,2}(\.\d{1,2})?", version) else ""


def _other_language(metadata: Any) -> str:
    """The language of a notebook that nowhere says Python; empty when it may be Python."""
    if not isinstance(metadata, dict):
        return ""
    spec, info = (
        part if isinstance(part, dict) else {}
        for part in (metadata.get("kernelspec"), metadata.get("language_info"))
    )
    said = info.get("name"), spec.get("language"), spec.get("name")
    words = [word.strip() if isinstance(word, str) else "" for word in said]
    if any("python" in word.lower() for word in words):
        return ""
    *languages, kernel = words
    known = next((name for key, name in _KERNELS.items() if re.fullmatch(key, kernel.lower())), "")
    # "replace": half a character in a name would break whatever writes the message.
    return next((word[:40].encode("utf-8", "replace").decode() for word in languages if word), known)
