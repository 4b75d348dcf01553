"""Hostile submissions, each a folder with what it must come to: nothing forged, nothing harmed, nothing lost.

``attacks/README.md`` describes the folders. This module reads them and makes notebooks of them; it runs
nothing. The rule behind all of them: an attack gets exactly what the same notebook gets without it.
"""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from autograder.model import Ending, Status

from .cases import HERE, ONLY_IN_FULL, POINTS, Cell, as_notebook, changed, parse

ATTACKS = HERE / "attacks"

KINDS = ("forging", "spying", "escaping", "exhausting", "reporting")

LABS = ("small", "hurried", "whole")
"""``hurried`` is the small lab with deadlines that are soon over, for the attacks that wait for one."""

CASE_NUMBER = 6_917_529_027_641_081_855
"""From which the hidden cases of the attacks' run are drawn, as those of a class are: not the one that is used where
nobody draws one."""

DEADLINES = frozenset("cell_seconds notebook_seconds request_seconds submission_seconds".split())

UNSOLVED = ("title", "imports", "download", "header", "features")
"""The cells of ``base.py`` in front of the first TODO: they earn nothing."""

SMALL = ("title", "imports", "features")
"""Those of them that a notebook of the small lab has: it downloads nothing."""

BASES = ("unsolved", "zeros", "solved")
"""Notebooks that attacks change; ``zeros`` has everything that is asked for, and each result is zero."""

SOURCES = ("changes.py", "submission.py", "submission.ipynb", "build.py")

_KEYS = frozenset("why kind base lab marks ending limits flags status unconfined gains thorough".split())


@dataclass(frozen=True)
class Attack:
    """One hostile submission and what it must come to.

    Attributes:
        name: of the folder; begins with the kind.
        why: one sentence: what is tried.
        kind: one of :data:`KINDS`.
        base: one of :data:`BASES`; without meaning unless the folder holds ``changes.py``.
        lab: one of :data:`LABS`: ``whole`` where an attack is about other questions than ``loss``.
        marks: question -> points; every question that is not named gets 0.
        endings: how the cell ``attack`` may end; empty for any.
        limits: names of settings that the report must say were hit.
        flags: texts that must occur in the flags.
        thorough: whether only ``make test-all`` runs it: it takes long, and another attack of its kind runs always.
        unconfined: whether it is also run without a sandbox, where it must get ``gains``.
    """

    name: str
    folder: Path
    why: str
    kind: str
    base: str = "unsolved"
    lab: str = "small"
    marks: Mapping[str, float] = field(default_factory=dict)
    endings: tuple[Ending, ...] = ()
    limits: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    status: Status = Status.GRADED
    unconfined: bool = False
    gains: Mapping[str, float] = field(default_factory=dict)
    thorough: bool = False


@cache
def all_attacks() -> tuple[Attack, ...]:
    """Every attack, sorted by name; read once."""
    return tuple(read(file.parent) for file in sorted(ATTACKS.glob("*/expect.yml")))


def read(folder: Path) -> Attack:
    """The attack in ``folder``.

    Raises:
        ValueError: ``expect.yml`` does not read as ``attacks/README.md`` says.
    """
    expect: dict[str, Any] = yaml.safe_load((folder / "expect.yml").read_text("utf-8"))
    kind = expect["kind"]
    sources = [source for source in SOURCES if (folder / source).exists()]
    endings = expect.get("ending", [])
    unconfined = expect.get("unconfined", False)
    for wrong, reason in (
        (sorted(expect.keys() - _KEYS), "unknown keys"),
        (kind not in KINDS or not folder.name.startswith(f"{kind}_"), "the name begins with another kind"),
        (len(sources) != 1, f"holds {sources}, expected one of {SOURCES}"),
        (expect.get("base", "unsolved") not in BASES, "unknown base"),
        (expect.get("lab", "small") not in ("small", "whole"), "unknown lab"),
        (unconfined != ("gains" in expect), "unconfined and gains go together"),
        (not str(expect["why"]).strip(), "why is empty"),
    ):
        if wrong:
            raise ValueError(f"{folder.name}: {reason} {wrong if isinstance(wrong, list) else ''}".strip())
    return Attack(
        name=folder.name,
        folder=folder,
        why=expect["why"],
        kind=kind,
        base=expect.get("base", "unsolved"),
        lab=_lab(expect, endings),
        marks=_marks(expect.get("marks")),
        endings=tuple(Ending(one) for one in ([endings] if isinstance(endings, str) else endings)),
        limits=tuple(expect.get("limits", ())),
        flags=tuple(expect.get("flags", ())),
        status=Status(expect.get("status", "graded")),
        unconfined=unconfined,
        gains=_marks(expect.get("gains")),
        thorough=expect.get("thorough", False),
    )


