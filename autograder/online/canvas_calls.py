"""Calls of Canvas's REST API, and what its refusals mean to the person who reads them.

The token goes along as a header, to addresses below the site's own and to no other. Where Canvas sends on, to
the store that its files lie in, nobody goes with a token. What is relied on stands in Canvas's documentation
(uploading files, pagination, throttling); no real Canvas has answered yet.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from autograder.errors import BadAnswer, NotReached, ServiceRefused, UsageError
from autograder.files.visible import plain
from autograder.online.answers import MOST_ITEMS, Part
from autograder.online.token import Token
from autograder.online.web import MOST, Answer, Site, Upload

PAUSES = (1.0, 4.0, 15.0)
"""Seconds before a question is asked again to which no answer came, and before anything is sent again that
Canvas did not look at because there were too many requests."""

LARGEST_NUMBER = 2**63 - 1
"""Of a person or a file: a site of several has numbers beyond 2**53."""

_API = "/api/v1"
_MOST_PAGES = 1000
_MOST_HOPS = 3
"""From one address to the next on the way to a file: Canvas, its store, and one to spare."""
_PLACE = re.compile(r"(?P<site>\S+?)/courses/(?P<course>\d{1,18})/assignments/(?P<id>\d{1,18})(?:[/?#]\S*)?")
_NEXT = re.compile(r'<([^<>]*)>\s*;[^,<]*\brel="?next"?')
_SAFE = re.compile(r"[!-~]{1,8000}")
"""Characters of an address: whatever else stands in it would end the line of a request."""


_NO_RIGHT = "this account may not do that in this course: it needs a role that grades the assignment"
_ADVICE = {
    400: "Canvas does not take it",
    401: _NO_RIGHT,
    403: _NO_RIGHT,
    404: "there is no such thing, or not for this account: is it the address of the assignment?",
    422: "Canvas does not take it",
}


@dataclass(frozen=True)
class Calls:
    """Somebody's way into one site."""

    site: Site
    token: Token

    def ask(self, path: str, **query: str | Sequence[str]) -> Part:
        """The answer to a question; asked again where none comes.

        Args:
            path: below ``/api/v1``.
            query: a list is written as Canvas has it, ``include[]=…`` for each.

        Raises:
            ServiceError: none comes, or the service refuses.
        """
        return self._read(self._answer("GET", _API + path + _query(query)), path)

    def whole_list(self, path: str, **query: str | Sequence[str]) -> list[Part]:
        """Everything in a list, which Canvas gives page by page; raises as :meth:`ask`."""
        way = _API + path + _query({"per_page": "100"} | query)
        found: list[Part] = []
        for _ in range(_MOST_PAGES):
            answer = self._answer("GET", way)
            found += self._read(answer, path).items()
            following = _NEXT.search(answer.link)
            if following is None:
                return found
            if len(found) > MOST_ITEMS:
                break
            way = self._way_to(following[1])
        raise BadAnswer(f"{self.site.address}: the list {path} does not end")

    def once(self, method: str, path: str, fields: Mapping[str, str] | None = None) -> Part:
        """The answer to a call that changes something: it is made once, whatever becomes of it.

        Raises:
            NotReached, BadAnswer: what was asked may be done or not.
            ServiceRefused: it is not, or only a part of it.
        """
        return self._read(self._answer(method, _API + path, fields or {}), path)

    def upload(self, path: str, file: Upload) -> int:
        """The number of a file that Canvas has taken, in the three steps of its documentation.

        Raises:
            ServiceError: it did not take it.
        """
        about = {"name": file.name, "size": str(len(file.content)), "on_duplicate": "rename"}
        first = self.once("POST", path, about | {"content_type": "text/html"})
        site, way = self._elsewhere(first.text("upload_url", limit=8000))
        sent = Upload(file.name, file.content, "file")
        answer = site.send("POST", way, _parameters(first.of("upload_params")), [sent])
        if answer.status != 201 and not 300 <= answer.status < 400:
            self._read(answer, "upload")
            raise BadAnswer(f"{site.address}: HTTP status {answer.status} for a file, where 201 was expected")
        if answer.location or answer.status != 201:
            answer = self._answer("GET", self._way_to(answer.location))
        taken = self._read(answer, "upload")
        if taken.whole("size") != len(file.content):
            raise ServiceRefused(f"{self.site.address}: did not take the file {plain(file.name, 80)} whole")
        return taken.whole("id", largest=LARGEST_NUMBER)

    def download(self, address: str, size: int) -> bytes:
        """A file, by the address that the site gave, which may send on to where its files lie.

        Raises:
            ServiceError: it does not come, or is not as long as the site said.
        """
        most, answer = max(size, 1 << 16), None
        for _ in range(_MOST_HOPS):
            answer = self._fetched(address if answer is None else answer.location, most)
            if not 300 <= answer.status < 400:
                break
        assert answer is not None
        if answer.status != 200:
            self._read(answer, "download")
        if answer.status != 200 or len(answer.body) != size:
            came = f"HTTP status {answer.status} and {len(answer.body)} bytes"
            raise BadAnswer(f"{self.site.address}: a file of {size} bytes came as {came}")
        return answer.body

    def _fetched(self, address: str, most: int) -> Answer:
        """What lies at an address; the token goes along only where it is the site's own."""
        if self._is_here(address):
            return self._answer("GET", self._way_to(address), most=most)
        site, way = self._elsewhere(address)
        return _asked_again(lambda: site.send("GET", way, most=most), questions=True)

    def _answer(
        self, method: str, way: str, fields: Mapping[str, str] | None = None, most: int = MOST
    ) -> Answer:
        """What the site answers; a question is asked again, a change only where Canvas did not look at it."""

        def sent() -> Answer:
            return self.site.send(method, way, fields or {}, secret=self.token.reveal(), most=most)

        return _asked_again(sent, questions=method == "GET")

    def _read(self, answer: Answer, what: str) -> Part:
        return read(self.site, answer, what)

    def _is_here(self, address: str) -> bool:
        return address.startswith(self.site.address + "/") and _SAFE.fullmatch(address) is not None

    def _way_to(self, address: str) -> str:
        """The way to something below the site's own address.

        Raises:
            BadAnswer: it is elsewhere, where no token is sent.
        """
        if not self._is_here(address):
            raise BadAnswer(
                f"{self.site.address}: goes on at {plain(address, 120) or 'nowhere'}, where no token is "
                "sent: give the address of the assignment as it stands in the browser"
            )
        return address.removeprefix(self.site.address).partition("#")[0]

    def _elsewhere(self, address: str) -> tuple[Site, str]:
        """Another site, and the way there; nothing is sent there unencrypted.

        Raises:
            BadAnswer: it is no address, or not encrypted.
        """
        try:
            parts = urlsplit(address if _SAFE.fullmatch(address) else "")
            site = Site.at(f"{parts.scheme}://{parts.netloc}")
        except (ValueError, UsageError):
            site = None
        if site is None or (parts.scheme != "https" and self.site.address.startswith("https:")):
            raise BadAnswer(
                f"{self.site.address}: names no encrypted address for a file: {plain(address, 120)}"
            )
        at = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        return Site(site.address, self.site.silence, self.site.whole), at


