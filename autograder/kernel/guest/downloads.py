"""Downloads without a network: the lab's files are served from memory, other addresses fail at once.

A connection of ``http.client`` or ``urllib3`` that would go to a server goes to :class:`_Server` instead. So
everything that is built on them works as it does at home, with the contexts, openers, sessions and adapters
that it may bring: ``urllib``, ``requests``, ``pandas``, ``torch.hub``.
"""

from __future__ import annotations

import http.client
import io
import sys
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from autograder.kernel.guest.addresses import Files

Refused = Callable[[str], None]
"""Is told each address that is not served."""

_MOST_NAMED = 3


class NotTheLabsData(ConnectionError):
    """A notebook asked for an address that is none of the lab's."""


def not_served(url: str, files: Files) -> str:
    """What a student reads where an address is not served."""
    names = ", ".join(files.urls[:_MOST_NAMED])
    there = f"the lab's data is at {names}" if names else "the lab has no data to download"
    return f"this address is not the lab's data, and there is no network while grading: {url[:300]} ({there})"


def serve(served: Mapping[str, bytes], refused: Refused = lambda url: None) -> Files:
    """Have every http and https connection of this process answered from memory.

    ``urllib3`` only where it is loaded.

    Args:
        served: bytes by URL.
        refused: is told each address that is not among them, before the download fails.

    Returns:
        The same files, under every spelling of their addresses.
    """
    files = Files(served)

    def connect(self: Any) -> None:
        through_proxy = getattr(self, "_tunnel_host", None)
        host, port = (through_proxy, self._tunnel_port) if through_proxy else (self.host, self.port)
        self.sock = _Server(host, port, files, refused)
        self.is_verified = True  # what urllib3 asks before it warns that nobody checked the certificate

    connections = [http.client]
    if "urllib3" in sys.modules:
        import urllib3.connection

        connections.append(urllib3.connection)
    for module in connections:
        module.HTTPConnection.connect = connect
        module.HTTPSConnection.connect = connect
    return files


class _Server:
    """What a connection has instead of a socket: takes one request, and has its answer."""

    def __init__(self, host: str, port: int, files: Files, refused: Refused) -> None:
        self._host = host if ":" not in host else f"[{host}]"
        self._port = port
        self._files = files
        self._refused = refused
        self._request = b""
        self._answer = b""

    def sendall(self, data: Any) -> None:
        """Take a part of the request.

        Raises:
            NotTheLabsData: it is complete, and asks for another address.
        """
        if self._answer:  # the body, which nobody reads
            return
        self._request += bytes(data)
        if b"\r\n\r\n" not in self._request:
            return
        target = self._request.split(b"\r\n", 1)[0].decode("latin-1").split(" ")[1]
        url = self._address(target)
        data = self._files.get(url)
        if data is None:
            self._refused(url)
            raise NotTheLabsData(not_served(url, self._files))
        head = (
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n"
            f"Content-Length: {len(data)}\r\nConnection: close\r\n\r\n"
        )
        self._answer = head.encode() + data

    def makefile(self, *arguments: Any, **options: Any) -> io.BufferedReader:
        """The answer, as a file to be read."""
        return io.BufferedReader(io.BytesIO(self._answer))

    def _address(self, target: str) -> str:
        if urlsplit(target).scheme in ("http", "https"):  # as one asks a proxy
            return target
        scheme = "http" if self._port == 80 else "https"
        place = self._host if self._port in (80, 443) else f"{self._host}:{self._port}"
        return f"{scheme}://{place}{target}"

    def _nothing(self, *arguments: Any) -> None:
        """There is no socket of which anything could be set or shut."""

    close = shutdown = settimeout = setsockopt = _nothing
