"""What ``autograder push`` tells: a person a line for each student, a program an object a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograder.commands.grade import SOME_NOT_GRADABLE
from autograder.commands.json_lines import say
from autograder.files.visible import number, plain

if TYPE_CHECKING:
    from rich.console import Console

    from autograder.online.plan import Planned
    from autograder.online.push import Outcome
    from autograder.online.service import LmsService


class Told:
    """What a person is told, a line a student, and counted at the end.

    Args:
        writing: whether something is written.
    """

    def __init__(self, console: Console, service: LmsService, writing: bool) -> None:
        self._console, self._service, self._writing = console, service, writing
        self._changed = self._same = self._left = self._failed = 0

    def begin(self) -> None:
        """Say where, and what it takes."""
        found = self._service.assignment()
        self._say(f"{self._service.title}: {plain(found.title, 200)} – {found.key}")
        if self._service.notice:
            self._say(self._service.notice)
        self._say(f"maximum grade {number(found.maximum)}")
        if found.workflow:
            self._say(
                "Marking workflow is on: students see nothing of this before you release the marks there. "
                "Until then comments and files are not told: those that are there are replaced unseen."
            )
        if found.blind:
            self._say("Names are hidden: marks reach the gradebook when you reveal the identities there.")
        if found.tells_students and not found.workflow:
            self._say(
                f"{self._service.title} tells each student whose mark is written (the assignment's setting)."
            )
        self._say("")

    def note(self, said: str) -> None:
        """What a person should know of all students."""
        self._say(said)
        self._say("")

    def plan(self, plan: Planned) -> None:
        """A student whom nothing was written for."""
        name, notes = self._name(plan), "".join(f"; {plain(note, 200)}" for note in plan.notes)
        if plan.held_back:
            self._left += 1
            changes = f" ({', '.join(plan.changes)})" if plan.changes else ""
            self._say(f"not     {name}: {plain(plan.held_back, 300)}{changes}{notes}")
        elif plan.changes:
            self._changed += 1
            self._say(f"change  {name}: {', '.join(plan.changes)}{notes}")
        else:
            self._same += 1

    def outcome(self, outcome: Outcome) -> None:
        """A student who is done."""
        if outcome.written is None:
            self.plan(outcome.planned)
        elif outcome.written:
            self._changed += 1
            notes = "".join(f"; {plain(note, 200)}" for note in outcome.planned.notes)
            self._say(f"written {self._name(outcome.planned)}: {', '.join(outcome.planned.changes)}{notes}")
        else:
            self._failed += 1
            self._say(f"FAILED  {self._name(outcome.planned)}: {plain(outcome.said, 400)}")

    def end(self, again: str) -> int:
        """Say what it came to, and what to do next; the exit code.

        Args:
            again: the command that writes; empty where this one did.
        """
        self._say("")
        for said in self._service.advice():
            self._say(said)
        changed = f"{self._changed} {'written and read back' if self._writing else 'would change'}"
        failed = f", {self._failed} not as they should be" if self._failed else ""
        self._say(f"{changed}{failed}, {self._same} are so already, {self._left} not touched.")
        if again and self._changed:
            self._say(f"Nothing was changed. To write it: {again}")
        elif again:
            self._say("Nothing was changed, and nothing would be.")
        elif self._failed:
            self._say(
                "Look at the ones that failed, then run the same command again: it writes only what is "
                "missing."
            )
        return SOME_NOT_GRADABLE if self._failed or self._left else 0

    def _name(self, plan: Planned) -> str:
        told = plan.person.numbers[0] if plan.person and plan.person.numbered else ""
        return f"{plain(plan.name, 60)} ({told})" if told else plain(plan.name or plan.submission, 60)

    def _say(self, line: str) -> None:
        self._console.print(line, soft_wrap=True, markup=False, emoji=False, highlight=False)


class ToldPrograms(Told):
    """An object a line on the standard output; people are told the rest on the other.

    ``event`` is ``student`` (``id`` of the submission, ``student``, ``number`` in the LMS, ``changes``,
    ``held_back``, ``notes``, ``written``: ``null`` where nothing was, ``said``: what is not as it was to be),
    ``note`` (``text``, of all students) or ``pushed`` (``assignment``, ``changed``, ``same``, ``left``,
    ``failed``: how many).
    """

    def note(self, said: str) -> None:
        """As for people."""
        say("note", text=said)
        super().note(said)

    def plan(self, plan: Planned) -> None:
        """As for people."""
        self._student(plan, None, "")
        super().plan(plan)

    def outcome(self, outcome: Outcome) -> None:
        """As for people."""
        if outcome.written is not None:  # otherwise it is told as a plan
            self._student(outcome.planned, outcome.written, outcome.said)
        super().outcome(outcome)

    def end(self, again: str) -> int:
        """As for people."""
        counts = {"changed": self._changed, "same": self._same, "left": self._left, "failed": self._failed}
        say("pushed", assignment=self._service.assignment().key, **counts)
        return super().end(again)

    def _student(self, plan: Planned, written: bool | None, said: str) -> None:
        say(
            "student",
            id=plan.submission,
            student=plan.name,
            number=plan.person.numbers[0] if plan.person else "",
            changes=plan.changes,
            held_back=plan.held_back,
            notes=plan.notes,
            written=written,
            said=said,
        )
