"""A Canvas on loopback, as its documentation describes it: pages of lists, files in three steps, a store of their own.

The store goes by another name than the site, so that a token that follows is seen. It knows nothing of the client.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.online.moodle_server import Fault, Server
from tests.online.moodle_server import Handler as AnyHandler

TOKEN = "7~0123456789abcdefABCDEF"
TEACHER = 2
PER_PAGE = 2
"""Of a list, whatever is asked for: Canvas has a limit that it does not tell."""


@dataclass
class Comment:
    """A comment on a submission: who wrote it, and the numbers of its files."""

    number: int
    author: int
    text: str
    files: list[int] = field(default_factory=list)
    attempt: int = 0


@dataclass
class Student:
    """Somebody in the course, and what they handed in.

    Attributes:
        given: the mark, before the late policy takes ``deducted`` away.
    """

    user: int
    name: str
    files: dict[str, bytes] = field(default_factory=lambda: {"lab.ipynb": b"{}"})
    late: int = 0
    group: int = 0
    given: float | None = None
    deducted: float = 0.0
    attempt: int = 2
    comments: list[Comment] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)


@dataclass
class Canvas:
    """A site with one assignment.

    Attributes:
        settings: of the assignment, beside what everyone has.
        stored: how the store answers an upload: ``created`` with the place, ``moved`` to it, ``told`` at once.
        leaked: addresses that a token came to and that are not the site's.
        puts: how often a mark or a comment was written, by person.
    """

    students: list[Student]
    maximum: float = 10.0
    settings: dict[str, Any] = field(default_factory=dict)
    groups: dict[int, str] = field(default_factory=dict)
    stored: str = "created"
    fault: Fault = lambda function, times: ""
    pause: float = 0.0
    asked: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    leaked: list[str] = field(default_factory=list)
    puts: Counter[int] = field(default_factory=Counter)
    files: dict[int, tuple[str, bytes]] = field(default_factory=dict)
    pending: dict[str, str] = field(default_factory=dict)
    address: str = ""
    lock: threading.RLock = field(default_factory=threading.RLock)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """The assignment's address in the browser."""
        return f"{self.address}/courses/7/assignments/42"

    @property
    def store(self) -> str:
        """Where files lie: the same server by another name."""
        return self.address.replace("127.0.0.1", "localhost")

    def student(self, user: int) -> Student:
        """Somebody of the course."""
        return next(one for one in self.students if one.user == user)

    def pages(self, one: Student) -> list[bytes]:
        """The files of somebody's comments, the oldest first."""
        return [self.files[number][1] for comment in one.comments for number in comment.files]

    def kept(self, name: str, content: bytes) -> int:
        """The number of a new file."""
        number = 500 + len(self.files)
        self.files[number] = (name, content)
        return number

    # What it answers

    def assignment(self) -> Any:
        return {
            "id": 42, "name": "Lab <9> & co", "points_possible": self.maximum, "grading_type": "points",
            "due_at": "2026-11-20T22:00:00Z", "submission_types": ["online_upload"], "group_category_id": None,
            "grade_group_students_individually": False, "moderated_grading": False, "anonymous_grading": False,
            "anonymize_students": False, "post_manually": False, "muted": False,
        } | self.settings  # fmt: skip

    def submission(self, one: Student) -> Any:
        handed_in = bool(one.files)
        return {
            "id": 9000 + one.user, "user_id": one.user, "attempt": one.attempt if handed_in else None,
            "score": None if one.given is None else one.given - one.deducted, "points_deducted": one.deducted or None,
            "submitted_at": "2026-11-20T20:00:00Z" if handed_in else None, "late": one.late > 0, "seconds_late": one.late,
            "workflow_state": "submitted" if handed_in else "unsubmitted", "excused": False, "assignment_visible": True,
            "user": {"id": one.user, "name": one.name, "login_id": f"s{one.user}@example.org"},
            "group": {"id": one.group or None, "name": self.groups.get(one.group)},
            "attachments": [self.attachment(self.of_name(one, name)) for name in one.files],
            "submission_comments": [
                {"id": c.number, "author_id": c.author, "comment": c.text, "created_at": "2026-11-21T10:00:00Z",
                 "attachments": [self.attachment(number) for number in c.files]}
                for c in one.comments
            ],
        } | one.more  # fmt: skip

    def of_name(self, one: Student, name: str) -> int:
        """The number of a file that was handed in."""
        for number, found in self.files.items():
            if found == (f"{one.user}/{name}", one.files[name]):
                return number
        return self.kept(f"{one.user}/{name}", one.files[name])

    def attachment(self, number: int) -> Any:
        name, content = self.files[number]
        address = f"{self.address}/files/{number}/download?download_frd=1"
        return {
            "id": number,
            "display_name": name.partition("/")[2] or name,
            "size": len(content),
            "url": address,
        }

    def put(self, user: int, fields: dict[str, str]) -> Any:
        one = self.student(user)
        self.puts[user] += 1
        if "submission[posted_grade]" in fields:
            grade = fields["submission[posted_grade]"]
            alike = self.settings.get("group_category_id") and not self.settings.get(
                "grade_group_students_individually"
            )
            for other in self.students if alike and one.group else [one]:
                if other.group == one.group:
                    other.given = float(grade) if grade else None
        if fields.get("comment[text_comment]"):
            number = 1 + max((c.number for other in self.students for c in other.comments), default=300)
            files = [int(fields["comment[file_ids][]"])] if "comment[file_ids][]" in fields else []
            assert fields["comment[group_comment]"] == "false"
            attempt = int(fields.get("comment[attempt]", "1"))
            one.comments.append(Comment(number, TEACHER, fields["comment[text_comment]"], files, attempt))
        return self.submission(one)

    def preflight(self, user: int, fields: dict[str, str]) -> Any:
        key = f"{user}-{len(self.pending)}"
        assert fields["on_duplicate"] == "rename"
        before = sum(name.startswith("feedback") for name, _ in self.files.values())
        self.pending[key] = fields["name"].replace(".", f"-{before}.") if before else fields["name"]
        return {
            "upload_url": f"{self.store}/upload?x=1",
            "upload_params": {"key": key, 'odd"name': "a\nb", "size": int(fields["size"]), "none": None},
        }


