"""A Moodle site on loopback, as far as its web service goes: real sockets, the rules of a real 4.5, and accidents.

What it does with a mark was recorded from a real site: ``null`` for what it silently drops, errors with status 200,
names of fields with brackets, numbers as texts. It knows nothing of the client.
"""

from __future__ import annotations

import contextlib
import html
import json
import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

TOKEN = "0123456789abcdef0123456789abcdef"
PASSWORD = "correct horse"
COURSE = 3
TEACHER = 2
FUNCTIONS = (
    "core_webservice_get_site_info", "core_course_get_course_module", "mod_assign_get_assignments",
    "mod_assign_list_participants", "mod_assign_get_user_mappings", "mod_assign_get_submissions",
    "mod_assign_get_grades", "mod_assign_get_user_flags", "mod_assign_set_user_flags",
    "mod_assign_get_submission_status", "mod_assign_save_grades", "gradereport_user_get_grade_items",
    "core_files_get_unused_draft_itemid",
)  # fmt: skip

Fault = Callable[[str, int], str]
"""What goes wrong with a request, by the function asked and how often it was asked before; empty: nothing.

``drop``: nothing is done, no answer. ``lose``: it is done, no answer. ``half``: it is done, half an answer. ``hang``:
nothing is done, and silence. ``drip``: a byte from time to time, without end. ``busy``: status 503. ``html``, ``long``, ``list``: another answer than Moodle's.
``elsewhere``: a redirect. Anything else is the code of an error.
"""


@dataclass
class Student:
    """Somebody in the course, and what they handed in.

    Attributes:
        number: the participant's.
        files: that were handed in, by path.
        status: of the submission; empty: there is no row of one.
        is_numbered: where work is handed in for good in a step of its own, whoever has not done so gets a number
            only when somebody opens the list in the browser.
    """

    user: int
    number: int
    name: str
    email: str = ""
    group: int = 0
    files: dict[str, bytes] = field(default_factory=lambda: {"lab.ipynb": b"{}"})
    status: str = "submitted"
    is_numbered: bool = True
    when: int = 1_795_000_000
    mark: float | None = None
    comment: str = ""
    feedback: dict[str, bytes] = field(default_factory=dict)
    state: str = ""
    mailed: int = 0
    locked: str = ""
    extension: int = 0


