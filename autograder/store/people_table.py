"""A table with rows for people: read as spreadsheets write it, checked row by row, written back as it was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UsageError
from autograder.files.atomic import update_file
from autograder.files.visible import plain
from autograder.store.records import State
from autograder.store.results import results_file
from autograder.store.spreadsheet import Table, folded, read_table


@dataclass(frozen=True)
class Row:
    """A row of the file.

    Attributes:
        line: in which it begins, from 1.
        place: file, line and whom it is about.
        id: of the submission.
        cells: by their headings.
    """

    line: int
    place: str
    id: str
    cells: dict[str, str]


class PeopleTable:
    """A table whose rows name a submission.

    Attributes:
        path: of the file, which need not be there.
        place: where its headings stand.
        headings: in the order of the file, ours in our spelling; none where there is no file.
        delimiter: between the cells of the file.
        rows: those with nothing wrong, once :meth:`check_rows` has been asked; before, all of them.
    """

    def __init__(self, path: Path, ours: Sequence[str]) -> None:
        """
        Args:
            ours: headings that the table may have, the column ``id`` first.

        Raises:
            UsageError: the file cannot be read, has no column ``id``, or one of ours twice.
        """
        self.path = path
        self._read = _bytes(path)
        table = read_table(path)
        self.delimiter = table.delimiter if table else ","
        self.place = f"{path}:{table.first_line if table else 1}"
        self.headings = self._headings(table, ours) if table else ()
        self._lines = table.rows if table else ()
        self.rows = [self._row(line, cells) for line, cells in self._lines]
        self._problems: list[tuple[int, str]] = []

    def is_there(self) -> bool:
        """Whether there was a file with a table in it."""
        return bool(self.headings)

    def changed_meanwhile(self) -> bool:
        """Whether somebody has saved the file since it was read."""
        return _bytes(self.path) != self._read

    def update(self, lines: Iterable[str]) -> None:
        """Write the file, with the mark that tells spreadsheets that it is UTF-8; leave an equal one alone.

        Raises:
            OSError: it cannot be written.
        """
        update_file(self.path, "\ufeff" + "".join(lines))

    def problems(self) -> list[str]:
        """What is wrong with the rows and their cells, a sentence each, in the order of the lines."""
        return [said for _, said in sorted(self._problems, key=lambda one: one[0])]

    def complain(self, row: Row, said: str) -> None:
        """Keep what is wrong with a row."""
        self._problems.append((row.line, f"{row.place}: {said}"))

    def check_rows(self, here: set[str], state: State, key: Sequence[str]) -> None:
        """Keep what is wrong with whole rows, and only the other rows.

        Args:
            here: ids of the class.
            state: whose people were here once.
            key: columns that no two rows have in common.
        """
        right: list[Row] = []
        first: dict[tuple[str, ...], int] = {}
        for row, (_, cells) in zip(self.rows, self._lines, strict=True):
            same = first.setdefault(tuple(row.cells.get(name, "").strip() for name in key), row.line)
            if any(cell.strip() for cell in cells[len(self.headings) :]):
                self.complain(
                    row,
                    f"{len(cells)} cells, but the table has {len(self.headings)} columns; a comma in a "
                    f'number needs quotes ("1,5")',
                )
            elif same != row.line:
                self.complain(
                    row, f"the second row with this {' and '.join(key)}, after line {same}: delete one"
                )
            elif row.id not in here and not state.last_of(row.id) and not self._was_here(row.id):
                self.complain(
                    row,
                    f"no submission has the id {plain(row.id, 80)!r}; write the id as it was, or "
                    "delete the row",
                )
            else:
                right.append(row)
        self.rows = right

    def check_columns(self, needed: Sequence[str]) -> None:
        """
        Raises:
            UsageError: there is a file, and it lacks one of these columns.
        """
        missing = [name for name in needed if name not in self.headings] if self.is_there() else []
        if missing:
            raise UsageError(
                f"{self.place}: no column is called {', '.join(missing)}; found {self.listed(self.headings)}"
            )

    def names(self) -> dict[str, str]:
        """Whom the rows are about, by id."""
        return {row.id: who(row.cells) for row in self.rows}

    def _row(self, line: int, cells: Sequence[str]) -> Row:
        named = dict(zip(self.headings, cells, strict=False))
        named["id"] = named.get("id", "").strip()
        return Row(line, f"{self.path}:{line}: {who(named)}", named["id"], named)

    def _headings(self, table: Table, ours: Sequence[str]) -> tuple[str, ...]:
        """Call the columns as we do, whatever their case and white space."""
        named = {folded(name): name for name in ours}
        headings = tuple(named.get(folded(heading), heading) for heading in table.headings)
        if ours[0] not in headings:
            raise UsageError(
                f"{self.place}: no column is called {ours[0]}; expected a table with the columns "
                f"{', '.join(ours)}; found {self.listed(table.headings)}"
            )
        twice = [name for name in ours if headings.count(name) > 1]
        if twice:
            raise UsageError(f"{self.place}: several columns are called {', '.join(twice)}: keep one of each")
        return headings

    def listed(self, headings: Sequence[str]) -> str:
        """Some headings of the file, for a message."""
        return ", ".join(repr(plain(heading, 40)) for heading in headings[:20]) or "nothing"

    def _was_here(self, identifier: str) -> bool:
        try:
            return results_file(self.path.parent, identifier).is_file()
        except ValueError:
            return False  # no id of ours


def who(row: dict[str, str]) -> str:
    """Whom a row is about, for people."""
    return plain((row.get("student") or row.get("submission") or row.get("id") or "").strip(), 60) or "nobody"


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""  # whoever reads the table says so
