"""One request to one site: encrypted, bounded in size and time, never followed elsewhere.

Each request has a connection of its own. That costs a handshake, and in return no request is lost because a
server had just closed an idle connection: a lost answer to a write is the one thing that has to be looked
    into.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import re
import secrets
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from autograder import DISTRIBUTION
from autograder.errors import BadAnswer, NotReached, ServiceError, UsageError
from autograder.files.visible import plain

SILENCE = 60.0
"""Seconds without a byte after which a site is given up."""
WHOLE = 600.0
"""Seconds that a whole request may take: a site that sends a byte a minute ends, too."""
MOST = 64 << 20
"""Bytes of an answer, unless it is said otherwise: the gradebook of 2,000 students has about 20 MB."""
_PIECE = 1 << 16
_NONE: Mapping[str, str] = {}
_HEADERS = ("Location", "Link", "WWW-Authenticate")


@dataclass(frozen=True)
class Upload:
    """A file on its way to a site.

    Attributes:
        name: that it is to have there.
        field: of the form; empty: a number.
    """

    name: str
    content: bytes
    field: str = ""


@dataclass(frozen=True)
class Answer:
    """What a site answered.

    Attributes:
        status: of HTTP.
        location: where it sends to, if it does; untrusted.
        body: all of it.
        link: where the rest of a list is, as the header ``Link`` says it; untrusted.
        challenge: what it wants to be shown, as ``WWW-Authenticate`` says it; untrusted.
    """

    status: int
    location: str
    body: bytes
    link: str = ""
    challenge: str = ""


@dataclass(frozen=True)
class Site:
    """Where an LMS is.

    Attributes:
        address: scheme, host, port and the folder that the LMS lies in, without a slash at its end.
        silence, whole: seconds, as :data:`SILENCE` and :data:`WHOLE`.
    """

    address: str
    silence: float = SILENCE
    whole: float = WHOLE

    @classmethod
    def at(cls, address: str) -> Site:
        """The site at an address.

        >>> Site.at("https://moodle.example.org/m/").address
        'https://moodle.example.org/m'

        Raises:
            UsageError: it is no address, not encrypted on its way over a network, or has a name in it.
        """
        try:
            parts = urlsplit(address.strip())
            port, host = parts.port, parts.hostname or ""
        except ValueError:
            raise UsageError(f"{plain(address, 200)}: is no web address") from None
        if parts.scheme not in ("https", "http") or not re.fullmatch(r"[A-Za-z0-9.:_-]+", host):
            raise UsageError(f"{plain(address, 200)}: is no web address: https://… is expected")
        if parts.scheme == "http" and not _is_loopback(host):
            raise UsageError(
                f"{plain(address, 200)}: would send your token over the network unencrypted: give the "
                "address "
                "with https://"
            )
        if "@" in parts.netloc:
            raise UsageError("an address with a name or a password in it is not taken: they would be kept")
        shown = f"[{host}]" if ":" in host else host
        place = f"{shown}:{port}" if port else shown
        return cls(f"{parts.scheme}://{place}{parts.path.rstrip('/')}")

    def post(
        self, path: str, fields: Mapping[str, str], files: Sequence[Upload] = (), most: int = MOST
    ) -> Answer:
        """Send a form and take the answer. Everything secret belongs into ``fields``, never into ``path``.

        Args:
            path: below the site's address.
            most: bytes that the answer may have.

        Raises:
            NotReached: no whole answer came.
            ServiceError: its certificate is not trusted, and nothing was sent.
            BadAnswer: it is longer than ``most``.
        """
        return self.send("POST", path, fields, files, most=most)

    def send(
        self, method: str, path: str, fields: Mapping[str, str] = _NONE, files: Sequence[Upload] = (),
        secret: str = "", most: int = MOST,
    ) -> Answer:  # fmt: skip
        """Send a request of any method; raises as :meth:`post`.

        Args:
            fields: a form in the body; without fields and files there is no body.
            secret: a token that goes along as ``Authorization: Bearer``.
        """
        body, kind = _multipart(fields, files) if files else (urlencode(fields).encode(), _FORM)
        parts = urlsplit(self.address)
        headers = {"User-Agent": DISTRIBUTION, "Accept": "*/*", "Connection": "close"}
        headers |= {"Content-Type": kind} if body else {}
        headers |= {"Authorization": f"Bearer {secret}"} if secret else {}
        try:
            with closing(self._connection()) as connection:
                connection.connect()
                with _ended_after(self.whole, connection.sock):
                    connection.request(method, parts.path + path, body or None, headers)
                    response = connection.getresponse()
                    location, *more = (response.getheader(name) or "" for name in _HEADERS)
                    return Answer(response.status, location, _read(response, most, self.address), *more)
        except ssl.SSLCertVerificationError as reason:
            raise ServiceError(
                f"{self.address}: its certificate is not one that this machine trusts "
                f"({plain(reason.verify_message, 100)}): nothing was sent"
            ) from None
        except (OSError, http.client.HTTPException) as reason:
            said = plain(str(reason), 200) or type(reason).__name__
            raise NotReached(f"{self.address}: no whole answer came ({said})") from None

    def _connection(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.address)
        assert parts.hostname is not None
        if parts.scheme == "http":
            return http.client.HTTPConnection(parts.hostname, parts.port, timeout=self.silence)
        return http.client.HTTPSConnection(
            parts.hostname, parts.port, timeout=self.silence, context=ssl.create_default_context()
        )


_FORM = "application/x-www-form-urlencoded"


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@contextmanager
def _ended_after(seconds: float, connected: socket.socket) -> Iterator[None]:
    """End a connection that takes too long, whatever it is waiting for."""

    def end() -> None:
        with contextlib.suppress(OSError):  # it has ended by itself
            connected.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _read(response: http.client.HTTPResponse, most: int, address: str) -> bytes:
    """The answer's body.

    Raises:
        IncompleteRead: there is less than was announced.
        BadAnswer: there is more than is taken.
    """
    pieces, size, announced = [], 0, response.length
    while piece := response.read1(_PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > most:
            raise BadAnswer(f"{address}: its answer is longer than {most} bytes, which is more than is taken")
    if announced is not None and size < announced:
        raise http.client.IncompleteRead(b"", announced - size)
    return b"".join(pieces)


def _multipart(fields: Mapping[str, str], files: Sequence[Upload]) -> tuple[bytes, str]:
    """A form with files, and its content type."""
    boundary = secrets.token_hex(24)
    pieces = []
    for name, value in fields.items():
        pieces.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{_in_header(name)}"\r\n\r\n'
            f"{value}\r\n".encode()
        )
    for number, one in enumerate(files, start=1):
        field = one.field or f"file_{number}"
        pieces.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; '
            f'filename="{_in_header(one.name)}"\r\n'
            f"Content-Type: application/octet-stream\r\n\r\n".encode()
        )
        pieces += [one.content, b"\r\n"]
    pieces.append(f"--{boundary}--\r\n".encode())
    return b"".join(pieces), f"multipart/form-data; boundary={boundary}"


def _in_header(name: str) -> str:
    """A name as it is, unless it could end the header that it stands in."""
    if not any(one in '"\\' or ord(one) < 32 for one in name):
        return name
    return quote(name, safe=" !#$&'()+,-.;=@[]^_`{}~", encoding="utf-8")
