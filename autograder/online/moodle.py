"""Moodle's assignment over Moodle's own web service, as a real 4.5 answered.

- ``null`` is no proof: a mark above the maximum, to a locked or overridden grade, or a file to a feedback
  type that is switched off vanishes without a word, and the rest is saved. So all of it is looked at before
  and read back after.
- Marks go to the newest attempt; one student a call, because a call that fails half-way keeps its first half.
- Where comments are on, a call without a comment breaks. Files of a draft area replace all that were there.
- An empty workflow state takes a released mark back, so the state that is there goes along.
- Asking for the status of somebody who has no submission makes one: they are not asked for.
- Whoever may not see participants' numbers (a non-editing teacher) goes by the person's own number, lifted
  beyond all participants' numbers: a file with it that is uploaded by hand reaches nobody.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from autograder.errors import ServiceError, ServiceRefused
from autograder.files.visible import number, plain
from autograder.lms.moodle import as_html
from autograder.lms.moodle_words import LANGUAGES
from autograder.online.moodle_calls import Calls
from autograder.online.moodle_lists import Lists, files_of, handed_in_of, mark_in, may_see
from autograder.online.service import (
    File,
    HandedInFile,
    Held,
    LmsService,
    OnlineAssignment,
    Participant,
)
from autograder.online.token import Token
from autograder.online.web import Site, Upload

OF_PERSON = 9_000_000_000
"""Added to a person's number where the participant's is not told: Moodle's numbers have ten digits at
most."""

_NEEDED = (
    "core_course_get_course_module",
    *(
        f"mod_assign_{name}"
        for name in (
            "get_assignments", "get_grades", "get_submission_status", "get_submissions", "get_user_flags",
            "get_user_mappings", "list_participants", "save_grades",
        )
    ),
)  # fmt: skip
_SET_FLAGS = "mod_assign_set_user_flags"
_HTML = "1"
"""Format of comments. A raw one comes back without its format; who writes in Moodle's editor writes HTML."""


