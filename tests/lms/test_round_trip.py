"""One zip in, marks and feedback out: the command on exports, its files taken back by a site."""

from __future__ import annotations

import csv
import html
import json
import shutil
import unicodedata
import zipfile
from pathlib import Path

import pytest

from tests.conftest import TOY_LAB, notebook_bytes
from tests.engine.processes import run_here
from tests.lms.moodle_site import Site

SAMPLES = Path(__file__).parent / "moodle"
MEDIAN = "def median(v):\n    v = sorted(v); n = len(v)\n    return v[n//2] if n % 2 else (v[n//2-1] + v[n//2]) / 2"
HALF = "def median(v):\n    return 2"


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    shutil.copytree(TOY_LAB, tmp_path / "lab")
    return tmp_path / "lab" / "grading_config.yml"


def export(tmp_path: Path, members: dict[str, bytes], name: str = "Lab 9-4711.zip") -> Path:
    file = tmp_path / name
    with zipfile.ZipFile(file, "w") as archive:
        for member, data in members.items():
            archive.writestr(member, data)
    return file


def rows(out: Path) -> dict[str, dict[str, str]]:
    with (out / "grades.csv").open(encoding="utf-8", newline="") as file:
        return {row["lms_id"] or row["student"]: row for row in csv.DictReader(file)}


def folder(number: int, name: str = "Jane Doe", file: str = "words.ipynb") -> str:
    return f"{name}_{number}_assignsubmission_file/{file}"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["individual_folders_t_en", "individual_flat_t_de", "blind_folders_t_en"])
def test_a_real_moodle_gets_every_mark_and_page_back(tmp_path: Path, lab: Path, kind: str) -> None:
    out = tmp_path / "out"
    german = kind.endswith("de")
    sheet = SAMPLES / ("individual_graded_t_de.csv" if german else "individual_ungraded_t_en.csv")
    given = () if "blind" in kind else ("--worksheet", sheet)
    done = run_here("grade", SAMPLES / f"{kind}.zip", "--out", out, "--config", lab, "--partial", *given)
    assert done.returncode == 3, done.stderr  # some have no notebook, or two
    table = rows(out)
    assert len(table) == 13  # nobody twice, nobody missing
    graded = {int(key): row for key, row in table.items() if row["status"] == "graded"}
    site = Site("de" if german else "en", set(range(1, 40)))
    assert site.upload_worksheet(out / "lms" / "moodle_grades.csv") == set(graded)
    site.upload_feedback(out / "lms" / "moodle_feedback.zip")
    assert site.marks == {n: float(row["score"]) for n, row in graded.items()}
    results = [json.loads(file.read_text()) for file in (out / "results").glob("*.json")]
    for result in results:
        page = (out / "feedback" / f"{result['submission']['id']}.html").read_bytes()
        assert site.files[int(result["submission"]["lms_id"])] == {"feedback.html": page}
    upload = (out / "lms" / "UPLOAD.md").read_text(encoding="utf-8")
    if not given:
        return
    assert "María José" in unicodedata.normalize("NFC", upload)  # on the worksheet, nothing handed in
    assert table["2"]["late"] == "73"
    if german:
        assert "Sinéad O'Brien (9): 23,00 → " in upload


def test_lateness_costs_what_the_policy_says_and_the_raw_score_stays(tmp_path: Path, lab: Path) -> None:
    lab.write_text(
        lab.read_text() + "\nlate:\n  grace_minutes: 1\n  percent_per_day: 20\nrounding:\n  step: 0.5\n"
        "lms:\n  scale: points\n"
    )
    text = (SAMPLES / "individual_ungraded_t_en.csv").read_text(encoding="utf-8")
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(text, encoding="utf-8")
    archive = export(tmp_path, {folder(2): notebook_bytes(MEDIAN), folder(3): notebook_bytes(MEDIAN, "pass")})
    out = tmp_path / "out"
    assert (
        run_here(
            "grade", archive, "--out", out, "--config", lab, "--partial", "--worksheet", sheet
        ).returncode
        == 0
    )
    table = rows(out)
    assert (table["2"]["score"], table["2"]["mark"], table["2"]["late"]) == ("2", "1", "73")
    assert "1 min 13 s late: 20 % of the points that can be earned, 1 day begun" in table["2"]["flags"]
    assert (table["3"]["score"], table["3"]["mark"], table["3"]["late"]) == ("2", "2", "0")
    site = Site("en", {2, 3})
    site.upload_worksheet(out / "lms" / "moodle_grades.csv")
    assert site.marks == {2: 1.0, 3: 2.0}
    # another policy is another report, not another grading
    lab.write_text(lab.read_text().replace("percent_per_day: 20", "percent_per_day: 10"))
    again = run_here("grade", archive, "--out", out, "--config", lab, "--partial", "--worksheet", sheet)
    assert again.stdout.count("(known)") == 2
    assert rows(out)["2"]["mark"] == "1.5"


