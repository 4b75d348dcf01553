"""Who comes in, who does not, and what a browser may do with what it gets."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from autograder.review.desk import Desk
from autograder.review.doors import HEADERS, HOURS, Doors, Guard, Place
from autograder.store.journal import Journal
from tests.review.asking import HOST, PORT, Asker, opened
from tests.review.classes import WrittenClass, students, write_class

OWN = f"http://{HOST}"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> WrittenClass:
    return write_class(tmp_path_factory.mktemp("class"), students(3))


@pytest.fixture(scope="module")
def inside(written: WrittenClass) -> Asker:
    return opened(Desk(written.out))


@pytest.fixture
def links() -> list[str]:
    return []


@pytest.fixture
def doors(links: list[str]) -> Doors:
    found = Doors(Place(PORT), lambda link, grader: links.append(f"{grader} {link}"))
    found.hand_out(["Ada"])
    return found


def outside(inside: Asker, doors: Doors) -> Asker:
    """A browser that has not come in yet, before the same pages."""
    assert isinstance(inside.app, Guard)
    return Asker(Guard(inside.app._app, doors))


def target(link: str) -> str:
    return "/" + link.partition("?")[1] + link.partition("?")[2]


def test_a_key_opens_once_and_whoever_sees_the_terminal_gets_another(
    inside: Asker, doors: Doors, links: list[str]
) -> None:
    browser = outside(inside, doors)
    closed = browser.get("/")
    assert (closed.status, closed.headers["content-type"]) == (403, "text/html; charset=utf-8")
    assert "<h1>Open the link that the program printed</h1>" in closed.text

    entered = browser.get(target(links[0]))
    assert entered.status == 200
    first, *rest = entered.headers["set-cookie"].split("; ")
    assert first.startswith(f"review-{PORT}=")
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(rest)
    assert links[0].partition("=")[2] not in first, "the cookie is no copy of the key"

    again = outside(inside, doors)
    refused = again.get(target(links[0]))
    assert (refused.status, "set-cookie" in refused.headers) == (403, False)
    assert [one.split()[0] for one in links] == ["Ada", "Ada"]
    assert "<h1>Open the newest link</h1>" in refused.text
    assert again.get(target(links[0])).status == 403
    assert len(links) == 2, "a third use of a link prints nothing"
    assert again.get(target(links[1])).status == 200

    browser.cookie = first
    assert browser.get("/").status == 200
    assert browser.get(target(links[0])).status == 200, "who is inside may open an old link"


def test_a_cookie_ends_here_whatever_the_browser_does_with_it(inside: Asker) -> None:
    links: list[str] = []
    now = [0.0]
    doors = Doors(Place(PORT), lambda link, grader: links.append(link), lambda: now[0])
    doors.hand_out(["Ada"])
    browser = outside(inside, doors)
    browser.cookie = browser.get(target(links[0])).headers["set-cookie"].partition(";")[0]
    now[0] = HOURS * 3600 - 1
    assert browser.get("/").status == 200
    now[0] += 1
    assert browser.get("/").status == 403


def test_behind_a_proxy_the_cookie_is_for_encrypted_connections(inside: Asker) -> None:
    links: list[str] = []
    doors = Doors(Place(PORT, "https://review.example"), lambda link, grader: links.append(link))
    doors.hand_out(["Ada"])
    browser = outside(inside, doors)
    assert links[0].startswith("https://review.example/?key=")
    assert browser.get(target(links[0])).status == 421, "the name of this machine is not the one it has now"
    entered = browser.get(target(links[0]), host="review.example")
    assert "Secure" in entered.headers["set-cookie"].split("; ")


HOSTS = (
    "", "evil.example", f"evil.example:{PORT}", f"127.0.0.1.evil.example:{PORT}", f"evil.example@127.0.0.1:{PORT}x",
    "127.0.0.2", "0.0.0.0", "[::2]", "[::1", "localhost.evil.example", "2130706433", "127.1", "0x7f.1", "http://127.0.0.1",
)  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
def test_the_server_has_no_other_name_than_this_machines(inside: Asker, host: str) -> None:
    assert inside.get("/", host=host).status == 421


@pytest.mark.parametrize(
    "host", [HOST, f"localhost:{PORT}", "localhost:9999", "127.0.0.1:1", f"[::1]:{PORT}"]
)
def test_a_tunnel_may_begin_at_any_port_of_this_machine(inside: Asker, host: str) -> None:
    assert inside.get("/", host=host).status == 200


ORIGINS = (
    "", "null", "https://evil.example", f"http://evil.example:{PORT}", f"https://{HOST}", f"http://localhost:{PORT}",
    f"http://127.0.0.1:{PORT + 1}", "http://127.0.0.1", f"{OWN}.evil.example", f"{OWN}/", f" {OWN}", OWN.upper(), "file://",
)  # fmt: skip


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "post", "BREW"])
def test_what_changes_something_comes_from_a_page_of_ours(inside: Asker, method: str, origin: str) -> None:
    answer = inside.ask(method, "/publish", {"origin": origin, "referer": f"{OWN}/"})
    assert answer.status == 403
    assert "own pages" in answer.text
    assert not {name for name in answer.headers if name.startswith("access-control")}


COOKIES = (
    "",
    "review-8137=",
    "review-8137",
    "review-8137=x",
    "review-8138={}",
    "review-8137={}x",
    "Review-8137={}",
    '"{}"',
)


@pytest.mark.parametrize("cookie", COOKIES)
def test_nobody_comes_in_without_the_cookie(inside: Asker, cookie: str) -> None:
    secret = inside.cookie.partition("=")[2]
    stranger = Asker(inside.app, cookie.replace("{}", secret))
    for path in ("/", "/style.css", "/static/review.css", "/nothing", "/?key=", "/?key=x"):
        assert stranger.get(path).status == 403


OTHERS = (
    "a[b]=1",
    '{"a": 1}',
    'a="x',
    "a=ö",
    "a@b=1",
    "=",
    "expires=never",
    "_xsrf=2|abc|def",
    "a=\x01",
    "; ;",
)


@pytest.mark.parametrize("other", OTHERS)
def test_cookies_of_other_servers_of_this_machine_shut_nobody_out(inside: Asker, other: str) -> None:
    browser = Asker(inside.app, f"{other}; {inside.cookie}; {other}")
    assert browser.get("/style.css").status == 200


def test_every_answer_says_what_a_browser_may_do(inside: Asker) -> None:
    asked = [
        inside.get(path) for path in ("/", "/nothing", "/static/review.css", "/static/nothing", "/?key=x")
    ]
    asked += [
        inside.get("/", host="evil.example"),
        Asker(inside.app).get("/"),
        inside.post("/", origin="null"),
    ]
    for answer in asked:
        assert {name: answer.headers[name.lower()] for name in HEADERS} == HEADERS
    policy = HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


def test_what_nobody_foresaw_is_a_page_with_the_same_rules(written: WrittenClass) -> None:
    desk = Desk(written.out)
    browser = opened(desk)
    desk._stored = None  # type: ignore[assignment]  # as nothing does

    async def noting(scope: Scope, receive: Receive, send: Send) -> None:
        with contextlib.suppress(
            TypeError, AttributeError
        ):  # raised again behind the answer, for the terminal
            await inner(scope, receive, send)

    inner = browser.app
    browser.app = noting
    answer = browser.get("/")
    assert answer.status == 500
    assert "was not foreseen" in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]


PATHS = (
    "/static/../doors.py", "/static/%2e%2e/doors.py", "/static/..%2fdoors.py", "/static/..%5cdoors.py",
    "/static//etc/passwd", "/static/%2fetc/passwd", "/static/....//doors.py", "/static/katex/../../doors.py",
    "/static/%00", "/static/review.css%00.png", "/static/katex", "/static/", "/static/." + "/a" * 3000,
    "/static/" + "a" * 5000, "/static/%ff%fe", "/picture/../../../../etc/passwd", "/picture/%2e%2e/%2e%2e/x",
    "/student/..%2f..%2frun.json", "/student/%00", "/student/" + "a" * 5000, "/score/..%2f..%2fx", "/style.css/..",
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_no_path_leads_out_of_what_is_shown(inside: Asker, path: str) -> None:
    answer = inside.get(path)
    assert answer.status in (400, 404, 405)
    assert b"root:" not in answer.body
    assert b"import " not in answer.body


def addresses(inside: Asker, id: str) -> list[tuple[str, frozenset[str]]]:
    """Every route with its methods, with something in the place of its parameters."""
    assert isinstance(inside.app, Guard)
    found: dict[str, frozenset[str]] = {}
    for route in inside.app._app.routes:  # type: ignore[attr-defined]  # of the application within
        if isinstance(route, Route):
            path = route.path
            for name in route.param_convertors:
                value = {"question": "derivation", "id": id, "student": id}.get(name, "1")
                path = path.replace(f"{{{name}}}", value)
            assert "{" not in path.replace("{" + ":", ""), f"{route.path}: a parameter of another form"
            found[path] = found.get(path, frozenset()) | (route.methods or set())
        else:
            assert isinstance(route, Mount)
    return list(found.items())


def listing(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(one.relative_to(folder)): (one.stat().st_mtime_ns, one.stat().st_size)
        for one in folder.rglob("*")
        if not one.name.startswith("journal.sqlite3")  # whose time an open database changes
    }


def test_whatever_is_asked_for_with_get_changes_nothing(inside: Asker, written: WrittenClass) -> None:
    before, records = listing(written.out), Journal(written.out).state().last
    form = "seen=0&points=1&item=c&code=c&text=x&reason=x&comment=x&note=x&question=median&student=x&full=1&publish=1"
    for path, methods in addresses(inside, written.ids[0]):
        for method in ("GET", "HEAD"):
            answer = inside.ask(
                method, f"{path}?{form}&_method=POST", {"x-http-method-override": "POST"}, form.encode()
            )
            assert answer.status < 500, f"{method} {path}"
            assert method in methods or answer.status in (404, 405)
        assert methods <= {"GET", "HEAD", "POST"}
    assert listing(written.out) == before
    assert Journal(written.out).state().last == records


def test_whatever_is_posted_from_elsewhere_changes_nothing(inside: Asker, written: WrittenClass) -> None:
    before, records = listing(written.out), Journal(written.out).state().last
    for path, _ in addresses(inside, written.ids[0]):
        for origin in ("", "null", "https://evil.example", f"http://127.0.0.1:{PORT + 1}"):
            assert inside.post(path, [("seen", "0"), ("points", "1")], origin=origin).status == 403
        stranger = Asker(inside.app)
        assert stranger.post(path, [("seen", "0"), ("points", "1")]).status == 403
    assert listing(written.out) == before
    assert Journal(written.out).state().last == records
