"""Which limits a submission ran into, as the report says it.

Some limits end the process and are known for certain. Others let a system call fail, and the student's
code sees an exception: those are told by what Python and the libraries then say. A student can raise the
same words; all that this buys is the remark.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from autograder.language import judging as _
from autograder.language import later
from autograder.model import CaseResult, CellRun, Ending, ExecutedNotebook

SAID = {
    "cell_seconds": later("{} s for one cell"),
    "notebook_seconds": later("{} s for all cells"),
    "request_seconds": later("{} s for one call of a test case"),
    "submission_seconds": later("{} s for everything together"),
    "memory_mb": later("{} MB of memory"),
    "disk_mb": later("{} MB of disk"),
    "disk_files": later("{} files and folders"),
    "file_mb": later("{} MB for one file"),
    "open_files": later("{} open files"),
    "threads": later("{} threads"),
    "output_mb": later("{} MB of output"),
    "reply_mb": later("{} MB for one answer to a test case"),
    "reading_mb": later("{} MB of the grader's memory for what is answered"),
    "restarts": later("{} cells that end the kernel"),
}
"""How the report names each setting of ``limits``."""

OF_A_CELL = {
    Ending.TIMED_OUT: "cell_seconds",
    Ending.SKIPPED: "notebook_seconds",
    Ending.RESTART_LIMIT: "restarts",
}
OF_A_CASE = {
    Ending.TIMED_OUT: "request_seconds",
    Ending.TIME_USED_UP: "submission_seconds",
    Ending.REPLY_LIMIT: "reply_mb",
    Ending.READING_LIMIT: "reading_mb",
}
OF_EITHER = {
    Ending.OUT_OF_MEMORY: "memory_mb",
    Ending.DISK_FULL: "disk_mb",
    Ending.FILE_LIMIT: "disk_files",
    Ending.THREAD_LIMIT: "threads",
    Ending.OUTPUT_LIMIT: "output_mb",
}

IN_WORDS = (
    # ENOMEM of the system, NumPy's allocator, torch's allocator
    ("memory_mb", re.compile(r"MemoryError\b|\[Errno 12\]|Unable to allocate |can't allocate memory")),
    ("file_mb", re.compile(r"\[Errno 27\]")),  # EFBIG
    ("open_files", re.compile(r"\[Errno 24\]")),  # EMFILE
    ("threads", re.compile(r"can't start new thread")),
)


def hit(
    executed: ExecutedNotebook, cases: Iterable[CaseResult], late_requests: int, limits: Any
) -> tuple[str, ...]:
    """One text for each limit that was hit, in the order in which that happened.

    Args:
        late_requests: requests that were not answered in time; a test case may know another way then.
        limits: the configuration's section of that name.
    """
    outputs = ["output_mb"] if executed.outputs_cut else []
    late = ["request_seconds"] if late_requests else []
    names = dict.fromkeys([*_of_cells(executed.cells), *outputs, *late, *_of_cases(cases)])
    return tuple(f"{name}: {_in_numbers(name, limits)}" for name in names)


def _in_numbers(name: str, limits: Any) -> str:
    return _(SAID[name]).format(f"{getattr(limits, name):g}")


def _of_cells(cells: Iterable[CellRun]) -> Iterator[str]:
    for run in cells:
        name = OF_A_CELL.get(run.ending) or OF_EITHER.get(run.ending)
        if name:
            yield name
        yield from _spoken_of(run.error[:500])


def _of_cases(cases: Iterable[CaseResult]) -> Iterator[str]:
    for case in cases:
        name = OF_A_CASE.get(case.ending) or OF_EITHER.get(case.ending)
        if name:
            yield name
        elif case.ending in (Ending.RAISED, Ending.AUTOGRAD):
            yield from _spoken_of(case.message[:500])


def _spoken_of(text: str) -> Iterator[str]:
    for name, words in IN_WORDS:
        if words.search(text):
            yield name
