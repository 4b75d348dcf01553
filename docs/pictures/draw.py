"""Draw the README's pictures from a real run: `make grade`, then `python docs/pictures/draw.py graded`.

Needs Chromium (Debian: apt install chromium). The pictures are what it shows of the terminal's
summary and of the pages, nothing is retouched.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme

from autograder.report import terminal
from autograder.report.class_summary import summarise
from autograder.store.entries import Entries
from autograder.store.results import read_results

HERE = Path(__file__).parent
LIGHT = TerminalTheme(
    (250, 250, 250), (36, 41, 47),
    [(36, 41, 47), (180, 35, 24), (26, 110, 50), (148, 98, 0), (9, 80, 160), (130, 60, 160), (20, 110, 120), (90, 95, 100)],
)  # fmt: skip


def main(folder: Path) -> None:
    """Draw the summary, the overview and one feedback page of the run in ``folder``."""
    grades = [read_results(path) for path in sorted((folder / "results").glob("*.json"))]
    grades.sort(key=lambda grade: grade.submission.source)
    console = Console(record=True, width=108, file=io.StringIO(), force_terminal=True)
    entries = Entries([grade.submission for grade in grades])
    for grade in grades:
        entries.add(grade)
    figures = summarise(entries, [question.name for question in grades[0].questions])
    terminal.summary(entries, figures, folder, console)
    with tempfile.TemporaryDirectory() as scratch:
        page = Path(scratch) / "summary.html"
        template = (
            "<!doctype html><meta charset=utf-8><body style='margin:0;padding:18px 22px;background:{background};"
            "color:{foreground}'><style>{stylesheet}</style><pre style='margin:0;font:15px/1.45 monospace;white-space:pre-wrap'>{code}</pre>"
        )
        page.write_text(console.export_html(theme=LIGHT, inline_styles=True, code_format=template))
        photograph(page, HERE / "summary.png", 1040, 460)
    photograph(folder / "index.html", HERE / "overview.png", 1200, 1250)
    feedback = next(path for path in sorted((folder / "feedback").glob("*.html")) if "Mateo" in path.name)
    photograph(feedback, HERE / "feedback.png", 1000, 1500)


def photograph(page: Path, picture: Path, width: int, height: int) -> None:
    """Have Chromium show ``page`` in a window of ``width`` by ``height`` and keep what it shows."""
    with tempfile.TemporaryDirectory() as profile:
        command = [
            "chromium",
            "--headless",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={profile}",
        ]
        command += ["--no-first-run", "--disable-background-networking", "--disable-sync", "--disable-quic"]
        command += ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's own sandbox refuses root
        command += [f"--window-size={width},{height}", f"--screenshot={picture}", page.resolve().as_uri()]
        subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
