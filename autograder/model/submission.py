"""What was handed in."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

OWN_FILE = "own file"
"""In the metadata of a field: its value lies in a file of its own, and results lack it."""


@dataclass(frozen=True)
class Beside:
    """A file that lies in an upload beside what is graded, and that nobody has unpacked.

    Attributes:
        upload: the folder or the archive that was given.
        path: components of its path there, that of an archive in it among them; untrusted text.
    """

    upload: Path
    path: tuple[str, ...]


@dataclass(frozen=True)
class Submission:
    """What one student handed in, before anybody opened it.

    Attributes:
        id: unique within a run, made of ``[A-Za-z0-9._-]`` only: safe as a file name.
        source: the member path inside the zip or folder, or the file name; untrusted text.
        student: the name that the LMS gave, else the file stem; untrusted text.
        lms_id: the LMS's identifier of the student, the team or the submission; empty where there is none.
        late_seconds: seconds after the deadline; ``None`` when unknown.
        file: where the notebook's bytes lie; ``None`` when there is nothing to grade.
        problem: why there is nothing to grade; empty when ``file`` is given.
        notes: what was done to get here ("opened the otter export …").
        lms: which LMS it came through; empty where nobody knows.
        place: what the LMS called the folder or file, which it wants to hear again with the feedback.
        own_path: the path that the student gave the file.
        submitted: when it was handed in, in ISO 8601; empty when unknown.
        late: whether it came after the deadline; ``None`` when unknown.
        draft: whether the LMS says that it was never submitted.
        set_aside: what else the student handed in and is not graded.
        pictures: names of some pictures and scans that were handed in beside the notebook; untrusted text.
        picture_files: where each of them lies; nothing where the uploads are not open.
    """

    id: str
    source: str
    student: str
    lms_id: str = ""
    late_seconds: float | None = None
    file: Path | None = None
    problem: str = ""
    notes: tuple[str, ...] = ()
    lms: str = ""
    place: str = ""
    own_path: tuple[str, ...] = ()
    submitted: str = ""
    late: bool | None = None
    draft: bool = False
    set_aside: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    picture_files: tuple[Beside, ...] = field(
        default=(), compare=False, repr=False, metadata={OWN_FILE: True}
    )
