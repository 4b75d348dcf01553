"""From what somebody gives to the pages to what is graded: which lab, which folder, which files."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from autograder.config.load import load
from autograder.errors import AutograderError, UsageError
from autograder.files.own_folder import OWN
from autograder.review.grading import Task
from autograder.review.received import harmless
from autograder.store.run import Run, before
from autograder.uploads import names

CONFIG = "grading_config.yml"

MOST_LABS = 50
"""Labs that are offered."""

_HANDED_IN = Path(OWN) / "handed-in"
"""Where in a report's folder the uploads of its class lie, when they came through a page."""

_FOLDER = re.compile(r"\w[\w .+-]{0,79}")


@dataclass(frozen=True)
class OfferedLab:
    """A lab that somebody may choose.

    Attributes:
        path: of its configuration.
        title: of the lab; empty where the configuration cannot be read.
        notebook: the file name that students hand in.
        problem: why the configuration cannot be read.
        most_mb: MB that may be uploaded.
    """

    path: Path
    title: str = ""
    notebook: str = ""
    problem: str = ""
    most_mb: int = 0


@dataclass(frozen=True)
class Intake:
    """Where what is given to the pages goes.

    Attributes:
        spool: a private folder for what arrives.
        configs: of the labs that are offered; the first one is the usual one.
        home: the folder in which the folders of reports lie.
        out: the report's folder, where it was said already.
    """

    spool: Path
    configs: Sequence[Path] = ()
    home: Path = Path()
    out: Path | None = None

    def labs(self) -> Sequence[OfferedLab]:
        """The labs as they are now."""
        return [_offered(path) for path in self.configs[:MOST_LABS]]

    def proposed(self) -> str:
        """A name for a folder that is not there yet."""
        number = 1
        while (self.home / _numbered(number)).exists():
            number += 1
        return _numbered(number)

    def folder(self, name: str, add: bool) -> Path:
        """The report's folder that somebody named.

        Args:
            add: whether the class that is there already is meant.

        Raises:
            UsageError: the name is none, or something else is there.
        """
        if self.out is None and not _FOLDER.fullmatch(name):
            raise UsageError("The folder needs a name of letters, digits, spaces, dots and dashes.")
        out = self.out or self.home / name
        if not out.exists():
            return out
        if not out.is_dir():
            raise UsageError(f"{out.name} is a file: name another folder.")
        if (held := before(out)) is not None:
            if add:
                return out
            of = f" of {held.lab.title}" if held.lab else ""
            raise UsageError(
                f"{out.name} holds a class{of} with {len(held.people)} submissions: name another folder, or "
                f"say that you add to it."
            )
        if {one.name for one in out.iterdir()} - {OWN}:
            raise UsageError(f"{out.name} holds something else: name another folder.")
        return out

    @contextmanager
    def arriving(self) -> Iterator[Path]:
        """An empty folder for a form; what is left in it at the end of the block is removed."""
        folder = self.spool / f"form-{secrets.token_hex(8)}"
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _numbered(number: int) -> str:
    return "graded" if number == 1 else f"graded-{number}"


def _offered(path: Path) -> OfferedLab:
    try:
        config = load(path).config
    except AutograderError as reason:
        return OfferedLab(path, problem=str(reason))
    return OfferedLab(path, config.assignment.title, config.assignment.notebook, "", config.limits.archive_mb)


def labs_around(folder: Path) -> Sequence[Path]:
    """Configurations of labs in a folder, one below it and beside it, in this order."""
    places = [
        folder / CONFIG,
        *sorted(folder.glob(f"*/{CONFIG}")),
        *sorted(folder.parent.glob(f"*/{CONFIG}")),
    ]
    return list(dict.fromkeys(path.resolve() for path in places if path.is_file()))


def new_class(config: Path, out: Path, files: Sequence[Path], worksheet: Path | None) -> Task:
    """What grades a new class. The files are moved into the report's folder, for later runs.

    Raises:
        UsageError: they cannot be.
    """
    place = _place(out)
    paths = _kept(place, files)
    return Task((*_common(config, out), *_sheet(place, worksheet), "--", *map(str, paths)), out)


def more_submissions(
    run: Run,
    config: Path,
    out: Path,
    files: Sequence[Path],
    spool: Path,
    whose: str = "",
    notebook: str = "",
    worksheet: Path | None = None,
) -> Task:
    """What adds to a class, or replaces what its students handed in.

    Args:
        run: of the class.
        spool: takes the files, which the command copies.
        whose: the student's name; empty: the files say so.
        notebook: the name that the lab gave its notebook; a file called so is of whom its folder names.

    Raises:
        UsageError: the name cannot be that of a folder, or the files cannot be kept.
    """
    if whose and harmless(whose) != whose:
        raise UsageError(
            f"{whose}: no folder can be called so; give the submission as the LMS exports it, as a zip."
        )
    if whose and (len(files) > 1 or not names.is_notebook(files[0].name)):
        raise UsageError(
            "Only one notebook at a time can be given to a student: the others say whose they are."
        )
    if whose:
        files = [files[0].rename(files[0].with_name(notebook))]
    paths = _kept(spool / f"added-{secrets.token_hex(8)}", files, whose)
    sheet = _sheet(_place(out), worksheet)
    return Task((*_common(config, out), *run.options(), *sheet, "--add", "--", *map(str, paths)), out)


def says_nobody(name: str, notebook: str) -> bool:
    """Whether a file is called as everybody's is, or as a copy of that which a browser or Jupyter made."""
    usual, copy = re.escape(names.without_suffix(notebook)), r"(?:[ _-]*(?:\(\d+\)|copy ?\d*|\d+))?"
    return re.fullmatch(usual + copy, names.without_suffix(name), re.IGNORECASE) is not None


def once_more(run: Run, config: Path, out: Path) -> Task:
    """What grades a class again; what is known and still right is used again."""
    return Task((*_common(config, out), *run.options(), "--", *map(str, run.paths)), out)


def _common(config: Path, out: Path) -> Sequence[str]:
    return f"--config={config}", f"--out={out}"


def _place(out: Path) -> Path:
    """A new folder for what came through a page and is needed by later runs."""
    return out.absolute() / _HANDED_IN / secrets.token_hex(4)


def _kept(place: Path, files: Sequence[Path], whose: str = "") -> Sequence[Path]:
    """The files moved to a place; several notebooks lie in one folder if each has a name of its own.

    Raises:
        UsageError: the place cannot be written to.
    """
    moved = [_moved(file, place, whose or "handed-in") for file in files]
    folders = {path.parent for path in moved}
    alone = len(moved) > 1 and len(folders) == 1 and all(names.is_notebook(one.name) for one in moved)
    return list(folders) if alone else moved


def _sheet(place: Path, worksheet: Path | None) -> Sequence[str]:
    return [f"--worksheet={_moved(worksheet, place, 'worksheet')}"] if worksheet else []


def _moved(file: Path, place: Path, folder: str) -> Path:
    number = 1
    while (target := place / (folder if number == 1 else f"{folder}-{number}") / file.name).exists():
        number += 1
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(file, target)
    except OSError as reason:
        raise UsageError(f"{place}: cannot be written to: {reason.strerror}") from None
    return target
