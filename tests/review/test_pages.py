"""Every page in a real Chromium, with students who are up to no good: nothing of theirs runs, no page asks
another host for anything, everybody can use it, nothing is wider than a telephone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from importlib.resources import files
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import Browser

from autograder.review.desk import Desk
from autograder.review.handed_in import opened as opened_uploads
from tests.review.asking import HOST, opened
from tests.review.classes import WrittenClass, write_class
from tests.review.hostile import hostile_students
from tests.review.served import NARROW, WIDE, Server, Visit, enter, served

AXE = files("axe_playwright_python").joinpath("axe.min.js")

_LINK = re.compile(r'(?:href|action)="([^"#]*)')

LOOKS = [(size, scheme) for scheme in ("light", "dark") for size in (WIDE, NARROW)]
"""Both widths with both sets of colours: a page is loaded once and shown in each."""

MAIN = ("//1", "/student/2", "/score/3", "/publish/1")
"""The kinds of pages at which people spend their time."""

MOST_OF_A_KIND = 12
"""Pages of one kind that are opened: one for each hostile student. Of those that only sort or filter, one."""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> WrittenClass:
    return write_class(tmp_path_factory.mktemp("class"), hostile_students())


@pytest.fixture(scope="module")
def server(written: WrittenClass) -> Iterator[Server]:
    with served(written.out, "--grader=Ada", "--grader=Ben") as found:
        yield found


@pytest.fixture(scope="module")
def addresses(written: WrittenClass) -> Sequence[str]:
    """Every page that links lead to from the first one, the most of a kind of each.

    Tests name it before the browser, whose own loop lets no other one run.
    """
    desk = Desk(written.out)
    with opened_uploads(desk.run, written.out, desk.lab) as handed_in:
        asker = opened(desk, handed_in)
        found: dict[str, list[str]] = {}
        waiting, seen = ["/", "/publish", *(f"/student/{id}" for id in written.ids)], set()
        while waiting:
            path = waiting.pop(0)
            most = 1 if "?" in path else MOST_OF_A_KIND
            if path in seen or len(found.setdefault(_kind(path), [])) >= most:
                continue
            seen.add(path)
            answer = asker.get(path)
            if answer.status == 303:
                waiting.insert(0, urljoin(path, answer.headers["location"]))
                continue
            if answer.status != 200 or not answer.headers["content-type"].startswith("text/html"):
                continue
            found[_kind(path)].append(path)
            links = (urljoin(path, link.replace("&amp;", "&")) for link in _LINK.findall(answer.text))
            waiting += [one for one in links if _is_ours(one)]
    return [path for paths in found.values() for path in paths]


def _is_ours(link: str) -> bool:
    return urlsplit(link).netloc in ("", HOST) and not link.startswith(("/static", "/style.css"))


def _kind(path: str) -> str:
    """The same for pages about several students or answers."""
    parts = urlsplit(path)
    folders = parts.path.split("/")
    names = sorted(part.partition("=")[0] for part in parts.query.split("&"))
    of_a_student = "/".join(folders[3:]) if folders[1] == "student" else ""
    return f"/{folders[1]}/{len(folders) - 1}{of_a_student}?{'&'.join(names)}"


def one_of_each(addresses: Sequence[str]) -> Sequence[str]:
    return list({_kind(path): path for path in reversed(addresses)}.values())


def violations(visit: Visit) -> list[str]:
    """What axe-core, which is in the page, finds on it, as far as it is certain."""
    found = visit.page.evaluate("axe.run(document, {resultTypes: ['violations'], preload: false})")
    return [
        f"{visit.page.url}: {one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]} "
        f"{one['nodes'][0].get('failureSummary', '')[:300]}"
        for one in found["violations"]
    ]


def too_wide(visit: Visit) -> str:
    """What sticks out of the window; empty where nothing does."""
    found = visit.page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width) return "";
          const wide = Array.from(document.querySelectorAll("body *")).filter((one) => one.getBoundingClientRect().right > width + 1);
          return wide.slice(-3).map((one) => one.outerHTML.slice(0, 120)).join(" | ") || "the page";
        }"""
    )
    return f"{visit.page.url}: {found}" if found else ""


def wrong_on(visit: Visit, addresses: Sequence[str]) -> list[str]:
    """Whatever is wrong on these pages in any look, all at once."""
    found: list[str] = []
    for path in addresses:
        visit.open(path)
        has_axe = not path.endswith(
            "/feedback"
        )  # what a student gets, where no script runs, axe-core's neither
        if has_axe:
            visit.page.evaluate(AXE.read_text(encoding="utf-8"))
        for size, scheme in LOOKS:
            look(visit, size, scheme)
            wrong = [*(violations(visit) if has_axe else []), *filter(None, [too_wide(visit)])]
            found += [f"{size[0]} {scheme}: {one}" for one in wrong]
    return found + visit.troubles


def look(visit: Visit, size: tuple[int, int], scheme: str) -> None:
    """Show the page that is open in another window and other colours."""
    visit.page.set_viewport_size({"width": size[0], "height": size[1]})
    visit.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")


def test_every_kind_of_page_is_found(addresses: Sequence[str]) -> None:
    kinds = {_kind(path).partition("?")[0] for path in addresses}
    assert set(MAIN) <= kinds


@pytest.mark.thorough  # test_the_page_is_sound_and_nothing_sticks_out looks at one
@pytest.mark.slow
def test_pages_are_sound_on_every_screen(addresses: Sequence[str], browser: Browser, server: Server) -> None:
    plain = [path for path in addresses if "?" not in path]
    main = [path for path in one_of_each(plain) if _kind(path).partition("?")[0] in MAIN]
    assert wrong_on(enter(browser, server.link()), main) == []


@pytest.mark.slow
@pytest.mark.single  # test_pages_are_sound_on_every_screen
def test_every_page_is_sound(addresses: Sequence[str], browser: Browser, server: Server) -> None:
    assert wrong_on(enter(browser, server.link(1)), addresses) == []
