"""``autograder review`` as a program of its own, and what a browser meets on its pages."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Request,
    expect,
    sync_playwright,
)

from tests.conftest import ROOT
from tests.engine.processes import PATIENCE

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

WIDE, NARROW = (1280, 900), (400, 800)
"""Width and height of a window, in pixels of CSS."""


class Server:
    """A running ``autograder review`` of a graded class, or with ``--new`` where ``out`` is ``None``.

    Attributes:
        links: those that it printed, whose each is, in order.
        said: every line that it printed.
    """

    def __init__(self, out: Path | None, *options: str) -> None:
        which = "--new" if out is None else str(out)
        command = [sys.executable, "-m", "autograder.cli", "review", which, "--no-browser", *options]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        before = signal.signal(signal.SIGINT, signal.default_int_handler)  # not one that ignores it
        try:
            self._process = subprocess.Popen(
                command,
                stderr=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                text=True,
                cwd=ROOT,
                env=environment,
            )
        finally:
            signal.signal(signal.SIGINT, before)
        self.links: list[tuple[str, str]] = []
        self.said: list[str] = []
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def link(self, at: int = 0) -> str:
        """The link with this number; waits for it."""
        with self._news:
            there = self._news.wait_for(lambda: len(self.links) > at, PATIENCE)
        assert there, "".join(self.said)
        return self.links[at][1]

    def kill(self) -> None:
        """End it as a power cut does."""
        self._process.kill()
        self._process.wait()
        self._end_reading()

    def stop(self) -> None:
        """End it as Ctrl-C does; it has to end well."""
        self._process.send_signal(signal.SIGINT)
        assert self._process.wait(PATIENCE) in (0, 130), "".join(self.said)
        self._end_reading()
        assert "Traceback" not in "".join(self.said), "".join(self.said)

    def _end_reading(self) -> None:
        self._reader.join(PATIENCE)
        assert self._process.stderr is not None
        self._process.stderr.close()

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            with self._news:
                self.said.append(line)
                if found := re.search(r"(?:(.*): )?(https?://\S+\?key=\S+)", line):
                    self.links.append((found[1] or "", found[2]))
                self._news.notify_all()


@contextmanager
def served(out: Path | None, *options: str) -> Iterator[Server]:
    """A server for the block, which ends well."""
    server = Server(out, *options)
    try:
        yield server
    except BaseException:
        server.kill()
        raise
    server.stop()


@dataclass
class Visit:
    """A window in which somebody came in.

    Attributes:
        page: of the browser.
        address: the server's, without a path.
        troubles: what went wrong in it: errors of scripts, refusals of the policy, requests elsewhere.
    """

    page: Page
    address: str
    troubles: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Go to a page, until its scripts have run."""
        answer = self.page.goto(self.address + path, wait_until="load")
        assert answer is not None
        assert answer.status == 200, f"{path}: {answer.status}"

    def heard(self, message: ConsoleMessage) -> None:
        """Note what a page complains about."""
        if message.type in ("error", "warning"):
            self.troubles.append(f"{self.page.url}: {message.type}: {message.text}")

    def asked_by(self, dialog: Dialog) -> None:
        """Note what a script of nobody's says; a page that is left may ask whether it shall be."""
        if dialog.type != "beforeunload":
            self.troubles.append(f"{self.page.url} says {dialog.message}")
        dialog.accept()

    def asked(self, request: Request) -> None:
        """Note a request that goes elsewhere."""
        if not request.url.startswith((self.address + "/", "data:", "blob:")):
            self.troubles.append(f"{self.page.url} asked for {request.url}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, for the block. Elsewhere it may be missing; where CI runs it may not."""
    if CHROMIUM is None:
        assert not os.environ.get("CI"), "CI needs Chromium: .ci/run installs it"
        pytest.skip("no Chromium here: apt install chromium")
    # Its own sandbox does not begin for root; what is opened here is of our own making.
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        try:
            yield browser
        finally:
            browser.close()


def enter(
    browser: Browser | BrowserContext,
    link: str,
    *,
    size: tuple[int, int] = WIDE,
    scheme: str = "light",
    first: str = "/",
) -> Visit:
    """Come in with a link, in a window of its own, as another person would.

    Args:
        browser: or a context that came in already, for a second window of the same person.
        scheme: ``light`` or ``dark``.
        first: the page that the link leads to.
    """
    if isinstance(browser, Browser):
        dark = "dark" if scheme == "dark" else "light"
        browser = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=dark)
    page = browser.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    parts = urlsplit(link)
    visit = Visit(page, f"{parts.scheme}://{parts.netloc}")
    page.on("console", visit.heard)
    page.on("pageerror", lambda error: visit.troubles.append(f"{page.url}: {error}"))
    page.on("request", visit.asked)
    page.on("dialog", visit.asked_by)
    page.goto(link)
    page.wait_for_url(visit.address + first)
    return visit
