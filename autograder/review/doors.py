"""Who may ask for a page, and what a browser may do with the answer.

The server listens on this machine only; that keeps other machines out, but neither other people's programs
on this one, nor pages of other sites in the same browser. So a link with a key opens the door once and turns
into a cookie that no other site's page can send and no script can read; the name by which the server was
asked for must be this machine's (else a name server could make it another site's); and what changes
something must come from a page of ours.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.requests import cookie_parser
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})

_NAMES = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?", re.IGNORECASE)
"""Of this machine, as browsers put them into a request."""

HOURS = 16
"""How long a browser stays known."""

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Forms must say where they come from; other sites must not hear what was open here.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
"""Of every answer that does not set one of them itself."""

_ENTRANCE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Opening</title>
<link rel="icon" href="/static/icon.svg" type="image/svg+xml">
<meta http-equiv="refresh" content="0; url=/"></head><body><p><a href="/">Open the page</a></p></body></html>
"""

_CLOSED = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Closed</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"></head>
<body><main><h1>{heading}</h1><p>{said}</p><p>{more}</p></main></body></html>
"""
"""What a browser sees that is not let in: without styles, which are behind the door, too."""

_READS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True)
class Place:
    """Under which address people reach the server.

    Attributes:
        port: on this machine.
        address: ``https://…`` of a reverse proxy before it; empty: none.
    """

    port: int
    address: str = ""

    def link(self, key: str) -> str:
        """What a person opens."""
        return f"{self.address or f'http://127.0.0.1:{self.port}'}/?key={key}"

    def is_asked_for(self, host: str) -> bool:
        """Whether a request's Host is ours, on whichever port a tunnel begins."""
        if self.address:
            return host == urlsplit(self.address).netloc
        return _NAMES.fullmatch(host) is not None

    def is_origin(self, origin: str, host: str) -> bool:
        """Whether a page of ours sent a request."""
        return origin == (self.address or f"http://{host}")


class Doors:
    """Keys that open once, and the browsers that came in with one.

    Args:
        place: where people come in.
        tell: is told of each new link, and whose it is.
        clock: seconds; of a copied cookie, too, the time is up here.
    """

    def __init__(
        self, place: Place, tell: Callable[[str, str], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.place, self._clock = place, clock
        self._tell = tell
        self._keys: dict[str, str] = {}
        self._used: dict[str, str] = {}
        self._inside: dict[str, tuple[str, float]] = {}
        self.cookie = f"review-{place.port}"

    def hand_out(self, graders: Sequence[str]) -> None:
        """Tell a new link for each of these people."""
        for grader in graders:
            key = secrets.token_urlsafe(24)
            self._keys[key] = grader
            self._tell(self.place.link(key), grader)

    def enter(self, key: str) -> str | None:
        """The secret of a browser that comes with a key; ``None`` where the key opens nothing (any more).

        Whoever comes with a key that was used gets none, but whoever sees the terminal gets a new link.
        """
        grader = self._keys.pop(key, None)
        if grader is None:
            if owner := self._used.pop(key, None):
                self.hand_out([owner])
            return None
        self._used[key] = grader
        secret = secrets.token_urlsafe(32)
        self._inside[secret] = grader, self._clock() + HOURS * 3600
        return secret

    def grader(self, headers: Mapping[str, str]) -> str | None:
        """Who asks; ``None``: nobody that came in here during the last :data:`HOURS`."""
        # Read as browsers write it: the cookies of other servers on this machine, which may look like
        # anything, come along.
        found = cookie_parser(headers.get("cookie", "")).get(self.cookie, "")
        grader, until = self._inside.get(found, ("", 0.0))
        return grader if self._clock() < until else None


class Guard:
    """Lets in who may come in, and puts on every answer what a browser must keep to.

    A request that is let in has ``scope["state"]["grader"]``.
    """

    def __init__(self, app: ASGIApp, doors: Doors) -> None:
        self._app = app
        self._doors = doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # there are no sockets here
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        answer = self._refusal(scope) or self._app
        await answer(scope, receive, guarded)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        """What to answer instead; ``None`` where the request is let in."""
        headers, place = Headers(scope=scope), self._doors.place
        host = headers.get("host", "")
        if not place.is_asked_for(host):
            return _no(421, "This server answers under the address that it printed when it was started.")
        reads = scope["method"] in _READS
        if not reads and not place.is_origin(headers.get("origin", ""), host):
            return _no(403, "Only this server's own pages may change something.")
        key = QueryParams(scope["query_string"]).get("key")
        if reads and key is not None:
            return self._entrance(key, headers)
        grader = self._doors.grader(headers)
        if grader is None and reads:
            return _closed(
                "Open the link that the program printed",
                "It stands in the terminal where the program runs, and opens the page once, in one browser.",
                f"You were in with it already, more than {HOURS} hours ago or in another browser? Open it "
                "once more: the terminal then prints a new one.",
            )
        if grader is None:
            return _no(403, "Open the link that the program printed; it opens the page once, in one browser.")
        scope.setdefault("state", {})["grader"] = grader
        return None

    def _entrance(self, key: str, headers: Headers) -> ASGIApp:
        secret = self._doors.enter(key)
        if secret is None and self._doors.grader(headers) is None:
            return _closed(
                "Open the newest link",
                "This link was used already, or is of an earlier start: use the newest one printed.",
                "It stands at the end of what the terminal shows in which the program runs.",
            )
        # No redirect: after a click in a chat, it would count as that site's and come without a cookie.
        answer = HTMLResponse(_ENTRANCE)
        if secret is not None:
            answer.set_cookie(
                self._doors.cookie, secret, max_age=HOURS * 3600, httponly=True, samesite="strict",
                secure=bool(self._doors.place.address),
            )  # fmt: skip
        return answer


def _closed(heading: str, said: str, more: str) -> ASGIApp:
    """A page for a person who is not let in, of our own words alone."""
    return HTMLResponse(_CLOSED.format(heading=heading, said=said, more=more), status_code=403)


def _no(status: int, text: str) -> ASGIApp:
    return PlainTextResponse(text + "\n", status_code=status)
