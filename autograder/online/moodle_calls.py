"""Calls of Moodle's web service, and what its refusals mean to the person who reads them.

The token goes into the body of each request, never into an address, which servers write into their logs.
Refusals come with status 200; they are told by their codes, because their texts follow the user's language.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.errors import BadAnswer, NotReached, ServiceRefused, UsageError
from autograder.files.visible import plain
from autograder.online.answers import Part
from autograder.online.token import Token
from autograder.online.web import Answer, Site, Upload

_REST = "/webservice/rest/server.php"
_LOGIN = "/login/token.php"
_UPLOAD = "/webservice/upload.php"
FILES = "/webservice/pluginfile.php/"
MOBILE = "moodle_mobile_app"
"""The service that Moodle's own app uses: on by default since 3.10, and no administrator has to make it."""

PAUSES = (1.0, 4.0)
"""Seconds before a question is asked again to which no answer came. Only questions: nothing is written
twice."""

_ADVICE = {
    "invalidtoken": "the token is not valid, or not any more (Moodle's last twelve weeks by default): get "
    "a new one",
    "accessexception": "the token has expired, is bound to other machines, or its service lacks what is "
    "needed: "
    "get a new one for the service moodle_mobile_app",
    "sitemaintenance": "the site is being maintained: try again later; nothing is lost",
    "nopermission": "this account may not do that in this course: it needs a role that grades the assignment",
    "nopermissions": "this account may not do that in this course: it needs a role that grades the "
    "assignment",
    "requireloginerror": "this account is not in the course, or the activity is not open to it",
    "invalidrecord": "there is no such thing at this site: is it the address of the assignment?",
    "invalidlogin": "Moodle knows no such name and password. Where you log in through another page (single "
    "sign-on), "
    "docs/moodle.md says how to get a token",
    "invalidresponse": "Moodle does not let its own answer pass, for example because of a name with < in it, "
    "a person's or (up to 4.1) a group's",
    "servicenotavailable": "the site has its mobile service switched off: ask its administrators for a "
    "token, or "
    "upload the files of lms/ by hand",
    "enablewsdescription": "the site has its web services switched off: upload the files of lms/ by hand",
    "requirecorrectaccess": "the site wants to be called by another address: take the one in your browser",
    "wsaccessusersuspended": "this account is suspended",
    "forcepasswordchangenotice": "this account has to change its password first: log in with the browser",
}
_OFF = "the site has its web services or their REST protocol switched off: upload the files of lms/ by hand"


@dataclass(frozen=True)
class Calls:
    """Somebody's way into one site."""

    site: Site
    token: Token

    def ask(self, function: str, **fields: str | int) -> Part:
        """The answer to a question; asked again where none comes.

        Args:
            fields: names with brackets as ``assignmentids__0``: two underscores and what stands in brackets.

        Raises:
            ServiceError: none comes, or the service refuses.
        """
        for pause in PAUSES:
            try:
                return self.once(function, _bracketed(fields))
            except NotReached:
                time.sleep(pause)
        return self.once(function, _bracketed(fields))

    def once(self, function: str, fields: Mapping[str, str]) -> Part:
        """The answer to a call that changes something: it is made once, whatever becomes of it.

        Raises:
            NotReached, BadAnswer: what was asked may be done or not.
            ServiceRefused: it is not, or only a part of it.
        """
        all_fields = {"wstoken": self.token.reveal(), "wsfunction": function, "moodlewsrestformat": "json"}
        answer = self.site.post(_REST, all_fields | dict(fields))
        return read(self.site, answer, function)

    def upload(self, file: Upload, area: int) -> Part:
        """What Moodle says of a file that it has put among the drafts of whoever has the token.

        Args:
            file: with the folders that it lies in there, if any, before its name.
            area: number of the draft area; 0: a new one.

        Raises:
            ServiceError: it did not take the file.
        """
        folder, _, name = file.name.rpartition("/")
        fields = {"token": self.token.reveal(), "filearea": "draft", "itemid": str(area)}
        fields |= {"filepath": f"/{folder}/"} if folder else {}
        answer = self.site.post(_UPLOAD, fields, [Upload(name, file.content)])
        parts = list(read(self.site, answer, "upload").items())
        if len(parts) != 1 or parts[0].has("error"):
            said = parts[0].shown("error") if parts else "nothing"
            raise ServiceRefused(
                f"{self.site.address}: does not take the file {plain(file.name, 80)}: {said}"
            )
        return parts[0]

    def download(self, address: str, size: int) -> bytes:
        """A file, by the address that the site gave; asked again where no answer comes.

        Raises:
            ServiceError: it does not come, or is not as long as the site said.
        """
        path = path_at(self.site, address)
        for pause in (*PAUSES, None):
            try:
                answer = self.site.post(path, {"token": self.token.reveal()}, most=max(size, 1 << 16))
                break
            except NotReached:
                if pause is None:
                    raise
                time.sleep(pause)
        if answer.status == 200 and len(answer.body) == size:
            return answer.body
        if answer.body[:1] == b"{":  # a refusal has the status and the type of a file
            read(self.site, answer, "download")
        raise BadAnswer(f"{self.site.address}: a file of {size} bytes came as {len(answer.body)} bytes")