def test_the_list_of_the_class_knows_names_drafts_and_the_maximum(tmp_path: Path, lab: Path) -> None:
    lab.write_text(lab.read_text() + "\nlms:\n  scale: maximum\n")
    text = (SAMPLES / "individual_ungraded_t_en.csv").read_text(encoding="utf-8")
    sheet, submitted = tmp_path / "sheet.csv", 's02@example.com,"Submitted for grading'
    sheet.write_text(text.replace(submitted, 's02@example.com,"Draft (not submitted)'), encoding="utf-8")
    out, archive = tmp_path / "out", export(tmp_path, {folder(9, "Sinéad OBrien"): notebook_bytes(MEDIAN)})
    done = run_here("grade", archive, "--out", out, "--config", lab, "--partial", "--worksheet", sheet)
    assert done.returncode == 0, done.stderr
    assert "Moodle's maximum is 25 points, the lab's 6: marks are scaled, as configured" in done.stdout
    row = rows(out)["9"]
    assert row["student"] == "Sinéad O'Brien"
    assert "a draft in the LMS, never submitted" in row["flags"]
    (page,) = (out / "feedback").iterdir()
    assert 'Feedback for <bdi class="clipped">Sinéad O&#39;Brien</bdi>' in page.read_text("utf-8")
    assert "Participant 9,8.33,-," in (out / "lms" / "moodle_grades.csv").read_text()


def test_who_comes_twice_or_under_no_name_is_told_and_gets_nothing(tmp_path: Path, lab: Path) -> None:
    first = export(tmp_path, {folder(1): notebook_bytes(MEDIAN), folder(2): notebook_bytes(MEDIAN)})
    others = {folder(number): notebook_bytes(HALF) for number in (2, 3)}
    others["stray/words.ipynb"] = notebook_bytes(HALF)
    second = export(tmp_path, others, "Lab 9-4711 (1).zip")
    out = tmp_path / "out"
    assert run_here("grade", first, second, "--out", out, "--config", lab, "--partial").returncode == 0
    site = Site("en", {1, 2, 3})
    site.upload_worksheet(out / "lms" / "moodle_grades.csv")
    site.upload_feedback(out / "lms" / "moodle_feedback.zip")
    assert site.marks == {1: 2.0, 3: 0.0}
    assert set(site.files) == {1, 3}
    upload = (out / "lms" / "UPLOAD.md").read_text(encoding="utf-8")
    assert upload.count("Jane Doe (2): several submissions have this identifier") == 2
    assert "under no name that tells whose it is: nothing goes back (1)" in upload
    assert "- stray/words.ipynb" in upload


def test_what_a_person_scores_counts_in_the_next_run(tmp_path: Path, lab: Path) -> None:
    archive = export(tmp_path, {folder(2): notebook_bytes(MEDIAN)})
    out = tmp_path / "out"
    run_here("grade", archive, "--out", out, "--config", lab)
    upload = (out / "lms" / "UPLOAD.md").read_text()
    assert "Not all is scored by a person yet" in upload
    assert "- What surprised you: 1 of 1 not scored" in upload
    manual = out / "manual.csv"
    manual.write_text(manual.read_text().replace(",2,,", ",2,1,"))
    assert run_here("grade", archive, "--out", out, "--config", lab).returncode == 0
    row = rows(out)["2"]
    assert (row["score"], row["max_score"], row["essay"]) == ("3", "6", "1")
    assert "Participant 2,3,-," in (out / "lms" / "moodle_grades.csv").read_text()
    assert "scored by a person" not in (out / "lms" / "UPLOAD.md").read_text()
    (page,) = (out / "feedback").iterdir()
    (out / "overrides.csv").write_text(f"id,question,points,reason\n{page.stem},counter,2.5,on paper\n")
    assert run_here("grade", archive, "--out", out, "--config", lab).returncode == 0
    assert "Participant 2,5.5,-," in (out / "lms" / "moodle_grades.csv").read_text()


