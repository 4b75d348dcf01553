"""A lab's corpus: submissions in folders, each with the marks that it must get.

    correct/<name>/               may not lose a mark
    mistakes/<question>/<name>/   loses something in that question and nothing anywhere else, but for the
                                  points of the notebook's own run where it may spoil that (``own_run``)
    mistakes/whole/<name>/        several questions at once, all of them named

A folder holds ``expect.yml`` and one of

* ``changes.py``: what differs from the corpus's ``base.py``, a right notebook; both are percent scripts
  (:mod:`autograder.certify.percent`).
* ``submission.py``: a complete notebook as a percent script; magics stand there as in a notebook.
* ``submission.ipynb``: a complete notebook, taken as it is.

``expect.yml`` knows these keys:

* ``loses``: question -> marks lost, its own question first, or ``some`` where that depends on how it is
  divided.
* ``also_may_lose``: questions that may lose as well, with the reason in ``why``. Default: none.
* ``why``: one sentence.
* ``names``: codes of the mistakes that the feedback of its own question may name. Default: it names none.
* ``base``: ``quick`` (default) leaves out the cells that ``left_out`` of the configuration names, ``full``
  keeps them.
* ``slow``: the notebook needs more than ten seconds. Default: false.
* ``alone``: in a notebook with other cases it would be another case; ``why`` says so. Default: false.
* ``says``: what the feedback of the one question that loses says, among other things. Default: nothing.
* ``remarks``: question -> what a remark on it says, among other things; it costs nothing. Default: none.
* ``sandbox``: a mistake that belongs to the sample of a quick certificate; ``only`` where one process
  cannot show it, as with a complete submission or automatic differentiation. Default: false.
* ``may_raise``: names of cells that end with an exception though nothing is wrong with the rest, or
  ``true`` where any may. Default: none for correct submissions, any for mistakes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from autograder.certify.percent import Cell, as_notebook, changed, parse
from autograder.config.load import Lab
from autograder.config.schema import Corpus as CorpusSettings
from autograder.errors import ConfigurationError

SOME = "some"

KINDS = ("correct", "mistakes")

_KEYS = frozenset("loses also_may_lose why names base slow alone says remarks sandbox may_raise".split())


@dataclass(frozen=True)
class Case:
    """One submission and what it must get.

    Attributes:
        name: path below the corpus with slashes ("mistakes/grad_w/wrap_around").
        loses: question -> marks lost, or :data:`SOME`; every other question keeps all its marks.
        also_may_lose: questions where either outcome is right.
        why: one sentence.
        names: codes of mistakes that its own question may name.
        base: ``quick`` or ``full``; without meaning for a complete submission.
        slow: needs more than ten seconds.
        alone: must not stand in one notebook with other cases.
        says: is in the feedback of the question that loses; empty for anything.
        remarks: question -> what a remark on it says.
        sandbox: whether it belongs to the sample for the sandbox; ``only`` if it can be seen nowhere else.
        may_raise: cells that may end with an exception; ``None`` for any.
    """

    name: str
    folder: Path
    loses: Mapping[str, float | str]
    also_may_lose: tuple[str, ...] = ()
    why: str = ""
    names: frozenset[str] = frozenset()
    base: str = "quick"
    slow: bool = False
    alone: bool = False
    says: str = ""
    remarks: Mapping[str, str] = field(default_factory=dict)
    sandbox: bool | str = False
    may_raise: frozenset[str] | None = field(default_factory=frozenset)

    @property
    def correct(self) -> bool:
        """Whether nothing may be lost."""
        return not self.loses


class Corpus:
    """The cases of a lab; files are read when they are asked for.

    Attributes:
        folder: where the cases lie.
        settings: what the configuration says of it.
        points: possible points by auto-graded question, in the order of the configuration.
    """

    def __init__(self, folder: Path, settings: CorpusSettings, points: Mapping[str, float]) -> None:
        self.folder, self.settings, self.points = folder, settings, points

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """Every case, sorted by name.

        Raises:
            ConfigurationError: there is none, or an ``expect.yml`` does not read as described above.
        """
        files = sorted(file for kind in KINDS for file in (self.folder / kind).glob("**/expect.yml"))
        if not files:
            raise ConfigurationError(
                f"{self.folder}: no cases: expected folders correct/<name> and mistakes/<question>/<name> "
                "with an expect.yml each"
            )
        return tuple(self._read(file) for file in files)

    @cached_property
    def base(self) -> tuple[Cell, ...]:
        """The right notebook that most cases change.

        Raises:
            ConfigurationError: there is none, or it is no percent script.
        """
        return tuple(_parsed(self.folder / "base.py"))

    def quick_base(self) -> list[Cell]:
        """The same without the cells that cost time and decide nothing."""
        return [cell for cell in self.base if cell.name not in self.settings.left_out]

    def notebook(self, case: Case) -> bytes:
        """The case as a Jupyter notebook (nbformat 4.5); the same bytes every time."""
        complete = case.folder / "submission.ipynb"
        return complete.read_bytes() if complete.exists() else as_notebook(self.cells(case))

    def cells(self, case: Case) -> list[Cell]:
        """The case's cells, in order.

        Raises:
            ConfigurationError: a script cannot be read, or changes what is not there.
        """
        if (complete := case.folder / "submission.ipynb").exists():
            found = json.loads(complete.read_text("utf-8"))["cells"]
            return [
                Cell(f"cell_{number}", "".join(cell["source"]), cell["cell_type"])
                for number, cell in enumerate(found)
            ]
        if (complete := case.folder / "submission.py").exists():
            return _parsed(complete)
        base = self.quick_base() if case.base == "quick" else [*self.base]
        try:
            return changed(base, self.changes_of(case))
        except ValueError as reason:
            raise ConfigurationError(f"{case.folder / 'changes.py'}: {reason}") from None

    def changes_of(self, case: Case) -> list[Cell]:
        """What the case changes in the base notebook; nothing if it is a complete one."""
        file = case.folder / "changes.py"
        return _parsed(file) if file.exists() else []

    def _read(self, file: Path) -> Case:
        try:
            expect = yaml.safe_load(file.read_text("utf-8"))
            case = _case(file.parent, file.parent.relative_to(self.folder).as_posix(), expect)
        except (OSError, UnicodeDecodeError, yaml.YAMLError, LookupError, TypeError, ValueError) as reason:
            raise ConfigurationError(f"{file}: cannot be read as what a case expects: {reason}") from None
        self._check(file, case)
        return case

    def _check(self, file: Path, case: Case) -> None:
        """Check the questions and points that a case names.

        Raises:
            ConfigurationError: there are no such ones.
        """
        for question in (*case.loses, *case.also_may_lose, *case.remarks):
            if question not in self.points:
                raise ConfigurationError(
                    f"{file}: there is no question {question!r}; there are {', '.join(self.points)}"
                )
        for question, lost in case.loses.items():
            if lost != SOME and not (isinstance(lost, int | float) and 0 < lost <= self.points[question]):
                raise ConfigurationError(
                    f"{file}: loses: expected {SOME!r} or up to {self.points[question]:g} points of "
                    f"{question}, found {lost!r}"
                )
        if case.name.startswith("correct/") != case.correct:
            raise ConfigurationError(
                f"{file}: loses: nothing for what lies in correct, something in mistakes"
            )


def corpus_of(lab: Lab) -> Corpus:
    """The corpus of a lab.

    Raises:
        ConfigurationError: the configuration names none.
    """
    settings = lab.config.corpus
    if settings is None:
        raise ConfigurationError(
            f"{lab.path}: this lab names no corpus: add `corpus:` with the folder of submissions whose marks "
            "are known"
        )
    points = {question.name: question.points for question in lab.config.questions}
    return Corpus(lab.file(settings.folder), settings, points)


def _parsed(file: Path) -> list[Cell]:
    try:
        return parse(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, ValueError) as reason:
        raise ConfigurationError(f"{file}: cannot be read as a percent script: {reason}") from None


def _case(folder: Path, name: str, expect: dict[str, Any]) -> Case:
    """The case of an ``expect.yml``.

    Raises:
        LookupError, TypeError, ValueError: it lacks something or holds something of another kind.
    """
    if unknown := expect.keys() - _KEYS:
        raise ValueError(f"unknown keys {sorted(unknown)}; there are {', '.join(sorted(_KEYS))}")
    if missing := [key for key in ("loses", "why") if key not in expect]:
        raise ValueError(f"it lacks {' and '.join(missing)}; every case says what it loses, and why")
    loses: Mapping[str, float | str] = dict(expect["loses"])
    may_raise = expect.get("may_raise", bool(loses))
    names = expect.get("names", ())
    return Case(
        name=name,
        folder=folder,
        loses=loses,
        also_may_lose=tuple(expect.get("also_may_lose", ())),
        why=str(expect["why"]),
        names=frozenset([names] if isinstance(names, str) else names),
        base=expect.get("base", "quick"),
        slow=expect.get("slow", False),
        alone=expect.get("alone", False),
        says=expect.get("says", ""),
        remarks=expect.get("remarks", {}),
        sandbox=expect.get("sandbox", False),
        may_raise=None if may_raise is True else frozenset(may_raise or ()),
    )
