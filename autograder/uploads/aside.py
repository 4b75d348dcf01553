"""What lies beside uploaded files and is none of them: reports of ours, repositories, empty folders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from autograder.files.own_folder import MARKER
from autograder.uploads import names

DEEPEST = 20
"""Folders inside each other that are looked at: a hostile name has two thousand."""

_GIT = ".git"

Folder = tuple[str, ...]
"""Components of a folder's path in an upload."""


@dataclass
class Aside:
    """Folders of an upload that say something about the files around them.

    Attributes:
        reports: of this program; whatever lies in them is left out.
        repositories: clones, each with a ``.git`` in it.
        empty: those without any file that is looked at; not those around them.
    """

    reports: set[Folder] = field(default_factory=set)
    repositories: list[Folder] = field(default_factory=list)
    empty: list[Folder] = field(default_factory=list)

    def add(self, inner: Aside, outer: Folder) -> None:
        """Take over what lies in the folder or archive ``outer``."""
        self.reports |= {outer + one for one in inner.reports}
        self.repositories += [outer + one for one in inner.repositories]
        self.empty += [outer + one for one in inner.empty]

    def in_report(self, path: Sequence[str]) -> bool:
        """Whether a path lies in a report of ours."""
        deepest = min(len(path), DEEPEST) if self.reports else 0
        return any(tuple(path[:length]) in self.reports for length in range(deepest))


def beside_members(members: Iterable[str]) -> Aside:
    """What an archive has beside its files.

    Args:
        members: their names, those of folders with a slash at the end.
    """
    reports: set[Folder] = set()
    repositories: dict[Folder, None] = {}
    folders: dict[Folder, None] = {}
    filled: set[Folder] = set()
    for name in members:
        if names.unsafe_because(name):
            continue
        parts = names.components(names.printable(name))
        if parts[-2:] == MARKER.parts and not name.endswith("/") and len(parts) <= DEEPEST:
            reports.add(parts[:-2])
        visible = parts[: next((at for at, part in enumerate(parts) if names.is_litter([part])), len(parts))]
        if parts[len(visible) : len(visible) + 1] == (_GIT,):
            repositories[visible] = None
        if visible == parts and not name.endswith("/"):
            filled.update(parts[:length] for length in range(min(len(parts), DEEPEST)))
        elif 0 < len(visible) < DEEPEST:
            folders[visible] = None
    return Aside(reports, list(repositories), [one for one in folders if one not in filled])
