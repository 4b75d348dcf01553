"""Asks an application for something as a browser would, without a network in between."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlencode

from starlette.types import ASGIApp, Message

from autograder.review.app import application
from autograder.review.desk import Desk
from autograder.review.doors import Doors, Place
from autograder.review.handed_in import HandedIn
from autograder.review.site import Site

PORT = 8137
HOST = f"127.0.0.1:{PORT}"


@dataclass(frozen=True)
class Answer:
    """What came back.

    Attributes:
        headers: names in small letters; of several with one name the last.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


@dataclass
class Asker:
    """A browser that came in.

    Attributes:
        app: whom it asks.
        cookie: what it sends.
    """

    app: ASGIApp
    cookie: str = ""
    headers: dict[str, str] = field(default_factory=lambda: {"host": HOST})

    def get(self, target: str, **headers: str) -> Answer:
        """The answer to a GET."""
        return self.ask("GET", target, headers)

    def post(self, target: str, form: Sequence[tuple[str, str]] = (), **headers: str) -> Answer:
        """The answer to a form that a page of the server sends."""
        own = {"origin": f"http://{HOST}", "content-type": "application/x-www-form-urlencoded"}
        return self.ask("POST", target, own | headers, urlencode(form).encode())

    def upload(
        self, target: str, files: Sequence[tuple[str, str, bytes]], form: Sequence[tuple[str, str]] = ()
    ) -> Answer:
        """The answer to a form with files: the field, the name and the bytes of each."""
        heads = [(f'name="{name}"', value.encode()) for name, value in form]
        heads += [(f'name="{field}"; filename="{name}"', data) for field, name, data in files]
        parts = [
            f"--frontier\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + data
            for head, data in heads
        ]
        body = b"\r\n".join([*parts, b"--frontier--\r\n"])
        return self.sent(target, body, "multipart/form-data; boundary=frontier")

    def sent(self, target: str, body: bytes, kind: str) -> Answer:
        """The answer to any bytes that a page of the server sends."""
        return self.ask("POST", target, {"origin": f"http://{HOST}", "content-type": kind}, body)

    def ask(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """The answer to any request; a header that is empty is not sent."""
        sent = self.headers | ({"cookie": self.cookie} if self.cookie else {}) | dict(headers)
        sent["content-length"] = str(len(body))
        named = [(name.encode(), value.encode("latin-1")) for name, value in sent.items() if value]
        return asyncio.run(_asked(self.app, method, target, named, body))


_SITES: list[Site] = []


def close_all() -> None:
    """End what the applications of :func:`opened` have started."""
    while _SITES:
        _SITES.pop().work.close()


def opened(desk: Desk | None, handed_in: HandedIn | None = None, grader: str = "Ada") -> Asker:
    """A browser that came in with a key of this grader."""
    return entered(Site(desk, handed_in), grader)


def entered(site: Site, grader: str = "Ada") -> Asker:
    """A browser that came in with a key of this grader to what may have no class yet."""
    _SITES.append(site)
    links: list[str] = []
    doors = Doors(Place(PORT), lambda link, grader: links.append(link))
    doors.hand_out([grader])
    asker = Asker(application(site, doors))
    answer = asker.get("/?" + links[0].partition("?")[2])
    asker.cookie = answer.headers["set-cookie"].partition(";")[0]
    return asker


async def _asked(
    app: ASGIApp, method: str, target: str, headers: Sequence[tuple[bytes, bytes]], body: bytes
) -> Answer:
    path, _, query = target.partition("?")
    scope: dict[str, Any] = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": unquote(path), "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
        "headers": headers, "client": ("127.0.0.1", 50_000), "server": ("127.0.0.1", PORT),
    }  # fmt: skip
    sent: list[Message] = []
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start = sent[0]
    found = {name.decode().lower(): value.decode("latin-1") for name, value in start["headers"]}
    return Answer(start["status"], found, b"".join(one.get("body", b"") for one in sent[1:]))
