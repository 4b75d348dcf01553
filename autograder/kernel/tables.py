"""Tables of pandas in plain parts, and back: labels, one column after the other, and the type of each.

Values by themselves (``table["x"].unique()``) and labels by themselves (``table.columns``) are parts too.

Both sides import this module, so it imports neither engine nor lab, and pandas only where a table is.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

MOST_ROWS = 1_000_000
MOST_COLUMNS = 1_000
MOST_LABELS = 20_000
"""Row labels, where they do not only count: pandas finds one by its hash, and the hashes of numbers that a
student chose may all be equal. This many cost a second at worst."""

MOST_LEVELS = 20
"""Labels of one row: pandas takes a tenth of a millisecond for each level, and a message has room for
75,000."""

NUMBERS = frozenset("float16 float32 float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool".split())
TIMES = frozenset(
    f"{kind}64[{unit}]" for kind in ("datetime", "timedelta") for unit in ("s", "ms", "us", "ns")
)
CELLS = (str, int, float, bool, type(None))
"""What a column of mixed values may hold."""


def parts(value: Any) -> tuple[Any, ...] | None:
    """What a table, a series, values or labels consist of, for :func:`built`; ``None`` for anything else.

    Raises:
        ValueError: a column or a label holds something else than numbers, text, times and nothing.
    """
    pandas = sys.modules.get("pandas")
    if pandas is None:
        return None
    if isinstance(value, pandas.Index):
        return _index(value, pandas)
    if isinstance(value, pandas.api.extensions.ExtensionArray):
        return _column(value, "the array")
    if not isinstance(value, pandas.DataFrame | pandas.Series):
        return None
    if isinstance(value, pandas.Series):
        return _index(value.index, pandas), _label(value.name), _column(value, "the series")
    columns = [_column(value.iloc[:, i], f"column {value.columns[i]!r}") for i in range(value.shape[1])]
    return _index(value.index, pandas), _index(value.columns, pandas), columns


def _index(index: Any, pandas: Any) -> tuple[Any, ...]:
    names = [_label(name) for name in index.names]
    if isinstance(index, pandas.RangeIndex):
        return "range", [index.start, index.stop, index.step], names
    levels = range(index.nlevels)
    return "labels", [_column(index.get_level_values(level), "a label") for level in levels], names


def _column(values: Any, what: str) -> tuple[str, Any]:
    dtype = str(values.dtype)
    if dtype in NUMBERS:
        return dtype, values.to_numpy()
    if dtype in TIMES:
        return dtype, values.to_numpy().view("int64")
    return ("str" if dtype == "str" else "object"), [_cell(cell, what) for cell in values.tolist()]


def _cell(cell: Any, what: str) -> Any:
    cell = cell.item() if type(cell).__module__ == "numpy" and hasattr(cell, "item") else cell
    if isinstance(cell, CELLS):
        return cell
    if type(cell).__name__ == "NAType":
        return None
    raise ValueError(f"{what} holds a {type(cell).__name__}: only numbers, text and times are plain")


def _label(name: Any) -> Any:
    return tuple(_cell(part, "a name") for part in name) if isinstance(name, tuple) else _cell(name, "a name")


def built(found: Any, *, bounded: bool) -> Any:
    """The table, the series, the values or the labels that consist of these parts, which may be anything.

    Args:
        bounded: whether there is a limit to the labels, :data:`MOST_LABELS`.

    Raises:
        ValueError, TypeError: they are no table's.
    """
    import pandas

    if len(found) == 2:
        return pandas.Series(_values(found)).array
    index, columns, values = found
    if isinstance(index, str):
        return _read_index(found, _at_most(MOST_ROWS, _length(found)), bounded)
    if isinstance(values, tuple):
        series = pandas.Series(_values(values))
        series.index = _read_index(index, len(series), bounded)
        series.name = _read_label(columns)
        return series
    if len(values) > MOST_COLUMNS:
        raise ValueError(f"more than {MOST_COLUMNS} columns")
    read = {number: pandas.Series(_values(column)) for number, column in enumerate(values)}
    rows = _at_most(MOST_ROWS, len(read[0]) if read else _length(index))
    if any(len(column) != rows for column in read.values()):
        raise ValueError("columns of another length")
    table = pandas.DataFrame(read, index=pandas.RangeIndex(rows))
    table.columns = _read_index(columns, len(read), bounded)
    table.index = _read_index(index, rows, bounded)
    return table


def _at_most(limit: int, rows: int) -> int:
    if rows > limit:
        raise ValueError(f"more than {limit} rows")
    return rows


def _length(index: Any) -> int:
    """How many labels there are in an index by itself or of a table without columns."""
    kind, body, _ = index
    return len(range(*_three(body))) if kind == "range" else len(_values(body[0]))


def _three(body: Any) -> Sequence[int]:
    if not isinstance(body, list) or len(body) != 3 or not all(type(n) is int for n in body):
        raise ValueError("not a range")
    return body


def _read_index(index: Any, length: int, bounded: bool) -> Any:
    import pandas

    kind, body, names = index
    names = [_read_label(name) for name in names]
    if kind == "range":
        found = pandas.RangeIndex(*_three(body), name=names[0])
    elif kind == "labels" and (not bounded or length <= MOST_LABELS):
        found = _read_labels(body, length, names)
    else:
        raise ValueError(
            f"more than {MOST_LABELS} labels: a range of them, as reset_index() makes, is accepted"
        )
    if len(found) != length:
        raise ValueError("labels of another number")
    return found


def _read_labels(body: Any, length: int, names: Sequence[Any]) -> Any:
    import pandas

    if len(names) > MOST_LEVELS:
        raise ValueError(f"more than {MOST_LEVELS} levels of labels")
    if len(body) != len(names) or any(len(level) != length for _dtype, level in body):
        raise ValueError("labels of another number")
    levels = [pandas.Index(_values(level)) for level in body]
    if len(levels) == 1:
        return levels[0].rename(names[0])
    return pandas.MultiIndex.from_arrays(levels, names=names)


def _values(column: Any) -> Any:
    """The values of one column, as what pandas makes a column of without looking at them again."""
    import numpy as np
    import pandas

    dtype, values = column
    if dtype in NUMBERS | TIMES:
        wanted = dtype if dtype in NUMBERS else "int64"
        if not isinstance(values, np.ndarray) or values.ndim != 1 or values.dtype != wanted:
            raise ValueError("a column of another type")
        return values if dtype in NUMBERS else values.view(dtype)
    if dtype not in ("str", "object") or not isinstance(values, list):
        raise ValueError("a column of an unknown type")
    kinds = (str, float, type(None)) if dtype == "str" else CELLS
    if not all(isinstance(cell, kinds) for cell in values):
        raise ValueError("a cell that is neither number nor text")
    if dtype == "str" and any(isinstance(cell, float) and cell == cell for cell in values):
        raise ValueError("a number among text")
    return pandas.Series(values, dtype=dtype).array


def _read_label(name: Any) -> Any:
    for part in name if isinstance(name, tuple) else (name,):
        if not isinstance(part, CELLS):
            raise ValueError("a name that is neither number nor text")
    return name
