"""Which column of a downloaded gradebook is the lab's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from autograder.lms.base import Assignment


def column_for(titles: Mapping[str, str], assignment: Assignment) -> str | None:
    """The heading of the lab's column; ``None`` where that would be a guess.

    Args:
        titles: what people call each column that may be meant, by its heading.
        assignment: its ``column`` may be the heading or the title; without one, its ``title`` is looked for.
    """
    wanted = _plain(assignment.column)
    if wanted:
        return _only(
            heading for heading, title in titles.items() if wanted in (_plain(heading), _plain(title))
        )
    title = _plain(assignment.title)
    return (
        _only(heading for heading, other in titles.items() if _plain(other) == title)
        or _only(heading for heading, other in titles.items() if title and title in _plain(other))
        or _only(titles)
    )


def _only(found: Iterable[str]) -> str | None:
    headings = list(found)
    return headings[0] if len(headings) == 1 else None


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
