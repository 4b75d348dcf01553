"""The lab's weather table, read from the copy in ``reference/data``; never from the network."""

from __future__ import annotations

import csv
import gzip
import hashlib
import random
import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.grading import checks
from autograder.grading.case_number import derived_seed, once_for_each_number
from reference.language import lab as _
from reference.language import later

if TYPE_CHECKING:
    from torch import Tensor

FILE = Path(__file__).parent / "data" / "pollution.csv.gz"
SHA256 = "892e9559205d16d32623135c127a3951c12e46ea1e0b3093e107ce89a9fd60e2"
COLUMNS = ("DEWP", "TEMP", "PRES", "Iws", "Is", "Ir")
"""The input features, in the order of the lab; the temperature is number 1."""

ROWS_OF_THE_LAB = 43_000
"""The lab reads only these, then cuts them to whole days."""

FEWER_DAYS = (600, 1_000)
"""Cells are asked again with at least so many days of the table and fewer than so many. Whatever number it
is, some mean and some standard deviation differ from those of all days by two hundredths of a standard
deviation or more."""


def csv_bytes(file: Path = FILE) -> bytes:
    """The CSV as the lab's address serves it: 2,010,492 bytes of ASCII, CR LF between the lines.

    Args:
        file: the compressed copy; the committed one unless given.

    Raises:
        ValueError: the file is missing, damaged, or holds another table; the message says what to do.
    """
    advice = f"Restore {file.name} from version control, or rebuild it: reference/data/README.md says how."
    try:
        content = gzip.decompress(file.read_bytes())
    except (OSError, EOFError, zlib.error) as problem:
        raise ValueError(f"{file} cannot be read ({problem}). {advice}") from problem
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256:
        raise ValueError(f"{file} holds another table: SHA-256 {found}, expected {SHA256}. {advice}")
    return content


@cache
def features() -> Tensor:
    """The data set as the lab's notebook builds it.

    Returns:
        (42984, 6) float32, one row an hour, columns as in :data:`COLUMNS`, oldest first: the first
        43,000 rows cut to 1,791 whole days. The tensor is shared between callers: do not write to it.

    Raises:
        ValueError: as :func:`csv_bytes`.
    """
    import torch

    header, *rows = csv.reader(csv_bytes().decode("ascii").splitlines())
    places = [header.index(name) for name in COLUMNS]
    rows = rows[:ROWS_OF_THE_LAB]
    rows = rows[: len(rows) - len(rows) % 24]
    return torch.tensor([[float(row[place]) for place in places] for row in rows], dtype=torch.float32)


@once_for_each_number
def fewer_days() -> int:
    """How many days are left for asking again: nobody knows beforehand. 20 % of them are no whole number."""
    return random.Random(derived_seed("fewer rows")).choice(possible_days())


def possible_days() -> list[int]:
    """The numbers of days that may be left."""
    return [days for days in range(*FEWER_DAYS) if days % 5 and days not in TOO_MUCH_ALIKE]


TOO_MUCH_ALIKE = (981,)
"""Numbers of days whose statistics are nearly those of all days."""


def fewer_rows() -> Tensor:
    """The first days of :func:`features`, (N, 6) float32, as a copy; :func:`fewer_days` says how many."""
    return features()[: 24 * fewer_days()].clone()


def on_fewer_rows(env: Any, wanted: Sequence[str], is_right: Callable[[Mapping[str, Any]], bool]) -> bool:
    """Whether what the notebook makes of ``dataset`` is right for fewer rows, too, as no pasted result is.

    The size of the data set itself may be written down: that earns a remark.

    Args:
        env: what the test sees of the notebook.
        wanted: names of what it makes of it.
        is_right: judges their values.

    Returns:
        True as well where that cannot be seen: no cell can be run again, or the cells read the whole table
        from somewhere else once more.

    Raises:
        StudentCodeError: a cell does not end in time.
    """
    if _is_right_on_fewer(env, wanted, is_right, written=False):
        return True
    if not _is_right_on_fewer(env, wanted, is_right, written=True):
        return False
    checks.note(_(WRITTEN_DOWN).format(len(features()), len(features()) // 24))
    return True


def _is_right_on_fewer(
    env: Any, wanted: Sequence[str], is_right: Callable[[Mapping[str, Any]], bool], written: bool
) -> bool:
    """As :func:`on_fewer_rows`; perhaps with another size in the place of the one that is written down."""
    from autograder.grading.namespace import namespace_of
    from autograder.model import FewerRows

    names, rows, few = namespace_of(env), len(features()), len(fewer_rows())
    lengths = {rows: few, rows // 24: few // 24}
    fewer = FewerRows("dataset", fewer_rows(), wanted, lengths, written)
    for number in range(MOST_CELLS):
        with names.time_limit(FEWER_ROWS_SECONDS):
            found = names.rerun_on_fewer(fewer, number)
        if not found:
            return found is None
        if is_right(found) or (number == 0 and _is_whole(found["dataset"])):
            return True
    return False


WRITTEN_DOWN = later(
    "The number of rows, {}, or of days, {}, is written down in the notebook: what is computed from it is "
    "right for this data set only. len(dataset) is right for any."
)

MOST_CELLS = 8
"""Cells after which the notebook is looked at: those that standardise may follow the split one by one."""

FEWER_ROWS_SECONDS = 60.0
"""Deadline of these cells, among which there may be one that draws many plots."""


def _is_whole(value: Any) -> bool:
    """Whether a value of the notebook is the whole table, read again."""
    import torch

    if not isinstance(value, torch.Tensor) or value.shape != features().shape:
        return False
    # In float32: read in float64, 0.1 is another number.
    return bool((value.to(torch.float32) == features()).all())