def read(site: Site, answer: Answer, what: str) -> Part:
    """An answer of Canvas's, unless it is a refusal.

    Raises:
        ServiceRefused, NotReached, BadAnswer: see :meth:`Calls.once`.
    """
    if answer.status in (200, 201):
        return Part.read(answer.body, what)
    if 300 <= answer.status < 400:
        raise ServiceRefused(
            f"{site.address}: sends on to {plain(answer.location, 120) or 'elsewhere'}; nobody follows "
            "with a token. Give the address as it stands in the browser",
            "redirect",
        )
    if answer.status >= 500 or _is_too_much(answer):
        raise NotReached(f"{site.address}: cannot answer at the moment (HTTP status {answer.status})")
    said = _said(answer)
    words = f" – Canvas says “{said}”" if said else ""
    if answer.status == 401 and answer.challenge:  # without one, the token is good and the account may not
        raise ServiceRefused(
            f"{site.address}: the token is not valid, or not any more: make a new one in your account's "
            f"settings{words}",
            "invalidtoken",
        )
    advice = _ADVICE.get(answer.status, f"refused, with HTTP status {answer.status}")
    raise ServiceRefused(f"{site.address}: {what}: {advice}{words}", str(answer.status))


def _is_too_much(answer: Answer) -> bool:
    """Whether a request was not looked at, because there were too many."""
    return answer.status == 429 or (
        answer.status == 403 and b"rate limit exceeded" in answer.body[:1000].lower()
    )


def _said(answer: Answer) -> str:
    """What an error says, fit to show: it is JSON of one of three forms, or a page."""
    try:
        part = Part.read(answer.body, "")
        errors = list(part.list_of("errors")) if part.has("errors") else []
    except BadAnswer:
        return ""
    return next(filter(None, (one.shown("message") for one in (*errors, part))), "") or part.shown("error")


def _asked_again(asked: Callable[[], Answer], *, questions: bool) -> Answer:
    """An answer, after pauses if need be.

    Args:
        questions: whether it changes nothing, so that it may be asked again whatever became of it.
    """
    for pause in PAUSES:
        try:
            answer = asked()
        except NotReached:
            if not questions:
                raise
        else:
            if not _is_too_much(answer) and not (questions and answer.status >= 500):
                return answer
        time.sleep(pause)
    return asked()


def _parameters(part: Part) -> dict[str, str]:
    """What Canvas wants back with a file, as it is: names and values mean nothing to anybody else."""
    if not isinstance(part.value, dict):
        raise BadAnswer(f"{part.place}: no fields of a form")
    found = {}
    for name, value in part.value.items():
        if isinstance(value, bool):
            value = str(value).lower()
        if isinstance(value, str | int | float):
            found[name] = str(value)
        elif value is not None:
            raise BadAnswer(f"{part.place}: {plain(name, 60)} is no field of a form")
    return found


def _query(query: Mapping[str, str | Sequence[str]]) -> str:
    pairs = []
    for name, value in query.items():
        pairs += [(name, value)] if isinstance(value, str) else [(f"{name}[]", one) for one in value]
    return f"?{urlencode(pairs, safe='[]')}" if pairs else ""


def is_place(address: str) -> bool:
    """Whether an address looks like one of an assignment of Canvas."""
    return _PLACE.fullmatch(address.strip()) is not None


def place_of(address: str) -> tuple[Site, int, int]:
    """The site and the numbers of course and assignment, from the address that the browser shows.

    >>> place_of("https://canvas.example.org/courses/7/assignments/42?module_item_id=3")
    (Site(address='https://canvas.example.org', silence=60.0, whole=600.0), 7, 42)

    Raises:
        UsageError: it is not such an address.
    """
    found = _PLACE.fullmatch(address.strip())
    if found is None:
        raise UsageError(
            f"{plain(address, 200)}: is not the address of an assignment of Canvas: open the assignment in "
            "the browser and copy https://…/courses/…/assignments/…"
        )
    return Site.at(found["site"]), int(found["course"]), int(found["id"])