@pytest.mark.slow
def test_a_report_inside_the_graded_folder_changes_nothing(tmp_path: Path, lab: Path) -> None:
    place = tmp_path / "unpacked"
    for number in (1, 2):
        (place / folder(number)).parent.mkdir(parents=True)
        (place / folder(number)).write_bytes(notebook_bytes(MEDIAN, f"x = {number}"))
    out = place / "graded"
    first = run_here("grade", place, "--out", out, "--config", lab)
    assert (first.returncode, set(rows(out))) == (0, {"1", "2"}), first.stderr
    manual = out / "manual.csv"
    manual.write_text(manual.read_text().replace(",2,,", ",2,1,"))
    again = run_here("grade", place, "--out", out, "--config", lab)
    assert again.returncode == 0, again.stderr
    assert {key: row["score"] for key, row in rows(out).items()} == {"1": "2", "2": "3"}
    assert (out / "lms" / "moodle_grades.csv").is_file()
    assert "unpacked/graded is a report of this program and was left out" in again.stdout


@pytest.mark.slow
def test_marks_go_back_when_a_person_has_scored_everything_or_it_is_asked_for(
    tmp_path: Path, lab: Path
) -> None:
    archive = export(tmp_path, {folder(2): notebook_bytes(MEDIAN), folder(3, "Bo"): notebook_bytes("pass")})
    out, sent = tmp_path / "out", tmp_path / "out" / "lms" / "moodle_grades.csv"
    assert run_here("grade", archive, "--out", out, "--config", lab).returncode == 0
    assert sent.read_text().count("Participant") == 0
    upload = (out / "lms" / "UPLOAD.md").read_text()
    assert "because a person has not scored everything (2)" in upload
    manual = out / "manual.csv"
    manual.write_text(manual.read_text().replace(",2,,", ",2,0,"))
    assert run_here("grade", archive, "--out", out, "--config", lab).returncode == 0
    assert (sent.read_text().count("Participant 2,2,"), sent.read_text().count("Participant 3")) == (1, 0)
    assert run_here("regrade", out, "--partial").returncode == 0
    assert sent.read_text().count("Participant 3,0,") == 1
    assert "1 more" in sent.read_text()
    assert run_here("regrade", out).returncode == 0  # it is remembered
    assert sent.read_text().count("Participant 3,0,") == 1
    assert run_here("grade", archive, "--out", out, "--config", lab).returncode == 0
    assert sent.read_text().count("Participant 3") == 0


@pytest.mark.slow
def test_the_list_of_the_class_of_the_last_run_holds(tmp_path: Path, lab: Path) -> None:
    lab.write_text(lab.read_text() + "\nlate:\n  percent_per_day: 50\n")
    archive, out = SAMPLES / "individual_folders_t_en.zip", tmp_path / "out"
    sheet = tmp_path / "sheet.csv"
    shutil.copy(SAMPLES / "individual_ungraded_t_en.csv", sheet)
    run_here("grade", archive, "--out", out, "--config", lab, "--worksheet", sheet)
    first = rows(out)
    assert first["2"]["late"] == "73"
    again = run_here("grade", archive, "--out", out, "--config", lab)
    assert again.returncode == 3, again.stderr
    assert f"your list of the class is that of the last run: {sheet}" in again.stdout
    assert rows(out) == first
    sheet.unlink()
    lost = run_here("grade", archive, "--out", out, "--config", lab)
    assert (lost.returncode, "the last run used it, and it is not there any more" in lost.stderr) == (2, True)
    assert rows(out) == first


