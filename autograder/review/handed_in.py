"""What students handed in, as files: the uploads of the last run, opened again beside the pages.

A large zip takes a while to open, and most pages need none of it. Where the uploads are not where they were,
the pages say so and do without.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.config.load import Lab
from autograder.errors import AutograderError
from autograder.model import Submission
from autograder.store.run import Run
from autograder.submissions.whole_class import FoundClass, Given, find_class
from autograder.workers.temporary import temporary_folder


class HandedIn:
    """The files of a class. Any thread may call.

    Args:
        run: which uploads were graded.
        out: the report's folder, where uploads that were added later lie.
        spool: an empty folder for what is unpacked.

    Attributes:
        spool: the same.
        found: the class in the uploads; ``None`` as long as they are not open.
    """

    def __init__(self, run: Run, out: Path, lab: Lab, spool: Path) -> None:
        self._given = Given(
            run.paths,
            run.lms,
            run.name_pattern,
            run.worksheet,
            tuple(out.absolute() / one for one in run.added),
        )
        self._lab = lab
        self.spool = spool
        self.found: FoundClass | None = None
        self._found: dict[str, Submission] = {}
        self._problem = ""
        self._ready = threading.Event()
        threading.Thread(target=self._open, daemon=True).start()

    def submission(self, id: str, seconds: float = 0.0) -> Submission | None:
        """A submission with its file; ``None`` where there is none, or the uploads are not open yet.

        Args:
            seconds: to wait for them.
        """
        self._ready.wait(seconds)
        return self._found.get(id)

    @property
    def is_open(self) -> bool:
        """Whether the uploads have been looked at, with or without success."""
        return self._ready.is_set()

    @property
    def problem(self) -> str:
        """Why there are no files, as a sentence; empty where there are, or where nobody knows yet."""
        return self._problem

    def _open(self) -> None:
        try:
            found = find_class(self._given, self.spool, self._lab)
            self._found = {one.id: one for one in found.submissions}
            self.found = found
        except AutograderError as reason:
            self._problem = str(reason)
        finally:
            self._ready.set()


@contextmanager
def opened(run: Run, out: Path, lab: Lab) -> Iterator[HandedIn]:
    """The files of a class; what was unpacked is removed at the end of the block."""
    with temporary_folder() as spool:
        yield HandedIn(run, out, lab, spool)
