"""Files of other projects are what the manifest says, and nothing of ours asks another host for more."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from autograder.review.site import HERE, STATIC
from tests.conftest import ROOT
from vendored.fetch import digests, packages

NAMESPACES = {"http://www.w3.org/1998/Math/MathML", "http://www.w3.org/2000/svg"}
"""Names that look like addresses."""

FOREIGN = re.compile(r"(?:https?:)?//[a-z0-9-]+(?:\.[a-z0-9-]+)+[^\s\"'`)<]*", re.IGNORECASE)


@pytest.mark.parametrize("package", packages(), ids=lambda one: one["name"])
def test_files_of_other_projects_are_those_of_the_manifest(package: dict) -> None:
    assert digests(STATIC / package["folder"]) == package["files"]
    assert "LICENSE" in package["files"]
    assert package["licence"] == "MIT"
    assert package["integrity"].startswith("sha512-")
    assert re.fullmatch(r"\d+\.\d+\.\d+", package["version"])


def test_every_folder_of_another_project_is_in_the_manifest() -> None:
    assert {one.name for one in STATIC.iterdir() if one.is_dir()} == {one["folder"] for one in packages()}


def shown() -> list[Path]:
    found = [*(HERE / "templates").rglob("*"), *STATIC.rglob("*")]
    return [one for one in found if one.suffix in (".html", ".css", ".js", ".svg")]


@pytest.mark.parametrize("file", shown(), ids=lambda one: one.name)
def test_no_page_and_no_file_of_one_names_another_host(file: Path) -> None:
    assert set(FOREIGN.findall(file.read_text(encoding="utf-8"))) <= NAMESPACES


@pytest.mark.parametrize("file", sorted((HERE / "templates").iterdir()), ids=lambda one: one.name)
def test_no_template_has_what_the_policy_forbids(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert not re.search(
        r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", text, re.IGNORECASE
    )
    assert "| safe" not in text
    assert "|safe" not in text


def test_a_built_package_has_every_file_of_the_pages() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = settings["tool"]["setuptools"]["package-data"]["autograder.review"]
    taken = {one for pattern in patterns for one in HERE.glob(pattern)}
    here = (one for folder in ("templates", "static") for one in (HERE / folder).rglob("*"))
    assert {one for one in here if one.is_file()} <= taken
