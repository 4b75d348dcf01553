"""Names of files that strangers chose: which to ignore, which to refuse, what to call the rest."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from autograder.language import showing as _

# Litter of operating systems and editors. Names with a leading dot are hidden files, `~` marks
# lock files of office programs, and exports of a Mac hold a shadow of every file in __MACOSX.
_LITTER = frozenset(["__macosx", "thumbs.db", "desktop.ini"])
# What browsers and systems append to a name that they do not know, or that is there already.
_RENAMED = re.compile(r"\.ipynb(?:\.(?:txt|json|download)| ?\(\d+\))?[ .]*\Z", re.IGNORECASE)
_OTHER_ARCHIVE = re.compile(r"\.(?:rar|7z|tar|tgz|tar\.(?:gz|bz2|xz|zst)|ipynb\.gz)\Z", re.IGNORECASE)
# What LMSs put behind a student's name, which may begin with a dot or a tilde.
_OF_A_STUDENT = re.compile(r"_assignsubmission_|_attempt_\d{4}-|_\d+\Z|\([^()]+\)\Z")
# What Jupyter appends to the copy that it keeps of each notebook.
_CHECKPOINT = "-checkpoint"
_PICTURE = re.compile(r"\.(?:jpe?g|png|heic|heif|webp|gif|bmp|tiff?|pdf)\Z", re.IGNORECASE)
_UTF8_FLAG = 0x800
# No file system has longer paths. Composing a long run of accents takes time with its square.
_LONGEST_NAME = 4096
_SHOWN = 100
_ID_LENGTH = 76  # of an identifier, without the dash before its hash
# Of the hash: nobody finds two names with the same 64 bits that are another's, and whoever finds two own ones
# gains two longer identifiers.
_DIGITS, _MOST_DIGITS = 16, 40


def is_litter(parts: Iterable[str]) -> bool:
    """Whether a path (its components) is hidden or written by a program rather than handed in."""
    return any(
        part.casefold() in _LITTER
        or (part.startswith((".", "~")) and (part.startswith("._") or not _OF_A_STUDENT.search(part)))
        for part in parts
    )


def is_notebook(name: str) -> bool:
    """Whether the name says notebook."""
    return name.lower().endswith(".ipynb")


def is_renamed_notebook(name: str) -> bool:
    """Whether the name said notebook before a program added something: ``lab.ipynb.txt``."""
    return not is_notebook(name) and _RENAMED.search(name) is not None


def copied_from(name: str) -> str:
    """The stem that Jupyter made a copy of: ``lab`` for ``lab-checkpoint.ipynb``; empty for other names."""
    stem = without_suffix(name)
    return stem[: -len(_CHECKPOINT)] if stem.casefold().endswith(_CHECKPOINT) else ""


def is_other_archive(name: str) -> bool:
    """Whether the name says archive, of a kind that is not opened here."""
    return _OTHER_ARCHIVE.search(name) is not None


def is_zip(name: str) -> bool:
    """Whether the name says zip archive."""
    return name.lower().endswith(".zip")


def is_handed_in(name: str) -> bool:
    """Whether the name says that somebody handed this in, be it readable or not."""
    return is_notebook(name) or is_zip(name) or is_renamed_notebook(name) or is_other_archive(name)


def is_picture(name: str) -> bool:
    """Whether the name says photograph or scan: perhaps of an answer on paper."""
    return _PICTURE.search(name) is not None


def without_suffix(name: str) -> str:
    """The name of a notebook or archive without what says that it is one."""
    shorter = _OTHER_ARCHIVE.sub("", _RENAMED.sub("", name))
    return (shorter if shorter != name else PurePosixPath(name).stem) or name


def member_name(info: zipfile.ZipInfo) -> str:
    """The name of a zip member as its author saw it, in NFC unless it is too long for any use.

    ``zipfile`` reads a name without the UTF-8 flag as cp437, though most programs that omit the flag
    write UTF-8; and it cuts a name at a NUL byte, which only its ``orig_filename`` still shows.
    """
    name = info.orig_filename
    if not info.flag_bits & _UTF8_FLAG:
        with contextlib.suppress(UnicodeError):  # then it is cp437 indeed
            name = name.encode("cp437").decode("utf-8")
    return name if len(name) > _LONGEST_NAME else unicodedata.normalize("NFC", name)


def file_name(name: str) -> str:
    """A name from the file system as text in NFC: bytes that are not UTF-8 become U+FFFD."""
    return printable(unicodedata.normalize("NFC", os.fsencode(name).decode("utf-8", "replace")))


def printable(name: str) -> str:
    """The name with U+FFFD for control characters, which could steer a terminal.

    Of a name that is too long for any use, the beginning and the end.
    """
    if len(name) > _LONGEST_NAME:
        name = f"{name[:_SHOWN]}…{name[-_SHOWN:]}"
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) == "Cc" else c for c in name)


def unsafe_because(name: str) -> str:
    """Why a member's name is refused; empty when it is a plain relative path."""
    if len(name) > _LONGEST_NAME:
        return _("its name is longer than {count} characters").format(count=_LONGEST_NAME)
    if "\0" in name:
        return _("its name holds a NUL byte")
    if "\\" in name:
        return _("its name holds a backslash")
    if name.startswith("/"):
        return _("its name is an absolute path")
    if re.match(r"[A-Za-z]:", name):
        return _("its name begins with a drive letter")
    if ".." in name.split("/"):
        return _("its name leads out of the archive (..)")
    return "" if components(name) else _("it has no name")


def components(name: str) -> tuple[str, ...]:
    """The components of a path, without empty ones and single dots."""
    return tuple(part for part in name.split("/") if part not in ("", "."))


def same_name_key(name: str) -> str:
    """Equal for names that some file system or reader would take for the same."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def submission_ids(keys: Sequence[tuple[str, str]], digits: int = _DIGITS) -> list[str]:
    """An identifier for each submission that no other one has, in capitals or not.

    Students choose names: two of them that were made to have one identifier get longer ones, both, whatever
    their order. Equal keys are told apart by their order.

    Args:
        keys: source and origin of each, as for :func:`submission_id`.
        digits: of the hash.
    """
    alike = Counter(submission_id(*key, digits).casefold() for key in set(keys))
    given: Counter[str] = Counter()
    result = []
    for key in keys:
        found = submission_id(*key, digits)
        if alike[found.casefold()] > 1:
            found = submission_id(*key, _MOST_DIGITS)
        given[found.casefold()] += 1
        number = given[found.casefold()]
        result.append(f"{found}-{number}" if number > 1 else found)
    return result


def submission_id(source: str, origin: str, digits: int = _DIGITS) -> str:
    """A file name for what belongs to a submission: at most 77 characters of ``[A-Za-z0-9._-]``.

    Args:
        source: the member path; its readable part.
        origin: the name of the upload that it came from; both enter the hash at the end.
        digits: of that hash, in base 16; more of them leave less for the readable part.
    """
    digest = hashlib.sha256(f"{origin}\0{source}".encode("utf-8", "replace")).hexdigest()[:digits]
    stem = _RENAMED.sub("", source)
    ascii_text = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^A-Za-z0-9._]+", "-", ascii_text)[: _ID_LENGTH - digits].strip("-._")
    return f"{slug or 'submission'}-{digest}"
