"""Moodle's own words, in the languages that are known: of its worksheet, and of what a TA clicks and reads.

Labels were seen in 4.1, 4.2 and 4.5; where these differ, both are given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SECONDS = (1, 60, 3600, 86_400, 604_800, 31_536_000)
"""Of the units of time, in their order."""


@dataclass(frozen=True)
class Words:
    """The words of one language; what a TA clicks and reads with quotation marks and versions.

    Attributes:
        identifier, full_name, email, status, group, grade, maximum, scale, workflow, can_change, submitted,
            graded, comment: headings of the worksheet.
        identity: what stands before the number of a participant.
        no: in the column ``can_change``.
        nothing_handed_in, draft: how a status begins.
        late, units, months: of times.
        language: what it is called in English.
        menu: above the submissions, with both uploads in it.
        upload_sheet, upload_zip: the uploads.
        sheet_type, files_type: the feedback types without which they are missing.
        allow_older: the tick that takes rows over newer marks.
        unchanged: what Moodle says where it takes nothing.
        everybody: instead of a group.
        updated: what it says after the worksheet; ``{marks}`` and ``{comments}`` are numbers.
        reached: the same after the archive; ``{people}`` is a number.
        set_state, released: how marks come out of the workflow.
        reveal: how names come back.
        no_team: what those are called who are in no team, in exports and on the worksheet.
        direct: the method of grading that takes points.
    """

    identifier: str
    identity: str
    full_name: str
    email: str
    status: str
    group: str
    grade: str
    maximum: str
    scale: str
    workflow: str
    can_change: str
    no: str
    submitted: str
    graded: str
    comment: str
    nothing_handed_in: str
    draft: str
    late: str
    units: Sequence[str]
    months: Sequence[str]
    language: str
    menu: str
    upload_sheet: str
    upload_zip: str
    sheet_type: str
    files_type: str
    allow_older: str
    unchanged: str
    everybody: str
    updated: str
    reached: str
    set_state: str
    released: str
    reveal: str
    no_team: str
    direct: str


LANGUAGES = {
    "en": Words(
        identifier="Identifier", identity="Participant ", full_name="Full name", email="Email address",
        status="Status", group="Group", grade="Grade", maximum="Maximum grade", scale="Scale",
        workflow="Marking workflow state", can_change="Grade can be changed", no="No",
        submitted="Last modified (submission)", graded="Last modified (grade)", comment="Feedback comments",
        nothing_handed_in="No submission", draft="Draft", late="late",
        units="sec min hour day week year".split(),
        months="January February March April May June July August September October November "
               "December".split(),
        language="English",
        menu="“Grading action” (up to Moodle 4.4) or “Actions” (4.5)",
        upload_sheet="“Upload grading worksheet”",
        upload_zip="“Upload multiple feedback files in a zip” (up to 4.4) or “Upload feedback files in a "
        "zip” (4.5)",
        sheet_type="“Offline grading worksheet”",
        files_type="“Feedback files”",
        allow_older="“Allow updating records that have been modified more recently in Moodle than in the "
        "spreadsheet.”",
        unchanged="“No modified grades found in uploaded worksheet”",
        everybody="“All participants”",
        updated="“Updated {marks} grades and {comments} feedback instances”",
        reached="“Users with updated feedback: {people}”",
        set_state="“Set marking workflow state” (up to 4.4) or “More”, “Change marking state” (4.5)",
        released="“Released”",
        reveal="“Reveal student identities”",
        no_team="Default group",
        direct="“Simple direct grading”",
    ),
    "de": Words(
        identifier="ID", identity="Teilnehmer/in", full_name="Vollständiger Name", email="E-Mail-Adresse",
        status="Status", group="Gruppe", grade="Bewertung", maximum="Bestwertung", scale="Skala",
        workflow="Status des Bewertungsworkflows", can_change="Bewertung kann geändert werden", no="Nein",
        submitted="Zuletzt geändert (Abgabe)", graded="Zuletzt geändert (Bewertung)",
        comment="Feedback als Kommentar", nothing_handed_in="Keine Abgabe", draft="Entwurf", late="zu spät",
        units="Sekunde Minute Stunde Tag Woche Jahr".split(),
        months="Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(),
        language="German",
        menu="„Bewertungsvorgang“ (up to Moodle 4.4) or „Aktionen“ (4.5)",
        upload_sheet="„Bewertungstabelle hochladen“",
        upload_zip="„Mehrere Feedbackdateien in einer Zip-Datei hochladen“ (up to 4.4) or "
        "„Feedbackdateien als ZIP-Datei hochladen“ (4.5)",
        sheet_type="„Offline-Bewertungstabelle“",
        files_type="„Feedbackdateien“",
        allow_older="„Update von Datensätzen zulassen, die seit dem letzten Upload angepasst wurden.“",
        unchanged="„Keine Änderungen in der hochgeladenen Bewertungstabelle gefunden“",
        everybody="„Alle Teilnehmer/innen“",
        updated="„{marks} Bewertungen und {comments} Feedbacks aktualisiert“",
        reached="„Nutzer/innen mit aktualisierten Feedbacks: {people}“",
        set_state="„Bewertungsworkflowstatus festlegen“ (up to 4.4) or „Mehr“, „Bearbeitungsstatus ändern“ "
        "(4.5)",
        released="„Freigegeben“",
        reveal="„Identität der Teilnehmer/innen aufdecken“",
        no_team="Standard-Gruppe",
        direct="„Einfache direkte Bewertung“",
    ),
}  # fmt: skip
"""By their ISO 639-1 codes."""
