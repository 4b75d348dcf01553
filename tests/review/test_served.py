"""``autograder review`` as a program, asked over HTTP on loopback by whoever has a socket."""

from __future__ import annotations

import contextlib
import http.client
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from autograder.review.server import listening_socket
from tests.engine.processes import run_here
from tests.review.classes import WrittenClass, students, write_class
from tests.review.served import Server, served

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> WrittenClass:
    return write_class(tmp_path_factory.mktemp("class"), students(3))


@pytest.fixture(scope="module")
def server(written: WrittenClass) -> Iterator[Server]:
    with served(written.out, "--grader", "Ada", "--grader", "Ben") as found:
        yield found


def host(server: Server) -> str:
    return urlsplit(server.link()).netloc


def ask(server: Server, path: str, **headers: str) -> tuple[int, str, str]:
    """Status, cookie and text of an answer."""
    connection = http.client.HTTPConnection(host(server), timeout=60)
    with contextlib.closing(connection):
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        return answer.status, (answer.headers["set-cookie"] or "").partition(";")[0], text


def raw(server: Server, data: bytes) -> bytes:
    """What comes back for these bytes, until the server closes or half a second is over."""
    name, _, port = host(server).partition(":")
    with socket.create_connection((name, int(port)), timeout=60) as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(data)
        connection.settimeout(5)
        found = b""
        with contextlib.suppress(TimeoutError, ConnectionResetError):
            while part := connection.recv(65536):
                found += part
                if found.count(b"\r\n\r\n"):
                    break
    return found


def test_each_grader_has_a_link_and_a_used_one_prints_another(server: Server) -> None:
    used = urlsplit(server.link(1))
    assert [whose for whose, _ in server.links[:2]] == ["Ada", "Ben"]
    status, cookie, _ = ask(server, f"/?{used.query}")
    assert (status, bool(cookie)) == (200, True)
    assert "Ben" in ask(server, "/", cookie=cookie)[2]

    status, nothing, text = ask(server, f"/?{used.query}")
    assert (status, nothing) == (403, "")
    assert "used already" in text
    assert server.link(2) != server.link(1)
    assert server.links[2][0] == "Ben"


def test_it_listens_on_this_machine_only(server: Server) -> None:
    port = int(host(server).rpartition(":")[2])
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = [row[1] for row in rows if row[3] == "0A" and int(row[1].rpartition(":")[2], 16) == port]
    assert listening == [f"0100007F:{port:04X}"]


def test_no_answer_waits_for_the_browser_to_confirm_its_first_part() -> None:
    """asyncio switches that off where a listening socket says that it is TCP's; else a page takes 40 ms more."""
    with contextlib.closing(listening_socket(0)) as listener:
        assert listener.proto == socket.IPPROTO_TCP


FLOODS = {
    "one long header": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: " + b"a" * 3_000_000 + b"\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"x: y\r\n" * 200_000 + b"\r\n",
    "a long address": b"GET /" + b"a" * 3_000_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "no end": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"x: y\r\n" * 100_000,
    "no HTTP": b"\x16\x03\x01\x02\x00" * 20_000,
}


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
def test_floods_are_refused_and_hold_up_nobody(server: Server, flood: bytes) -> None:
    answer = raw(server, flood)
    assert answer == b"" or b" 400 " in answer.partition(b"\r\n")[0]
    assert ask(server, "/")[0] == 403


ODD = {
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "HTTP/1.0": b"GET / HTTP/1.0\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: evil.example\r\nHost: 127.0.0.1\r\n\r\n",
    "a host in the address": b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "another way": b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "a socket": b"GET / HTTP/1.1\r\nHost: evil.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n",
}


@pytest.mark.parametrize("request_", ODD.values(), ids=ODD)
def test_odd_requests_get_in_nowhere(server: Server, request_: bytes) -> None:
    status = raw(server, request_).partition(b"\r\n")[0].split()[1]
    assert status in (b"400", b"403", b"421")


def test_connections_that_say_nothing_hold_up_nobody(server: Server) -> None:
    name, _, port = host(server).partition(":")
    with contextlib.ExitStack() as stack:
        for _ in range(150):
            connection = stack.enter_context(socket.create_connection((name, int(port)), timeout=60))
            connection.sendall(b"GET / HTTP/1.1\r\nHost:")
        begun = time.monotonic()
        assert ask(server, "/")[0] == 403
        assert time.monotonic() - begun < 10


def test_a_large_form_of_a_stranger_is_not_even_read(server: Server) -> None:
    head = f"POST /publish HTTP/1.1\r\nHost: {host(server)}\r\nContent-Length: 9000000000\r\n\r\n"
    assert b" 403 " in raw(server, head.encode())


def test_a_port_that_is_taken_is_named(server: Server, written: WrittenClass) -> None:
    port = host(server).rpartition(":")[2]
    done = run_here("review", written.out, "--no-browser", "--port", port)
    assert done.returncode == 2
    assert f"--port {port}" in done.stderr