@dataclass
class Moodle:
    """A site with one assignment.

    Attributes:
        asked: functions in the order in which they were asked.
        saves: how often a mark was saved, by person.
        seen: addresses and headers of requests, as they came.
        language: of the teacher's pages.
        is_old: whether it is a 4.1.
        allocated: the persons whom this account marks; where students are allocated and it may not do that, it
            is told of no others.
    """

    students: list[Student]
    maximum: float = 10.0
    comments: bool = True
    files: bool = True
    teams: bool = False
    blind: bool = False
    workflow: bool = False
    method: str | None = None
    notify: int = 0
    due: int = 1_795_100_000
    editing: bool = True
    language: str = "en"
    is_old: bool = False
    allocated: tuple[int, ...] | None = None
    groups: dict[int, str] = field(default_factory=dict)
    team_files: dict[int, dict[str, bytes]] = field(default_factory=dict)
    functions: tuple[str, ...] = FUNCTIONS
    fault: Fault = lambda function, times: ""
    siteurl: str = ""
    token: str = TOKEN
    pause: float = 0.0
    asked: list[str] = field(default_factory=list)
    saves: Counter[int] = field(default_factory=Counter)
    seen: list[str] = field(default_factory=list)
    drafts: dict[int, dict[str, bytes]] = field(default_factory=lambda: defaultdict(dict))
    address: str = ""
    lock: threading.RLock = field(default_factory=threading.RLock)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """The assignment's address in the browser."""
        return f"{self.address}/mod/assign/view.php?id=8"

    def student(self, user: int) -> Student:
        """Somebody of the course."""
        return next(one for one in self.students if one.user == user)

    # The functions

    def call(self, function: str, fields: dict[str, str]) -> Any:
        """What the service answers."""
        if fields.get("wstoken") != self.token:
            return refusal("invalidtoken")
        if function not in self.functions:
            return refusal("accessexception")
        return getattr(self, function)(fields)

    def core_webservice_get_site_info(self, fields: dict[str, str]) -> Any:
        return {
            "userid": TEACHER, "lang": self.language, "siteurl": self.siteurl or self.address, "uploadfiles": 1, "usermaxuploadfilesize": 50 << 20,
            "functions": [{"name": name, "version": "2024100706"} for name in self.functions],
        }  # fmt: skip

    def core_course_get_course_module(self, fields: dict[str, str]) -> Any:
        if fields["cmid"] != "8":
            return refusal("invalidrecord")
        method = [{"area": "submissions", "method": self.method}]
        return {
            "cm": {"id": 8, "course": COURSE, "modname": "assign", "instance": 80, "advancedgrading": method},
            "warnings": [],
        }

    def mod_assign_get_assignments(self, fields: dict[str, str]) -> Any:
        on = [("comments", self.comments), ("offline", True), ("file", self.files)]
        configs = [
            {"plugin": name, "subtype": "assignfeedback", "name": "enabled", "value": "1"}
            for name, is_on in on
            if is_on
        ]
        one = {
            "id": 80, "cmid": 8, "name": as_shown("Lab <9> & co"), "grade": self.maximum, "duedate": self.due, "configs": configs,
            "teamsubmission": int(self.teams), "blindmarking": int(self.blind), "revealidentities": 0,
            "markingworkflow": int(self.workflow), "markingallocation": int(self.allocated is not None), "sendstudentnotifications": self.notify,
        }  # fmt: skip
        return {"courses": [{"id": COURSE, "assignments": [one]}], "warnings": []}

    def mod_assign_list_participants(self, fields: dict[str, str]) -> Any:
        found = []
        for one in self.students:
            if self.allocated is not None and one.user not in self.allocated:
                continue
            row: dict[str, Any] = {"id": one.user, "fullname": one.name, "recordid": -1, "email": one.email}
            if self.blind:
                row = {"id": one.user, "fullname": f"Participant {one.number}", "recordid": one.number}
            if self.teams:
                row |= {"groupid": one.group or None, "groupname": as_shown(self.groups.get(one.group, ""))}
            found.append(row | {"submitted": one.status == "submitted", "submissionstatus": one.status})
        return found

    def mod_assign_get_user_mappings(self, fields: dict[str, str]) -> Any:
        if not self.editing:
            return {
                "assignments": [],
                "warnings": [{"warningcode": "1", "message": "No access rights in module context"}],
            }
        rows = [{"id": one.number, "userid": one.user} for one in self.students if one.is_numbered]
        return {"assignments": [{"assignmentid": 80, "mappings": rows}], "warnings": []}

    def mod_assign_get_submissions(self, fields: dict[str, str]) -> Any:
        rows = [
            self.submission(one.user, 0, {} if self.teams else one.files, one.status, one.when)
            for one in self.students
            if one.status
        ]
        rows += [
            self.submission(0, group, files, "submitted", 1_795_000_000)
            for group, files in self.team_files.items()
        ]
        return {"assignments": [{"assignmentid": 80, "submissions": rows}], "warnings": []}

    def submission(self, user: int, group: int, files: dict[str, bytes], status: str, when: int) -> Any:
        area = "submission_files"
        plugin = {
            "type": "file",
            "fileareas": [{"area": area, "files": self.listed(files, f"{area}/{user or -group}")}],
        }
        return {
            "id": 1000 + user, "userid": user, "groupid": group, "attemptnumber": 0, "status": status,
            "timemodified": when, "plugins": [plugin, {"type": "comments"}],
        }  # fmt: skip

    def listed(self, files: dict[str, bytes], where: str) -> Any:
        found = []
        for path, content in files.items():
            folder, _, name = path.rpartition("/")
            address = f"{self.siteurl or self.address}/webservice/pluginfile.php/50/{where}/{quote(path)}"
            found.append(
                {
                    "filename": name,
                    "filepath": f"/{folder}/" if folder else "/",
                    "filesize": len(content),
                    "fileurl": address,
                }
            )
        return found

    def mod_assign_get_grades(self, fields: dict[str, str]) -> Any:
        rows = [
            {"userid": one.user, "grade": f"{-1 if one.mark is None else one.mark:.5f}"}
            for one in self.students
            if self.saves[one.user] or one.mark is not None or one.comment or one.feedback
        ]
        if not rows:
            return {"assignments": [], "warnings": [{"warningcode": "3", "message": "No grades found"}]}
        return {"assignments": [{"assignmentid": 80, "grades": rows}], "warnings": []}

    def mod_assign_get_user_flags(self, fields: dict[str, str]) -> Any:
        rows = [
            {
                "userid": one.user,
                "mailed": one.mailed,
                "extensionduedate": one.extension,
                "workflowstate": one.state,
            }
            for one in self.students
        ]
        return {"assignments": [{"assignmentid": 80, "userflags": rows}], "warnings": []}

    def mod_assign_set_user_flags(self, fields: dict[str, str]) -> Any:
        self.student(int(fields["userflags[0][userid]"])).mailed = int(fields["userflags[0][mailed]"])
        return [{"id": 65, "userid": 7}]

    def gradereport_user_get_grade_items(self, fields: dict[str, str]) -> Any:
        def items(one: Student) -> Any:
            other = {"itemmodule": "quiz", "iteminstance": 80, "gradeislocked": True}
            kinds = {"gradeislocked": one.locked == "locked", "gradeisoverridden": one.locked == "overridden"}
            return [
                other,
                {"itemmodule": "assign", "iteminstance": 80, "locked": False, **kinds},
                {"itemmodule": None},
            ]

        return {
            "usergrades": [{"userid": one.user, "gradeitems": items(one)} for one in self.students],
            "warnings": [],
        }

    def mod_assign_get_submission_status(self, fields: dict[str, str]) -> Any:
        one = self.student(int(fields["userid"]))
        one.status = one.status or "new"  # a side effect of the real one, too
        answer: dict[str, Any] = {"lastattempt": {}, "warnings": []}
        hidden = self.workflow and one.state != "released"
        if hidden or not (one.mark is not None or one.comment or one.feedback):
            return answer
        assert fields.get("moodlewssettingraw") == "1"
        plugins = []
        if self.comments:
            plugins.append(
                {"type": "comments", "editorfields": [{"name": "comments", "text": one.comment, "format": 0}]}
            )
        if self.files:
            area = "feedback_files"
            files = self.listed(one.feedback, f"{area}/{one.user}")
            plugins.append({"type": "file", "fileareas": [{"area": area, "files": files}]})
        grade = {"userid": one.user, "grade": f"{-1 if one.mark is None else one.mark:.5f}"}
        return answer | {"feedback": {"grade": grade, "plugins": plugins}}

    def mod_assign_save_grades(self, fields: dict[str, str]) -> Any:
        user, row = int(fields["grades[0][userid]"]), "grades[0]"
        for needed in ("grade", "attemptnumber", "addattempt", "workflowstate"):
            if f"{row}[{needed}]" not in fields:
                return refusal("invalidparameter")
        if not re.fullmatch(r"-?\d+(\.\d+)?", fields[f"{row}[grade]"]):
            return refusal("invalidparameter")
        one, mark = self.student(user), float(fields[f"{row}[grade]"])
        comment = fields.get(f"{row}[plugindata][assignfeedbackcomments_editor][text]")
        if self.comments and comment is None and one.comment:
            return refusal("dmlwriteexception")
        self.saves[user] += 1
        one.status, one.mailed, one.state = one.status or "new", 0, fields[f"{row}[workflowstate]"]
        if mark == -1:
            one.mark = None
        elif 0 <= mark <= self.maximum and not one.locked:
            one.mark = round(mark, 5)
        if self.comments and comment is not None:
            one.comment = comment
        draft = int(fields.get(f"{row}[plugindata][files_filemanager]", "0"))
        if self.files and draft:
            one.feedback = dict(self.drafts.get(draft, {}))
        return None

    def core_files_get_unused_draft_itemid(self, fields: dict[str, str]) -> Any:
        return {"component": "user", "itemid": self.new_draft(), "warnings": []}

    def new_draft(self) -> int:
        with self.lock:
            number = 100_000 + len(self.drafts)
            self.drafts[number] = {}
            return number

    def upload(self, fields: dict[str, str], files: list[tuple[str, bytes]]) -> Any:
        if fields.get("token") != self.token:
            return refusal("invalidtoken", "error")
        number = int(fields.get("itemid", "0")) or self.new_draft()
        answer = []
        for name, content in files:
            path = fields.get("filepath", "/").lstrip("/") + name
            if path in self.drafts[number]:
                return [
                    {
                        "filename": name,
                        "error": f"File name already exists: {name}",
                        "errortype": "filenameexist",
                    }
                ]
            self.drafts[number][path] = content
            said = {"filename": name, "itemid": number}
            answer.append(said if self.is_old else said | {"filesize": len(content)})
        return answer

    def file(self, path: str) -> bytes | None:
        """A file's bytes, by its way below ``pluginfile.php``."""
        area, owner, name = unquote(path).split("/", 3)[1:]
        if area == "feedback_files":
            return self.student(int(owner)).feedback.get(name)
        files = self.team_files[-int(owner)] if int(owner) <= 0 else self.student(int(owner)).files
        return files.get(name)