class MoodleService(LmsService):
    """One assignment at one Moodle.

    Args:
        module: the number in the address of the assignment's page.
    """

    title: ClassVar[str] = "Moodle"
    adapter: ClassVar[str] = "moodle"
    joins_the_rest: ClassVar[bool] = True

    def __init__(self, site: Site, module: int, token: Token) -> None:
        self._calls = Calls(site, token)
        self._module = module
        self._advice: list[str] = []
        self._functions: frozenset[str] = frozenset()
        self._words = LANGUAGES["en"]
        self._assignment: OnlineAssignment | None = None
        self._id = self._course = 0

    # What is there

    def assignment(self) -> OnlineAssignment:
        """As every service; asked once."""
        if self._assignment is None:
            pages, largest = self._read_site()
            found = self._calls.ask("core_course_get_course_module", cmid=self._module).of("cm")
            if found.text("modname", limit=100) != "assign":
                raise ServiceRefused(
                    f"{self._site}: {self._module} is no assignment but {found.shown('modname')}"
                )
            self._id, self._course = found.whole("instance"), found.whole("course")
            methods = [one.shown("method") for one in found.list_of("advancedgrading")]
            self._assignment = self._read_assignment(pages, largest, next(filter(None, methods), ""))
        return self._assignment

    def advice(self) -> Iterator[str]:
        """As every service."""
        yield from self._advice

    @property
    def _site(self) -> str:
        return self._calls.site.address

    def _read_site(self) -> tuple[bool, int]:
        """Whether files can be uploaded, and how long they may be."""
        info = self._calls.ask("core_webservice_get_site_info")
        calls_itself = info.text("siteurl", limit=2000)
        if calls_itself.rstrip("/") != self._site:
            raise ServiceRefused(
                f"{self._site}: the site calls itself {plain(calls_itself, 200)}: give the assignment's "
                "address there"
            )
        self._functions = frozenset(one.text("name", limit=200) for one in info.list_of("functions"))
        if missing := [name for name in _NEEDED if name not in self._functions]:
            raise ServiceRefused(
                f"{self._site}: the token's service lacks {', '.join(missing)}: take a token of the service "
                "moodle_mobile_app"
            )
        # What is named here has to be found on the pages that this account sees.
        self._words = LANGUAGES.get(info.text("lang", "", 100).split("_")[0], self._words)
        uploads = info.flag("uploadfiles")
        if not uploads:
            self._advice.append("The token's service takes no files, so no feedback page goes back.")
        return uploads, info.whole("usermaxuploadfilesize", 1 << 30)

    def _read_assignment(self, uploads: bool, largest: int, method: str) -> OnlineAssignment:
        answer = self._calls.ask("mod_assign_get_assignments", courseids__0=self._course)
        may_see(answer, self._site, "the assignments of the course")
        courses = [one for course in answer.list_of("courses") for one in course.list_of("assignments")]
        found = next((one for one in courses if one.whole("id") == self._id), None)
        if found is None:
            raise ServiceRefused(
                f"{self._site}: this account sees no assignment {self._module} in its course"
            )
        if method:
            raise ServiceRefused(
                f"{self._site}: the assignment is graded by {method}, and takes no marks as they are here: "
                f"set its grading method to {self._words.direct}, or enter the marks by hand"
            )
        maximum = found.number("grade")
        if maximum <= 0:
            kind = "by a scale" if maximum < 0 else "without a grade"
            raise ServiceRefused(f"{self._site}: the assignment is graded {kind}, not with points")
        on = {
            one.shown("plugin")
            for one in found.list_of("configs")
            if one.shown("subtype") == "assignfeedback" and one.shown("name") == "enabled"
            and one.shown("value") == "1"
        }  # fmt: skip
        self._advise(on)
        if found.flag("markingallocation"):
            self._advice.append(
                "Students are allocated to markers: an account that may not allocate them is told of its own "
                "students only."
            )
        return OnlineAssignment(
            key=f"{self._site}/mod/assign/view.php?id={self._module}",
            title=html.unescape(found.text("name", "", 2000)),
            maximum=maximum,
            comments="comments" in on,
            pages="file" in on and uploads,
            teams=found.flag("teamsubmission"),
            blind=found.flag("blindmarking") and not found.flag("revealidentities"),
            workflow=found.flag("markingworkflow"),
            tells_students=found.flag("sendstudentnotifications"),
            due=found.whole("duedate", 0),
            largest_page=largest,
        )

    def _advise(self, on: set[str]) -> None:
        called = {"comments": f"“{self._words.comment}”", "file": self._words.files_type}
        for plugin, name in called.items():
            if plugin not in on:
                self._advice.append(
                    f"{name} is off in the assignment's settings (feedback types), so Moodle takes none."
                )

    # Who is there

    def participants(self) -> Sequence[Participant]:
        """As every service: six questions for a whole class."""
        assignment = self.assignment()
        listed = self._calls.ask(
            "mod_assign_list_participants", assignid=self._id, groupid=0, filter="", includeenrolments=0
        )
        numbers = {} if assignment.blind else self._lists.numbers()
        handed_in = {one.whole("userid"): one for one in self._lists.submissions() if one.whole("userid")}
        marks, flags, locked = self._lists.graded(), self._lists.flags(), self._locked()
        without = self._words.no_team if assignment.teams else ""
        people = []
        for one in listed.items():
            user = one.whole("id")
            told = one.whole("recordid", 0) if assignment.blind else numbers.get(user, 0)
            due = flags.get(user, ("", 0))[1]
            people.append(
                Participant(
                    user=user,
                    numbers=(*([str(told)] if told > 0 else []), str(OF_PERSON + user)),
                    numbered=told > 0,
                    name=one.text("fullname", "", 2000),
                    email=one.text("email", "", 2000),
                    team=str(one.whole("groupid", 0) or ""),
                    team_name=html.unescape(one.text("groupname", "", 2000)) or without,
                    handed_in=handed_in_of(handed_in[user]) if user in handed_in else None,
                    due=due,
                    mark=marks.get(user),
                    locked=locked.get(user, ""),
                )
            )
        return people

    def teams(self) -> Sequence[Participant]:
        """As every service."""
        if not self.assignment().teams:
            return ()
        found = []
        for one in self._lists.submissions():
            if one.whole("userid") == 0:
                group = str(one.whole("groupid") or "")
                numbers = (group,) if group else ()
                found.append(Participant(0, numbers, "", team=group, handed_in=handed_in_of(one)))
        return found

    def _locked(self) -> Mapping[int, str]:
        try:
            return self._lists.locked(self._course)
        except ServiceRefused as reason:
            self._advice.append(
                "Nobody looked whether marks are locked or overridden in the gradebook: such a mark is not "
                "taken, and that is seen when it is read back. From Moodle 4.1 to 4.4 one activity of the "
                f"course with & or < in its name is enough for that. {reason}"
            )
            return {}

    @property
    def _lists(self) -> Lists:
        return Lists(self._calls, self._id)

    # One student

    def held(self, one: Participant) -> Held:
        """As every service."""
        if one.handed_in is None:  # to ask would make a submission
            mark = self._lists.graded().get(one.user)
            return Held(mark) if mark is None else Held(mark, None, None)
        answer = self._calls.ask(
            "mod_assign_get_submission_status", assignid=self._id, userid=one.user, moodlewssettingraw=1
        )
        if not answer.has("feedback"):
            graded = self._lists.graded()
            mark = graded.get(one.user)
            untold = mark is not None or (self.assignment().workflow and one.user in graded)
            return Held(mark, None, None) if untold else Held()
        feedback = answer.of("feedback")
        comment = ""
        files: tuple[File, ...] = ()
        for plugin in feedback.list_of("plugins"):
            if plugin.shown("type") == "comments":
                for field in plugin.list_of("editorfields"):
                    comment = field.text("text", "")
            elif plugin.shown("type") == "file":
                files = tuple(map(self._file, files_of(plugin, "feedback_files")))
        mark = mark_in(feedback.of("grade")) if feedback.has("grade") else None
        return Held(mark, comment, files)

    def _file(self, file: HandedInFile) -> File:
        return File(file.path.lstrip("/") + file.name, self.fetch(file))

    def write(self, one: Participant, wanted: Held) -> None:
        """As every service."""
        assignment, row = self.assignment(), "grades[0]"
        fields = {
            "assignmentid": str(self._id),
            "applytoall": "0",  # for a student without a team it would mark all who have none
            f"{row}[userid]": str(one.user),
            f"{row}[grade]": "-1" if wanted.mark is None else number(wanted.mark, 5),
            f"{row}[attemptnumber]": "-1",
            f"{row}[addattempt]": "0",
            f"{row}[workflowstate]": self._state(one),
        }
        if assignment.comments:
            editor = f"{row}[plugindata][assignfeedbackcomments_editor]"
            fields |= {f"{editor}[text]": wanted.comment or "", f"{editor}[format]": _HTML}
        if assignment.pages and wanted.files is not None:
            fields[f"{row}[plugindata][files_filemanager]"] = str(self._draft(wanted.files))
        self._calls.once("mod_assign_save_grades", fields)
        self.settle(one)

    def settle(self, one: Participant) -> None:
        """As every service: where the assignment's setting is off, nobody gets a message."""
        if not self.assignment().tells_students and _SET_FLAGS in self._functions:
            self._tell_nobody(one)

    def _state(self, one: Participant) -> str:
        """The state that somebody has at this moment: it may have been released since the push began."""
        if not self.assignment().workflow:
            return ""
        return self._lists.flags().get(one.user, ("", 0))[0]

    def _tell_nobody(self, one: Participant) -> None:
        """Take back the message that this call sends whatever the assignment's setting says."""
        flags = {"userflags[0][userid]": str(one.user), "userflags[0][mailed]": "1"}
        try:
            self._calls.once(_SET_FLAGS, {"assignmentid": str(self._id), **flags})
        except ServiceError as reason:
            if not any("message about" in said for said in self._advice):
                self._advice.append(f"Students may get a message about their mark: {reason}")

    def _draft(self, files: Sequence[File]) -> int:
        """The number of a draft area that holds these files and no others."""
        area = 0
        for file in files:
            taken = self._calls.upload(Upload(file.name, file.content), area)
            area = taken.whole("itemid")
            # Up to 4.1 Moodle does not say how much it took; reading back compares the file itself.
            if taken.whole("filesize", len(file.content)) != len(file.content) or area <= 0:
                raise ServiceRefused(f"{self._site}: did not take the file {plain(file.name, 80)} whole")
        # A number that never was a draft area would do the same, and is nothing that Moodle promises.
        return area or self._calls.ask("core_files_get_unused_draft_itemid").whole("itemid")

    def fetch(self, file: HandedInFile) -> bytes:
        """As every service."""
        return self._calls.download(file.address, file.size)

    def comment(self, text: str) -> str:
        """As every service: HTML."""
        return as_html(text)
