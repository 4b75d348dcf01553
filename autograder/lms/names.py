"""Names in an export that two regular expressions describe."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from autograder.lms.model import MemberPath, Origin

GROUPS = ("id", "name", "file", "late", "time", "attempt")
"""Named groups that an expression may have: ``file`` is the student's own path, ``late`` matches anything
where it is late, ``time`` is in ISO 8601, ``attempt`` a whole number, or several with hyphens between them: a
time from the year on, of which the last one is the newest."""

_ATTEMPT = re.compile(r"\d+(?:-\d+)*")


@dataclass(frozen=True)
class Names:
    """How an LMS calls the folder of a student, or the file where it makes no folders.

    Attributes:
        folder, file: regular expressions for the whole name, with groups of :data:`GROUPS`. The outermost
            folder counts, and a file's name only where no folder does.
    """

    folder: str = ""
    file: str = ""

    def match(self, part: str) -> re.Match[str] | None:
        """What a name says, be it a folder's or a file's."""
        return self._match(self.folder, part) or self._match(self.file, part)

    def origin(self, path: MemberPath) -> Origin | None:
        """Where a file comes from; ``None`` when its path is not of this LMS."""
        for level, part in enumerate(path[:-1]):
            if found := self._match(self.folder, part):
                return origin_of(found, part, path[level + 1 :])
        found = self._match(self.file, path[-1])
        return origin_of(found, path[-1], path[-1:]) if found else None

    @staticmethod
    def _match(pattern: str, part: str) -> re.Match[str] | None:
        return re.fullmatch(pattern, part, re.DOTALL) if pattern else None


def origin_of(found: re.Match[str], place: str, path: MemberPath) -> Origin:
    """Where a file comes from, by the groups of a match.

    Args:
        path: the student's own path, where no group tells.
    """
    groups = {name: text or "" for name, text in found.groupdict().items()}
    lms_id, attempt = groups.get("id", ""), groups.get("attempt", "")
    attempt = attempt.replace("-", "") if _ATTEMPT.fullmatch(attempt) else ""
    return Origin(
        lms_id=lms_id,
        student=groups.get("name", "").strip() or lms_id,
        place=place,
        path=tuple(part for part in groups.get("file", "").split("/") if part) or path,
        submitted=moment(groups.get("time", "")),
        late=bool(groups.get("late")),
        attempt=int(attempt) if attempt and len(attempt) <= 18 else 0,
    )


def moment(text: str, form: str = "") -> datetime | None:
    """The time that a text tells; ``None`` when it is none.

    Args:
        form: as :meth:`~datetime.datetime.strptime` wants it; without one, it is in ISO 8601.
    """
    try:
        return datetime.strptime(text, form) if form else datetime.fromisoformat(text)
    except ValueError:
        return None
