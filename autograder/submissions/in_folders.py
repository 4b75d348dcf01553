"""Students' files in a folder or an archive that no LMS made, by how its folders are laid out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from autograder.language import later
from autograder.language import showing as _
from autograder.lms.model import Export, MemberPath, Origin
from autograder.lms.names import moment
from autograder.lms.plain import Plain
from autograder.submissions.layouts import WORKING, is_root, is_timestamp, spots_of
from autograder.submissions.own_folders import Tree, class_without_notebooks, with_own_folders
from autograder.submissions.per_student import Chosen, IsUntouched, chosen
from autograder.submissions.spots import Spot, folder_called
from autograder.uploads import names
from autograder.uploads.aside import Folder
from autograder.uploads.upload import Upload
from autograder.uploads.uploaded import UploadedFile

EMPTY = later("nothing was handed in: the folder is empty")

NOT_TURNED_IN = later("taken from the working files: it was not turned in")

_TIME = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.\d+)? ?([A-Za-z]*) ?([+-]\d\d:?\d\d)?")
"""nbgrader's: ``2026-11-30 10:22:33.123456 UTC``."""


class _Spots(Plain):
    """The origins that a layout tells, as an adapter of an LMS would."""

    def __init__(self, origins: Mapping[MemberPath, Origin]) -> None:
        self._origins = origins

    def origin(self, path: MemberPath, export: Export) -> Origin | None:
        return self._origins.get(path)


def in_folders(
    upload: Upload, notebook: str, is_untouched: IsUntouched, *, alone: bool = True
) -> tuple[list[Chosen], list[UploadedFile]]:
    """One entry for each student whom the folders tell, and what belongs to none of them.

    Args:
        notebook: the name that the lab gave its notebook.
        is_untouched: whether a file is the template as students get it.
        alone: whether no other upload was given; beside others one without notebooks is one student's.
    """
    files = [one for one in upload.files if one.path]
    handed_in = [one.path for one in files if one.is_handed_in]
    if len(files) < len(upload.files) or upload.is_one_notebook:
        return [], [one for one in upload.files if one.is_handed_in]
    # An empty folder stands for itself as a file without a name.
    empty = [UploadedFile((*folder, "")) for folder in upload.aside.empty]
    paths = [one.path for one in (*files, *empty)]
    left_out = (
        upload.left_out
    )  # in a layout everything is somebody's; elsewhere a report lies among students'
    spots = _known(upload, [*paths, *(one.path for one in left_out)], handed_in, notebook)
    if handed_in:
        spots = with_own_folders(Tree(paths, handed_in, notebook), spots)
    elif alone and not spots:
        spots = class_without_notebooks(Tree(paths, handed_in, notebook))
    times = _times(upload, spots)
    owner = names.without_suffix(upload.name)
    origins = {
        path: _origin(spot, owner, times.get((spot.folder, spot.assignment))) for path, spot in spots.items()
    }
    everything = _with_empty([*files, *left_out], empty, spots)
    of_students, others = chosen(everything, _Spots(origins), Export(), notebook, is_untouched)
    return [_with_note(one, spots) for one in of_students], others


def _known(
    upload: Upload, paths: list[MemberPath], handed_in: list[MemberPath], notebook: str
) -> dict[MemberPath, Spot]:
    """The spots that a layout tells; the outermost folder of one may be the upload itself."""
    name = folder_called(upload.name)
    above = (name,) if is_root(name) else ()
    every, asked = ([(*above, *path) for path in some] for some in (paths, handed_in))
    clones = [(*above, *folder) for folder in upload.aside.repositories]
    return {path[len(above) :]: spot for path, spot in spots_of(every, asked, clones, notebook).items()}


def _origin(spot: Spot, owner: str, time: datetime | None) -> Origin:
    place = "/".join(spot.folder)
    return Origin("", spot.student or owner, place, spot.path, spot.submitted or time, attempt=spot.attempt)


def _times(upload: Upload, spots: Mapping[MemberPath, Spot]) -> dict[tuple[Folder, str], datetime]:
    """When nbgrader took what it collected, by the student's folder and the assignment."""
    files = {path for path, spot in spots.items() if is_timestamp(spot)}
    found = {}
    for path, text in upload.texts(files.__contains__).items() if files else ():
        if match := _TIME.match(text[:100].decode("utf-8", "replace")):
            zone = match[3] or ("+00:00" if match[2] in ("UTC", "GMT") else "")
            if time := moment(match[1] + zone):
                found[spots[path].folder, spots[path].assignment] = time
    return found


def _with_empty(
    files: list[UploadedFile], empty: list[UploadedFile], spots: Mapping[MemberPath, Spot]
) -> list[UploadedFile]:
    """The files, and one in the place of each student's who has none."""
    busy = {spots[one.path].folder for one in files if one.path in spots}
    for one in empty:
        spot = spots.get(one.path)
        if spot is not None and spot.folder not in busy:
            busy.add(spot.folder)
            files = [*files, replace(one, problem=_(EMPTY))]
    return files


def _with_note(one: Chosen, spots: Mapping[MemberPath, Spot]) -> Chosen:
    if spots[one.found.path].root.casefold() not in WORKING or one.found.problem:
        return one
    return replace(one, set_aside=(_(NOT_TURNED_IN), *one.set_aside))
