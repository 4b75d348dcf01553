"""What a Moodle site does with the files that a teacher uploads, rule by rule, for the tests.

Not our code turned round: it follows the importer's rules as they are documented at ``autograder.lms.moodle``
and knows nothing of the adapter.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

HEADERS = {
    "en": ("Identifier", "Grade", "Last modified (grade)", "Feedback comments", "Participant "),
    "de": ("ID", "Bewertung", "Zuletzt geändert (Bewertung)", "Feedback als Kommentar", "Teilnehmer/in"),
}


@dataclass
class Site:
    """One assignment: marks and comments by participant.

    Attributes:
        participants: everybody's number.
        groups: for team assignments, the members of each group's number.
        graded: when a mark was given, by participant.
    """

    language: str
    participants: set[int]
    maximum: float = 25.0
    groups: dict[int, set[int]] = field(default_factory=dict)
    graded: dict[int, datetime] = field(default_factory=dict)
    marks: dict[int, float] = field(default_factory=dict)
    comments: dict[int, str] = field(default_factory=dict)
    files: dict[int, dict[str, bytes]] = field(default_factory=dict)

    def upload_worksheet(self, file: Path, *, allow_older: bool = False) -> set[int]:
        """The participants whose row was taken; a file with any fault is refused as a whole."""
        assert file.suffix == ".csv"
        text = file.read_bytes().decode("utf-8").removeprefix("\ufeff")
        assert "\\" not in text
        identifier, grade, modified, comment, prefix = HEADERS[self.language]
        rows = list(csv.reader(io.StringIO(text, newline="")))
        header = rows[0]
        assert {identifier, grade, modified} <= set(header)
        assert header[0] != comment
        taken = set()
        for row in rows[1:]:
            assert len(row) == len(header), "No modified grades found"
            cells = dict(zip(header, row, strict=True))
            # Moodle cuts as many characters as its own word has, whatever stands there.
            number = cells[identifier][len(prefix) :]
            assert re.fullmatch(r"\d+", number), "Invalid identifier"
            participant = int(number)
            if participant not in self.participants:
                continue
            if not allow_older and not self._is_current(participant, cells[modified]):
                continue
            mark = float(cells[grade].replace(",", ".") if self.language == "de" else cells[grade])
            if 0 <= mark <= self.maximum:
                self.marks[participant] = mark
                taken.add(participant)
            self.comments[participant] = cells.get(comment, "")
        return taken

    def _is_current(self, participant: int, modified: str) -> bool:
        if participant not in self.graded:
            return True
        if modified == "-":
            return False
        return (self.graded[participant] - datetime.fromisoformat(modified)).total_seconds() <= 60

    def upload_feedback(self, file: Path) -> None:
        """Put every file of the archive where its folder's number says."""
        with zipfile.ZipFile(file) as archive:
            for info in archive.infolist():
                folder, name = info.filename.split("/", 1)
                parts = folder.split("_")
                assert len(parts) == 4, folder
                assert parts[2:] == ["assignsubmission", "file"], folder
                assert len(folder) < 150
                number = int(parts[1])
                members = self.groups[number] if self.groups else {number}
                assert members <= self.participants
                for participant in members:
                    self.files.setdefault(participant, {})[name] = archive.read(info)
