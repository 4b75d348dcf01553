"""Files that lie beside what is graded: found again in the upload when somebody wants to look at one."""

from __future__ import annotations

import os
from pathlib import Path

from autograder.config.packed import MB
from autograder.errors import NotGradable, RefusedMember
from autograder.model import Beside
from autograder.uploads import folder, names
from autograder.uploads.archive import file_in
from autograder.uploads.member_bytes import Budget

LARGEST_MB = 30
"""A photograph has 5, a scan of some pages 20."""

_MOST_MEMBERS = 100_000
_DEEPEST_ARCHIVES = 2


def read_beside(one: Beside, spool: Path) -> bytes:
    """The bytes of such a file.

    Args:
        spool: a private folder for an archive that lies in an archive.

    Raises:
        NotGradable: it is not there any more, or its archive cannot be read.
        RefusedMember: it is refused or damaged, or larger than it may be.
        OSError: it cannot be read.
    """
    if sum(names.is_zip(part) for part in one.path[:-1]) > _DEEPEST_ARCHIVES:
        raise RefusedMember("archives in archives are opened only once")
    budget = Budget(LARGEST_MB * MB * (_DEEPEST_ARCHIVES + 1), _MOST_MEMBERS)
    if not one.upload.is_dir():
        return file_in(one.upload, one.path, spool, budget, LARGEST_MB * MB)
    for found in folder.walk(one.upload):
        if found.file is None or found.path != one.path[: len(found.path)]:
            continue
        if unusable := found.problem or folder.unusable_because(found.file, os.path.realpath(one.upload)):
            raise RefusedMember(unusable)
        if found.path == one.path:
            return _whole(found.file)
        return file_in(found.file, one.path[len(found.path) :], spool, budget, LARGEST_MB * MB)
    raise NotGradable("the file is not in the folder any more")


def _whole(file: Path) -> bytes:
    with file.open("rb") as opened:
        data = opened.read(LARGEST_MB * MB + 1)
    if len(data) > LARGEST_MB * MB:
        raise RefusedMember(f"it is larger than {LARGEST_MB} MB")
    return data
