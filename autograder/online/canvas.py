"""Canvas's assignment over Canvas's REST API: experimental, because no real Canvas has answered yet.

What is relied on was read in Canvas's documentation, and in its source where that says less:

- Comments are added, never replaced, and a page comes as the attachment of a comment. A comment with a page
  that this account wrote is this program's. The newest counts: it is not written again, and undoing deletes
  those that came after the one that is to stand again. Comments of people have no such page and stay.
- Marks above the points possible are taken as extra credit, so none is sent. Letters, percents, rubrics,
  marks of several graders and hidden names are refused: what becomes of a mark there is not documented.
- Where Canvas's own late policy takes points away, the mark that was given is the score with these points.
- A comment goes to the first attempt unless its number goes along. A mark goes to the whole group, unless the
  assignment says that its members are graded one by one. An empty mark takes one away.
- Whoever is excused would not be any more with a mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from autograder.errors import BadAnswer, ServiceRefused
from autograder.files.visible import number
from autograder.online.answers import Part
from autograder.online.canvas_calls import LARGEST_NUMBER, Calls
from autograder.online.plan import same_comment, same_mark
from autograder.online.service import (
    PAGE,
    File,
    HandedIn,
    HandedInFile,
    Held,
    LmsService,
    OnlineAssignment,
    Participant,
)
from autograder.online.token import Token
from autograder.online.web import Site, Upload

_PAGE = re.compile(r"feedback(?:-\d+)?\.html")
"""What :data:`PAGE` is called there, where Canvas has changed the name of a second one."""


class CanvasService(LmsService):
    """One assignment at one Canvas.

    Args:
        course, number: in the address of the assignment's page.
    """

    title: ClassVar[str] = "Canvas"
    adapter: ClassVar[str] = "canvas"
    notice: ClassVar[str] = (
        "Experimental: made after Canvas's documentation; no real Canvas has answered yet. Look into Canvas "
        "after the first student."
    )

    def __init__(self, site: Site, course: int, number: int, token: Token) -> None:
        self._calls = Calls(site, token)
        self._path = f"/courses/{course}/assignments/{number}"
        self._advice: list[str] = []
        self._assignment: OnlineAssignment | None = None
        self._me = 0

    # What is there

    def assignment(self) -> OnlineAssignment:
        """As every service; asked once."""
        if self._assignment is None:
            self._me = _number_in(self._calls.ask("/users/self"), "id")
            found = self._calls.ask(self._path)
            if reason := _not_gradable(found):
                raise ServiceRefused(f"{self._calls.site.address}: {reason}")
            teams = found.has("group_category_id")
            self._advise(found)
            self._assignment = OnlineAssignment(
                key=f"{self._calls.site.address}{self._path}",
                title=found.text("name", "", 2000),
                maximum=found.number("points_possible"),
                comments=True,
                pages=True,
                teams=teams,
                one_mark=teams and not found.flag("grade_group_students_individually"),
                tells_students=False,
                due=_seconds(found, "due_at"),
            )
        return self._assignment

    def _advise(self, found: Part) -> None:
        if found.flag("post_manually") or found.flag("muted"):
            said = "Grades are posted by hand here: students see marks and comments once you post them there."
        else:
            said = "Canvas tells students about marks and comments as each of them has set it."
        self._advice.append(said)

    def advice(self) -> Iterator[str]:
        """As every service."""
        yield from self._advice

    # Who is there

    def participants(self) -> Sequence[Participant]:
        """As every service."""
        found = self._calls.whole_list(f"{self._path}/submissions", include=("user", "group", "visibility"))
        people = sorted(map(_participant, found), key=lambda one: one.user)
        if not self.assignment().teams:
            return people
        groups = {_number_in(row, "user_id"): _group_of(row) for row in found}
        first: dict[int, int] = {}  # an export has one member's number for the group's
        for one in people:
            first.setdefault(groups[one.user][0], one.user)
        return [_in_team(one, *groups[one.user], first[groups[one.user][0]]) for one in people]

    def teams(self) -> Sequence[Participant]:
        """As every service: the work of the first member is the group's."""
        if not self.assignment().teams:
            return ()
        return [one for one in self.participants() if one.team == str(one.user)]

    # One student

    def held(self, one: Participant) -> Held:
        """As every service: the newest of this program's comments, with its page."""
        found = self._submission(one)
        newest = self._ours(found)[-1:]
        comment, files = (newest[0].text, (self._page(newest[0]),)) if newest else ("", ())
        return Held(self._mark(found), comment, files)

    def write(self, one: Participant, wanted: Held) -> None:
        """As every service; what is there already is not written."""
        found = self._submission(one)
        ours, fields = self._ours(found), {}
        if not same_mark(self._mark(found), wanted.mark):
            fields["submission[posted_grade]"] = "" if wanted.mark is None else number(wanted.mark, 5)
        if wanted.files is None:
            wanted = replace(wanted, files=tuple(map(self._page, ours[-1:])))
        old = [] if wanted.comment is None else self._outdated(ours, wanted)
        if old is None:
            fields |= self._comment(one, found.whole("attempt", 0), wanted)
        if fields:
            self._calls.once("PUT", self._of(one), fields)
        for comment in old or ():
            self._calls.once("DELETE", f"{self._of(one)}/comments/{comment.number}")

    def _comment(self, one: Participant, attempt: int, wanted: Held) -> dict[str, str]:
        """The fields of a new comment, whose page is there already."""
        page = next((file for file in wanted.files or () if file.name == PAGE), None)
        if page is None:
            raise ServiceRefused("without a page nobody could tell this program's comment from a person's")
        taken = self._calls.upload(f"{self._of(one)}/comments/files", Upload(page.name, page.content))
        return {
            "comment[text_comment]": wanted.comment or "",
            "comment[group_comment]": "false",
            "comment[file_ids][]": str(taken),
        } | ({"comment[attempt]": str(attempt)} if attempt else {})

    def _outdated(self, ours: Sequence[_Ours], wanted: Held) -> list[_Ours] | None:
        """The comments that came after the one wanted; ``None``: it is not there."""
        if not wanted.comment and not wanted.files:
            return list(ours)
        for at, one in reversed(list(enumerate(ours))):
            if same_comment(one.text, wanted.comment) and wanted.files == (self._page(one),):
                return list(ours[at + 1 :])
        return None

    def _page(self, one: _Ours) -> File:
        return File(PAGE, self.fetch(one.page))

    def _submission(self, one: Participant) -> Part:
        return self._calls.ask(self._of(one), include=("submission_comments",))

    def _of(self, one: Participant) -> str:
        return f"{self._path}/submissions/{one.user}"

    def _mark(self, found: Part) -> float | None:
        taken = _number_or_none(found, "points_deducted")
        if taken and not any("late policy" in said for said in self._advice):
            self._advice.append(
                "Canvas's own late policy takes points from late marks: what students see there is less."
            )
        return _mark_in(found)

    def _ours(self, found: Part) -> list[_Ours]:
        """The comments that this program wrote with this account, the newest last."""
        self.assignment()  # tells whose account this is
        ours = []
        for one in found.list_of("submission_comments"):
            attached = [_file(file) for file in one.list_of("attachments")]
            if one.whole("author_id", 0, LARGEST_NUMBER) != self._me or len(attached) != 1:
                continue
            if _PAGE.fullmatch(attached[0].name):
                ours.append(_Ours(_number_in(one, "id"), one.text("comment", ""), attached[0]))
        return sorted(ours, key=lambda one: one.number)

    def fetch(self, file: HandedInFile) -> bytes:
        """As every service."""
        return self._calls.download(file.address, file.size)

    def comment(self, text: str) -> str:
        """As every service: whether it is read as HTML depends on the site, so there is none in it."""
        return text.replace("<", "‹").replace(">", "›")