class Handler(AnyHandler):
    """One request."""

    moodle: Canvas  # type: ignore[assignment]

    def do_GET(self) -> None:
        self.any("GET")

    def do_POST(self) -> None:
        self.any("POST")

    def do_PUT(self) -> None:
        self.any("PUT")

    def do_DELETE(self) -> None:
        self.any("DELETE")

    def any(self, method: str) -> None:
        canvas, parts = self.moodle, urlsplit(self.path)
        canvas.seen.append(f"{method} {self.path}")
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        elsewhere = self.headers["Host"].startswith("localhost")
        right = self.headers["Authorization"] == f"Bearer {TOKEN}"
        if elsewhere and self.headers["Authorization"]:
            canvas.leaked.append(self.path)
        function = self.function(method, parts.path)
        with canvas.lock:
            times = canvas.asked.count(function)
            canvas.asked.append(function)
            fault = canvas.fault(function, times)
        if fault and not self.happens(fault):
            return
        if not elsewhere and not right:
            self.refuse(
                401, {"errors": [{"message": "Invalid access token."}]}, {"WWW-Authenticate": "Bearer"}
            )
            return
        with canvas.lock:
            status, content, headers = self.done_here(function, parts.path, parts.query, body)
        time.sleep(canvas.pause)
        if fault == "lose":
            self.close_connection = True
        else:
            self.send(status, content, headers, len(content) // 2 if fault == "half" else None)

    def function(self, method: str, path: str) -> str:
        """What is asked for."""
        rest = path.removeprefix("/api/v1/courses/7/assignments/42")
        kinds = {
            r"GET /api/v1/users/self": "self", r"GET ": "assignment", r"GET /submissions": "list",
            r"GET /submissions/\d+": "one", r"PUT /submissions/\d+": "put", r"DELETE /submissions/\d+/comments/\d+": "delete",
            r"POST /submissions/\d+/comments/files": "preflight", r"POST /upload": "upload",
            r"GET /api/v1/files/\d+/create_success": "confirm", r"GET /files/\d+/download": "download",
            r"GET /content/\d+": "content",
        }  # fmt: skip
        return next(
            (name for form, name in kinds.items() if re.fullmatch(form, f"{method} {rest}")), "nothing"
        )

    def done_here(
        self, function: str, path: str, query: str, body: bytes
    ) -> tuple[int, bytes, dict[str, str]]:
        """Status, body and headers of the answer."""
        canvas, asked = self.moodle, parse_qs(query)
        numbers = [int(one) for one in re.findall(r"/(\d+)(?=/|$)", path)]
        fields, files = self.form(body) if body else ({}, [])
        headers: dict[str, str] = {}
        if function == "self":
            answer: Any = {"id": TEACHER, "name": "Tess"}
        elif function == "assignment":
            answer = canvas.assignment()
        elif function == "list":
            page = int(asked.get("page", ["1"])[0])
            rows = canvas.students[(page - 1) * PER_PAGE : page * PER_PAGE]
            answer = [canvas.submission(one) for one in rows]
            link = f'<{canvas.address}{path}?page={page}>; rel="current"'
            if page * PER_PAGE < len(canvas.students):
                link += f',<{canvas.address}{path}?page={page + 1}&per_page={PER_PAGE}>; rel="next"'
            headers["Link"] = link
        elif function == "one":
            answer = canvas.submission(canvas.student(numbers[-1]))
        elif function == "put":
            answer = canvas.put(numbers[-1], fields)
        elif function == "delete":
            one = canvas.student(numbers[-2])
            one.comments = [comment for comment in one.comments if comment.number != numbers[-1]]
            answer = {"id": numbers[-1]}
        elif function == "preflight":
            answer = canvas.preflight(numbers[-1], fields)
        elif function == "upload":
            assert body.rfind(b'; name="file"; ') == body.rfind(b"; name="), "the file comes last"
            ((_, content),) = files
            wanted = {"key": fields["key"], "odd%22name": "a\nb", "size": str(len(content))}
            assert fields == wanted, fields
            number = canvas.kept(canvas.pending.pop(fields["key"]), content)
            headers["Location"] = f"{canvas.address}/api/v1/files/{number}/create_success?uuid=u"
            if canvas.stored == "told":
                return 201, json.dumps(canvas.attachment(number)).encode(), {}
            return (201 if canvas.stored == "created" else 301), b"", headers
        elif function == "confirm":
            answer = canvas.attachment(numbers[-1])
        elif function == "download":
            return 302, b"", {"Location": f"{canvas.store}/content/{numbers[-1]}?token=signed"}
        elif function == "content":
            return 200, canvas.files[numbers[-1]][1], {}
        else:
            return 404, b'{"errors": [{"message": "The specified resource does not exist."}]}', {}
        return 200, json.dumps(answer).encode(), headers

    def happens(self, fault: str) -> bool:
        """Let something go wrong; whether the request is done all the same."""
        if fault == "throttled":
            self.send(403, b"403 Forbidden (Rate Limit Exceeded)\n", {})
        elif fault == "unauthorized":
            said = {"status": "nicht erlaubt \x1b[31m", "errors": [{"message": "darf das nicht \x1b[31m"}]}
            self.send(401, json.dumps(said).encode(), {})
        elif fault == "expired":
            self.send(
                401, b'{"errors": [{"message": "Invalid access token."}]}', {"WWW-Authenticate": "Bearer"}
            )
        else:
            return super().happens(fault)
        return False

    def refuse(self, status: int, answer: Any, headers: dict[str, str]) -> None:
        self.send(status, json.dumps(answer).encode(), headers)

    def send(self, status: int, content: bytes, headers: dict[str, str], most: int | None = None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[:most])
        self.close_connection = True


@contextmanager
def served(canvas: Canvas) -> Iterator[Canvas]:
    """The site, for as long as the block takes."""
    handler = type("OfThisSite", (Handler,), {"moodle": canvas})
    with Server(("127.0.0.1", 0), handler) as server:
        canvas.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield canvas
        finally:
            canvas.ended.set()
            server.shutdown()
            thread.join()
