"""Moodle, 3.1 to 5.x: the export of an assignment, the offline grading worksheet, feedback files.

What is relied on was read in Moodle's source and seen on real sites, 4.0 to 4.5:

- A member lies in ``Full Name_<participant>_assignsubmission_file/…``, in 3.1 to 4.0 with one more
  underscore on the folder, or flat ``Full Name_<participant>_assignsubmission_file_<file>``. Moodle
  takes underscores out of names, and so much else that nothing may be left of one. With teams the number
  is the group's; the group of those who have none has no number. Group names have gone through an HTML
  formatter. Up to 4.0 each member of a team has a folder, ``Team-Full name_<participant>_…``.
- An uploaded worksheet is read by its headers, in the language of whoever uploads it. Rows need exactly
  as many cells as the header; a backslash before a quote breaks the file; a text in the place of a
  number becomes 0; an empty comment erases the old one. A row is skipped when the mark in Moodle
  is newer than its "last modified" by more than a minute; ``-`` says that there was none. A mark above the
  maximum is dropped, its comment is not. Equal marks and comments are not counted; where everything is equal
  or skipped, the upload is refused. With a group chosen, the rows of all others are skipped silently.
- A downloaded worksheet is written as PHP does it: a quote after a backslash is not doubled.
- A worksheet that is uploaded as it was downloaded rounds marks and strips comments. So a new one is
  written, with four columns and only the rows that were graded.
- A downloaded worksheet has comments without tags, and all entities as characters but those of
  apostrophes. Up to 4.0 it has them as HTML: then own ones with ``<``, ``&``, ``"`` or a backslash look like
  somebody else's.
- Feedback is returned as ``<anything>_<participant>_assignsubmission_file_/<file>``, after the marks: it
  creates grade records, and a row that says ``-`` would be skipped. Until 2023 the last underscore has to
  be there, later it may. With teams the number is the group's, until 2023 the participant's. A page that is
  there already counts as updated once more.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

from autograder.files.visible import number, plain
from autograder.lms.base import Lms
from autograder.lms.handback import Handback, Step, Table, Zip
from autograder.lms.model import Assignment, Person, Returned, Worksheet
from autograder.lms.moodle_folders import group_key, member, of_two, pages
from autograder.lms.moodle_sheet import in_iso, read_worksheet
from autograder.lms.moodle_words import LANGUAGES, Words
from autograder.lms.names import Names
from autograder.lms.rows import decimal, folded

GRADES = "moodle_grades.csv"
FEEDBACK = "moodle_feedback.zip"
FEEDBACK_OF_MEMBERS = "moodle_feedback_by_participant.zip"
"""With teams: the same pages in folders of the members, for versions of Moodle that want those."""

# Leading zeros are not Moodle's, and without them the number is the worksheet's.
_FOLDER = r"(?P<name>[^_]*)(?:_(?:0++(?=\d))?+(?P<id>\d+))?_assignsubmission_[a-z][a-z0-9]*"


class Moodle(Lms):
    """Moodle's assignment activity."""

    name = "moodle"
    title = "Moodle"
    names = Names(folder=rf"{_FOLDER}_?", file=rf"{_FOLDER}_(?P<file>.+)")
    nameless = "it is of those without a group, whom only your worksheet names: give it with --worksheet"
    met = True
    uploads_itself = "Or without any upload: `autograder push` shows what would change, `--yes` writes it."

    def team_key(self, name: str) -> str:
        """What is left of a group's name when Moodle has made a folder's name of it."""
        return group_key(name)

    def telling_row(self, worksheet: Worksheet, lms_id: str, student: str, *, teams: bool) -> Person | None:
        """The student's row; of a team, whose number may be another's participant number, any member's."""
        if not teams:
            return worksheet.person(lms_id)
        key = self.team_key(student)
        groups = {person.group: person for person in worksheet.people if self.team_key(person.group) == key}
        return next(iter(groups.values())) if len(groups) == 1 else None

    def worksheet(self, data: bytes, assignment: Assignment | None = None) -> Worksheet:
        """The offline grading worksheet, in English or German."""
        return read_worksheet(data)

    def maximum(self, one: Returned, back: Handback) -> float | None:
        """The assignment's maximum grade, as the worksheet has it."""
        return decimal(one.cell(_words(back).maximum))

    def nothing_because(self, back: Handback) -> str:
        """A folder without a number stands in exports of teams only: then all numbers are groups'."""
        return self._misdeclared(back) or super().nothing_because(back)

    def doubtful_because(self, one: Returned, back: Handback) -> str:
        """A group's number would be somebody else's, also for the web service."""
        if misdeclared := self._misdeclared(back):
            return misdeclared
        return _OF_GROUP if one.lms_id and self._is_of_group(one, back) else ""

    def left_out_because(self, one: Returned, back: Handback) -> str:
        """What Moodle would drop silently, and what would be somebody else's."""
        words = _words(back)
        if doubtful := self.doubtful_because(one, back):
            return doubtful
        if one.person and words.scale in one.person.cells:
            return f"the assignment is graded with a scale ({one.cell(words.scale)}), not with points"
        if one.cell(words.can_change) == words.no:
            return "Moodle has locked the mark"
        return super().left_out_because(one, back)

    def steps(self, back: Handback) -> Iterator[Step]:
        """A small worksheet and the feedback archive; with teams a second one, by participants."""
        words, there = _words(back), back.cells
        headings = (words.identifier, words.grade, words.graded, words.comment)
        header = [there.cell(heading) or heading for heading in headings]
        rows = [header, *(_row(one, words) for one in back.marked)]
        withheld = self._is_withheld(back)
        columns = 3 if withheld or _without_comments(back) else 4
        yield Table(GRADES, self._upload_grades(back), (row[:columns] for row in rows))
        if withheld:
            return
        own = self._of_participants(back)
        if back.assignment.teams:
            of_teams = {one.team: one for one in self._with_team(back)}
            found = [(member(self._called(one), team), one.feedback) for team, one in of_teams.items()]
            yield Zip(FEEDBACK, _upload_feedback(words) + _SEE_WHO, found)
            both = of_two(back)
            missed = [one for one in own if one.lms_id in both]
            certain = [one for one in own if one.lms_id not in both]
            yield Zip(FEEDBACK_OF_MEMBERS, _instead(missed), pages(certain))
        else:
            yield Zip(FEEDBACK, _upload_feedback(words), pages(own))

    def first(self, back: Handback) -> Iterator[str]:
        """To look at everybody: what a group leaves out, Moodle does not say."""
        yield (
            f"Where Moodle offers groups above the submissions, choose {_words(back).everybody}: with "
            "a group chosen it takes that group's marks and pages only, and does not say so."
        )
        if _without_comments(back):
            yield (
                f"Your worksheet has no column “{_words(back).comment}”, as where that feedback type is off: "
                "no comments go back."
            )
        if back.marked and back.worksheet and not any(_changes(one, back) for one in back.marked):
            yield (
                "Your worksheet has all of these marks and comments already: uploaded once more, Moodle "
                f"refuses them with {_words(back).unchanged}, and nothing is lost."
            )

    def last(self, back: Handback) -> Iterator[str]:
        """To release what waits in the workflow, and to reveal who is who."""
        words = _words(back)
        if words.workflow in back.cells:
            yield (
                "Last: the assignment has a marking workflow. Students see neither mark nor feedback before "
                f"their state is {words.released}: select everybody (Moodle selects those of one page of its "
                f"list), {words.set_state}, {words.released}."
            )
        if self._is_blind(back):
            shown = (
                "Until then students see nothing of these marks. Afterwards download the worksheet again: "
                "autograder publish DIR --worksheet FILE writes comments and pages."
                if back.assignment.withhold
                else "Until then the gradebook has no marks, but students read comments and pages, in which "
                "they stand; “lms: withhold: true” in grading_config.yml holds both back."
            )
            yield f"Last: the names are hidden; {words.menu}, {words.reveal}. {shown}"

    def reports(self, back: Handback) -> Iterator[str]:
        """The numbers that Moodle names after each upload, as far as the worksheet tells what is there."""
        words = _words(back)
        condition = (
            "" if back.worksheet else " where it has no marks, comments and pages of these students yet"
        )
        withheld = self._is_withheld(back)
        updated = words.updated.format(
            marks=sum(one.is_new for one in back.marked),
            comments=0 if withheld else sum(_is_new_comment(one, back) for one in back.marked),
        )
        if any(_changes(one, back) for one in back.marked):
            yield f"After the marks Moodle has to report {updated}{condition}."
        reached = self._with_team(back) if back.assignment.teams else self._of_participants(back)
        unknown = len({one.team for one in reached if not one.lms_id})
        if reached and not withheld:
            people = words.reached.format(people=sum(bool(one.lms_id) for one in reached))
            more = f", and more: the members of {unknown} team(s) whom nothing tells" if unknown else ""
            yield f"After the pages: {people}{more}; pages that are there already count again."

    def by_hand(self, back: Handback) -> Iterator[Returned]:
        """With teams, whoever has none, and whose team's number could be taken for somebody's own."""
        if back.assignment.teams and not self._is_withheld(back):
            without = {"", *of_two(back)}
            yield from (one for one in back.returned if one.team in without)

    def _with_team(self, back: Handback) -> list[Returned]:
        """Whom the number of their team reaches and nobody else."""
        if self._misdeclared(back):
            return []
        without = {"", *of_two(back)}
        return [one for one in back.returned if one.team not in without]

    def _of_participants(self, back: Handback) -> list[Returned]:
        """Whose number is certainly a participant's."""
        if self._misdeclared(back):
            return []
        return [one for one in back.returned if one.lms_id and not self._is_of_group(one, back)]

    def _misdeclared(self, back: Handback) -> str:
        """Why numbers would be taken for others than they are; empty where they are not."""
        if back.assignment.teams:
            old = (re.search(r"_assignsubmission_[a-z0-9]+_$", one.place) for one in back.returned)
            return _OF_MEMBERS if any(old) else ""
        folders = (self.names.match(one.place) for one in back.returned)
        return _UNDECLARED if any(found is not None and not found["id"] for found in folders) else ""

    def _is_of_group(self, one: Returned, back: Handback) -> bool:
        """Whether the folder has the name of a group and not the student's, though no teams are declared."""
        key = "" if back.assignment.teams else self.team_key(self._called(one))
        return key in back.groups and not (one.person and self.team_key(one.person.name) == key)

    def _is_blind(self, back: Handback) -> bool:
        """Whether names are hidden: the worksheet has none, and all folders have the same word for one."""
        words = _words(back)
        if back.worksheet is not None:
            return not any(heading in back.cells for heading in (words.full_name, words.email))
        hidden = {self.team_key(words.identity) for words in LANGUAGES.values()}
        called = {self.team_key(self._called(one)) for one in back.returned}
        return len(called) == 1 and called <= hidden

    def _is_withheld(self, back: Handback) -> bool:
        return back.assignment.withhold and self._is_blind(back)

    def _called(self, one: Returned) -> str:
        """The name in a folder of the export."""
        found = self.names.match(one.place)
        return found["name"] if found else ""

    def _upload_grades(self, back: Handback) -> str:
        words = _words(back)
        text = (
            f"First. Above the submissions {words.menu}, {words.upload_sheet}; it is missing where "
            f"{words.sheet_type} is off among the feedback types. Separator comma, encoding UTF-8."
        )
        if back.worksheet is None:
            text += (
                f" Tick {words.allow_older} only if you want marks replaced that are there already and that "
                "nobody looked at; without it, Moodle skips whoever has one, and does not say so."
            )
        else:
            text += (
                f" Leave {words.allow_older} unticked: then Moodle skips marks that somebody has changed "
                "since you downloaded your worksheet, and reports lower numbers than those below."
            )
        text += (
            f" Uploaded once more, also with other marks, it says {words.unchanged}: the file does not know "
            "of the first time. Download the worksheet again and write the file anew with it: autograder "
            "publish DIR --worksheet FILE (or tick that box, which replaces whatever is there)."
        )
        if back.worksheet is None:
            text += (
                f" The file is for a Moodle in {words.language}; in another language it is refused as "
                "unreadable: set lms: language in grading_config.yml (en or de), or give your worksheet."
            )
        return text + self.nobody_looked(back)


