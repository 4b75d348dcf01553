"""Fixtures of the tests of the pages."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.review.asking import close_all
from tests.review.served import CHROMIUM, chromium


@pytest.fixture(scope="module", autouse=True)
def nothing_goes_on() -> Iterator[None]:
    """What the pages of a file's tests have started ends with them."""
    yield
    close_all()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium for the tests of a file. Elsewhere it may be missing; where CI runs it may not."""
    if CHROMIUM is None:
        assert not os.environ.get("CI"), "CI needs Chromium: .ci/run installs it"
        pytest.skip("no Chromium here: apt install chromium")
    with chromium() as found:
        yield found
