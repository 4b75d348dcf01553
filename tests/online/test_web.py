"""Addresses, tokens, logins, and answers that are checked before anything is believed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import keyring
import keyring.backends.fail
import pytest

from autograder.cli import main
from autograder.errors import BadAnswer, ServiceError, ServiceRefused, UsageError
from autograder.online import moodle_calls
from autograder.online.answers import Part
from autograder.online.moodle_calls import place_of
from autograder.online.sites import opened
from autograder.online.token import VARIABLE, Token, from_environment
from autograder.online.web import Site, Upload, _multipart
from tests.conftest import ROOT
from tests.engine.processes import run_here
from tests.online.conftest import Drawer
from tests.online.moodle_server import PASSWORD, TOKEN, Moodle
from tests.review.classes import WrittenClass


@pytest.mark.parametrize(
    ("address", "site", "module"),
    [
        ("https://moodle.example.org/mod/assign/view.php?id=42", "https://moodle.example.org", 42),
        (
            "https://example.org/moodle/mod/assign/view.php?action=grading&id=7#top",
            "https://example.org/moodle",
            7,
        ),
        (" http://127.0.0.1:8080/mod/assign/view.php?id=1&x=2 ", "http://127.0.0.1:8080", 1),
        ("http://[::1]:8080/mod/assign/view.php?id=1", "http://[::1]:8080", 1),
    ],
)
def test_the_address_in_the_browser_is_all_that_is_needed(address: str, site: str, module: int) -> None:
    found, number = place_of(address)
    assert (found.address, number) == (site, module)


@pytest.mark.parametrize(
    "address",
    [
        "http://moodle.example.org/mod/assign/view.php?id=42",
        "http://127.0.0.1.example.org/mod/assign/view.php?id=42",
        "https://ann:secret@moodle.example.org/mod/assign/view.php?id=42",
        "ftp://moodle.example.org/mod/assign/view.php?id=42",
        "https://moodle.example.org/mod/quiz/view.php?id=42",
        "https://moodle.example.org:port/mod/assign/view.php?id=42",
        "https://moodle.example.org/course/view.php?id=3",
    ],
)
def test_what_is_no_address_or_not_encrypted_is_refused(address: str) -> None:
    with pytest.raises(UsageError) as refused:
        place_of(address)
    assert "secret" not in str(refused.value)


def test_a_token_shows_itself_to_nobody() -> None:
    token = Token(TOKEN)
    assert TOKEN not in f"{token!r} {token} {[token]}"
    for wrong in ("", "a b", "ü", "x" * 501, "a\nb"):
        with pytest.raises(UsageError):
            Token(wrong)


def test_the_token_leaves_the_environment_with_whatever_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(VARIABLE, TOKEN)
    main(["publish", str(tmp_path)])
    assert VARIABLE not in os.environ
    monkeypatch.setenv(VARIABLE, TOKEN)
    found = from_environment()
    assert found is not None
    assert found.reveal() == TOKEN
    assert VARIABLE not in os.environ


def test_without_a_token_and_a_terminal_the_command_says_where_it_looks(
    written: WrittenClass, moodle: Moodle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE)
    done = run_here("push", written.out, "--assignment", moodle.url)
    assert done.returncode == 2
    assert VARIABLE in done.stderr
    assert not moodle.seen


def test_a_login_gives_the_token_and_the_password_goes_only_into_a_body(
    moodle: Moodle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE)
    service = opened(moodle.url, lambda site: ("ta", PASSWORD))
    assert service.assignment().maximum == 10.0
    assert moodle.asked[0] == "token.php"
    assert not [line for line in moodle.seen if PASSWORD in line or TOKEN in line]
    with pytest.raises(ServiceRefused, match="Moodle knows no such name and password"):
        opened(moodle.url, lambda site: ("ta", "wrong"))


def test_a_token_is_remembered_for_its_own_site_only(
    moodle: Moodle, drawer: Drawer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE)
    opened(moodle.url, lambda site: ("ta", PASSWORD), remember=True)
    assert drawer.held == {("lab-autograder", moodle.address): TOKEN}
    assert opened(moodle.url, None).assignment().maximum == 10.0
    with pytest.raises(UsageError, match=VARIABLE):
        opened(moodle.url.replace("127.0.0.1", "localhost"), None)


def test_a_remembered_token_that_has_expired_asks_for_a_login(
    moodle: Moodle, drawer: Drawer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE)
    drawer.set_password("lab-autograder", moodle.address, "expired")
    assert opened(moodle.url, lambda site: ("ta", PASSWORD)).assignment().maximum == 10.0
    with pytest.raises(ServiceRefused, match="get a new one"):
        opened(moodle.url, None).assignment()


def test_a_machine_without_a_keyring_says_so_only_where_it_is_asked(
    moodle: Moodle, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring.set_keyring(keyring.backends.fail.Keyring())
    monkeypatch.delenv(VARIABLE)
    with pytest.raises(UsageError, match=VARIABLE):
        opened(moodle.url, None)
    with pytest.raises(UsageError, match="keyring takes no token"):
        opened(moodle.url, lambda site: ("ta", PASSWORD), remember=True)


def test_who_has_a_token_loads_nothing_that_opens_or_runs_what_students_wrote(
    written: WrittenClass, moodle: Moodle
) -> None:
    script = f"""