@pytest.mark.slow
def test_a_corrected_notebook_and_another_class_are_refused_or_added(tmp_path: Path, lab: Path) -> None:
    members = {
        folder(number, name): notebook_bytes(HALF, f"x = {number}")
        for number, name in ((2, "Jane Doe"), (3, "Bo"), (4, "Cy"))
    }
    archive, out = export(tmp_path, members), tmp_path / "out"
    assert run_here("grade", archive, "--out", out, "--config", lab, "--partial").returncode == 0
    before = {file: file.read_bytes() for file in out.rglob("*") if file.is_file() and file.name != "lock"}
    fix = tmp_path / "jane doe.ipynb"
    fix.write_bytes(notebook_bytes(MEDIAN))
    other = export(tmp_path, {folder(9, "Di"): notebook_bytes(HALF)}, "Lab 9-4712.zip")
    for path, missing in ((fix, "Jane Doe, Bo, Cy"), (other, "Jane Doe, Bo, Cy")):
        refused = run_here("grade", path, "--out", out, "--config", lab)
        assert refused.returncode == 2
        assert f"3 of its 3 submissions ({missing}) are not in {path.name}" in refused.stderr.replace(
            "\n", " "
        )
        assert "--add" in refused.stderr
        assert before == {file: file.read_bytes() for file in before}
    added = run_here("grade", fix, other, "--out", out, "--config", lab, "--partial", "--add")
    assert added.returncode == 0, added.stderr
    table = rows(out)
    assert {key: (row["student"], row["score"]) for key, row in table.items()} == {
        "2": ("Jane Doe", "2"), "3": ("Bo", "0"), "4": ("Cy", "0"), "9": ("Di", "0"),
    }  # fmt: skip
    assert "added by hand in the place of what was handed in" in table["2"]["flags"]
    assert "Participant 2,2," in (out / "lms" / "moodle_grades.csv").read_text()
    fix.unlink()
    other.unlink()
    again = run_here("grade", archive, "--out", out, "--config", lab)  # what was added belongs to the class
    assert (again.returncode, again.stdout.count("(known)")) == (0, 4), again.stderr
    assert rows(out).keys() == table.keys()
    assert "0 of 4 submissions change" in run_here("regrade", out).stdout
    fresh = run_here("grade", archive, "--out", tmp_path / "new", "--config", lab, "--add")
    assert (fresh.returncode, "nothing was graded into" in fresh.stderr) == (2, True)


@pytest.mark.slow
def test_nothing_for_an_lms_stays_beside_newer_results(tmp_path: Path, lab: Path) -> None:
    archive, out = export(tmp_path, {folder(2): notebook_bytes(HALF)}), tmp_path / "out"
    run_here("grade", archive, "--out", out, "--config", lab)
    assert (out / "lms" / "moodle_grades.csv").is_file()
    place = tmp_path / "class"
    place.mkdir()
    with zipfile.ZipFile(archive) as zipped:
        (place / "Jane Doe.ipynb").write_bytes(zipped.read(folder(2)))
    assert run_here("grade", place, "--out", out, "--config", lab).returncode == 0
    assert not (out / "lms").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--lms", "canvas"), "nothing can go back: no file has a name that Canvas gives"),
        (
            ("--worksheet", "other"),
            "the list of the class is hardly of this class: 2 of 2 who handed in are not on it",
        ),
        (
            ("--worksheet", "low"),
            "Moodle's maximum is 5 points, the lab's 6: 3 of 6 would be 3 of 5 there, and marks above 5 are not",
        ),
        (("--worksheet", "right"), ""),
    ],
    ids=["lms", "other class", "maximum", "right"],
)
def test_what_does_not_fit_is_said_before_grading_and_costs_the_exit_code(
    tmp_path: Path, lab: Path, options: tuple[str, str], says: str
) -> None:
    head = "Identifier,Full name,Status,Grade,Maximum grade,Grade can be changed,Last modified (grade),Feedback comments\n"
    for name, first, maximum in (("other", 60, "6.00"), ("low", 2, "5.00"), ("right", 2, "6.00")):
        people = "".join(
            f"Participant {number},Jane,Submitted for grading - ,,{maximum},Yes,-,\n"
            for number in (first, first + 1)
        )
        (tmp_path / name).write_text(head + people, encoding="utf-8-sig")
    option, value = options
    given = (option, tmp_path / value if option == "--worksheet" else value)
    archive = export(tmp_path, {folder(2): notebook_bytes(MEDIAN), folder(3): notebook_bytes(HALF)})
    out = tmp_path / "out"
    done = run_here("grade", archive, "--out", out, "--config", lab, *given)
    assert done.returncode == (3 if says else 0), done.stderr
    if says:
        told = done.stdout.replace("\n", " ")
        assert told.index(says) < told.index("graded  "), told
        assert told.count(says) == 2  # and at the end, where it is seen
    assert len(rows(out)) == 2
    assert run_here("regrade", out).returncode == done.returncode


