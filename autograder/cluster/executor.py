"""Grades through any ``concurrent.futures.Executor``: the parent's side.

The parent reads a notebook when it hands it out and never has more of them under way than the machines
can use.
"""

from __future__ import annotations

import queue
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from dataclasses import dataclass, replace

from autograder.cluster.station import Answer, grade_here
from autograder.config.load import load
from autograder.errors import AutograderError
from autograder.grading.fingerprint import named_files, versions
from autograder.grading.opened_files import FilesNow
from autograder.grading.run_settings import RunSettings
from autograder.model import Grade, Status, Submission
from autograder.workers.pool import Held

ATTEMPTS = 2
"""How often a submission is handed out when its task fails: a broken machine is possible once."""

BYTES_UNDER_WAY = 512 << 20
"""Notebooks that are handed out and not yet graded, together: executors keep them in memory."""

LOOK_SECONDS = 5.0
"""How often the size of the cluster is looked up, so that workers that join get something to do."""


MOST_NAMES = 3
"""Files of the lab that are named when they differ between two machines."""


@dataclass(frozen=True)
class _Sent:
    submission: Submission
    attempt: int
    size: int
    since: float


class _UnderWay:
    """What the executor has, and what it has brought to an end."""

    def __init__(self, executor: Executor, settings: RunSettings, fingerprint: str) -> None:
        self._executor = executor
        self._settings = replace(settings, config=settings.config.absolute())
        self._fingerprint = fingerprint
        self._sent: dict[Future[Answer], _Sent] = {}
        self._ended: queue.SimpleQueue[Future[Answer]] = queue.SimpleQueue()

    def __bool__(self) -> bool:
        return bool(self._sent)

    def has_room(self, window: int) -> bool:
        """Whether another submission may be handed out; there is always room for one."""
        size = sum(sent.size for sent in self._sent.values())
        return not self._sent or (len(self._sent) < window and size < BYTES_UNDER_WAY)

    def send(self, submission: Submission, attempt: int) -> str:
        """Hand a submission out.

        Returns:
            Why its notebook cannot be read; then it is not handed out. Otherwise empty.

        Raises:
            AutograderError: the executor takes nothing any more.
        """
        try:
            notebook = None if submission.file is None else submission.file.read_bytes()
        except OSError as reason:
            return f"the file cannot be read: {reason.strerror}"
        plain = replace(submission, file=None)
        try:
            future = self._executor.submit(grade_here, self._settings, self._fingerprint, plain, notebook)
        except (RuntimeError, OSError) as reason:
            raise _gone(reason) from None
        self._sent[future] = _Sent(submission, attempt, len(notebook or b""), time.monotonic())
        future.add_done_callback(self._ended.put)
        return ""

    def next_ended(self) -> tuple[Future[Answer], _Sent] | None:
        """A task that has ended; ``None`` when none does for a while."""
        try:
            future = self._ended.get(timeout=LOOK_SECONDS)
        except queue.Empty:
            return None
        return future, self._sent.pop(future)

    def held(self) -> list[Held]:
        """What is handed out, and for how long."""
        now = time.monotonic()
        return [Held(sent.submission, now - sent.since) for sent in self._sent.values()]

    def cancel(self) -> None:
        """Take back whatever has not begun."""
        for future in list(self._sent):
            future.cancel()


def grade_with(
    executor: Executor,
    submissions: Iterable[Submission],
    settings: RunSettings,
    fingerprint: str,
    window: Callable[[], int],
    watch: Callable[[Sequence[Held]], None] | None = None,
) -> Iterator[Grade]:
    """Grade every submission through an executor; each grade comes as soon as it is there.

    Args:
        executor: runs :func:`grade_here`, in a thread, a process or on another machine.
        submissions: taken one by one, as there is room for them.
        settings: of the run; the path of the configuration must be the same on every machine.
        fingerprint: of this machine; a grade with another one is not taken.
        window: how many submissions may be under way; asked again and again.
        watch: is told every few seconds what is handed out, be it at work or waiting at a machine.

    Raises:
        AutograderError: nothing can be graded (configuration, sandbox), the machines differ, or the
            executor has broken down.
    """
    waiting = iter(submissions)
    again: deque[Submission] = deque()
    under_way = _UnderWay(executor, settings, fingerprint)
    lab = load(settings.config)
    files = FilesNow(lab.root, named_files(lab))  # the fingerprint compares the others
    try:
        while True:
            at_once = window()
            while under_way.has_room(at_once):
                attempt = ATTEMPTS if again else 1
                submission = again.popleft() if again else next(waiting, None)
                if submission is None:
                    break
                if unread := under_way.send(submission, attempt):
                    yield _not_gradable(submission, unread)
            if not under_way:
                return
            if watch:
                watch(under_way.held())
            ended = under_way.next_ended()
            if ended is None:
                continue
            future, sent = ended
            match _outcome(future, sent.attempt):
                case None:
                    again.append(sent.submission)
                case str(why):
                    yield _not_gradable(sent.submission, why)
                case answer:
                    _check_same(answer, fingerprint, files)
                    yield replace(answer.grade, submission=sent.submission)
    finally:
        under_way.cancel()


def _outcome(future: Future[Answer], attempt: int) -> Answer | str | None:
    """What a task gave; why there is nothing; ``None`` where it is worth another attempt.

    Raises:
        AutograderError: nothing can be graded there, or the executor has broken down.
    """
    try:
        return future.result()
    except AutograderError:
        raise
    except (BrokenExecutor, CancelledError) as reason:
        # Only we cancel a task, and not before we leave: the executor has lost it.
        raise _gone(reason) from None
    except Exception as trouble:  # noqa: BLE001  whatever it is, the others are graded
        if deaths := _deaths(trouble):
            return f"{deaths} worker(s) of the cluster died with it"
        return None if attempt < ATTEMPTS else f"the machine that had it failed: {told(trouble)}"


def _gone(reason: BaseException) -> AutograderError:
    return AutograderError(f"the executor is gone, and with it what was under way ({told(reason)})")


def told(reason: BaseException) -> str:
    """An exception in a few words."""
    return f"{type(reason).__name__}: {reason}" if str(reason) else type(reason).__name__


def _deaths(trouble: BaseException) -> int:
    """How many workers have died with a task, when that made Dask give it up; else 0."""
    dask = sys.modules.get("distributed")
    if dask is None or not isinstance(trouble, dask.KilledWorker):
        return 0
    return int(trouble.allowed_failures) + 1


def _check_same(answer: Answer, fingerprint: str, files: FilesNow) -> None:
    """Refuse a grade that would not have come about here.

    Raises:
        AutograderError: the message names the machine and what is different.
    """
    grade = answer.grade
    if grade.trouble and not grade.fingerprint:
        return  # its grading process died, and nothing was judged
    names = files.differing(grade.lab_files)
    if grade.fingerprint == fingerprint and not names:
        return
    here, there = versions(), grade.versions
    different = [
        f"{name} is {there.get(name, 'missing')} there and {here.get(name, 'missing')} here"
        for name in sorted(here.keys() | there.keys())
        if here.get(name) != there.get(name)
    ]
    different += [f"{name} is not the same there" for name in names[:MOST_NAMES]]
    what = ", ".join(different) or "the files of the lab or of autograder are not the same there"
    raise AutograderError(
        f"{answer.machine} would give other marks: {what}. Make them the same on every machine and run "
        "the command again; no result of that machine was kept"
    )


def _not_gradable(submission: Submission, reason: str) -> Grade:
    return Grade(submission=submission, status=Status.NOT_GRADABLE, reason=reason, trouble=True)
