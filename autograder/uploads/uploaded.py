"""A file of an upload, from the archive or the folder that it lay in to the submission that it becomes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from autograder.config.packed import MB
from autograder.uploads import names

LARGEST_TEXT = 8 * MB
"""Bytes of a list or a note that an LMS puts into its exports."""

Wanted = Callable[[tuple[str, ...]], bool]
"""Whether to read a text, by the components of its path."""


@dataclass(frozen=True)
class UploadedFile:
    """A file that somebody uploaded, or what stands in its place.

    Attributes:
        path: components of its path, the file name last; untrusted text in NFC. A file of an archive in the
            upload has that archive's own name among them: ``("ada", "lab.zip", "rnn_lab.ipynb")``.
        file: where its bytes lie; ``None`` when they were refused, or it is neither notebook nor archive.
        problem: why they were refused; empty otherwise.
        modified: as the archive or the file system says, without a time zone; ``None`` where that is no date.
        size: bytes, as an archive declares; 0 elsewhere.
    """

    path: tuple[str, ...]
    file: Path | None = None
    problem: str = ""
    modified: datetime | None = None
    size: int = 0

    @property
    def name(self) -> str:
        """The path as one text."""
        return "/".join(self.path)

    @property
    def is_handed_in(self) -> bool:
        """Whether this is, or should have been, a notebook."""
        return bool(self.file or self.problem)

    @property
    def is_picture(self) -> bool:
        """Whether this is a photograph or a scan that lies beside what was handed in."""
        return not self.is_handed_in and bool(self.path) and names.is_picture(self.path[-1])