_UNDECLARED = (
    "the export is one of teams, and a group's number is no participant's: say so in grading_config.yml "
    "(lms: teams: true) and give your worksheet with --worksheet"
)
_OF_MEMBERS = (
    "Moodle up to 4.0 exports each member's copy with the member's own number, not the team's: take "
    "lms: teams out of grading_config.yml"
)
_OF_GROUP = (
    "its folder has the name of a group, and a group's number is no participant's: if groups hand in "
    "together, say so in grading_config.yml (lms, teams)"
)

_SEE_WHO = (
    " Before you confirm, Moodle lists who gets a page: they have to be the members of these teams. A Moodle "
    "from before the summer of 2023 lists nobody, or somebody else: then do not confirm."
)


def _instead(missed: Sequence[Returned]) -> str:
    text = (
        "Only instead of the one before, if your Moodle lists nobody there, or others than the members of "
        "these teams: the same pages, by participant instead of by team, for those in no team as well. Again "
        "see who is listed before you confirm."
    )
    if missed:
        people = ", ".join(f"{plain(one.student, 60)} ({one.lms_id})" for one in missed)
        text += f" Not in it, because their numbers are those of teams as well: {people}."
    return text


def _upload_feedback(words: Words) -> str:
    return (
        f"Then, never before the marks: {words.menu}, {words.upload_zip}; it is missing where "
        f"{words.files_type} is off among the assignment's feedback types."
    )


