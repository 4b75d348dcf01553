"""From the files of an LMS's export to one submission per student.

Students hand in several files, several notebooks, several attempts. The notebook that the lab names is
meant, else the newest; where neither tells, a person has to, and the submission says so.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from autograder.files.visible import shortened
from autograder.language import showing as _
from autograder.lms.base import Lms
from autograder.lms.model import Export, Origin
from autograder.notebook.code import ReadingTime
from autograder.submissions.spots import common_folder
from autograder.uploads import names
from autograder.uploads.uploaded import UploadedFile

IsUntouched = Callable[[UploadedFile, ReadingTime], bool]
"""Whether a file is the template as students get it; the time is that of all files of one student."""

MOST_NAMED = 5
"""Files that a message names."""

MOST_PICTURES, LONGEST_PICTURE = 20, 80
"""Pictures of one student that are named, and characters of each name."""

MOST_LOOKED_AT = 30
"""Notebooks of one student among which the untouched template is looked for: each is read for that, before
anything is graded."""

LOOKING_SECONDS = 1.0
"""Processor time for that, of one student: untouched templates are known by their text."""


@dataclass(frozen=True)
class Chosen:
    """What one student or team handed in.

    Attributes:
        origin: of the file that is graded, or of any where none can be.
        found: that file; its ``problem`` says why it cannot be graded.
        set_aside: what else was there.
        pictures: names of photographs and scans among it.
        picture_paths: where each of them lies in the upload.
    """

    origin: Origin
    found: UploadedFile
    set_aside: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    picture_paths: tuple[tuple[str, ...], ...] = ()


def recognised(
    paths: Sequence[tuple[str, ...]], known: Sequence[Lms], broken: dict[str, str] | None = None
) -> Lms | None:
    """The LMS whose names most of these paths have; ``None`` when no LMS's do.

    Files in one folder have one vote together: nobody outvotes the others with a thousand files.

    Args:
        broken: takes the reasons, by their names, why adapters cannot be asked.
    """
    votes = {}
    for lms in known:
        try:
            votes[lms.name] = _votes_for(lms, paths)
        except Exception as trouble:  # another package's adapter may raise anything
            if broken is None:
                raise
            votes[lms.name] = 0.0
            reason = " ".join(f"{type(trouble).__name__}: {trouble}".split())[:300]
            broken[lms.name] = f"the adapter for {lms.title} cannot be used ({reason})"
    best = max(known, key=lambda lms: votes[lms.name], default=None)
    return best if best is not None and votes[best.name] > 0.5 else None


def _votes_for(lms: Lms, paths: Sequence[tuple[str, ...]]) -> float:
    """Which share of the paths has names of this LMS, each folder and each file beside them counted once.

    None, where its names are easily met by chance and all paths would be one student's: then it is rather
    a folder around a class whose own name happens to look like a student's.
    """
    origins = [(path, _origin(lms, path, Export())) for path in paths]
    students = {origin.lms_id or origin.place for _, origin in origins if origin is not None}
    if not lms.telling and len(students) == 1:
        return 0.0
    around = len(common_folder([path[:-1] for path in paths]))
    named: dict[tuple[str, ...], list[bool]] = defaultdict(list)
    for path, origin in origins:
        named[path[: around + 1]].append(origin is not None or lms.is_own_text(path))
    return sum(sum(each) / len(each) for each in named.values()) / max(1, len(named))


def _origin(lms: Lms, path: tuple[str, ...], export: Export) -> Origin | None:
    """Where a file comes from; of a file in an archive that a student handed in, where that comes from."""
    for length in range(1, len(path)):
        if names.is_zip(path[length - 1]) and (origin := lms.origin(path[:length], export)):
            return replace(origin, path=origin.path + path[length:])
    return lms.origin(path, export)


def chosen(
    found: Sequence[UploadedFile],
    lms: Lms,
    export: Export,
    notebook: str,
    is_untouched: IsUntouched = lambda file, reading: False,
) -> tuple[list[Chosen], list[UploadedFile]]:
    """One entry per student, in the order of the export, and what belongs to no student.

    Args:
        export: what is known about it.
        notebook: the name that the lab gave its notebook.
        is_untouched: whether a file is the template as students get it.
    """
    students: dict[tuple[str, str], list[tuple[Origin, UploadedFile]]] = {}
    others = []
    for one in found:
        origin = _origin(lms, one.path, export)
        if origin is not None and origin.attempt >= 0:
            students.setdefault(_key(origin), []).append((origin, one))
        elif origin is None and one.is_handed_in and not lms.is_given(one.path):
            others.append(one)
    of_students = _without_doubtful(students)
    return [_with_pictures(_choose(files, notebook, is_untouched), files) for files in of_students], others


def _key(origin: Origin) -> tuple[str, str]:
    """What files of one student have in common: the identifier, and beside it what a guess rests on.

    Without an identifier the place has to do: never the name alone, which two may share.
    """
    if not origin.lms_id:
        return "", origin.place
    return origin.lms_id, origin.guessed_from


def _without_doubtful(
    students: Mapping[tuple[str, str], list[tuple[Origin, UploadedFile]]],
) -> list[list[tuple[Origin, UploadedFile]]]:
    """The files of each student. An identifier that was guessed and may be another's is taken away."""
    claims = Counter(lms_id for lms_id, _name in students)
    result = {key: list(files) for key, files in students.items()}
    for (lms_id, guessed_from), files in students.items():
        if lms_id and guessed_from and claims[lms_id] > 1:
            sure = result.get((lms_id, ""), [])
            if any(origin.student == guessed_from for origin, _one in sure):
                sure += result.pop((lms_id, guessed_from))
            else:
                unknown = [(replace(origin, lms_id=""), one) for origin, one in files]
                result[lms_id, guessed_from] = unknown
    return list(result.values())


