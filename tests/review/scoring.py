"""Scoring as a person does it: keys that are pressed in a window, and what the page then says."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from autograder.review.desk import Desk
from autograder.store.journal import Journal
from autograder.store.records import What
from tests.review.served import Visit

PATIENCE = 120_000
"""Milliseconds until a page has to have done something: only a test that fails waits so long."""


@dataclass(frozen=True)
class Shown:
    """What the page for scoring shows.

    Attributes:
        address: of the answer.
        earned: codes of the items that are ticked.
        state: of what was pressed: ``saved``, ``busy``, ``unsaved``, or empty where nothing was.
    """

    address: str
    earned: frozenset[str]
    state: str


def shown(page: Page) -> Shown:
    """What the page shows at this moment."""
    address, earned, state = page.evaluate(
        """() => [document.getElementById("work").dataset.address,
          Array.from(document.querySelectorAll("input[name=earned]:checked"), (one) => one.value),
          document.getElementById("status").dataset.kind ?? ""]"""
    )
    return Shown(address, frozenset(earned), state)


def wait_until_saved(page: Page) -> None:
    """Wait until the page says that what was pressed is saved."""
    page.wait_for_selector("#status[data-kind=saved]", state="attached", timeout=PATIENCE)


def keys_of(page: Page) -> Mapping[str, str]:
    """The key of each item, by its code."""
    found: dict[str, str] = page.evaluate(
        """() => Object.fromEntries(Array.from(document.querySelectorAll("input[name=earned]"),
          (one) => [one.value, one.dataset.key]))"""
    )
    return found


def score_all(visit: Visit, question: str, earned: Callable[[str], frozenset[str]]) -> list[int]:
    """Score every answer that waits, by keyboard alone.

    Args:
        earned: the codes of the items that an answer earns, from its text.

    Returns:
        How many keys were pressed for each.
    """
    page, counts = visit.page, []
    visit.open(f"/score/{question}")
    while page.query_selector("#work") is not None:
        before, keys = shown(page).address, keys_of(page)
        wanted = earned(page.inner_text(".written") if page.query_selector(".written") else "")
        pressed = [keys[code] for code in sorted(wanted)] if wanted else ["0"]
        pressed = ["f"] if wanted == keys.keys() else pressed
        for key in (*pressed, "w"):
            page.keyboard.press(key)
        counts.append(len(pressed) + 1)
        page.wait_for_function(
            "before => document.getElementById('work')?.dataset.address !== before",
            arg=before,
            timeout=PATIENCE,
        )
    return counts


def items_in_journal(desk: Desk, id: str, question: str) -> frozenset[str] | None:
    """The items that have points, as the journal on the disk says; ``None`` where nobody scored the answer."""
    held = {
        subject.item: value
        for subject, value in Journal(desk.out).state().held()
        if (subject.student, subject.question, subject.what) == (id, question, What.ITEM)
    }
    return frozenset(code for code, value in held.items() if value) if held else None


def expect_text(page: Page, text: str) -> None:
    """Wait until this stands in the page."""
    expect(page.locator("main")).to_contain_text(re.compile(text), timeout=PATIENCE)