def _words(back: Handback) -> Words:
    return LANGUAGES[back.worksheet.language if back.worksheet else back.assignment.language]


def _without_comments(back: Handback) -> bool:
    """Whether the worksheet says that the assignment takes none."""
    return back.worksheet is not None and _words(back).comment not in back.cells


def _is_new_comment(one: Returned, back: Handback) -> bool:
    if _without_comments(back):
        return False
    return one.person is None or folded(one.person.comment) != folded(one.comment)


def _changes(one: Returned, back: Handback) -> bool:
    """Whether Moodle has something to change for somebody."""
    return one.is_new or _is_new_comment(one, back)


def _row(one: Returned, words: Words) -> tuple[str, str, str, str]:
    identifier = one.cell(words.identifier) or f"{words.identity}{one.lms_id}"
    return identifier, number(one.mark), in_iso(one.cell(words.graded)), as_html(one.comment)


def as_html(comment: str) -> str:
    r"""A comment without markup as it goes to Moodle, alike in a file and by the service.

    A quote or a backslash can break Moodle's reading of a file. An apostrophe that is an entity comes back as
    one, and the comment would look like somebody else's.

    >>> as_html("it's \"a\" < b")
    "it's &quot;a&quot; &lt; b"
    """
    text = html.escape(comment, quote=False).replace('"', "&quot;").replace("\\", "&#92;")
    return text.replace("\n", "<br>")
