"""What a run works on: the uploads opened, the LMS recognised, the TA's list read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.class_run.events import AdapterLeftOut, Listener, Noted
from autograder.class_run.promise import broken_promise
from autograder.config.load import Lab, check_files, load
from autograder.errors import UsageError
from autograder.language import speaking
from autograder.lms.base import Lms
from autograder.lms.mismatch import mismatches, scale_note
from autograder.lms.model import Worksheet
from autograder.model import Submission
from autograder.notebook.solutions import solutions
from autograder.store.by_hand import ByHand
from autograder.store.out_folder import locked
from autograder.store.run import Run
from autograder.workers.temporary import temporary_folder


@dataclass(frozen=True)
class OneClass:
    """What a run works on.

    Attributes:
        lms: where all of it comes from, as far as anybody knows.
        worksheet: the TA's own list of the class.
        by_hand: what people have scored and changed.
        doubts: what of the LMS's things does not fit together, a sentence each.
    """

    lab: Lab
    submissions: list[Submission]
    lms: Lms | None
    worksheet: Worksheet | None
    by_hand: ByHand
    doubts: tuple[str, ...] = ()


@contextmanager
def opened_class(run: Run, out: Path, tell: Listener) -> Iterator[OneClass]:
    """What a run works on; ``out`` is ours inside the block.

    Raises:
        AutograderError: the configuration is wrong, there is nothing to grade, or no place to write to.
    """
    from autograder.submissions.whole_class import Given, find_class

    lab = load(run.settings.config)
    check_files(lab)
    solutions(lab)  # a place that the solution does not have is a mistake of the configuration
    added = tuple(out.absolute() / path for path in run.added)
    given = Given(run.paths, run.lms, run.name_pattern, run.worksheet, added)
    with locked(out), temporary_folder() as spool, speaking(lab.config.language):
        found = find_class(given, spool, lab)
        for trouble in found.troubles:
            tell(AdapterLeftOut(trouble))
        for note in found.notes:
            tell(Noted(note))
        if reason := broken_promise(lab):
            tell(Noted(reason))
        if not found.submissions:
            raise UsageError(f"there is no notebook in {', '.join(map(str, run.paths))}")
        by_hand = ByHand(out, lab.config, found.submissions)
        for note in by_hand.notes:
            tell(Noted(note))
        doubts = (
            ()
            if found.lms is None
            else tuple(mismatches(found.submissions, found.lms, found.worksheet, lab.config))
        )
        if found.lms and (note := scale_note(found.lms, found.worksheet, lab.config)):
            tell(Noted(note))
        for doubt in doubts:
            tell(Noted(doubt, doubtful=True))
        yield OneClass(
            lab=replace(lab, config=by_hand.config),
            submissions=found.submissions,
            lms=found.lms,
            worksheet=found.worksheet,
            by_hand=by_hand,
            doubts=doubts,
        )
