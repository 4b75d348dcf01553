"""Verdicts on disk, a line of JSON each: an interrupted run goes on, and others can count."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from autograder.errors import UsageError
from autograder.grading.conditions import Conditions
from autograder.mutate.model import Verdict


def read_reviewed(file: Path) -> dict[str, str]:
    """Changes that a person has looked at and found right: a line each, its code and why.

    Raises:
        UsageError: the file cannot be read, or a line says no reason.
    """
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as reason:
        raise UsageError(f"{file}: cannot be read: {reason}") from None
    found = {}
    for number, line in enumerate(lines, start=1):
        code, _, why = line.strip().partition(" ")
        if code and not why.strip() and not code.startswith("#"):
            raise UsageError(f"{file}:{number}: expected a code and why that change is right")
        if code and not code.startswith("#"):
            found[code] = why.strip()
    return found


class Records:
    """The verdicts of one file that came about under the same conditions, by code; new ones are appended.

    Args:
        file: is made where it is missing; ``None`` keeps nothing.
        cells: sources of the right notebook's cells.
    """

    def __init__(self, file: Path | None, conditions: Conditions, cells: Sequence[str | None]) -> None:
        self._file = file
        digest = hashlib.sha256(repr((conditions, [*cells])).encode()).hexdigest()
        self._under = digest[:16]
        self.known: dict[str, Verdict] = {}
        for line in file.read_text("utf-8").splitlines() if file and file.is_file() else ():
            self._read(line)

    def add(self, verdict: Verdict) -> None:
        """Keep a verdict."""
        self.known[verdict.mutant.code] = verdict
        if self._file is not None:
            line = json.dumps({"under": self._under, **verdict.to_json()}, ensure_ascii=False)
            with self._file.open("a", encoding="utf-8") as out:
                out.write(line + "\n")

    def _read(self, line: str) -> None:
        try:
            data = json.loads(line)
            if data.pop("under") == self._under:
                verdict = Verdict.from_json(data)
                self.known[verdict.mutant.code] = verdict
        except (ValueError, LookupError, TypeError, AttributeError):
            return  # cut off by the end of a run