def as_shown(name: str) -> str:
    """A name of an activity or a group, as the service tells it: without tags, as HTML."""
    return html.escape(re.sub("<[^>]*>?", "", name), quote=False)


def refusal(code: str, key: str = "message") -> dict[str, Any]:
    """An error as Moodle's, whose text is in whatever language the user has."""
    return {
        "exception": "core\\exception\\moodle_exception",
        "errorcode": code,
        key: f"Fehler \x1b[31m{code}",
    }


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    moodle: Moodle

    def log_message(self, format: str, *values: object) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        self.moodle.seen.append(f"GET {self.path}")
        self.answer(json.dumps(refusal("missingparam")).encode())

    def do_POST(self) -> None:
        moodle, path = self.moodle, urlsplit(self.path).path
        moodle.seen.append(f"POST {self.path}\n{self.headers}")
        fields, files = self.form(self.rfile.read(int(self.headers["Content-Length"])))
        function = fields.get("wsfunction") or path.rsplit("/", 1)[-1]
        if "/pluginfile.php/" in path:
            function = "pluginfile"
        with moodle.lock:
            times = moodle.asked.count(function)
            moodle.asked.append(function)
            fault = moodle.fault(function, times)
        if fault and not self.happens(fault):
            return
        with moodle.lock:
            content = self.done(path, function, fields, files)
        time.sleep(moodle.pause)
        if fault == "lose":
            self.close_connection = True
        elif fault == "half":
            self.answer(content, len(content) // 2)
        else:
            self.answer(content)

    def happens(self, fault: str) -> bool:
        """Let something go wrong; whether the request is done all the same."""
        if fault in ("lose", "half"):
            return True
        self.close_connection = True
        if fault == "hang":
            self.moodle.ended.wait(30)
        elif fault == "drip":
            self.send_response(200)
            self.end_headers()
            with contextlib.suppress(OSError):
                while not self.moodle.ended.wait(0.02):
                    self.wfile.write(b" ")
        elif fault == "busy":
            self.answer(b"<html>502</html>", status=503)
        elif fault == "html":
            self.answer(b"<!DOCTYPE html><title>Wartung</title>")
        elif fault == "list":
            self.answer(b'{"courses": [{"assignments": 7}]}')
        elif fault == "long":
            self.send_response(200)
            self.end_headers()
            piece = b" " * (1 << 20)
            with contextlib.suppress(OSError):  # nobody takes so much
                for _ in range(100):
                    self.wfile.write(piece)
        elif fault == "elsewhere":
            self.send_response(303)
            self.send_header("Location", f"http://localhost:{self.server.server_address[1]}{self.path}")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif fault != "drop":
            self.answer(json.dumps(refusal(fault)).encode())
        return False

    def done(self, path: str, function: str, fields: dict[str, str], files: list[tuple[str, bytes]]) -> bytes:
        """What the site answers."""
        if function == "pluginfile":
            content = self.moodle.file(path.partition("/webservice/pluginfile.php/")[2])
            right = fields.get("token") == self.moodle.token
            return (
                content
                if content is not None and right
                else json.dumps(refusal("filenotfound", "error")).encode()
            )
        if path == "/login/token.php":
            right = fields.get("password") == PASSWORD and fields.get("service") == "moodle_mobile_app"
            return json.dumps(
                {"token": self.moodle.token} if right else refusal("invalidlogin", "error")
            ).encode()
        if path == "/webservice/upload.php":
            return json.dumps(self.moodle.upload(fields, files)).encode()
        return json.dumps(self.moodle.call(function, fields)).encode()

    def form(self, body: bytes) -> tuple[dict[str, str], list[tuple[str, bytes]]]:
        """The fields of a form, and its files."""
        kind = self.headers["Content-Type"]
        if not kind.startswith("multipart/"):
            return dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body))), []
        parsed = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
        fields, files = {}, []
        for part in parsed.iter_parts():
            content = part.get_payload(decode=True)
            name = part.get_filename()
            if name is None:
                fields[str(part.get_param("name", header="content-disposition"))] = content.decode()
            else:
                files.append((name, content))
        return fields, files

    def answer(self, content: bytes, most: int | None = None, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[:most])
        self.close_connection = True


class Server(ThreadingHTTPServer):
    """Ends with the test."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: clients that are killed are what the tests are about."""


@contextmanager
def served(moodle: Moodle) -> Iterator[Moodle]:
    """The site, for as long as the block takes."""
    handler = type("OfThisSite", (Handler,), {"moodle": moodle})
    with Server(("127.0.0.1", 0), handler) as server:
        moodle.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield moodle
        finally:
            moodle.ended.set()
            server.shutdown()
            thread.join()