def _lab(expect: Mapping[str, Any], endings: str | list[str]) -> str:
    lab: str = expect.get("lab", "small")
    waits = DEADLINES.intersection(expect.get("limits", ())) or Ending.TIMED_OUT.value in endings
    return "hurried" if lab == "small" and waits else lab


def _marks(value: Any) -> Mapping[str, float]:
    marks = POINTS if value == "all" else value or {}
    unknown = marks.keys() - POINTS.keys()
    if unknown:
        raise ValueError(f"no such questions: {sorted(unknown)}")
    return dict(marks)


def mark_of(attack: Attack) -> list[pytest.MarkDecorator]:
    """The mark of its test: none where it runs always."""
    return [pytest.mark.single] if attack.thorough else []


def base_cells(name: str, lab: str = "whole") -> list[Cell]:
    """The cells of a base notebook, as the lab needs them."""
    cells = parse((HERE / "base.py").read_text("utf-8"))
    if lab != "whole":
        found = [cell for cell in cells if cell.name in SMALL]
        return [
            replace(cell, source="dataset = torch.zeros(48, 6)") if cell.name == "features" else cell
            for cell in found
        ]
    unsolved = [cell for cell in cells if cell.name in UNSOLVED]
    if name == "unsolved":
        return unsolved
    if name == "zeros":
        return [*unsolved, *parse((ATTACKS / "zeros.py").read_text("utf-8"))]
    return [_trained_faster(cell) for cell in cells if cell.name not in ONLY_IN_FULL]


def _trained_faster(cell: Cell) -> Cell:
    """A batch of two: the training ends far from the small time limit of the attacks' run."""
    return replace(cell, source=cell.source.replace("batch_size=4, lr=0.05", "batch_size=2, lr=0.03"))


def asked(request: pytest.FixtureRequest) -> list[Attack]:
    """The attacks that this run of pytest has a ``test_attack`` for in the module of the fixture; all if none."""
    tests = [item for item in request.session.items if isinstance(item, pytest.Function)]
    found = [
        test.callspec.params["attack"]
        for test in tests
        if test.originalname == "test_attack" and test.module is request.module
    ]
    return found or [*all_attacks()]


def notebook(attack: Attack) -> bytes:
    """The attack as it is handed in; the same bytes every time."""
    if (file := attack.folder / "submission.ipynb").exists():
        return file.read_bytes()
    if (attack.folder / "build.py").exists():
        return _built(attack.folder)
    if (file := attack.folder / "submission.py").exists():
        return as_notebook(parse(file.read_text("utf-8")))
    changes = parse((attack.folder / "changes.py").read_text("utf-8"))
    return as_notebook(changed(base_cells(attack.base, attack.lab), changes))


def _built(folder: Path) -> bytes:
    module = importlib.import_module(f"{__package__}.attacks.{folder.name}.build")
    data: bytes = module.build()
    return data


def attack_cell(data: bytes) -> int | None:
    """Position of the cell ``attack`` among all cells of a notebook; ``None`` where no cell is called so.

    In a notebook that was not made from a script, it is the cell with the id ``attack``.
    """
    for index, cell in enumerate(json.loads(data)["cells"]):
        if re.fullmatch(r"(\d{3}-)?attack", str(cell.get("id"))):
            return index
    return None
