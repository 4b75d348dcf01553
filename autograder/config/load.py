"""``grading_config.yml``: what a lab asks, what it is worth, and what a submission may use.

The engine grades any notebook assignment that such a file describes; nothing else in the engine
knows the lab. Every value is checked when the file is read, so that a misspelt key ends the run with
file, line and the allowed names instead of quietly grading a class with a default.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, get_args

from packaging.requirements import Requirement
from pydantic import ValidationError

from autograder.config import located_yaml
from autograder.config.fields import Section
from autograder.config.located_yaml import Place, spell
from autograder.config.schema import Config, ManualQuestion
from autograder.config.wording import found, report, reworded, unknown_field
from autograder.errors import ConfigurationError


@dataclass(frozen=True)
class Lab:
    """A lab on disk: ``root`` is the folder of the configuration file ``path``."""

    root: Path
    config: Config
    path: Path

    def file(self, relative: str) -> Path:
        """A path of the configuration as an absolute path."""
        return self.root / relative

    def files_beside(self) -> dict[str, Path]:
        """What lies beside the notebook by its path there, which is that in the lab: ``data/train.csv``."""
        return {PurePosixPath(name).as_posix(): self.file(name) for name in self.config.files}

    def test_file(self, question: str) -> Path:
        """The test file of an auto-graded question."""
        return self.root / self.config.tests / f"{question}.py"

    def template(self) -> Path | None:
        """The students' notebook, which ``build.template`` names, or the folder that holds it."""
        if self.config.build is None:
            return None
        named = self.file(self.config.build.template)
        return named if named.suffix == ".ipynb" else named / self.config.assignment.notebook


def load(path: Path) -> Lab:
    """Reads and checks a lab's configuration; touches no other file (see ``check_files``).

    Raises:
        ConfigurationError: one line per mistake: file, line, field, what was expected and found.
    """
    document = located_yaml.read(path)
    if not isinstance(document.value, dict):
        raise ConfigurationError(
            f"{path}:1: expected a mapping with the keys {', '.join(Config.model_fields)}; "
            f"found {found(document.value)}"
        )
    try:
        config = Config.model_validate(document.value)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False)
        problems = [(detail["loc"], _explain(dict(detail))) for detail in details]
        raise ConfigurationError(report(document, problems)) from error
    if conflicts := list(_conflicts(config)):
        raise ConfigurationError(report(document, conflicts))
    path = path.absolute()
    return Lab(root=path.parent, config=config, path=path)


def check_files(lab: Lab) -> None:
    """Checks that what grading needs is there and inside the lab's folder.

    Raises:
        ConfigurationError: one line per file that is missing, of the wrong kind or outside.
    """
    document = located_yaml.read(lab.path)
    problems: list[tuple[Place, str]] = [
        (place, f"{wrong}: {relative}")
        for place, relative, folder in _needed_files(lab)
        if (wrong := _wrong_with(lab.root, relative, folder))
    ]
    problems += _not_installed(lab.config)
    if problems:
        raise ConfigurationError(report(document, problems))


def _not_installed(config: Config) -> Iterator[tuple[Place, str]]:
    """What the lab needs and this Python does not have."""
    for index, name in enumerate(config.kernel.preload):
        if importlib.util.find_spec(name.partition(".")[0]) is None:
            yield ("kernel", "preload", index), f"no module of this name is installed: {name}"
    for index, wanted in enumerate(config.packages):
        if wrong := _wrong_package(Requirement(wanted)):
            yield ("packages", index), f"{wrong}: pip install {wanted!r}"


def _wrong_package(wanted: Requirement) -> str:
    try:
        version = importlib.metadata.version(wanted.name)
    except importlib.metadata.PackageNotFoundError:
        return f"{wanted.name} is not installed"
    return "" if wanted.specifier.contains(version, prereleases=True) else f"version {version} is installed"


def _needed_files(lab: Lab) -> Iterator[tuple[Place, str, bool]]:
    config = lab.config
    yield ("tests",), config.tests, True
    for index, question in enumerate(config.questions):
        yield ("questions", index, "name"), f"{config.tests}/{question.name}.py", False
    for index, item in enumerate(config.data):
        yield ("data", index, "file"), item.file, False
    for index, name in enumerate(config.files):
        yield ("files", index), name, False


def _wrong_with(root: Path, relative: str, folder: bool) -> str:
    path = root / relative
    try:
        there = path.is_dir() if folder else path.is_file()
    except OSError as error:  # a name that is too long for the file system, a folder that is closed to us
        return f"cannot be read ({error.strerror})"
    return "" if there else f"no such {'folder' if folder else 'file'}"


def _conflicts(config: Config) -> Iterator[tuple[Place, str]]:
    """Mistakes that no field shows alone."""
    first: dict[str, str] = {}
    names = [(("questions", i, "name"), q.name) for i, q in enumerate(config.questions)]
    names += [(("manual", i, "name"), q.name) for i, q in enumerate(config.manual)]
    # Compared without case: the names become files, and not every file system tells Case from case.
    for place, name in names:
        if (key := name.casefold()) in first:
            yield place, f"expected a name of its own; {name!r} is taken by {first[key]}"
        first.setdefault(key, spell(place[:-1]))
    for attribute in ("url", "name"):
        taken: set[str] = set()
        for index, item in enumerate(config.data):
            value = getattr(item, attribute)
            if value in taken:
                yield ("data", index, attribute), f"expected a {attribute} of its own; {value!r} is taken"
            taken.add(value)
    yield from _files_of_one_name(config)
    yield from _files_not_for_students(config)
    yield from _wrong_credit(config)
    yield from _wrong_corpus(config)
    for index, by_hand in enumerate(config.manual):
        yield from _wrong_items(("manual", index), by_hand, config)
    limits = config.limits
    for small, large in (
        ("cell_seconds", "notebook_seconds"),
        ("notebook_seconds", "submission_seconds"),
        ("request_seconds", "submission_seconds"),
        ("file_mb", "disk_mb"),
        ("notebook_mb", "archive_mb"),
    ):
        if getattr(limits, small) > getattr(limits, large):
            yield (
                ("limits", small),
                f"expected at most {large}, which is {getattr(limits, large):g}; "
                f"found {getattr(limits, small):g}",
            )


