"""Zip archives from strangers, unpacked without trusting anything that they say.

A member's name never becomes a path here: bytes go to files with generated names, counted while they
stream. A bad member is listed with the reason and the others are unpacked. A zip inside the zip (an
otter export, say) is opened too, once, on the same budget.
"""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from autograder.errors import NotGradable, RefusedMember
from autograder.language import later
from autograder.language import showing as _
from autograder.uploads import names, zip_layout, zip_repair
from autograder.uploads.aside import Aside, beside_members
from autograder.uploads.member_bytes import UNREADABLE, Budget, brief, counted, spooled
from autograder.uploads.uploaded import LARGEST_TEXT, UploadedFile, Wanted

# bzip2 and LZMA expand without a bound per chunk (and zipfile lacks Deflate64); an LMS writes neither.
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
# Archives that are often renamed to .zip, by their first bytes.
_OTHER_ARCHIVES = (
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
)
_LONGEST_MAGIC = 8
OTHER_ARCHIVE = later("an archive that is not a zip: unpack it and hand in the notebook, or pack it as a zip")
"""Why a file whose name says so cannot be used."""
_ENCRYPTED = 0x1 | 0x40
# A class's archive may hold this many times more than one student's archive inside it, so that a
# folder of installed packages in one upload cannot use up the members of all.
_NESTED_SHARE = 10


