"""Write what is planned, one student after the other: into the journal, to the LMS, read back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from autograder.errors import BadAnswer, NotReached, ServiceRefused
from autograder.files.visible import number
from autograder.online.plan import Planned, names_of, same_comment, same_mark
from autograder.online.service import HandedIn, Held, LmsService, Participant
from autograder.store.pushed import Entry, Kept, Push, Pushed, Written

_ENDS = frozenset(
    ("invalidtoken", "accessexception", "sitemaintenance", "servicenotavailable", "redirect", "off",
     "nopermission", "nopermissions", "requireloginerror", "wsaccessusersuspended")
)  # fmt: skip
"""Refusals that all the others would get, too."""


@dataclass(frozen=True)
class Outcome:
    """What came of one student.

    Attributes:
        planned: what was to happen.
        written: whether it is as it was to be; ``None``: nothing was written.
        said: what is not as it was to be; empty where all is.
    """

    planned: Planned
    written: bool | None = None
    said: str = ""


Listener = Callable[[Outcome], None]
"""Hears of each student as they are done."""


def write_all(
    service: LmsService, journal: Pushed, plans: Iterable[Planned], tell: Listener, undoes: int | None = None
) -> None:
    """Write everything that is planned, and go on after somebody whom the LMS refuses.

    Args:
        undoes: number of the push that the plans take back.

    Raises:
        ServiceError: the LMS cannot be reached, or refuses everything; the journal knows how far it came.
        UsageError: the journal cannot be read or written.
    """
    key = service.assignment().key
    push = journal.unfinished(key, undoes)
    held_back: dict[int, str] = {}
    interrupted = (
        {one.person for one in journal.entries(push.number) if one.state is Written.OPEN} if push else ()
    )
    for plan in plans:
        if plan.person is not None and plan.after is not None:
            push = push or journal.begin(key, undoes)
            tell(_Writing(service, journal, push, plan, plan.person, plan.after).write())
            continue
        if plan.person is not None and plan.held_back:
            held_back[plan.person.user] = plan.held_back
        elif plan.person is not None and plan.person.user in interrupted:
            service.settle(plan.person)
        tell(Outcome(plan))
    if undoes is not None:  # where all was restored already, this says so
        push = push or journal.begin(key, undoes)
    if push is not None:
        # What an interrupted push had left open and was not written again is as it was to be, or another's
        # now.
        for entry in journal.entries(push.number):
            if entry.state is Written.OPEN:
                journal.close(entry, held_back.get(entry.person, ""))
        journal.finish(push)


@dataclass(frozen=True)
class _Writing:
    """One student who is being written."""

    service: LmsService
    journal: Pushed
    push: Push
    plan: Planned
    person: Participant
    after: Held

    def write(self) -> Outcome:
        """Write it down, write it, read it back."""
        entry = self.journal.open(self._entry(), self._contents())
        refused = ""
        try:
            self.service.write(self.person, self.after)
        except ServiceRefused as reason:
            if reason.code in _ENDS:
                raise
            refused = str(reason)
        except (NotReached, BadAnswer):
            # Only the LMS knows whether that came through.
            if self._is(self.plan.before):
                self.service.write(self.person, self.after)
        said = "; ".join(filter(None, (refused, self._missing(self._now()))))
        self.journal.close(entry, said)
        return Outcome(self.plan, not said, said)

    def _entry(self) -> Entry:
        plan, before = self.plan, self.plan.before
        after = replace(self.after, files=before.files if self.after.files is None else self.after.files)
        return Entry(
            0, self.push.number, self.person.user, plan.submission, plan.name, kept(before), kept(after)
        )

    def _contents(self) -> Mapping[str, bytes]:
        return {one.digest: one.content for one in self.plan.before.files or ()}

    def _now(self) -> Held:
        # Whoever has a mark has a submission, be it an empty one, so that it can be asked for.
        return self.service.held(replace(self.person, handed_in=self.person.handed_in or HandedIn("new", 0)))

    def _is(self, before: Held) -> bool:
        now = self._now()
        return same_mark(now.mark, before.mark) and same_comment(now.comment, before.comment)

    def _missing(self, now: Held) -> str:
        """What the LMS does not hold although it was told to; what it does not tell is not looked at."""
        missing, called = [], self.service.title
        if not same_mark(now.mark, self.after.mark):
            has = "no mark" if now.mark is None else f"the mark {number(now.mark)}"
            missing.append(f"{called} did not take the mark and has {has}")
        if now.comment is not None and not same_comment(now.comment, self.after.comment):
            missing.append(f"{called} has another comment")
        if (
            now.files is not None
            and self.after.files is not None
            and names_of(now.files) != names_of(self.after.files)
        ):
            missing.append(f"{called} has other files")
        return "; ".join(missing)


def kept(held: Held) -> Kept:
    """What the journal keeps of what an LMS holds."""
    return Kept(held.mark, held.comment, names_of(held.files))
