"""What was graded how, in ``DIR/.autograder/run.json``: a value that writes and reads itself."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.errors import UsageError
from autograder.files.atomic import replace_file, update_file
from autograder.files.own_folder import OWN
from autograder.files.visible import storable
from autograder.grading.case_number import draw_number
from autograder.grading.run_settings import RunSettings
from autograder.model import Submission

if TYPE_CHECKING:  # what a run was needs no pydantic
    from autograder.config.load import Lab

RUN_FILE = Path(OWN) / "run.json"
"""In the report's folder."""

SEEN = "AUTOGRADER_SEEN"
"""Environment variable by which a container learns what it sees of the machine; kept for a regrading."""


@dataclass(frozen=True)
class Run:
    """What ``autograder grade`` was asked for, so that it can be asked again.

    Attributes:
        paths: absolute paths of what was graded.
        settings: how.
        lms: name of the LMS that the paths come from; empty: to be recognised.
        worksheet: absolute path of the TA's own list of the class, if there is one.
        name_pattern: regular expression that tells who handed a file in; empty: none.
        partial: whether marks go back to the LMS though a person has not scored everything.
        added: what was added to the paths afterwards, relative to the report's folder.
        similar: whether similar work is looked for at the end.
    """

    paths: tuple[Path, ...]
    settings: RunSettings
    lms: str = ""
    worksheet: Path | None = None
    name_pattern: str = ""
    partial: bool = False
    added: tuple[Path, ...] = ()
    similar: bool = False

    def options(self) -> list[str]:
        """What ``autograder grade`` has to be told to do the same, but for the paths of files."""
        named = (("--lms", self.lms), ("--name-pattern", self.name_pattern))
        partial = ["--partial"] if self.partial else []
        similar = ["--similar"] if self.similar else []
        said = [f"{name}={value}" for name, value in named if value]
        return [*said, *partial, *similar, *self.settings.options()]

    def to_json(self) -> dict[str, Any]:
        """Plain data that :meth:`from_json` reads."""
        return {
            "paths": [str(path) for path in self.paths],
            **self.settings.to_json(),
            "lms": self.lms,
            "worksheet": str(self.worksheet or ""),
            "name_pattern": self.name_pattern,
            "partial": self.partial,
            "added": [path.as_posix() for path in self.added],
            "similar": self.similar,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Run:
        """The run that :meth:`to_json` was asked for.

        Raises:
            KeyError, TypeError: something is missing or of another type.
        """
        return cls(
            paths=tuple(map(Path, data["paths"])),
            settings=RunSettings.from_json(data),
            lms=data["lms"],
            worksheet=Path(data["worksheet"]) if data["worksheet"] else None,
            name_pattern=data["name_pattern"],
            partial=data["partial"],
            added=tuple(map(Path, data["added"])),
            similar=data.get("similar", False),
        )


@dataclass(frozen=True)
class Member:
    """Somebody of a class, as far as it takes to find them in another one.

    Attributes:
        id, student, lms_id: as a :class:`~autograder.model.Submission` has them.
    """

    id: str
    student: str
    lms_id: str


@dataclass(frozen=True)
class NamedLab:
    """A lab, as far as it takes to tell it from another one.

    Attributes:
        title: as on every page.
        questions: names of its questions, those that a person scores included.
    """

    title: str
    questions: frozenset[str]

    @classmethod
    def of(cls, lab: Lab) -> NamedLab:
        """What the configuration says."""
        config = lab.config
        by_tests, by_hand = (one.name for one in config.questions), (one.name for one in config.manual)
        return cls(config.assignment.title, frozenset((*by_tests, *by_hand)))


@dataclass(frozen=True)
class Before:
    """An earlier run.

    Attributes:
        run: what it was asked for, with paths of this machine.
        people: whose submissions there were.
        lab: what was graded; ``None`` where an older version did not write it down.
    """

    run: Run
    people: tuple[Member, ...]
    lab: NamedLab | None = None


def before(out: Path) -> Before | None:
    """The run that wrote ``out``; ``None`` where there was none, or it can tell nothing."""
    try:
        data = json.loads((out / RUN_FILE).read_text(encoding="utf-8"))
        run = Run.from_json(data)
        people = tuple(Member(*map(str, one)) for one in data["people"])
        lab = data.get("lab") and NamedLab(data["lab"]["title"], frozenset(data["lab"]["questions"]))
        seen = {} if SEEN in os.environ else (data["docker"] or {"mounts": {}})["mounts"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    here = {Path(target): Path(source) for target, source in seen.items()}
    run = replace(
        run,
        paths=tuple(here.get(path, path) for path in run.paths),
        worksheet=here.get(run.worksheet, run.worksheet) if run.worksheet else None,
        settings=replace(run.settings, config=_lab_here(run.settings.config, here)),
    )
    return Before(run, people, lab)


def _lab_here(config: Path, here: Mapping[Path, Path]) -> Path:
    """The configuration on this machine: a container sees the folder around it."""
    return here[config.parent] / config.name if config.parent in here else config


def with_case_number(run: Run, out: Path) -> Run:
    """``run`` with the case number of the run that wrote ``out``; with one drawn now where there was none."""
    if run.settings.drawn_number is not None:
        return run
    earlier = before(out)
    found = (earlier.run.settings.case_number, earlier.run.settings.drawn_number) if earlier else ()
    number = next((one for one in found if one is not None), None)
    drawn = draw_number() if number is None else number
    return replace(run, settings=replace(run.settings, drawn_number=drawn))


def remember(out: Path, run: Run, submissions: Iterable[Submission], lab: Lab | None = None) -> None:
    """Write down what is graded into ``out``, and for which lab.

    Raises:
        UsageError: the folder cannot be written to.
    """
    docker = json.loads(os.environ.get(SEEN, "null"))
    data = run.to_json() | {"docker": docker, "people": _people(submissions)}
    if lab is not None:
        named = NamedLab.of(lab)
        data["lab"] = {"title": storable(named.title), "questions": sorted(named.questions)}
    try:
        replace_file(out / RUN_FILE, json.dumps(data, indent=1) + "\n")
    except OSError as reason:
        raise UsageError(f"--out {out}: cannot be written to: {reason.strerror}") from None


def remember_again(
    out: Path, submissions: Iterable[Submission], *, partial: bool, worksheet: Path | None = None
) -> None:
    """Write down who is in the class now, and whether marks go back in part; how it was graded stays.

    Args:
        worksheet: a newer list of the class; without one, that of last time stays.

    Raises:
        UsageError: the file cannot be read, or the folder not be written to.
    """
    file = out / RUN_FILE
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        data |= {"partial": partial, "people": _people(submissions)}
        if worksheet is not None:
            data["worksheet"] = str(worksheet.absolute())
        update_file(file, json.dumps(data, indent=1) + "\n")
    except (OSError, ValueError, TypeError) as reason:
        raise UsageError(f"{file}: cannot be read or written ({reason})") from None


def _people(submissions: Iterable[Submission]) -> list[list[str]]:
    return [[one.id, storable(one.student), one.lms_id] for one in submissions]


def recalled(out: Path, paths: Sequence[Path] = ()) -> Run:
    """What was graded into ``out``.

    Args:
        paths: where the submissions lie now; empty: where they were.

    Raises:
        UsageError: nothing was, or it is not where it was.
    """
    file = out / RUN_FILE
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        run = Run.from_json(data)
    except FileNotFoundError:
        raise UsageError(f"{out}: nothing was graded there yet: run autograder grade first") from None
    except (OSError, ValueError, KeyError, TypeError) as reason:
        raise UsageError(f"{file}: cannot be read ({reason}): run autograder grade again") from None
    run = replace(run, paths=tuple(paths) or run.paths)
    missing = [str(path) for path in run.paths if not path.exists()]
    if missing:
        if data.get("docker"):
            raise UsageError(f"{out} was graded in the image: autograder regrade {out} --docker")
        raise UsageError(
            f"{', '.join(missing)}: not there any more; say where the submissions are now: "
            f"autograder regrade {out} PATH"
        )
    return run


def done_before(out: Path, paths: Sequence[Path], config: Path | None, command: str) -> Run:
    """What was graded into ``out``, for a command that grades nothing; made in a container or here.

    Args:
        paths: where the submissions lie now; empty: where they were.
        config: another configuration than that of the run.
        command: what the user called, for the advice.

    Raises:
        UsageError: nothing was graded there, or configuration or submissions are not where they were.
    """
    earlier = before(out)
    if earlier is None:
        raise UsageError(f"{out}: nothing was graded there yet: run autograder grade first")
    run = replace(earlier.run, paths=tuple(path.absolute() for path in paths) or earlier.run.paths)
    if config is not None:
        run = replace(run, settings=replace(run.settings, config=config))
    if not run.settings.config.is_file():
        raise UsageError(f"{run.settings.config}: is not there; name the lab's configuration with --config")
    if missing := [str(path) for path in run.paths if not path.exists()]:
        raise UsageError(
            f"{', '.join(missing)}: not there any more; say where the submissions are now: "
            f"autograder {command} {out} PATH"
        )
    return run