def test_every_member_of_a_team_gets_mark_and_page(tmp_path: Path, lab: Path) -> None:
    lab.write_text(lab.read_text() + '\nlms:\n  teams: true\n  scale: points\n  members: {"1": [58, 63]}\n')
    out = tmp_path / "out"
    sheet = SAMPLES / "team_ungraded_t_en.csv"
    archive = export(
        tmp_path,
        {
            "Team 1_1_assignsubmission_file/words.ipynb": notebook_bytes(MEDIAN),
            "Team 1_2_assignsubmission_file/words.ipynb": notebook_bytes(HALF),
            "Ünï-Team 2 x_4_assignsubmission_file/words.ipynb": notebook_bytes("pass"),
        },
    )  # fmt: skip
    assert (
        run_here(
            "grade", archive, "--out", out, "--config", lab, "--partial", "--worksheet", sheet
        ).returncode
        == 0
    )
    site = Site("en", set(range(50, 64)), teams={1: {58, 63}, 2: {54, 60}, 4: {53, 51}})
    site.upload_worksheet(out / "lms" / "moodle_grades.csv")
    # Team_1 and "Team 1" have one name in an export: whose is whose must be said, and was said of one.
    assert site.marks == {58: 2.0, 63: 2.0, 51: 0.0, 53: 0.0}
    site.upload_feedback(out / "lms" / "moodle_feedback.zip")
    assert set(site.files) == {58, 63, 54, 60, 51, 53}
    assert "nobody knows the members of this team" in (out / "lms" / "UPLOAD.md").read_text()


def test_the_notebook_of_the_lab_is_meant_else_the_newest_else_a_person_decides(
    tmp_path: Path, lab: Path
) -> None:
    file = tmp_path / "class.zip"

    def add(archive: zipfile.ZipFile, name: str, cell: str, minute: int) -> None:
        archive.writestr(zipfile.ZipInfo(name, (2026, 11, 22, 10, minute, 0)), notebook_bytes(cell))

    with zipfile.ZipFile(file, "w") as archive:
        add(archive, folder(1, file="words.ipynb"), MEDIAN, 1)
        add(archive, folder(1, file="later.ipynb"), HALF, 9)
        add(archive, folder(2, file="a.ipynb"), HALF, 1)
        add(archive, folder(2, file="b.ipynb"), MEDIAN, 2)
        add(archive, folder(3, file="a.ipynb"), MEDIAN, 1)
        add(archive, folder(3, file="b.ipynb"), HALF, 1)
        add(archive, folder(4, file="a.ipynb"), MEDIAN, 1)
        add(archive, folder(4, file="copy/a.ipynb"), MEDIAN, 1)
        archive.writestr(folder(5, file="essay.pdf"), b"%PDF")
    out = tmp_path / "out"
    assert run_here("grade", file, "--out", out, "--config", lab).returncode == 3
    table = rows(out)
    assert {key: row["score"] for key, row in table.items()} == {
        "1": "2",
        "2": "2",
        "3": "",
        "4": "2",
        "5": "",
    }
    assert "also handed in, not graded: later.ipynb" in table["1"]["flags"]
    assert "2 notebooks, and nothing tells which is meant" in table["3"]["flags"]
    assert "no notebook (.ipynb) was handed in, only" in table["5"]["flags"]


