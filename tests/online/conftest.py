"""A published class, and the site that its submissions came from."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend

from autograder.class_run.republish import republish
from autograder.online import moodle_calls
from autograder.online.token import VARIABLE
from autograder.store.journal import Journal
from autograder.store.records import Decision, Subject, What
from tests.online.moodle_server import TOKEN, Moodle, Student, served
from tests.review.classes import DERIVATION, LAST_STEP, WrittenClass, students, write_class


class Drawer(KeyringBackend):
    """A keyring of this process's own, for the real library: nobody's is asked, on no machine."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password


@pytest.fixture(autouse=True)
def drawer() -> Iterator[Drawer]:
    """The keyring that the library finds."""
    before, mine = keyring.get_keyring(), Drawer()
    keyring.set_keyring(mine)
    yield mine
    keyring.set_keyring(before)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked again is asked at once, and the token is where a TA puts it."""
    monkeypatch.setattr(moodle_calls, "PAUSES", (0.0, 0.0))
    monkeypatch.setenv(VARIABLE, TOKEN)


def published_class(folder: Path, count: int = 3) -> WrittenClass:
    """So many students, scored and published."""
    written = write_class(folder, students(count))
    journal = Journal(written.out)
    points = ((DERIVATION, 2.0), (LAST_STEP, 1.0))
    decisions = [
        Decision(Subject(id, name, What.POINTS), value) for id in written.ids for name, value in points
    ]
    assert isinstance(journal.append_all(decisions, "Ada", 0), list)
    republish(written.out, None, lambda event: None)
    return written


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> WrittenClass:
    """A class of three that nobody changes."""
    return published_class(tmp_path_factory.mktemp("published"))


@pytest.fixture
def written(published: WrittenClass, tmp_path: Path) -> WrittenClass:
    """The same class in a folder of this test's; its uploads and its lab lie where they were."""
    shutil.copytree(published.out, tmp_path / "graded")
    return replace(published, out=tmp_path / "graded")


def site_of(count: int) -> Moodle:
    """The site of such a class: participants 1, 2, …; the persons have other numbers."""
    return Moodle(
        [Student(100 + at, at, f"Student {at - 1:03d}", f"s{at}@example.org") for at in range(1, count + 1)]
    )


@pytest.fixture
def moodle() -> Iterator[Moodle]:
    with served(site_of(3)) as site:
        yield site