def _files_of_one_name(config: Config) -> Iterator[tuple[Place, str]]:
    """Two files of one path would be one beside the notebook; a folder cannot have the name of a file."""
    taken = {item.name: "data" for item in config.data} | {config.assignment.notebook: "the notebook"}
    # A folder otter/ would be imported in the place of otter.py, and hide it.
    taken |= {"otter.py": "what runs the public tests", "otter": "what runs the public tests"}
    folders: dict[str, str] = {}
    for index, given in enumerate(config.files):
        path = PurePosixPath(given)
        above = [parent.as_posix() for parent in path.parents if parent.name]
        for name, owner in [(path.as_posix(), taken | folders), *((folder, taken) for folder in above)]:
            if name in owner:
                yield ("files", index), f"expected a path of its own; {name} is taken by {owner[name]}"
                break
        taken[path.as_posix()] = given
        folders |= dict.fromkeys(above, given)


def _files_not_for_students(config: Config) -> Iterator[tuple[Place, str]]:
    """What lies beside the notebook is handed out: no hidden test, no solution."""
    secret = {f"{config.tests}/{question.name}.py" for question in config.questions}
    folders = {config.tests} | ({config.corpus.folder} if config.corpus else set())
    if config.build:
        secret |= {config.build.master, config.build.solution}
    hidden = {PurePosixPath(name) for name in secret | folders} - {PurePosixPath()}
    for index, given in enumerate(config.files):
        path = PurePosixPath(given)
        for kept in hidden & {path, *path.parents}:
            yield ("files", index), f"expected something for students; {kept} holds tests or solutions"


def _wrong_credit(config: Config) -> Iterator[tuple[Place, str]]:
    """Partial credit for questions that are not there, or of more points than there are."""
    points = {question.name: question.points for question in config.questions}
    for name, credits in config.partial_credit.items():
        if name not in points:
            yield ("partial_credit", name), unknown_field(name, list(points), "question")
            continue
        for code, given in credits.items():
            if given > points[name]:
                yield (
                    ("partial_credit", name, code),
                    f"expected at most {points[name]:g}, the points of {name}; found {given:g}",
                )


def _wrong_corpus(config: Config) -> Iterator[tuple[Place, str]]:
    """Points of the notebook's own run of questions that are not there, or more of them than there are."""
    own = config.corpus.own_run if config.corpus else None
    if own is None:
        return
    points = {question.name: question.points for question in config.questions}
    place = ("corpus", "own_run")
    named: list[tuple[Place, str]] = [((*place, "question"), own.question)]
    named += [((*place, "after", index), name) for index, name in enumerate(own.after)]
    for where, name in named:
        if name not in points:
            yield where, unknown_field(name, list(points), "question")
    if own.points > points.get(own.question, own.points):
        yield (
            (*place, "points"),
            f"expected at most {points[own.question]:g}, the points of {own.question}; found {own.points:g}",
        )


def _wrong_items(place: Place, question: ManualQuestion, config: Config) -> Iterator[tuple[Place, str]]:
    """Items whose codes or points do not fit together, and a solution that stands nowhere."""
    first: dict[str, int] = {}
    for index, item in enumerate(question.items):
        # Compared without case, as spreadsheets and manual.csv's reader compare headings.
        taken = first.setdefault(item.code.casefold(), index)
        if taken != index:
            yield (
                (*place, "items", index, "code"),
                f"expected a code of its own; {item.code!r} is taken by {spell((*place, 'items', taken))}",
            )
    together = round(sum(item.points for item in question.items), 9)
    if question.items and together != question.points:
        yield (
            (*place, "items"),
            f"expected items of {question.points:g} points together, the points of {question.name}; found "
            f"{together:g}",
        )
    if question.solution is not None:
        where = (*place, "solution")
        if (question.solution.tag is None) == (question.solution.heading is None):
            yield where, "expected either tag or heading"
        if config.build is None:
            yield where, "expected a section build, whose solution is the notebook that it stands in"


def _explain(detail: dict[str, Any]) -> str:
    """One mistake that pydantic found, in the words of whoever wrote the file."""
    place: Place = detail["loc"]
    if detail["type"] == "extra_forbidden":
        return unknown_field(str(place[-1]), list(_section_at(place[:-1]).model_fields))
    info = _field_at(place)
    meaning = f" ({info})" if info else ""
    if detail["type"] == "missing":
        return f"is missing{meaning}"
    return f"{reworded(detail['msg'])}{meaning}; found {found(detail['input'])}"


def _section_at(place: Place) -> type[Section]:
    section: type[Section] = Config
    for part in place:
        if isinstance(part, str):
            annotation = section.model_fields[part].annotation
            kinds = [annotation, *get_args(annotation)]
            inner = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Section)]
            if not inner:  # a mapping with keys of the author's own: described where it begins
                return section
            section = inner[0]
    return section


def _field_at(place: Place) -> str:
    """What the description of the field at (or around) ``place`` says."""
    while place and isinstance(place[-1], int):
        place = place[:-1]
    if not place or place[0] == "lab":
        return ""
    section = _section_at(place[:-1])
    names = [str(part) for part in reversed(place) if str(part) in section.model_fields]
    return (section.model_fields[names[0]].description or "") if names else ""
