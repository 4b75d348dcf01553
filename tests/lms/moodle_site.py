"""What a Moodle site does with the files that a teacher uploads, rule by rule, for the tests.

Not our code turned round: it follows the importer's rules as they are documented at ``autograder.lms.moodle``
and knows nothing of the adapter. It counts and refuses as the sites of 4.1 to 4.5 did that were watched.
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
NO_CHANGES = "No modified grades found in uploaded worksheet"
UPDATED = {
    "en": "Updated {marks} grades and {comments} feedback instances.",
    "de": "{marks} Bewertungen und {comments} Feedbacks aktualisiert.",
}
REACHED = {
    "en": "Users with updated feedback: {people}",
    "de": "Nutzer/innen mit aktualisierten Feedbacks: {people}",
}


class Refused(Exception):
    """What the site says instead of a button to confirm the import."""


@dataclass
class Site:
    """One assignment: marks and comments by participant.

    Attributes:
        participants: everybody's number.
        teams: for team assignments, the members of each group's number.
        of_2022: whether it is a 4.1 of 2022, which exports teams by the group's number, and takes pages back by
            the participant's.
        chosen: the group that the teacher has chosen last; without one, all participants.
        locked: whose mark cannot be changed.
        graded: when a mark was given, by participant.
        said: what the last upload ended with.
    """

    language: str
    participants: set[int]
    maximum: float = 25.0
    teams: dict[int, set[int]] = field(default_factory=dict)
    of_2022: bool = False
    chosen: set[int] | None = None
    locked: set[int] = field(default_factory=set)
    graded: dict[int, datetime] = field(default_factory=dict)
    now: datetime = datetime(2026, 11, 30, 12)
    marks: dict[int, float] = field(default_factory=dict)
    comments: dict[int, str] = field(default_factory=dict)
    files: dict[int, dict[str, bytes]] = field(default_factory=dict)
    said: str = ""

    def upload_worksheet(self, file: Path, *, allow_older: bool = False) -> set[int]:
        """The participants whose mark was changed; a file with any fault is refused as a whole.

        Raises:
            Refused: nothing would change, or the headings are in another language.
        """
        assert file.suffix == ".csv"
        text = file.read_bytes().decode("utf-8").removeprefix("\ufeff")
        assert "\\" not in text
        identifier, grade, modified, comment, prefix = HEADERS[self.language]
        rows = list(csv.reader(io.StringIO(text, newline="")))
        header = rows[0]
        if not {identifier, grade, modified} <= set(header):
            raise Refused("could not read the uploaded worksheet")
        assert header[0] != comment
        marks, comments = {}, {}
        for row in rows[1:]:
            if len(row) != len(header):
                raise Refused(NO_CHANGES)
            cells = dict(zip(header, row, strict=True))
            # Moodle cuts as many characters as its own word has, whatever stands there.
            number = cells[identifier][len(prefix) :]
            assert re.fullmatch(r"\d+", number), "Invalid identifier"
            participant = int(number)
            if participant not in self._shown or not (
                allow_older or self._is_current(participant, cells[modified])
            ):
                continue
            mark = float(cells[grade].replace(",", ".") if self.language == "de" else cells[grade])
            if self._takes(participant, mark):
                marks[participant] = mark
            if comment in cells and cells[comment] != self.comments.get(participant, ""):
                comments[participant] = cells[comment]
        if not marks and not comments:
            raise Refused(NO_CHANGES)
        self.marks |= marks
        self.comments |= comments
        self.graded |= dict.fromkeys({**marks, **comments}, self.now)
        self.said = UPDATED[self.language].format(marks=len(marks), comments=len(comments))
        return set(marks)

    @property
    def _shown(self) -> set[int]:
        return self.participants if self.chosen is None else self.participants & self.chosen

    def _takes(self, participant: int, mark: float) -> bool:
        is_new = self.marks.get(participant) != mark
        return is_new and participant not in self.locked and 0 <= mark <= self.maximum

    def _is_current(self, participant: int, modified: str) -> bool:
        if participant not in self.graded:
            return True
        if modified == "-":
            return False
        return (self.graded[participant] - datetime.fromisoformat(modified)).total_seconds() <= 60

    def upload_feedback(self, file: Path) -> None:
        """Put every file of the archive where its folder's number says.

        A file that is there already is put there once more, and counted once more.
        """
        reached = set()
        with zipfile.ZipFile(file) as archive:
            for info in archive.infolist():
                folder, name = info.filename.split("/", 1)
                parts = folder.split("_")
                # Up to 4.0 a folder without the last underscore is passed over in silence.
                assert parts[2:] == ["assignsubmission", "file", ""], folder
                assert len(folder) < 150
                number = int(parts[1])
                by_team = self.teams and not self.of_2022
                members = self.teams.get(number, set()) if by_team else {number}
                assert self.teams or members <= self.participants
                for participant in members & self._shown:
                    self.files.setdefault(participant, {})[name] = archive.read(info)
                    reached.add(participant)
        self.said = REACHED[self.language].format(people=len(reached))
