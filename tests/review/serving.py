"""The pages, asked over real HTTP on this machine."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

import uvicorn

from autograder.review.app import application
from autograder.review.doors import Doors, Place
from autograder.review.server import listening_socket
from autograder.review.site import Site


@dataclass(frozen=True)
class Answer:
    """What a server answered."""

    status: int
    text: str
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Browser:
    """Somebody who has come in."""

    port: int
    cookie: str

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def post(self, path: str, body: bytes = b"", kind: str = "application/x-www-form-urlencoded") -> Answer:
        return self.ask("POST", path, body, {"Content-Type": kind})

    def send(self, path: str, **fields: str) -> Answer:
        return self.post(path, urlencode(fields).encode())

    def upload(self, path: str, files: list[tuple[str, str, bytes]], **fields: str) -> Answer:
        """A form with files: field, name and bytes of each."""
        parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
        parts += [
            f'Content-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'.encode() + data
            for field, name, data in files
        ]
        body = b"".join(b"--frontier\r\n" + part + b"\r\n" for part in parts) + b"--frontier--\r\n"
        return self.post(path, body, "multipart/form-data; boundary=frontier")

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            own = {"Cookie": self.cookie, "Origin": f"http://127.0.0.1:{self.port}"}
            connection.request(method, path, body, own | dict(headers or {}))
            answer = connection.getresponse()
            return Answer(answer.status, answer.read().decode(), {k.lower(): v for k, v in answer.getheaders()})
        finally:
            connection.close()


def enter(link: str) -> Browser:
    """Open a link with a key."""
    port, _, key = link.removeprefix("http://127.0.0.1:").partition("/?key=")
    answer = Browser(int(port), "").get(f"/?key={key}")
    return Browser(int(port), answer.headers["set-cookie"].partition(";")[0])


@contextmanager
def served(site: Site) -> Iterator[Browser]:
    """A site that answers inside the block, and somebody who has come in."""
    listener = listening_socket(0)
    links: list[str] = []
    doors = Doors(Place(listener.getsockname()[1]), lambda link, grader: links.append(link))
    config = uvicorn.Config(application(site, doors), log_config=None, lifespan="off", ws="none", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    doors.hand_out(["Ada"])
    try:
        yield enter(links[0])
    finally:
        server.should_exit = True
        thread.join(10)
