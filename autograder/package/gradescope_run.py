"""What ``run_autograder`` starts inside Gradescope's container: grade one submission, write the results.

    python -m autograder.package.gradescope_run /autograder

The folder is Gradescope's: ``source`` (what was packed), ``submission``, ``results``. What is printed
here is for the course team; Gradescope shows it to nobody else.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import NoReturn

from autograder.class_run.run import grade_all
from autograder.config.load import Lab
from autograder.errors import AutograderError, SandboxError
from autograder.files.atomic import replace_file
from autograder.files.visible import number, plain
from autograder.grading.case_number import draw_number
from autograder.grading.run_settings import RunSettings
from autograder.language import speaking
from autograder.lms.model import Export, MemberPath, Origin
from autograder.lms.plain import Plain
from autograder.model import Grade, Status
from autograder.notebook.template import lab_template
from autograder.package.gradescope_limits import WRITING_SECONDS, adapted, container_mb
from autograder.package.gradescope_results import no_mark, results
from autograder.package.options import Visibility
from autograder.submissions.discover import discover
from autograder.workers.launcher import Launcher
from autograder.workers.temporary import temporary_folder

SETTINGS = "settings.json"
LAB = "lab"


@dataclass(frozen=True)
class Packed:
    """What was decided when the archive was packed.

    Attributes:
        config: name of the lab's configuration file.
        visibility: of hidden checks.
        minutes: Gradescope's time limit for one submission.
    """

    config: str
    visibility: Visibility
    minutes: int

    def to_json(self) -> str:
        """Text that :meth:`from_json` reads."""
        return json.dumps(asdict(self), indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Packed:
        """What :meth:`to_json` wrote."""
        return cls(**json.loads(text))


class Upload(Plain):
    """All files of Gradescope's folder come from the one student, or the one group."""

    def origin(self, path: MemberPath, export: Export) -> Origin:
        """Always the same."""
        return Origin(lms_id="submission", student="", place="", path=path)


class OutOfTime(AutograderError):
    """Gradescope is about to end everything, and would give a zero."""


def main(argv: Sequence[str]) -> int:
    """Grade what lies in the folder's ``submission``.

    Args:
        argv: Gradescope's folder.

    Returns:
        0 when there is a mark, 1 when there is none because of trouble on our side.
    """
    folder = Path(argv[0])
    packed = Packed.from_json((folder / "source" / SETTINGS).read_text(encoding="utf-8"))
    try:
        with time_limit(60.0 * packed.minutes - WRITING_SECONDS):
            lab = adapted(folder / "source" / LAB / packed.config, packed.minutes, container_mb())
            with speaking(lab.config.language):
                grade = grade_upload(folder / "submission", lab)
                told = results(grade, lab.config.rounding, packed.visibility)
        print(for_the_team(grade))
    except AutograderError as trouble:
        # Of a machine that cannot run student code everybody may hear; other messages may quote a test.
        told = no_mark(plain(str(trouble), 1000) if isinstance(trouble, SandboxError | OutOfTime) else "")
        print(f"No mark: {type(trouble).__name__}: {trouble}")
    replace_file(folder / "results" / "results.json", json.dumps(told, indent=1, allow_nan=False) + "\n")
    return 0 if "tests" in told else 1


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """End the block after so many seconds of wall time.

    Raises:
        OutOfTime: the block took longer.
    """

    def end(number: int, frame: object) -> NoReturn:
        raise OutOfTime(f"grading did not come to its end within {seconds:.0f} s")

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def grade_upload(upload: Path, lab: Lab) -> Grade:
    """Grade the one submission in a folder.

    Raises:
        AutograderError: nothing can be graded.
    """
    # Notebooks as they ran are not kept: nobody could get at them there.
    settings = RunSettings(lab.path, drawn_number=draw_number(), keep_executed=False)
    with Launcher(settings) as launcher, temporary_folder() as spool:
        launcher.begin()  # its processes import while this one reads the submission
        [submission] = discover(
            [upload], spool, lab.config.limits, lab.config.assignment.notebook, lms=Upload(),
            template=lab_template(lab),
        )  # fmt: skip
        if submission.file is None:
            return Grade(submission, Status.NOT_GRADABLE, submission.problem)
        [grade] = grade_all([submission], settings, jobs=1, launcher=launcher)
        return replace(grade, submission=submission)


def for_the_team(grade: Grade) -> str:
    """What the course team wants to know and students do not see: flags, limits, case number, sandbox."""
    points = f"{number(grade.score)} of {number(grade.max_score)}"
    lines = [
        f"{grade.status.value}: {points}, {number(grade.seconds, 1)} s",
        f"case number: {grade.case_number}",
        *(f"flag: {plain(flag)}" for flag in grade.flags),
        *(f"limit: {plain(limit)}" for limit in grade.limits_hit),
        *(f"note: {plain(note, 500)}" for note in (*grade.submission.notes, *grade.submission.set_aside)),
        f"sandbox: {', '.join(grade.sandbox_layers) or 'nothing was run'}",
    ]
    if grade.reason:
        lines.insert(1, f"reason: {plain(grade.reason, 2000)}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