def _choose(files: Sequence[tuple[Origin, UploadedFile]], notebook: str, is_untouched: IsUntouched) -> Chosen:
    files, not_meant = _meant(files, is_untouched)
    # What was added after the last notebook is hardly another attempt.
    last = max(origin.attempt for origin, _one in _notebooks(files) or files)
    latest = [(origin, one) for origin, one in files if origin.attempt == last]
    called = dict.fromkeys(origin.student for origin, _one in files)
    earlier = sum(one.is_handed_in for _origin, one in files) - sum(
        one.is_handed_in for _origin, one in latest
    )
    notes = not_meant
    if earlier:
        notes += (_("{count} file(s) of earlier attempts are not graded").format(count=earlier),)
    if len(called) > 1:
        shared = _("the LMS gives files of several names one identifier: {names}")
        notes += (shared.format(names=", ".join(list(called)[:MOST_NAMED])),)
    candidates = _notebooks(latest)
    if not candidates:
        origin, one = latest[0]
        problem = _("no notebook (.ipynb) was handed in, only {files}").format(files=_listed(latest))
        return Chosen(origin, UploadedFile(one.path, problem=problem), notes)
    origin, one = candidates[0]
    if len(candidates) > 1:
        best = _best(candidates, notebook)
        if len(best) > 1:
            problem = _("{count} notebooks, and nothing tells which is meant: {files}")
            problem = problem.format(count=len(best), files=_listed(best))
            return Chosen(origin, UploadedFile(one.path, problem=problem), notes)
        ((origin, one),) = best
        rest = [pair for pair in candidates if pair[1] is not one]
        notes += (_("also handed in, not graded: {files}").format(files=_listed(rest)),)
    return Chosen(origin, one, notes)