def login(site: Site, name: str, password: str) -> Token:
    """A token for the service of the mobile app.

    Raises:
        ServiceError: the site gives none; the message says why and what to do.
    """
    fields = {"username": name, "password": password, "service": MOBILE}
    return Token(read(site, site.post(_LOGIN, fields), "login").text("token", limit=500))


def read(site: Site, answer: Answer, what: str) -> Part:
    """An answer of Moodle's, unless it is a refusal.

    Raises:
        ServiceRefused, NotReached, BadAnswer: see :meth:`Calls.once`.
    """
    if 300 <= answer.status < 400:
        there = plain(answer.location, 120) or "elsewhere"
        raise ServiceRefused(
            f"{site.address}: sends on to {there}; nobody follows with a token. Give the address as it "
            "stands "
            "in the browser",
            "redirect",
        )
    if answer.status == 403 and not answer.body:
        raise ServiceRefused(f"{site.address}: {_OFF}", "off")
    if answer.status >= 500 or answer.status == 429:
        raise NotReached(f"{site.address}: cannot answer at the moment (HTTP status {answer.status})")
    part = Part.read(answer.body, what)
    if part.has("exception") or part.has("errorcode") or part.has("error"):
        raise _refused(site, part, what)
    if answer.status != 200:
        raise BadAnswer(f"{site.address}: HTTP status {answer.status} for {what}")
    return part


def _refused(site: Site, part: Part, what: str) -> ServiceRefused:
    code = part.shown("errorcode", 100)
    said = part.shown("message") or part.shown("error")
    advice = _ADVICE.get(code, "")
    words = " – ".join(filter(None, (advice, f"Moodle says “{said}”" if said else "")))
    return ServiceRefused(f"{site.address}: {what}: {words or 'refused'} ({code or 'no code'})", code)


def path_at(site: Site, address: str) -> str:
    """The way to a file below the site's address.

    Raises:
        BadAnswer: it lies elsewhere, where no token is sent.
    """
    if not address.startswith(site.address + FILES) or not re.fullmatch(r"[!-~]{1,8000}", address):
        raise BadAnswer(
            f"{site.address}: a file lies at {plain(address, 120)}, where no token is sent: give the "
            "address of the "
            "assignment as it stands in the browser"
        )
    return address.removeprefix(site.address).partition("?")[0].partition("#")[0]


def place_of(address: str) -> tuple[Site, int]:
    """The site and the number of an assignment, from the address that the browser shows.

    >>> place_of("https://moodle.example.org/m/mod/assign/view.php?id=42&action=grading")
    (Site(address='https://moodle.example.org/m', silence=60.0, whole=600.0), 42)

    Raises:
        UsageError: it is not such an address.
    """
    found = re.fullmatch(r"(\S+?)/mod/assign/view\.php\?(?:\S*&)?id=(\d{1,15})(?:[&#]\S*)?", address.strip())
    if not found:
        raise UsageError(
            f"{plain(address, 200)}: is not the address of an assignment of Moodle or Canvas: open the "
            "assignment in the browser and copy https://…/mod/assign/view.php?id=… or "
            "https://…/courses/…/assignments/…"
        )
    return Site.at(found[1]), int(found[2])


def _bracketed(fields: Mapping[str, str | int]) -> dict[str, str]:
    return {_bracket(name.split("__")): str(value) for name, value in fields.items()}


def _bracket(parts: Sequence[str]) -> str:
    return parts[0] + "".join(f"[{part}]" for part in parts[1:])