import sys
from autograder.cli import main
code = main(["push", {str(written.out)!r}, "--assignment", {moodle.url!r}, "--yes"])
rooms = ("sandbox", "kernel", "notebook", "uploads", "submissions", "workers", "class_run")
print(code, sorted(name for name in sys.modules if name.startswith(tuple(f"autograder.{{room}}" for room in rooms))))
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=os.environ | {VARIABLE: TOKEN},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "0 []"


def test_a_site_whose_certificate_nobody_signed_gets_nothing(tmp_path: Path) -> None:
    import ssl
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    files = ["-keyout", str(tmp_path / "key"), "-out", str(tmp_path / "cert")]
    made = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=localhost",
        *files,
    ]
    subprocess.run(made, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert", tmp_path / "key")
    got: list[str] = []

    class Greedy(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.path)

    class Quiet(HTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """The handshake fails, as it should."""

    with Quiet(("127.0.0.1", 0), Greedy) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.handle_request, daemon=True)
        thread.start()
        with pytest.raises(ServiceError, match="certificate"):
            Site(f"https://localhost:{server.server_address[1]}").post("/x", {"wstoken": TOKEN})
        thread.join(10)
    assert got == []


def test_a_name_cannot_end_the_header_that_it_stands_in() -> None:
    body, _ = _multipart({"a": "b"}, [Upload('x"\r\nX-Evil: 1\r\n.pdf', b"content")])
    assert b"\r\nX-Evil" not in body
    assert b'filename="x%22%0D%0AX-Evil: 1%0D%0A.pdf"' in body or b"%0D%0AX-Evil" in body


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"\xff\xfe", b"[" * 100_000, b'{"a": NaN', b"nul"],
)
def test_what_is_no_json_is_shown_and_believed_by_nobody(body: bytes) -> None:
    with pytest.raises(BadAnswer):
        Part.read(body, "f")


@pytest.mark.parametrize("value", [None, "x", [], {}, 1.5, 1e400, 2**70, "9" * 30, True and "1_0"])
def test_a_number_is_a_number(value: object) -> None:
    with pytest.raises(BadAnswer, match=r"f\.id"):
        Part({"id": value}, "f").whole("id")


@pytest.mark.parametrize("value", ["nan", "inf", "1e999", None, [], {"a": 1}, "12,5"])
def test_a_mark_is_finite(value: object) -> None:
    with pytest.raises(BadAnswer, match=r"f\.grade"):
        Part({"grade": value}, "f").number("grade")


def test_parts_name_their_place() -> None:
    part = Part.read(json.dumps({"a": [{"b": 1}, {}]}).encode(), "f")
    with pytest.raises(BadAnswer, match=r"f\.a\[1\]: b is missing"):
        [one.whole("b") for one in part.list_of("a")]


@pytest.mark.parametrize(
    "address",
    [
        "https://other.example.org/webservice/pluginfile.php/1/x",
        "https://m.example.org/webservice/pluginfile.php/1/ü",
        "https://m.example.org.evil.org/webservice/pluginfile.php/1",
        "https://m.example.org/webservice/pluginfile.php/1/a\r\nX: y",
    ],
)
def test_files_lie_at_the_site_or_are_not_fetched(address: str) -> None:
    with pytest.raises(BadAnswer, match="where no token is sent"):
        moodle_calls.path_at(Site("https://m.example.org"), address)