@dataclass(frozen=True)
class _Ours:
    """A comment of this program's.

    Attributes:
        number: Canvas's, of the comment; a newer one has a larger one.
    """

    number: int
    text: str
    page: HandedInFile


def _not_gradable(found: Part) -> str:
    """Why an assignment takes no marks from here; empty where it does."""
    kinds = {one.value for one in found.list_of("submission_types")}
    if "online_upload" not in kinds:
        return "the assignment takes no files from students"
    if found.shown("grading_type") != "points" or not found.has("points_possible"):
        return "the assignment is not graded with points: set “Display Grade as” to points"
    if found.number("points_possible") <= 0:
        return "the assignment has no points: set them in its settings"
    reasons: Mapping[str, str] = {
        "use_rubric_for_grading": "a rubric grades the assignment: untick “Use this rubric for "
        "assignment grading”",
        "moderated_grading": "the marks of several graders are moderated: enter the marks in SpeedGrader",
        "anonymize_students": "names are hidden (anonymous grading), and Canvas takes marks only by name: "
        "enter the marks in SpeedGrader, or come back once they are posted",
    }
    return next((said for key, said in reasons.items() if found.flag(key)), "")


def _in_team(one: Participant, group: int, name: str, first: int) -> Participant:
    """Somebody with their team; who is in no group is one alone."""
    return replace(one, team=str(first if group else one.user), team_name=name if group else one.name)


