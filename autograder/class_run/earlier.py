"""What an earlier run into the same folder knew: no student disappears, and nothing has to be said twice."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.class_run.run import digest_of
from autograder.config.load import Lab
from autograder.errors import UsageError
from autograder.files.own_folder import OWN, is_report
from autograder.files.visible import listed, shortened, storable
from autograder.model import Submission
from autograder.store.results import digest_in, results_file
from autograder.store.run import Before, NamedLab, Run, before, with_case_number

_ADDED = Path(OWN) / "added"


@dataclass(frozen=True)
class Completed:
    """A run with what an earlier one knew.

    Attributes:
        run: as it is to be done and remembered.
        before: the earlier run; ``None`` where there was none.
        notes: what was taken over from it, a sentence each.
    """

    run: Run
    before: Before | None = None
    notes: tuple[str, ...] = ()


@contextmanager
def completed(asked: Run, out: Path, add: bool) -> Iterator[Completed]:
    """What is asked for, with list of the class, added submissions and case number of the run before.

    Args:
        add: whether the paths are added to that run's. They are copied into ``out``, so that later runs find
            them; when the block fails, the copies are removed.

    Raises:
        UsageError: there is nothing to add to, or something of the earlier run is not there any more.
    """
    asked, earlier = with_case_number(asked, out), before(out)
    if earlier is None:
        if add:
            raise UsageError(f"--add: nothing was graded into {out} yet: leave the option out")
        yield Completed(asked)
        return
    run, notes = asked, []
    if asked.worksheet is None and (sheet := earlier.run.worksheet) is not None:
        if not sheet.is_file():
            raise UsageError(
                f"--worksheet {sheet}: the last run used it, and it is not there any more: name it"
            )
        run = replace(run, worksheet=sheet)
        notes.append(f"your list of the class is that of the last run: {sheet}")
    if not add:
        if earlier.run.added:
            names = listed([path.name for path in earlier.run.added])
            notes.append(f"what was added with --add belongs to the class: {names}")
        yield Completed(replace(run, added=earlier.run.added), earlier, tuple(notes))
        return
    missing = [str(path) for path in earlier.run.paths if not path.exists()]
    if missing:
        raise UsageError(
            f"--add: {listed(missing)} is not there any more: grade the class from where it is now"
        )
    with ExitStack() as unless_it_fails:
        copies = [_copied(path, out, unless_it_fails) for path in asked.paths]
        run = replace(
            run,
            paths=earlier.run.paths,
            added=(*earlier.run.added, *copies),
            lms=run.lms or ("" if run.name_pattern else earlier.run.lms),
            name_pattern=run.name_pattern or ("" if run.lms else earlier.run.name_pattern),
        )
        yield Completed(run, earlier, tuple(notes))
        unless_it_fails.pop_all()


def check_nobody_disappears(
    out: Path, asked: Sequence[Path], earlier: Before | None, submissions: Sequence[Submission]
) -> str:
    """Compare the class with the one that ``out`` holds.

    Args:
        asked: the paths of the uploads as they were given.

    Returns:
        Who of the same uploads is not there any more, as a sentence; empty where nobody is missing.

    Raises:
        UsageError: people of another class, or of most of this one, would disappear from the report.
    """
    if earlier is None:
        return ""
    ids = {one.id for one in submissions}
    people = {(one.lms_id, one.student) for one in submissions}
    missing = [one for one in earlier.people if one.id not in ids and (one.lms_id, one.student) not in people]
    if missing:  # a folder may have another name now, and so its submissions: then the notebooks are the same
        digests = {digest_of(one.file) for one in submissions if one.file is not None} - {""}
        missing = [one for one in missing if digest_in(results_file(out, one.id)) not in digests]
    if not missing:
        return ""
    names = listed([one.student or one.id for one in missing])
    if set(asked) == set(earlier.run.paths) and len(missing) < len(earlier.people):
        return f"in the report until now, but not handed in any more: {names}"
    given, held = (listed([path.name for path in paths]) for paths in (asked, earlier.run.paths))
    raise UsageError(
        f"--out {out}: it holds the class of {held}, and {len(missing)} of its {len(earlier.people)} "
        f"submissions ({names}) are not in {given}: they would disappear from the report. --add adds {given} "
        f"to the class or replaces what its students handed in; for another class, name another folder"
    )


def check_same_lab(out: Path, run: Run, earlier: Before | None, lab: Lab) -> None:
    """Refuse to replace the results of another lab: the same people take part in every one.

    The title may be corrected, the configuration may lie elsewhere, and questions may come and go; both at
    once, or no question left, is another lab.

    Raises:
        UsageError: ``out`` holds the results of another lab.
    """
    if earlier is None or earlier.lab is None:
        return
    held, now = earlier.lab, NamedLab.of(lab)
    moved = earlier.run.settings.config != run.settings.config
    renamed = storable(now.title) != held.title
    if (moved and renamed) or held.questions.isdisjoint(now.questions):
        raise UsageError(
            f"--out {out}: it holds the results of another lab ({shortened(held.title, 80)}), which those of "
            f"{shortened(now.title, 80)} would replace: name another folder, or with --config the other lab"
        )


def _copied(path: Path, out: Path, unless_it_fails: ExitStack) -> Path:
    """A copy of an upload, relative to ``out``; the folder around it may have to name the student."""
    if not path.exists():
        raise UsageError(f"{path}: no such file or folder")
    place = _new_folder(out / _ADDED)
    unless_it_fails.callback(shutil.rmtree, place, ignore_errors=True)
    copy = place / (path.parent.name or "added") / path.name
    try:
        copy.parent.mkdir()
        if path.is_dir():
            shutil.copytree(path, copy, symlinks=True, ignore=_not_for_us)
        elif path.is_file():
            shutil.copy2(path, copy)
        else:
            raise UsageError(f"{path}: expected a notebook (.ipynb), a folder or a zip archive (.zip)")
    except OSError as reason:
        raise UsageError(f"--add {path}: cannot be copied to {out}: {reason.strerror or reason}") from None
    return copy.relative_to(out)


def _new_folder(parent: Path) -> Path:
    parent.mkdir(parents=True, exist_ok=True)
    number = 1 + max((int(one.name) for one in parent.iterdir() if one.name.isdecimal()), default=0)
    folder = parent / str(number)
    folder.mkdir()
    return folder


def _not_for_us(folder: str, names: list[str]) -> list[str]:
    """What is neither file, folder nor link (opening a pipe would wait for ever), and reports of ours."""
    found = []
    for name in names:
        mode = os.lstat(Path(folder, name)).st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode)) or is_report(
            Path(folder, name)
        ):
            found.append(name)
    return found
