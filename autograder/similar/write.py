"""``similar.csv`` and ``similar/dolos.zip``: the pairs for a person, and the class for Dolos.

Dolos (https://dolos.ugent.be) shows the code of two submissions side by side. Its archive has an
``info.csv`` in its root, which names each file and whose it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.files.atomic import file_stem, replace_file, replacing
from autograder.files.visible import csv_cell, csv_line, number
from autograder.files.zips import write_zip
from autograder.similar.compare import Pair

CSV, DOLOS = Path("similar.csv"), Path("similar") / "dolos.zip"
"""In the report's folder."""

_PAIRS = (
    "student_1", "id_1", "student_2", "id_2", "share", "shared", "shared_wrong", "lost_by_both", "functions",
)  # fmt: skip
_INFO = ("filename", "full_name", "id", "status", "created_at", "label", "ignored")
_TEMPLATE = "template.py"


@dataclass(frozen=True)
class Handed:
    """A submission as Dolos is told of it.

    Attributes:
        id: of the submission.
        student: whose it is; untrusted text.
        status: as in ``grades.csv``.
        created_at: when it was handed in, in ISO 8601; empty when unknown.
        label: what equal submissions have in common: Dolos gives them one colour.
        source: its own code, untrusted.
    """

    id: str
    student: str
    status: str
    created_at: str
    label: str
    source: str


def write_pairs(out: Path, pairs: Iterable[Pair], students: Mapping[str, str]) -> None:
    """Write ``similar.csv``.

    Args:
        students: names by the ids of their submissions; untrusted text.

    Raises:
        OSError: ``out`` cannot be written to.
    """
    replace_file(out / CSV, _rows(pairs, students))


def _rows(pairs: Iterable[Pair], students: Mapping[str, str]) -> Iterator[str]:
    yield csv_line(_PAIRS)
    for pair in pairs:
        who = [cell for one in pair.ids for cell in (students.get(one, ""), one)]
        wrong = pair.wrong if pair.shares_wrong_code else 0
        amounts = (number(pair.share, 2), str(pair.shared), str(wrong))
        cells = (*who, *amounts, ", ".join(pair.lost), ", ".join(pair.functions))
        yield csv_line([csv_cell(cell) for cell in cells])


def write_dolos(out: Path, handed: Sequence[Handed], template: str) -> None:
    """Write ``similar/dolos.zip``.

    Args:
        template: the code that students get, which Dolos then ignores; empty: none.

    Raises:
        OSError: ``out`` cannot be written to.
    """
    path = out / DOLOS
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        write_zip(temporary, _members(handed, template))


def _members(handed: Sequence[Handed], template: str) -> Iterator[tuple[str, bytes]]:
    rows = [(_file(one.id), one.student, one.id, one.status, one.created_at, one.label, "") for one in handed]
    rows += [(_TEMPLATE, "", "", "", "", "", "true")] if template else []
    lines = [csv_line(_INFO), *(csv_line([csv_cell(cell) for cell in row]) for row in rows)]
    yield "info.csv", "".join(lines).encode()
    if template:
        yield _TEMPLATE, template.encode()
    for one in handed:
        yield _file(one.id), one.source.encode()


def _file(submission_id: str) -> str:
    return f"submissions/{file_stem(submission_id)}.py"
