"""How long ``autograder review`` takes for a page of a large class.

Writes a class without grading it, starts the program, and asks for every kind of page again and again, each time
of another student where there is one for each. Timed is a whole answer as a client on this machine gets it.

    python benchmarks/review.py [--students N] [--times N]
"""

from __future__ import annotations

import argparse
import http.client
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from places import ROOT

sys.path.insert(0, str(ROOT))

from tests.review.classes import Student, WrittenClass, students, write_class

BOUND_MS = 100.0
"""Milliseconds that 95 of 100 answers may take at most."""


@dataclass
class Client:
    """A browser that came in, over one connection that stays.

    Attributes:
        process: the number of the server's.
    """

    process: int
    connection: http.client.HTTPConnection
    host: str
    cookie: str

    def ask(self, path: str, body: Mapping[str, object] | None = None) -> tuple[float, float, str]:
        """Milliseconds until the whole answer was there, milliseconds of a processor that the server used, and
        its text or where it leads.
        """
        headers = {"Cookie": self.cookie}
        data = None
        if body is not None:
            headers |= {"Origin": f"http://{self.host}", "Content-Type": "application/json"}
            data = json.dumps(body)
        begun, used = time.perf_counter(), self._used()
        self.connection.request("GET" if body is None else "POST", path, data, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        took, used = 1000 * (time.perf_counter() - begun), 1000 * (self._used() - used)
        if answer.status not in (200, 303):
            raise SystemExit(f"{path}: {answer.status}: {text[:300]}")
        return took, used, answer.headers.get("location", "") or text

    def _used(self) -> float:
        """Seconds of a processor that the server has used: the clock that Linux keeps of each process."""
        return time.clock_gettime((~self.process << 3) | 2)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--students", metavar="N", type=int, default=500, help="in the class (default: 500)")
    parser.add_argument("--times", metavar="N", type=int, default=50, help="each page is asked (default: 50)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        written = write_class(Path(folder), _class(options.students))
        with _client(written.out) as client:
            print(
                f"{'page':<30}  {'first':>6}  {'median':>6}  {'p95':>6}  {'most':>6}  {'CPU median':>10}  {'CPU p95':>7}  (ms)"
            )
            slow = []
            for name, asked in _pages(client, written, options.times).items():
                found = [client.ask(*one) for one in asked]
                first, rest = found[0][0], sorted(one[0] for one in found[1:])
                used = sorted(one[1] for one in found[1:])
                p95 = rest[int(0.95 * len(rest))]
                print(
                    f"{name:<30}  {first:>6.0f}  {rest[len(rest) // 2]:>6.0f}  {p95:>6.0f}  {rest[-1]:>6.0f}  "
                    f"{used[len(used) // 2]:>10.0f}  {used[int(0.95 * len(used))]:>7.0f}"
                )
                slow += [name] if p95 > BOUND_MS else []
    print(f"over {BOUND_MS:.0f} ms: {', '.join(slow) or 'none'}")


def _class(count: int) -> Sequence[Student]:
    """Students of whom one in eight has answered as others did."""
    return [
        one
        if at % 8 == 0
        else replace(one, answers={name: f"{text} ({at})" for name, text in one.answers.items()})
        for at, one in enumerate(students(count))
    ]


def _pages(client: Client, written: WrittenClass, times: int) -> Mapping[str, Sequence[tuple]]:
    """What is asked for each page, once more than it counts: the first may have to read what is kept then."""
    ids = [written.ids[at % len(written.ids)] for at in range(times + 1)]
    answers = list(_answers(client, times + 1))

    def each(make: Callable[[str], str]) -> Sequence[tuple]:
        return [(make(id),) for id in ids]

    return {
        "class": each(lambda id: "/"),
        "class, sorted by score": each(lambda id: "/?sort=score&down=1"),
        "class, one is looked for": each(lambda id: "/?q=Student"),
        "score, the next that waits": each(lambda id: "/score/derivation"),
        "score, an answer": [(path,) for path in answers],
        "score, a key pressed": list(_changes(client, answers)),
        "items of a question": each(lambda id: "/rubric/derivation"),
        "student": each(lambda id: f"/student/{id}"),
        "student, the same again": each(lambda id: f"/student/{ids[0]}"),
        "student, notebook as it ran": each(lambda id: f"/student/{id}/notebook"),
        "publish": each(lambda id: "/publish"),
        "similar work": each(lambda id: "/similar"),
    }


def _answers(client: Client, count: int) -> Iterator[str]:
    """Addresses of answers, one after the other."""
    path = client.ask("/score/derivation")[2]
    for _ in range(count):
        yield path
        token = path.rpartition("/")[2]
        path = client.ask(f"/score/derivation?go=next&after={token}")[2]


def _changes(client: Client, answers: Sequence[str]) -> Iterator[tuple]:
    """A press of a key for each answer, as the page's script sends it."""
    for number, path in enumerate(dict.fromkeys(answers), start=1):
        page = client.ask(path)[2]
        body = {
            "client": "benchmark", "number": number, "seen": int(_in(page, r'data-seen="(\d+)"')),
            "rubric": _in(page, r'data-rubric="([^"]+)"'), "members": _in(page, r'name="members" value="([^"]*)"').split(),
            "points": {code: float(points) for code, points in re.findall(r'name="earned" value="(\w+)"[^>]*data-possible="([\d.]+)"', page)},
        }  # fmt: skip
        yield f"{path}/change", body


def _in(page: str, pattern: str) -> str:
    found = re.search(pattern, page)
    assert found, pattern
    return found[1]


@contextmanager
def _client(out: Path) -> Iterator[Client]:
    """The program, and a browser in it; both end with the block."""
    command = [sys.executable, "-m", "autograder.cli", "review", str(out), "--no-browser"]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        link = urlsplit(process.stderr.readline().strip())
        connection = http.client.HTTPConnection(link.netloc, timeout=120)
        connection.request("GET", f"/?{link.query}")
        answer = connection.getresponse()
        answer.read()
        yield Client(process.pid, connection, link.netloc, answer.headers["set-cookie"].partition(";")[0])
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