@pytest.mark.single  # test_a_real_moodle_gets_every_mark_and_page_back
def test_an_lms_can_be_named_and_a_pattern_given(tmp_path: Path, lab: Path) -> None:
    file = export(
        tmp_path,
        {
            "week9/0017-Ann Lee-x.ipynb": notebook_bytes(MEDIAN),
            "week9/0018-Bo-x.ipynb": notebook_bytes("pass"),
        },
    )
    out = tmp_path / "out"
    pattern = r"(?P<id>\d{4})-(?P<name>[^-/]+)-(?P<file>[^/]+)$"
    assert run_here("grade", file, "--out", out, "--config", lab, "--name-pattern", pattern).returncode == 0
    assert {key: row["student"] for key, row in rows(out).items()} == {"0017": "Ann Lee", "0018": "Bo"}
    assert (out / "lms" / "feedback.zip").is_file()
    plain = tmp_path / "plain"
    assert run_here("grade", file, "--out", plain, "--config", lab, "--lms", "plain").returncode == 0
    assert [row["lms_id"] for row in rows(plain).values()] == ["", ""]
    wrong = run_here("grade", file, "--out", tmp_path / "o", "--config", lab, "--lms", "modle")
    assert wrong.returncode == 2
    assert "moodle, blackboard" in wrong.stderr
    without = run_here(
        "grade",
        file,
        "--out",
        tmp_path / "o",
        "--config",
        lab,
        "--worksheet",
        SAMPLES / "team_ungraded_t_en.csv",
    )
    assert without.returncode == 2
    assert "name it with --lms" in without.stderr


def test_the_same_student_keeps_the_same_files_when_the_export_comes_again(tmp_path: Path, lab: Path) -> None:
    members = {folder(1): notebook_bytes(MEDIAN), folder(2, "Jane Doe"): notebook_bytes(HALF)}
    out = tmp_path / "out"
    run_here("grade", export(tmp_path, members), "--out", out, "--config", lab)
    names = sorted(file.name for file in (out / "results").iterdir())
    again = run_here("grade", export(tmp_path, members, "Lab 9-4711 (1).zip"), "--out", out, "--config", lab)
    assert again.stdout.count("(known)") == 2
    assert sorted(file.name for file in (out / "results").iterdir()) == names


@pytest.mark.parametrize("how", [("--lms", "moodle"), ("--name-pattern", "(?P<id>[0-9]{9})_.*")])
def test_an_export_of_something_else_is_said_to_be_one(
    how: tuple[str, str], tmp_path: Path, lab: Path
) -> None:
    archive = export(tmp_path, {"ada/words.ipynb": notebook_bytes(MEDIAN)})
    done = run_here("grade", archive, "--out", tmp_path / "out", "--config", lab, *how)
    assert done.returncode == 3
    assert "Are these its exports?" in done.stdout
    upload = (tmp_path / "out" / "lms" / "UPLOAD.md").read_text()
    assert "**Nothing can go back**: no file has a name that" in upload
    assert "Upload, in this order" not in upload


def test_without_an_lms_everything_goes_back(tmp_path: Path, lab: Path) -> None:
    archive = export(tmp_path, {"ada/words.ipynb": notebook_bytes(MEDIAN)})
    done = run_here("grade", archive, "--out", tmp_path / "out", "--config", lab, "--lms", "plain")
    assert done.returncode == 0
    assert "Are these its exports?" not in done.stdout
    assert "Upload, in this order" in (tmp_path / "out" / "lms" / "UPLOAD.md").read_text()


def test_a_comment_is_sentences(tmp_path: Path, lab: Path) -> None:
    question = lab.parent / "questions" / "median.py"
    question.write_text(question.read_text("utf-8").replace("== 2.5", "== 2.5, 'Is it the middle?'"), "utf-8")
    archive = export(tmp_path, {folder(2): notebook_bytes(HALF)})
    assert run_here("grade", archive, "--out", tmp_path / "out", "--config", lab, "--partial").returncode == 0
    comment = html.unescape((tmp_path / "out" / "lms" / "moodle_grades.csv").read_text())
    assert (
        "Is it the middle? counter 0/3: counts is None; {'one': 1, 'two': 2, 'three': 3} was expected. The attached"
        in comment
    )