def unpack(
    path: Path, spool: Path, budget: Budget, file_limit: int, aside: Aside | None = None
) -> list[UploadedFile]:
    """Unpacks the notebooks of an archive, and of the archives inside it, into ``spool``.

    Folders, hidden files, litter and reports of ours are left out; files that are neither notebook nor zip
    are listed but not unpacked.

    Args:
        path: the archive.
        spool: a private directory of the caller, who removes it.
        budget: bytes and members for everything together.
        file_limit: bytes of one member; a nested archive may unpack to twice as much.
        aside: takes what lies beside its files.

    Returns:
        Members in the archive's order; those of a nested archive in its place. A name that was refused is
        split at its slashes as it is.

    Raises:
        NotGradable: the archive as a whole cannot be read or has too many members.
    """
    aside = Aside() if aside is None else aside
    members = _unpack_one(path, spool, budget, file_limit, aside)
    allowed = max(1, budget.members // _NESTED_SHARE)
    opened: dict[int, list[UploadedFile]] = {}
    for index in sorted(range(len(members)), key=lambda i: members[i].size):
        member = members[index]
        if member.file is not None and names.is_zip(member.name):
            part = budget.part(2 * file_limit, allowed)
            opened[index] = _unpack_nested(member, member.file, spool, part, file_limit, aside)
    return [found for index, member in enumerate(members) for found in opened.get(index, [member])]


def texts_in(path: Path, budget: Budget, wanted: Wanted) -> dict[tuple[str, ...], bytes]:
    """The texts of an archive that :func:`unpack` has listed; what is refused, or damaged, is left out.

    Args:
        budget: bytes of all texts together, members of the archive.
        wanted: not asked of what is handed in.

    Raises:
        NotGradable: the archive as a whole cannot be read.
    """
    texts = {}
    with _opened(path, budget) as archive:
        infos = archive.infolist()
        found = _judge(infos, set(), beside_members(map(names.member_name, infos)))
        for index in sorted(found, key=lambda i: infos[i].file_size):
            member, info = found[index], infos[index]
            is_text = not (member.problem or names.is_handed_in(member.name)) and wanted(member.path)
            if is_text and not _refused_because(info, member.name, {}, False):
                with suppress(RefusedMember):
                    texts[member.path] = b"".join(counted(archive, info, budget, LARGEST_TEXT))
    return texts


def file_in(path: Path, wanted: tuple[str, ...], spool: Path, budget: Budget, file_limit: int) -> bytes:
    """One file of an archive, or of an archive in it, that :func:`unpack` has listed.

    Args:
        wanted: its path, as it was listed.
        spool, budget, file_limit: as for :func:`unpack`.

    Raises:
        NotGradable: an archive as a whole cannot be read, or the file is not there any more.
        RefusedMember: the file is refused or damaged, or larger than it may be.
    """
    with _opened(path, budget) as archive:
        infos = archive.infolist()
        for index, member in _judge(infos, set(), beside_members(map(names.member_name, infos))).items():
            if member.path != wanted[: len(member.path)]:
                continue
            if refused := member.problem or _refused_because(infos[index], member.name, {}, False):
                raise RefusedMember(refused)
            if member.path == wanted:
                return b"".join(counted(archive, infos[index], budget, file_limit))
            inner = spooled(archive, infos[index], spool, budget, file_limit)
            try:
                return file_in(inner, wanted[len(member.path) :], spool, budget, file_limit)
            finally:
                inner.unlink()
    raise NotGradable(_("the file is not in the archive any more"))


def _unpack_nested(
    archive: UploadedFile, file: Path, spool: Path, budget: Budget, file_limit: int, aside: Aside
) -> list[UploadedFile]:
    """The members of a spooled archive, which is removed; or the archive, with what is wrong with it."""
    beside = Aside()
    try:
        inner = _unpack_one(file, spool, budget, file_limit, beside)
    except NotGradable as error:
        return [replace(archive, file=None, problem=str(error))]
    finally:
        file.unlink()
    aside.add(beside, archive.path)
    found = []
    for member in inner:
        renamed = replace(member, path=(*archive.path, *member.path))
        if member.file is not None and names.is_zip(member.name):
            member.file.unlink()
            renamed = replace(renamed, file=None, problem=_("archives in archives are opened only once"))
        found.append(renamed)
    if not any(member.file or member.problem for member in found):
        found.append(replace(archive, file=None, problem=_("no notebook (.ipynb) in this archive")))
    return found


def _unpack_one(path: Path, spool: Path, budget: Budget, file_limit: int, aside: Aside) -> list[UploadedFile]:
    """The members of one archive in its order, without folders and litter."""
    with _opened(path, budget) as archive:
        infos = archive.infolist()
        if len(infos) > budget.members:
            raise zip_layout.too_many_members(budget.members)
        budget.spend(members=len(infos))
        try:
            overlapping = zip_layout.overlapping(path, infos, archive.start_dir)
        except UNREADABLE as error:
            raise NotGradable(_("the zip archive is damaged ({error})").format(error=brief(error))) from error
        aside.add(beside_members(map(names.member_name, infos)), ())
        found = _judge(infos, overlapping, aside)
        # Smallest first (zipfile never reads more than is declared), so that a bomb that uses up the
        # budget cannot cost the honest notebooks in the same archive their marks.
        for index in sorted(found, key=lambda i: infos[i].file_size):
            member = found[index]
            if not member.problem and names.is_handed_in(member.name):
                try:
                    file = spooled(archive, infos[index], spool, budget, file_limit)
                    found[index] = replace(member, file=file)
                except RefusedMember as error:
                    found[index] = replace(member, problem=str(error))
    return list(found.values())


@contextmanager
def _opened(path: Path, budget: Budget) -> Iterator[zipfile.ZipFile]:
    with ExitStack() as stack:
        try:
            file = stack.enter_context(path.open("rb"))
            directory = zip_layout.find_directory(file, budget.members)
            readable = zip_repair.MendedFile(file, directory) if directory else file
            archive = stack.enter_context(zipfile.ZipFile(readable))
        except UNREADABLE as error:
            kind = _other_kind(path)
            text = _("the zip archive is damaged or incomplete ({error})")
            if kind:
                text = _(
                    "a {kind} archive, not a zip: unpack it and hand in the notebook, or pack it as a zip"
                )
            raise NotGradable(text.format(kind=kind, error=brief(error))) from error
        yield archive


def _other_kind(path: Path) -> str:
    """What kind of archive a file is that is no zip; empty when it is none."""
    try:
        with path.open("rb") as file:
            head = file.read(_LONGEST_MAGIC)
    except OSError:
        return ""
    return next((kind for magic, kind in _OTHER_ARCHIVES if head.startswith(magic)), "")


def _judge(infos: list[zipfile.ZipInfo], overlapping: set[int], aside: Aside) -> dict[int, UploadedFile]:
    """What the directory alone says about each member worth listing, by index."""
    found: dict[int, UploadedFile] = {}
    seen: dict[str, str] = {}
    for index, info in enumerate(infos):
        name = names.member_name(info)
        problem = names.unsafe_because(name)
        if not problem:
            parts = names.components(name)
            if (
                name.endswith("/")
                or names.is_litter(parts)
                or aside.in_report(names.components(names.printable(name)))
            ):
                continue
            name = "/".join(parts)
            # Other files are never read, so nothing about their content matters.
            if names.is_other_archive(name):
                problem = _(OTHER_ARCHIVE)
            elif names.is_handed_in(name):
                problem = _refused_because(info, name, seen, index in overlapping)
        path = tuple(names.printable(name).split("/"))
        found[index] = UploadedFile(path, None, problem, _modified(info), info.file_size)
    return found


def _modified(info: zipfile.ZipInfo) -> datetime | None:
    try:
        return datetime(*info.date_time)
    except ValueError:
        return None


def _refused_because(info: zipfile.ZipInfo, name: str, seen: dict[str, str], overlaps: bool) -> str:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return _("it is a symbolic link")
    if kind not in (0, stat.S_IFREG):
        return _("it is not a regular file")
    if info.flag_bits & _ENCRYPTED:
        return _("it is encrypted")
    if overlaps:
        return _("its bytes overlap those of another member")
    if info.compress_type not in _METHODS:
        return _("it is compressed with another method than Deflate")
    key = names.same_name_key(name)
    if key in seen:
        return _("another member has the same name ({name})").format(name=seen[key])
    seen[key] = name
    return ""
