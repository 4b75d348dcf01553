"""A class is opened for the pages: at the beginning, and again whenever it has been graded anew."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

from autograder.review.desk import Desk
from autograder.review.handed_in import HandedIn
from autograder.review.site import Site
from autograder.store.run import before


class Opening:
    """Opens classes. Any thread may call.

    Args:
        site: gets the class.
        spool: a private folder for what students handed in.
        config: another configuration than that of the run that graded.
    """

    def __init__(self, site: Site, spool: Path, config: Path | None = None) -> None:
        self._site, self._spool, self._config = site, spool, config
        self._lock = threading.Lock()
        self._opened: list[Path] = []

    def open(self, out: Path) -> None:
        """Open the class in a report's folder.

        Raises:
            AutograderError: nothing was graded there, or the lab's configuration cannot be read.
        """
        with self._lock:
            desk = Desk(out, self._config)
            folder = self._spool / f"class-{len(self._opened)}"
            folder.mkdir(mode=0o711)
            self._opened.append(folder)
            self._site.handed_in = HandedIn(desk.run, out, desk.lab, folder)
            self._site.desk = desk
            self._site.work.begin(desk.lab.path)
            # Pages that were asked for before may still read what the last one unpacked.
            for older in self._opened[:-2]:
                shutil.rmtree(older, ignore_errors=True)

    def open_if_graded(self, out: Path) -> None:
        """Open the class, if there is one: a run may have ended before it knew who is in it.

        Raises:
            AutograderError: the lab's configuration cannot be read.
        """
        if before(out) is not None:
            self.open(out)
            self._site.get_ready()
