"""A class graded in German, from the notebooks to the pages; the rest of the suite grades in English."""

from __future__ import annotations

import html
import json
import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import TOY_LAB, notebook_bytes
from tests.engine.processes import run_here
from tests.engine.test_toy_lab import CLASS, COUNTS, MEDIAN


@pytest.fixture(scope="module")
def out(tmp_path_factory) -> Path:
    """The report on a right notebook, one that stops early, and a file that is none."""
    place = tmp_path_factory.mktemp("german")
    lab = shutil.copytree(TOY_LAB, place / "lab")
    config = lab / "grading_config.yml"
    config.write_text(f"{config.read_text()}language: de\n")
    handed_in = place / "abgaben"
    handed_in.mkdir()
    (handed_in / "ada.ipynb").write_bytes(notebook_bytes(MEDIAN, COUNTS, CLASS))
    (handed_in / "ben.ipynb").write_bytes(notebook_bytes("def median(v): return 1 / 0", f"1 / 0\n{CLASS}"))
    (handed_in / "cem.ipynb").write_bytes(b"%PDF-1.7")
    done = run_here("grade", handed_in, "--out", place / "out", "--config", config, "--jobs", 1)
    assert done.returncode == 3, done.stderr  # one could not be graded
    return place / "out"


def page(out: Path, student: str) -> str:
    """The words of a student's page."""
    (file,) = (file for file in (out / "feedback").glob("*.html") if student in file.name)
    text = re.sub(r"<style>.*?</style>|<[^>]*>", " ", file.read_text(), flags=re.DOTALL)
    return " ".join(html.unescape(text).split())


def results(out: Path, student: str) -> dict:
    (file,) = (file for file in (out / "results").glob("*.json") if student in file.name)
    return json.loads(file.read_text())


def test_the_page_says_its_language(out):
    for file in (out / "feedback").glob("*.html"):
        assert '<html lang="de">' in file.read_text()
    assert '<html lang="en">' in (out / "index.html").read_text()


def test_a_right_notebook_hears_it_in_german(out):
    words = page(out, "ada")
    assert "Rückmeldung für ada" in words
    assert "5 von 5 Punkten, automatisch geprüft." in words
    assert "alle Prüfungen bestanden" in words


def test_a_cell_that_stopped_is_the_first_cause_in_german_too(out):
    words = page(out, "ben")
    assert "Sehen Sie sich dies zuerst an Zelle [2] brach in Zeile 1 ab, 1 / 0 : ZeroDivisionError" in words
    assert "Ihr Code löste einen Fehler aus: ZeroDivisionError: division by zero" in words
    (lacking,) = (one for one in results(out, "ben")["questions"] if one["name"] == "counter")
    assert lacking["cases"][-1]["message"].startswith("Counter ist nicht definiert: Codezelle 2 brach")


def test_no_english_sentence_of_ours_is_left_on_a_page(out):
    left = re.compile(r"\b(the|your|this|points?|hidden|passed|failed|finished|of)\b", re.IGNORECASE)
    for student in ("ada", "ben", "cem"):
        words = page(out, student).replace("Words and numbers", "")  # the lab's title
        assert left.findall(words) == [], student


def test_a_file_that_is_no_notebook_is_told_so_in_german(out):
    assert results(out, "cem")["reason"] == (
        "kein Notebook, sondern eine PDF-Datei, die in .ipynb umbenannt wurde: bitte das Notebook selbst abgeben"
    )
