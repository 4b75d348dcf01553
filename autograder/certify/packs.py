"""Several cases in one notebook, where each changes another cell: as sure as one by one, in less time.

A question that loses names the case, since no two cases of a pack change the same cell or method. Not packed
are complete submissions and cases that need long, that say which cells may fail, or that are ``alone``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from autograder.certify.cases import Case, Corpus
from autograder.certify.percent import Cell, as_notebook, changed


@dataclass
class Pack:
    """Cases that can stand in one notebook.

    Attributes:
        corpus: whose cases they are.
        cases: in the order in which they came.
        places: the cells and methods (``model.predict``) that they replace.
    """

    corpus: Corpus
    cases: list[Case] = field(default_factory=list)
    places: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """The names of its cases, without the folders above them."""
        return "+".join(case.name.rpartition("/")[2] for case in self.cases)

    def takes(self, places: set[str]) -> bool:
        """Whether nothing in the pack replaces any of the places, a class's cell being all of its methods."""
        return not any(
            one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")
            for one in self.places
            for other in places
        )

    def cells(self) -> list[Cell]:
        """The base notebook with all that the cases change."""
        cells = self.corpus.quick_base()
        for case in self.cases:
            cells = changed(cells, self.corpus.changes_of(case))
        return cells

    def notebook(self) -> bytes:
        """As a Jupyter notebook; the same bytes every time."""
        return as_notebook(self.cells())


def packed(corpus: Corpus, cases: Iterable[Case]) -> tuple[list[Pack], list[Case]]:
    """The cases in few packs, each in the first that takes it, and those that are left over."""
    packs: list[Pack] = []
    alone: list[Case] = []
    for case in cases:
        places = _places(corpus, case)
        if not places:
            alone.append(case)
            continue
        pack = next((pack for pack in packs if pack.takes(places)), None)
        if pack is None:
            packs.append(pack := Pack(corpus))
        pack.cases.append(case)
        pack.places |= places
    alone += [pack.cases[0] for pack in packs if len(pack.cases) == 1]
    return [pack for pack in packs if len(pack.cases) > 1], alone


def _places(corpus: Corpus, case: Case) -> set[str]:
    """The cells and methods that a case replaces, its name if it only adds; none where it stays alone."""
    if case.alone or case.slow or case.base != "quick" or (case.correct and case.may_raise):
        return set()
    changes = corpus.changes_of(case)
    return {change.name for change in changes if not change.after} or ({case.name} if changes else set())