def _participant(row: Part) -> Participant:
    user = _number_in(row, "user_id")
    handed_in = _handed_in(row)
    person = row.of("user")
    late = int(_number_or_none(row, "seconds_late") or 0) if row.flag("late") else 0
    locked = ""
    if row.flag("excused"):
        locked = "is excused in Canvas (EX), and a mark would undo that"
    elif row.has("assignment_visible") and not row.flag("assignment_visible"):
        locked = "Canvas says that the assignment is not assigned to this student"
    return Participant(
        user=user,
        numbers=(str(user),),
        name=person.text("name", "", 2000),
        email=person.text("login_id", "", 2000),
        handed_in=handed_in,
        due=handed_in.when - late if handed_in and late > 0 else 0,
        mark=_mark_in(row),
        locked=locked,
    )


def _handed_in(row: Part) -> HandedIn | None:
    when = _seconds(row, "submitted_at")
    if not when:
        return None
    files = [_file(one) for one in row.list_of("attachments")]
    return HandedIn("submitted", when, max(row.whole("attempt", 1) - 1, 0), files)


def _file(one: Part) -> HandedInFile:
    name = one.text("display_name", "", 1000) or one.text("filename", limit=1000)
    address = one.text("url", "", limit=8000)
    return HandedInFile("", name, one.whole("size", 0), address, str(_number_in(one, "id")))


def _group_of(row: Part) -> tuple[int, str]:
    """Number and name of somebody's group; 0 without one."""
    if not row.has("group") or not row.of("group").has("id"):
        return 0, ""
    group = row.of("group")
    return _number_in(group, "id"), group.text("name", "", 2000)


def _mark_in(row: Part) -> float | None:
    """The mark that was given, before Canvas's late policy; ``None``: none."""
    score = _number_or_none(row, "score")
    return None if score is None else score + (_number_or_none(row, "points_deducted") or 0.0)


def _number_or_none(row: Part, key: str) -> float | None:
    return row.number(key) if row.has(key) else None


def _number_in(row: Part, key: str) -> int:
    return row.whole(key, largest=LARGEST_NUMBER)


def _seconds(row: Part, key: str) -> int:
    """A moment in seconds since 1970; 0: none."""
    text = row.text(key, "", 100)
    try:
        return int(datetime.fromisoformat(text).timestamp()) if text else 0
    except (ValueError, OverflowError):
        raise BadAnswer(f"{row.place}.{key}: no moment as Canvas writes them") from None
