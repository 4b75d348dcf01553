"""What ``UPLOAD.md`` says of a class, and what a Moodle site says when a TA does it."""

from __future__ import annotations

import csv
import html
import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from autograder.config.load import load
from autograder.config.schema import LmsSettings
from autograder.lms import returning
from autograder.lms.mismatch import mismatches
from autograder.lms.model import Assignment, Worksheet
from autograder.lms.moodle import Moodle
from autograder.lms.returning import HandedBack, write_lms
from autograder.model import Entry, ManualQuestion, QuestionEntry, Status, Submission
from autograder.store.comments import FILE as FILE_OF_COMMENTS
from tests.conftest import TOY_LAB
from tests.lms.moodle_site import NO_CHANGES, Refused, Site

SAMPLES = Path(__file__).parent / "moodle"
MOODLE = Moodle()
EVERYBODY = set(range(1, 15))


def entry(
    place: str,
    mark: float = 20.0,
    *,
    possible: float = 25.0,
    manual: Sequence[ManualQuestion] = (),
    failure: str = "",
) -> Entry:
    """A graded submission from this folder of an export."""
    found = MOODLE.names.match(place)
    assert found is not None
    submission = Submission(
        id=re.sub("[^A-Za-z0-9_]+", "-", place), source=place, student=found["name"], lms_id=found["id"] or "", lms="moodle",
        place=place, own_path=("lab.ipynb",),
    )  # fmt: skip
    failures = (failure,) if failure else ()
    question = QuestionEntry("grad_w", "Gradient", mark, possible, checked=True, failures=failures)
    return Entry(
        submission, Status.GRADED, "", (question,), tuple(manual), (), (), (), (), (), 0, 0, "", mark, possible, mark, "", 1.0,
    )  # fmt: skip


def folder(number: int, name: str = "Jane Doe") -> str:
    return f"{name}_{number}_assignsubmission_file"


def sheet(name: str = "individual_ungraded_t_en.csv", words: Mapping[str, str] | None = None) -> Worksheet:
    """A real worksheet in which some words stand for others."""
    text = (SAMPLES / name).read_text(encoding="utf-8")
    for old, new in (words or {}).items():
        assert old in text
        text = text.replace(old, new)
    return MOODLE.worksheet(text.encode())


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "feedback").mkdir()
    return tmp_path


def give_back(
    out: Path, entries: Sequence[Entry], worksheet: Worksheet | None, **settings: object
) -> HandedBack:
    for one in entries:
        (out / "feedback" / f"{one.submission.id}.html").write_text(f"<p>{one.submission.id}</p>")
    return write_lms(out, entries, MOODLE, worksheet, "Lab 9", LmsSettings(**settings))


def told(out: Path) -> str:
    """``UPLOAD.md`` as it is read."""
    return (out / "lms" / "UPLOAD.md").read_text(encoding="utf-8").replace("\\", "")


def grades(out: Path) -> Path:
    return out / "lms" / "moodle_grades.csv"


def as_downloaded(comment: str) -> str:
    """Without tags, and with all entities as characters but apostrophes, as a site of 4.4 was seen to do."""
    text = re.sub(r"<[^>]*>", "", comment)
    return html.unescape(re.sub(r"&(?=#(x27|0*39);|apos;)", "&amp;", text, flags=re.IGNORECASE))


def downloaded(site: Site, worksheet: str) -> Worksheet:
    """The worksheet that a site gives after an upload: its marks with two decimals, its comments as text."""
    rows = list(
        csv.DictReader(io.StringIO((SAMPLES / worksheet).read_text(encoding="utf-8-sig"), newline=""))
    )
    for row in rows:
        number = int(row["Identifier"].removeprefix("Participant "))
        if number in site.marks:
            row["Grade"] = f"{site.marks[number]:.2f}"
            row["Last modified (grade)"] = "Monday, 30 November 2026, 12:00 PM"
            row["Feedback comments"] = as_downloaded(site.comments[number])
    made = io.StringIO()
    table = csv.DictWriter(made, rows[0])
    table.writeheader()
    table.writerows(rows)
    return MOODLE.worksheet(made.getvalue().encode())


# Groups, numbers, a second upload