def _meant(
    files: Sequence[tuple[Origin, UploadedFile]], is_untouched: IsUntouched
) -> tuple[Sequence[tuple[Origin, UploadedFile]], tuple[str, ...]]:
    """The files without those that nobody means where there is another notebook, and notes on them."""
    notes: tuple[str, ...] = ()
    few, reading = len(_notebooks(files)) <= MOST_LOOKED_AT, ReadingTime(LOOKING_SECONDS)
    reasons: dict[str, Callable[[Origin, UploadedFile], bool]] = {
        _("a copy that Jupyter keeps"): lambda origin, _one: bool(names.copied_from(origin.path[-1])),
        _("the untouched template"): lambda _origin, one: few and is_untouched(one, reading),
    }
    for what, is_unwanted in reasons.items():
        candidates = [pair for pair in _notebooks(files) if pair[1].file]
        with reading:
            unwanted = [pair for pair in candidates if len(candidates) > 1 and is_unwanted(*pair)]
        if unwanted and len(unwanted) < len(candidates):
            left_out = _("also handed in, not graded: {files} ({reason})")
            notes += (left_out.format(files=_listed(unwanted), reason=what),)
            files = [pair for pair in files if pair not in unwanted]
    return files, notes


def _with_pictures(one: Chosen, files: Sequence[tuple[Origin, UploadedFile]]) -> Chosen:
    """The same with the photographs and scans, by what the student called them."""
    found = ((origin.path or file.path[-1:], file.path) for origin, file in files if file.is_picture)
    named = named_pictures(found)
    return replace(one, pictures=tuple(named), picture_paths=tuple(named.values()))


def named_pictures(found: Iterable[tuple[tuple[str, ...], tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    """Where a bounded number of pictures lies, by short names for them.

    Args:
        found: of each what the student called its path, and its path in the upload.
    """
    first: dict[tuple[str, ...], tuple[str, ...]] = {}
    for called, path in found:
        first.setdefault(called, path)
    named: dict[str, tuple[str, ...]] = {}
    for called, path in islice(first.items(), MOST_PICTURES):
        named.setdefault("/".join(called)[:LONGEST_PICTURE], path)
    return named


def _notebooks(files: Sequence[tuple[Origin, UploadedFile]]) -> Sequence[tuple[Origin, UploadedFile]]:
    """The files that may be meant: notebooks, else renamed ones, else what was refused."""
    readable = [pair for pair in files if pair[1].file and pair[1].is_handed_in]
    return (
        [pair for pair in readable if names.is_notebook(pair[1].path[-1])]
        or readable
        or [pair for pair in files if pair[1].is_handed_in]
    )


def _best(
    candidates: Sequence[tuple[Origin, UploadedFile]], notebook: str
) -> Sequence[tuple[Origin, UploadedFile]]:
    """The candidates that nothing tells apart any more; of equal files the first."""
    usual = names.same_name_key(names.without_suffix(notebook))
    named = [
        pair for pair in candidates if names.same_name_key(names.without_suffix(pair[0].path[-1])) == usual
    ]
    left = named or candidates
    newest = max(map(_time, left))
    left = [pair for pair in left if _time(pair) == newest]
    same = len({_digest(one) for _origin, one in left}) == 1
    return left[:1] if same else left


def _time(pair: tuple[Origin, UploadedFile]) -> str:
    """When a file came, as far as anybody knows; as text, since times with and without a zone cannot be
    compared otherwise."""
    origin, one = pair
    when = origin.submitted or one.modified
    return when.isoformat() if when else ""


def _digest(found: UploadedFile) -> str:
    return hashlib.sha256(found.file.read_bytes()).hexdigest() if found.file else found.problem


def _listed(files: Sequence[tuple[Origin, UploadedFile]]) -> str:
    """The files by the names that the student gave them, not by the LMS's folders."""
    named = ("/".join(origin.path or one.path[-1:]) for origin, one in files[:MOST_NAMED])
    shown = ", ".join(shortened(name, 80) for name in named)
    if len(files) <= MOST_NAMED:
        return shown
    return _("{files} and {count} more").format(files=shown, count=len(files) - MOST_NAMED)
