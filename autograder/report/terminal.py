"""What the terminal shows: a line as each submission ends, a table at the end."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.files.visible import duration, number, plain, shortened
from autograder.model import Entry, Grade, Status
from autograder.report.class_summary import ClassSummary, mark
from autograder.report.grades import remarks

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions
    from rich.measure import Measurement
    from rich.text import Text

SYMBOLS = {"full": ("●", "green"), "part": ("◐", "yellow"), "zero": ("○", "red"), "open": ("?", "magenta")}
MOST_ROWS = 500
ASCII_SYMBOLS = {"full": "#", "part": "+", "zero": ".", "open": "?"}


def line(grade: Grade) -> str:
    """One plain line for ``grade``: status, score, student, worst remarks, seconds."""
    marks = _score(grade) if grade.status is Status.GRADED else "-"
    worst = _worst(remarks(grade), 2, "[{}]")
    name = shortened(grade.submission.student or grade.submission.source, 40)
    parts = [f"{grade.status.value:<12}", f"{marks:>7}", name, *([worst] if worst else [])]
    return "  ".join([*parts, f"{grade.seconds:.1f} s"])


def _worst(said: Sequence[str], most: int, around: str = "{}") -> str:
    """The first remarks, and how many there are beside; nothing where there is none."""
    shown = around.format("; ".join(shortened(remark, 100) for remark in said[:most])) if said else ""
    return f"{shown} (+{len(said) - most} more)" if len(said) > most else shown


def summary(entries: Iterable[Entry], figures: ClassSummary, out_dir: Path, console: Console) -> None:
    """Print a row per submission, the class's totals and where the report is.

    A class that fills more than some screens gets only the rows of those that could not be graded.

    Colours appear on terminals only. All text from students is printed as literal text: no markup,
    no emoji codes.
    """
    from rich.table import Table
    from rich.text import Text

    names = [question.name for question in figures.questions]
    whole = figures.total <= MOST_ROWS
    ascii_only = console.options.ascii_only
    table = Table(show_edge=False, pad_edge=False, header_style="bold")
    table.add_column("student", overflow="ellipsis", no_wrap=True, max_width=max(16, console.width // 4))
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("questions", no_wrap=True, min_width=len(names))
    table.add_column("remarks", overflow="fold")  # the only column that may shrink: then its texts wrap
    table.add_column("time", justify="right", no_wrap=True, min_width=7)
    refused = (entry for entry in entries if entry.status is not Status.GRADED)
    for entry in entries if whole else islice(refused, MOST_ROWS):
        graded = entry.status is Status.GRADED
        table.add_row(
            _InOneLine(entry.submission.student or entry.submission.source),
            Text(_score(entry)) if graded else Text("not gradable", style="red"),
            _symbols(entry, names, ascii_only) if graded else Text(""),
            Text(_worst(remarks(entry), 1)),
            Text(f"{entry.seconds:.1f} s"),
        )
    if whole or figures.not_gradable:
        console.print(table)
        console.print()
    if whole and figures.graded:
        console.print(Text(f"questions: {_legend(ascii_only)}; in the order {', '.join(names)}", style="dim"))
    console.print(Text(_totals(figures)), soft_wrap=True)
    if figures.unscored:
        console.print(Text(_waiting(figures, out_dir)), soft_wrap=True)
    console.print(Text(f"report: {plain(str(out_dir / 'index.html'), 4000)}"), soft_wrap=True)


@dataclass(frozen=True)
class _InOneLine:
    """A name in as many columns as the table has for it; it gives of its middle what it must."""

    name: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        from rich.text import Text

        yield Text(shortened(self.name, options.max_width), no_wrap=True, overflow="ellipsis")

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        from rich.cells import cell_len
        from rich.measure import Measurement

        longest = cell_len(plain(self.name, 400))
        return Measurement(min(longest, 16), longest).clamp(max_width=options.max_width)


def _score(grade: Grade | Entry) -> str:
    return f"{number(grade.score, 2)}/{number(grade.max_score, 2)}"


def _symbols(entry: Entry, names: Sequence[str], ascii_only: bool) -> Text:
    from rich.text import Text

    results = {question.name: question for question in entry.questions}
    shown = Text()
    for name in names:
        kind = mark(results[name]) if name in results else "open"
        symbol, colour = SYMBOLS[kind]
        shown.append(ASCII_SYMBOLS[kind] if ascii_only else symbol, style=colour)
    return shown


def _legend(ascii_only: bool) -> str:
    words = {"full": "full marks", "part": "some", "zero": "none", "open": "not checked"}
    symbols = ASCII_SYMBOLS if ascii_only else {kind: symbol for kind, (symbol, _) in SYMBOLS.items()}
    return ", ".join(f"{symbols[kind]} {word}" for kind, word in words.items())


def _totals(figures: ClassSummary) -> str:
    text = f"{figures.graded} graded, {figures.not_gradable} not gradable"
    for group in figures.by_possible:
        of = f" for {len(group.scores)} of them" if len(figures.by_possible) > 1 else ""
        text += (
            f"; mean {number(group.mean, 2)}, median {number(group.median, 2)}, "
            f"from {number(min(group.scores), 2)} to {number(max(group.scores), 2)} "
            f"of {number(group.possible, 2)} points{of}"
        )
    return f"{text}; {duration(figures.seconds)} of computation"


def _waiting(figures: ClassSummary, out_dir: Path) -> str:
    half = "half scored: " if figures.half_scored else ""
    verb = "waits" if figures.to_score == 1 else "wait"
    shown = plain(shlex.quote(str(out_dir)), 4000)
    return (
        f"{half}{figures.unscored} of {figures.to_score} {verb} for a person's points: score them in the "
        f"browser with `autograder review {shown}`, or fill in {shown}/manual.csv and run the same "
        f"command again"
    )