@pytest.mark.parametrize("worksheet", [sheet(), None], ids=["with a worksheet", "without"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_moodle_reports_the_numbers_that_the_page_names(
    out: Path, worksheet: Worksheet | None, language: str
) -> None:
    if worksheet and language == "de":
        worksheet = sheet("individual_graded_t_de.csv")
    give_back(out, [entry(folder(number)) for number in (1, 2, 3)], worksheet, language=language)
    site = Site(language, EVERYBODY)
    site.upload_worksheet(grades(out))
    assert len(site.marks) == 3
    assert site.said.rstrip(".") in told(out)
    site.upload_feedback(out / "lms" / "moodle_feedback.zip")
    assert len(site.files) == 3
    assert site.said in told(out)


def test_with_a_group_chosen_the_numbers_are_others_and_the_page_begins_with_everybody(out: Path) -> None:
    give_back(out, [entry(folder(number)) for number in (1, 2, 3)], sheet())
    site = Site("en", EVERYBODY, chosen={2, 9})
    site.upload_worksheet(grades(out))
    assert site.said == "Updated 1 grades and 1 feedback instances."
    assert site.said.rstrip(".") not in told(out)
    first = told(out).split("\n\n")[1]
    assert "choose “All participants”" in first


def test_a_second_upload_is_refused_and_a_new_worksheet_helps(out: Path) -> None:
    entries, site = [entry(folder(number)) for number in (1, 2, 3)], Site("en", EVERYBODY)
    give_back(out, entries, sheet())
    site.upload_worksheet(grades(out))
    with pytest.raises(Refused, match=NO_CHANGES):
        site.upload_worksheet(grades(out))
    assert NO_CHANGES in told(out)
    changed = [*entries[:2], entry(folder(3), 21.0)]
    give_back(out, changed, sheet())  # the old worksheet knows nothing of the first upload
    with pytest.raises(Refused, match=NO_CHANGES):
        site.upload_worksheet(grades(out))
    give_back(out, changed, downloaded(site, "individual_ungraded_t_en.csv"))
    assert site.upload_worksheet(grades(out)) == {3}
    assert site.said.rstrip(".") in told(out)


def test_a_worksheet_that_has_our_marks_is_recognised(out: Path) -> None:
    failures = ["", "gave 'it\\'s' & <b>\"R&amp;D\"</b>", 'gave \'back\\slash\' and "quote\\""']
    entries = [entry(folder(at), 12.345, failure=said) for at, said in enumerate(failures, start=1)]
    site = Site("en", EVERYBODY)
    give_back(out, entries, sheet())
    assert "has all of these marks" not in told(out)
    site.upload_worksheet(grades(out))
    give_back(out, entries, downloaded(site, "individual_ungraded_t_en.csv"))
    assert "has all of these marks and comments already" in told(out)
    with pytest.raises(Refused, match=NO_CHANGES):
        site.upload_worksheet(grades(out))
    assert "After the marks Moodle has to report" not in told(out)
    assert "Marks that replace another one" not in told(out)
    assert "Comments in Moodle that these replace" not in told(out)


def test_a_second_archive_counts_again(out: Path) -> None:
    give_back(out, [entry(folder(number)) for number in (1, 2)], sheet())
    site = Site("en", EVERYBODY)
    for _ in range(2):
        site.upload_feedback(out / "lms" / "moodle_feedback.zip")
    assert f"“{site.said}”; pages that are there already count again" in told(out)


def test_where_comments_are_off_none_are_announced(out: Path) -> None:
    """Then the worksheet has no column of them, and Moodle passes one in the file over."""
    rows = csv.reader(
        io.StringIO((SAMPLES / "individual_ungraded_t_en.csv").read_text("utf-8-sig"), newline="")
    )
    made = io.StringIO()
    csv.writer(made).writerows(row[:-1] for row in rows)
    give_back(out, [entry(folder(number)) for number in (1, 2)], MOODLE.worksheet(made.getvalue().encode()))
    assert grades(out).read_text().splitlines()[0] == "Identifier,Grade,Last modified (grade)"
    site = Site("en", EVERYBODY)
    site.upload_worksheet(grades(out))
    assert site.said.rstrip(".") in told(out)
    assert "Your worksheet has no column “Feedback comments”" in told(out)


# The site's language


def test_a_german_site_refuses_english_headings_and_the_page_says_what_to_set(out: Path) -> None:
    give_back(out, [entry(folder(1))], None)
    with pytest.raises(Refused, match="could not read"):
        Site("de", EVERYBODY).upload_worksheet(grades(out))
    assert "set lms: language in grading_config.yml" in told(out)
    give_back(out, [entry(folder(1))], None, language="de")
    assert Site("de", EVERYBODY).upload_worksheet(grades(out)) == {1}


def test_a_german_site_is_told_of_in_its_own_labels(out: Path) -> None:
    give_back(out, [entry(folder(1))], sheet("individual_graded_t_de.csv"))
    for label in ("„Bewertungsvorgang“ (up to Moodle 4.4) or „Aktionen“ (4.5)", "„Bewertungstabelle hochladen“",
                  "„Mehrere Feedbackdateien in einer Zip-Datei hochladen“ (up to 4.4) or „Feedbackdateien als ZIP-Datei", "„Alle Teilnehmer/innen“", "„Keine Änderungen in der"):  # fmt: skip
        assert label in told(out)
    assert not re.search("Grading action|All participants|No modified", told(out))


def test_headings_in_other_capitals_are_those_of_the_sheet(out: Path) -> None:
    words = {'"Maximum grade"': '"Maximum Grade"', '"Last modified (grade)"': '"Last  Modified (grade)"'}
    worksheet = sheet(words=words)
    assert MOODLE.most(worksheet, Assignment("Lab 9")) == 25.0
    give_back(out, [entry(folder(1))], worksheet)
    assert grades(out).read_text().startswith("Identifier,Grade,Last  Modified (grade),Feedback comments\n")


# Another maximum


@pytest.mark.parametrize(
    ("scale", "mark", "says"),
    [
        (None, "18", "18 of 36 would be 18 of 25 there, and marks above 25 are not taken"),
        ("points", "18", "marks go back as points, as configured, and marks above 25 are not taken"),
        ("maximum", "12.5", "marks are scaled, as configured (18 of 36 becomes 12.5)"),
    ],
)
def test_another_maximum_is_said_on_top_and_scaled_where_configured(
    out: Path, scale: str | None, mark: str, says: str
) -> None:
    give_back(out, [entry(folder(1), 18.0, possible=36.0)], sheet(), scale=scale)
    assert says in told(out).split("\n\n")[1]
    row = grades(out).read_text().splitlines()[1]
    assert row.startswith(f"Participant 1,{mark},")
    assert "18 of 36 points." in row
    assert ("12.5 of 25 in Moodle." in row) == (scale == "maximum")


def test_points_that_wait_for_a_person_are_part_of_what_is_scaled(out: Path) -> None:
    waiting = ManualQuestion("essay", "Essay", 5.0, None)
    given = [entry(folder(1), 20.0, possible=20.0, manual=[waiting])]
    (out / "feedback" / f"{given[0].submission.id}.html").write_text("")
    worksheet = sheet(words={",,25.00,": ",,100.00,"})
    write_lms(out, given, MOODLE, worksheet, "Lab", LmsSettings(scale="maximum"), partial=True)
    assert "Participant 1,80," in grades(out).read_text()


def test_a_maximum_that_nobody_knows_is_named_on_top(out: Path) -> None:
    give_back(out, [entry(folder(1))], None)
    assert "nothing tells the maximum in Moodle: see that it is 25 as here" in told(out).split("\n\n")[1]


def test_nothing_is_scaled_to_a_maximum_that_nobody_knows(out: Path) -> None:
    back = give_back(out, [entry(folder(1))], None, scale="maximum")
    assert back.marks == 0
    assert "No mark goes back: marks are to be scaled to the maximum in Moodle" in told(out)


# Drafts


@pytest.mark.parametrize("drafts", ["grade", "list"])
def test_drafts_have_a_heading_of_their_own_and_go_back_unless_they_are_listed_only(
    out: Path, drafts: str
) -> None:
    worksheet = sheet(
        words={
            's05@example.com,"Submitted for grading -  - "': 's05@example.com,"Draft (not submitted) -  - "'
        }
    )
    entries = [entry(folder(1, "R2 D2 42")), entry(folder(2))]
    back = give_back(out, entries, worksheet, drafts=drafts)
    heading = "## Drafts, never submitted in Moodle: "
    assert f"{heading}{'graded like the others' if drafts == 'grade' else 'nothing goes back'}" in told(out)
    assert "- R2 D2 42 (1)" in told(out)
    site = Site("en", EVERYBODY)
    assert site.upload_worksheet(grades(out)) == ({1, 2} if drafts == "grade" else {2})
    site.upload_feedback(out / "lms" / "moodle_feedback.zip")
    assert set(site.files) == ({1, 2} if drafts == "grade" else {2})
    assert ("draft" in str(back.left_out)) == (drafts == "list")


# Marks and comments that are there


def test_only_what_changes_is_listed_and_a_comment_of_a_person_is_never_replaced_silently(out: Path) -> None:
    worksheet = sheet("individual_graded_t_de.csv")
    give_back(out, [entry(folder(10), 10.0), entry(folder(12), 20.0), entry(folder(5))], worksheet)
    assert "## Marks that replace another one (1)\n\n- Jörg Müller-Lüdenscheidt (12): 23,50 → 20\n" in told(
        out
    )
    assert "Mind: 2 comment(s) that somebody wrote in Moodle would be replaced" in told(out)
    assert "- Jörg Müller-Lüdenscheidt (12): plain, with comma" in told(out)


def graded_list(out: Path, comment: Callable[[str], str]) -> Worksheet:
    """The worksheet of a site that took what was written, with something made of each comment."""
    site = Site("en", EVERYBODY)
    site.upload_worksheet(grades(out))
    site.comments = {number: comment(said) for number, said in site.comments.items()}
    return downloaded(site, "individual_ungraded_t_en.csv")


def test_an_own_comment_is_known_in_any_words_and_nobody_misses_it(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        returning, "comment_for", lambda grade: f"{grade.mark} von 25 Punkten. Mehr zeigt die Seite."
    )
    give_back(out, [entry(folder(1), 12.0)], sheet())
    there = graded_list(out, lambda said: said)
    monkeypatch.undo()
    give_back(out, [entry(folder(1), 13.0)], there)
    assert "12.00 → 13" in told(out)
    assert "Comments in Moodle that these replace" not in told(out)


def test_a_comment_that_somebody_added_to_is_theirs(out: Path) -> None:
    give_back(out, [entry(folder(1), 12.0)], sheet())
    there = graded_list(out, "See me. {}".format)
    give_back(out, [entry(folder(1), 13.0)], there)
    assert "Mind: 1 comment(s) that somebody wrote in Moodle would be replaced" in told(out)


@pytest.mark.parametrize(
    "damage", ["", "{}", '{"schema": 1, "digests": 5}', '{"schema": 9, "digests": []}', "[1]"]
)
def test_without_what_was_written_every_comment_is_somebodys(out: Path, damage: str) -> None:
    give_back(out, [entry(folder(1), 12.0)], sheet())
    there = graded_list(out, lambda said: said)
    (out / FILE_OF_COMMENTS).write_text(damage)
    give_back(out, [entry(folder(1), 13.0)], there)
    assert "Mind: 1 comment(s) that somebody wrote in Moodle would be replaced" in told(out)
    give_back(out, [entry(folder(1), 14.0)], graded_list(out, lambda said: said))
    assert "Mind: 1 comment(s)" not in told(out)


def test_an_upload_of_one_student_does_not_miss_all_others(out: Path) -> None:
    give_back(out, [entry(folder(1))], sheet())
    missing = told(out).partition("## On your worksheet, but without a submission")[2]
    assert "12 others: the upload is of 1 of them only" in missing
    assert missing.count("\n- ") == 2  # and the one who has handed in nothing
    give_back(out, [entry(folder(number)) for number in range(1, 14) if number not in (5, 7)], sheet())
    assert "- =HYPERLINK(1) @Cmd+1 (5): the LMS says that something was handed in" in told(out)


# Teams


TEAM_OF_2, TEAM_OF_1 = "Ünï-Team 2 x_4_assignsubmission_file", "Team 1_1_assignsubmission_file"
NO_TEAM = "Default group_assignsubmission_file"


def test_a_folder_without_a_number_is_of_an_export_of_teams(out: Path) -> None:
    entries = [entry(TEAM_OF_2), entry(NO_TEAM)]
    for worksheet in (None, sheet("team_ungraded_t_en.csv")):
        back = give_back(out, entries, worksheet)
        assert (back.marks, back.pages) == (0, {"moodle_feedback.zip": 0})
        assert "No mark goes back: the export is one of teams" in told(out)
        assert "lms: teams: true" in told(out)


def test_members_numbers_in_an_old_export_of_teams_are_nobodys_team(out: Path) -> None:
    """Up to 4.0 each member has a folder of their own, in a team assignment, too."""
    entries = [
        entry(f"{folder(number, name)}_") for number, name in ((4, "Team A-Ann Lee"), (5, "Team A-Bo"))
    ]
    back = give_back(out, entries, sheet("team_ungraded_t_en.csv"), teams=True)
    assert (back.marks, set(back.pages.values())) == (0, {0})
    assert set(back.kept_back) == {one.submission.id for one in entries}
    assert "take lms: teams out of grading_config.yml" in told(out)
    give_back(out, entries, sheet())
    site = Site("en", EVERYBODY)
    assert site.upload_worksheet(grades(out)) == {4, 5}


def test_an_export_of_teams_is_said_to_be_one_before_grading() -> None:
    config, submissions = (
        load(TOY_LAB / "grading_config.yml").config,
        [entry(TEAM_OF_2).submission, entry(NO_TEAM).submission],
    )
    (said, *_) = mismatches(submissions, MOODLE, None, config)
    assert said.startswith("no mark goes back: the export is one of teams")
    declared = config.model_copy(update={"lms": LmsSettings(teams=True, scale="points")})
    assert list(mismatches(submissions, MOODLE, sheet("team_ungraded_t_en.csv"), declared)) == []


def test_a_teams_row_is_a_members_and_not_that_of_a_participant_of_its_number() -> None:
    text = (
        (SAMPLES / "team_ungraded_t_en.csv")
        .read_text(encoding="utf-8")
        .replace("Participant 50", "Participant 4")
    )
    late = text.replace(
        's08@example.com,"Submitted for grading', 's08@example.com,"Submitted for grading - 2 hours late'
    )
    worksheet = MOODLE.worksheet(
        late.replace(
            's07@example.com,"Submitted for grading', 's07@example.com,"Submitted for grading - 2 hours late'
        ).encode()
    )
    row = MOODLE.telling_row(worksheet, "4", "Ünï-Team 2 x", teams=True)
    assert row is not None
    assert (row.group, row.late_seconds) == ("Ünï-Team 2_x", 7200.0)
    assert MOODLE.telling_row(worksheet, "1", "Team 1", teams=True) is None  # two teams are called so
    alone = MOODLE.telling_row(worksheet, "4", "", teams=False)
    assert alone is not None
    assert alone.name == "Participant 12"


def test_a_team_has_one_page_under_its_name_and_reaches_every_member(out: Path) -> None:
    back = give_back(out, [entry(TEAM_OF_2)], sheet("team_ungraded_t_en.csv"), teams=True)
    assert back.marks == 2
    with zipfile.ZipFile(out / "lms" / "moodle_feedback.zip") as archive:
        assert archive.namelist() == [f"{TEAM_OF_2}_/feedback.html"]
    site = Site("en", set(range(50, 64)), teams={4: {51, 53}})
    site.upload_feedback(out / "lms" / "moodle_feedback.zip")
    assert site.said == "Users with updated feedback: 2"
    assert site.said in told(out)


@pytest.mark.parametrize("place", ["RD Soft_4_assignsubmission_file", "Ramp;D Soft_4_assignsubmission_file"])
def test_a_team_is_known_as_moodle_41_writes_it_and_as_later_ones_do(out: Path, place: str) -> None:
    worksheet = sheet("team_ungraded_t_en.csv", {"Ünï-Team 2_x": "R&D_Soft"})
    assert give_back(out, [entry(place)], worksheet, teams=True).marks == 2


def test_a_moodle_of_2022_takes_pages_by_participant_and_nobody_elses_for_a_teams(out: Path) -> None:
    """The team's number is that of a participant who is in no team."""
    both = [entry("Ünï-Team 2 x_52_assignsubmission_file"), entry(NO_TEAM)]
    give_back(out, both, sheet("team_ungraded_t_en.csv"), teams=True)
    site = Site("en", set(range(50, 64)), teams={52: {51, 53}}, of_2022=True)
    site.upload_feedback(out / "lms" / "moodle_feedback.zip")
    assert site.files == {}
    assert "Before you confirm, Moodle lists who gets a page" in told(out)
    assert "Team-2-x_52_assignsubmission_file.html: " in told(out).partition("attach them by hand")[2]
    site.upload_feedback(out / "lms" / "moodle_feedback_by_participant.zip")
    assert set(site.files) == {51, 53, 57, 59}
    assert "Not in it, because their numbers are those of teams as well: " in told(out)


def test_who_has_no_team_is_named_with_the_page_to_attach(out: Path) -> None:
    back = give_back(out, [entry(NO_TEAM)], sheet("team_ungraded_t_en.csv"), teams=True)
    assert back.marks == 3
    by_hand = told(out).partition("attach them by hand")[2]
    assert "feedback/Default-group_assignsubmission_file.html: " in by_hand
    for name in ("(57)", "(59)", "(52)"):
        assert name in by_hand


def test_of_two_teams_of_one_name_the_members_are_named_and_the_remedy(out: Path) -> None:
    give_back(out, [entry(TEAM_OF_1), entry(TEAM_OF_2)], sheet("team_ungraded_t_en.csv"), teams=True)
    assert 'lms: members: {"1": [1, 2]} (on your list are Team_1: 58, 63; Team 1: 54, 60)' in told(out)
    assert "“Users with updated feedback: 2”, and more: the members of 1 team(s) whom nothing tells" in told(
        out
    )
    missing = told(out).partition("## On your worksheet, but without a submission")[2]
    assert not any(f"({number})" in missing for number in (58, 63, 54, 60))


# Workflow and hidden names


def test_the_last_step_of_a_marking_workflow_is_named(out: Path) -> None:
    words = {'"Maximum grade"': '"Maximum grade","Marking workflow state"', ",25.00,": ",25.00,Not marked,"}
    give_back(out, [entry(folder(1))], sheet(words=words))
    last = told(out).partition("3. Last: ")[2]
    assert (
        "“Set marking workflow state” (up to 4.4) or “More”, “Change marking state” (4.5), “Released”" in last
    )
    give_back(out, [entry(folder(1))], sheet())
    assert "3. Last: " not in told(out)


def blind() -> Worksheet:
    """The real worksheet without the columns that a hidden name takes away."""
    rows = csv.reader(
        io.StringIO((SAMPLES / "individual_ungraded_t_en.csv").read_text(encoding="utf-8-sig"), newline="")
    )
    made = io.StringIO()
    csv.writer(made).writerows([row[0], *row[3:]] for row in rows)
    return MOODLE.worksheet(made.getvalue().encode())


@pytest.mark.parametrize("worksheet", [blind(), None], ids=["with a worksheet", "without"])
@pytest.mark.parametrize("withhold", [False, True])
def test_nothing_that_tells_a_mark_is_read_before_names_are_shown_if_withheld(
    out: Path, worksheet: Worksheet | None, withhold: bool
) -> None:
    give_back(
        out,
        [entry(folder(1, "Participant"), 17.5), entry(folder(2, "Participant"))],
        worksheet,
        withhold=withhold,
    )
    site = Site("en", EVERYBODY)
    assert site.upload_worksheet(grades(out)) == {1, 2}
    assert bool(site.comments) != withhold
    assert (out / "lms" / "moodle_feedback.zip").exists() != withhold
    assert "Last: the names are hidden; " in told(out)
    assert "“Reveal student identities”" in told(out)
    assert site.said.rstrip(".") in told(out)


def test_where_names_are_shown_nothing_is_withheld(out: Path) -> None:
    give_back(out, [entry(folder(1))], sheet(), withhold=True)
    assert (out / "lms" / "moodle_feedback.zip").exists()
    assert "names are hidden" not in told(out)
