"""What a push replaced, on its way back: a plan like any other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from autograder.online.plan import OTHERS, Planned, differences, names_of, same_comment, same_mark
from autograder.online.service import File, Held, LmsService, Participant
from autograder.store.pushed import Entry, Kept

GONE = "is not in the course any more"


def restoring(
    service: LmsService, entries: Sequence[Entry], content: Callable[[str], bytes], *, replacing: bool
) -> Iterator[Planned]:
    """Go through everybody whom a push wrote something for.

    Args:
        entries: of that push.
        content: of a file that was there, by its digest.
        replacing: whether marks and comments are replaced that somebody else has written since.

    Raises:
        ServiceError: the LMS does not tell.
        UsageError: the journal has lost a file.
    """
    people = {one.user: one for one in service.participants()}
    one_mark = service.assignment().one_mark
    marks: dict[str, float | None] = {}
    for entry in entries:
        person = people.get(entry.person)
        if person is None:
            yield Planned(entry.name, entry.submission, held_back=GONE)
        else:
            if one_mark and person.team:  # the others had their mark when the first of the team was written
                mark = marks.setdefault(person.team, entry.before.mark)
                entry = replace(entry, before=replace(entry.before, mark=mark))
            yield _restored(service, entry, person, content, replacing)


def _restored(
    service: LmsService, entry: Entry, person: Participant, content: Callable[[str], bytes], replacing: bool
) -> Planned:
    plan = Planned(entry.name, entry.submission, person)
    if person.locked:
        return replace(plan, held_back=person.locked)
    now, before = service.held(person), entry.before
    if now.comment is None:
        now = replace(now, comment=entry.after.comment)
    # A comment cannot be left out of a call: where nobody knows what there was, what is there now stays.
    comment = now.comment if before.comment is None else before.comment
    files = None
    if before.files is not None and before.files != names_of(now.files) and before.files != entry.after.files:
        files = tuple(File(name, content(digest)) for name, digest in before.files.items())
    after = Held(before.mark, comment, files)
    changes = differences(now, after)
    why = "" if replacing or not changes else _others(now, (before, entry.after))
    return replace(
        plan,
        before=now,
        after=None if why or not changes else after,
        changes=changes,
        held_back=why,
        notes=tuple(_staying(before)),
    )


def _staying(before: Kept) -> Iterator[str]:
    """What cannot be restored, because the LMS did not tell what there was."""
    untold = [name for name, known in (("comment", before.comment), ("files", before.files)) if known is None]
    if untold:
        yield f"nobody could see which {' or '.join(untold)} there were: what is there stays"


def _others(now: Held, known: Sequence[Kept]) -> str:
    """What somebody else has written since."""
    if now.mark is not None and not any(same_mark(now.mark, one.mark) for one in known):
        return f"there is another mark since, {OTHERS}"
    if now.comment and not any(same_comment(now.comment, one.comment) for one in known):
        return f"there is another comment since, {OTHERS}"
    return ""
