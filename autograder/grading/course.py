"""A lab made ready for grading in this process: its questions, its data, its fork server."""

from __future__ import annotations

import hashlib
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path

from autograder.config import located_yaml
from autograder.config.lab_values import LabValues
from autograder.config.load import Lab
from autograder.config.packed import MB, unpacked
from autograder.config.wording import report, unknown_field
from autograder.errors import ConfigurationError, SandboxError
from autograder.grading.case_number import cases_of
from autograder.grading.conditions import Conditions
from autograder.grading.fingerprint import versions
from autograder.grading.flat_files import refuse_flat_files
from autograder.grading.lab_settings import handed_out
from autograder.grading.questions import Question, load_questions
from autograder.grading.run_settings import RunSettings
from autograder.grading.template import cells_for_answers, marked_cells
from autograder.kernel.session_settings import SessionSettings
from autograder.kernel.zygote import kernel_zygote
from autograder.language import speaking
from autograder.notebook.template import Template, lab_template
from autograder.notebook.template_cells import TemplateCell
from autograder.sandbox.launcher import ForkServer
from autograder.sandbox.policy import Limits, exposes, readable_paths

SHARED_PAGES_MB = 1024
"""Resident memory that a kernel shares with the fork server (torch's libraries), beyond its own."""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A lab that is loaded, without a fork server.

    Attributes:
        values: what the configuration tells the test cases.
        conditions: under which it is graded.
        may_be_left_out: sources of the template's cells that carry no mark.
        template: the code of the notebook that students get; ``None`` where the lab has none.
        answer_cells: the template's cells, by which answers in words are found.
    """

    lab: Lab
    values: LabValues
    questions: tuple[Question, ...]
    settings: SessionSettings
    conditions: Conditions
    versions: dict[str, str]
    may_be_left_out: frozenset[str]
    template: Template | None
    answer_cells: tuple[TemplateCell, ...]

    @contextmanager
    def with_fork_server(self, nursery: socket.socket) -> Iterator[Course]:
        """The lab with a fork server of the zygote whose nursery this is.

        Raises:
            SandboxError: that zygote is gone.
        """
        served = {item.url: self.settings.files[item.name] for item in self.lab.config.data}
        with ForkServer(nursery, served, own_user=self.conditions.confined) as server:
            values = {field.name: getattr(self, field.name) for field in fields(self)}
            yield Course(**values, server=server)

    @contextmanager
    def with_own_zygote(self) -> Iterator[Course]:
        """The lab with a fork server of a zygote that lives as long as the block."""
        kernel = self.lab.config.kernel
        with (
            kernel_zygote(kernel.preload, kernel.threads) as zygote,
            self.with_fork_server(zygote.nursery) as course,
        ):
            yield course


@dataclass(frozen=True, kw_only=True)
class Course(Prepared):
    """What :func:`autograder.grading.pipeline.grade` needs beside the submission."""

    server: ForkServer


@contextmanager
def opened(lab: Lab, settings: RunSettings | None = None) -> Iterator[Course]:
    """Load the lab and start a fork server; both are gone after the block.

    Arguments and errors are those of :func:`prepared`.
    """
    kernel = lab.config.kernel
    with (
        kernel_zygote(kernel.preload, kernel.threads) as zygote,  # imports while we read the test files
        prepared(lab, settings) as loaded,
        loaded.with_fork_server(zygote.nursery) as course,
    ):
        yield course


@contextmanager
def prepared(lab: Lab, settings: RunSettings | None = None) -> Iterator[Prepared]:
    """Load the questions and unpack the data, whose files are gone after the block.

    Args:
        settings: how it is graded; ``None``: as ``autograder grade`` does without options.

    Raises:
        ConfigurationError: a test file or a data file is broken, or the notebook looks for a file of the lab
            where it does not lie.
        SandboxError: the lab's secrets would be readable to students on this machine.
    """
    settings = settings or RunSettings(lab.path)
    secrets = (lab.root, lab.root / lab.config.tests)  # the latter may be a link
    for secret in secrets if settings.enforce else ():
        if exposed := exposes(readable_paths(), secret):
            raise SandboxError(
                f"{secret} holds hidden tests and lies in {exposed}, which student code can read: move it"
            )
    refuse_flat_files(lab)
    with tempfile.TemporaryDirectory(prefix="ag-data-") as spool, speaking(lab.config.language):
        files = _unpack_data(lab, Path(spool))
        values = LabValues(lab)
        conditions = Conditions.of_run(lab, settings)
        with cases_of(conditions.case_number):
            questions = read_questions(values)
        may_be_left_out = frozenset() if settings.all_cells else marked_cells(lab)
        _limit_own_threads()
        template = lab_template(lab)
        of_session = replace(
            _settings(lab, files, conditions, keep_outputs=settings.keep_executed),
            definitions=template.definitions if template else None,
        )
        yield Prepared(
            lab=lab, values=values, questions=questions, settings=of_session,
            conditions=conditions, versions=versions(), may_be_left_out=may_be_left_out,
            template=template, answer_cells=cells_for_answers(lab),
        )  # fmt: skip


def read_questions(values: LabValues) -> tuple[Question, ...]:
    """Read a lab's test files, which get these values.

    Raises:
        ConfigurationError: a test file is broken, the values are not of the types that it asks for, or there
            are points for a mistake that it does not know.
    """
    lab = values.lab
    with handed_out(values):
        questions = load_questions(lab.root, lab.config.tests, lab.config.questions)
    given = lab.config.partial_credit
    _check_mistakes(lab, {question.name: question.mistakes for question in questions})
    return tuple(replace(one, partial_credit=given.get(one.name, {})) for one in questions)


def _check_mistakes(lab: Lab, known: Mapping[str, Sequence[str]]) -> None:
    """Refuse partial credit for mistakes that the questions cannot name.

    Args:
        known: the codes of each question.

    Raises:
        ConfigurationError: one line for each: file, line, and the codes that the question knows.
    """
    problems = [
        (("partial_credit", name, code), unknown_field(code, known[name], "mistake"))
        for name, credits in lab.config.partial_credit.items()
        for code in credits
        if code not in known[name]
    ]
    if problems:
        raise ConfigurationError(report(located_yaml.read(lab.path), problems))


def _limit_own_threads() -> None:
    # A worker per core is faster than threads that compete for them.
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)


def _settings(
    lab: Lab, files: dict[str, Path], conditions: Conditions, *, keep_outputs: bool
) -> SessionSettings:
    limits = lab.config.limits
    return SessionSettings(
        limits=Limits(
            memory_bytes=limits.memory_mb * MB,
            resident_bytes=(limits.memory_mb + SHARED_PAGES_MB) * MB,
            file_bytes=limits.file_mb * MB,
            disk_bytes=limits.disk_mb * MB,
            disk_files=limits.disk_files,
            open_files=limits.open_files,
            threads=limits.threads,
            cpu_seconds=int(limits.submission_seconds) + 60,
        ),
        cell_seconds=limits.cell_seconds,
        notebook_seconds=limits.notebook_seconds,
        request_seconds=limits.request_seconds,
        submission_seconds=limits.submission_seconds,
        busy_factor=limits.busy_factor,
        output_bytes=limits.output_mb * MB,
        reply_bytes=limits.reply_mb * MB,
        reading_bytes=limits.reading_mb * MB,
        files=files | lab.files_beside(),
        seed=conditions.seed,
        restarts=limits.restarts,
        enforce=conditions.confined,
        keep_outputs=keep_outputs,
    )


def _unpack_data(lab: Lab, spool: Path) -> dict[str, Path]:
    """Write each data file uncompressed into ``spool`` and check it; paths by file name."""
    files = {}
    for item in lab.config.data:
        path = lab.root / item.file
        try:
            data = unpacked(path)
        except (OSError, EOFError) as reason:
            raise ConfigurationError(f"{path}: the data file cannot be read: {reason}") from None
        digest = hashlib.sha256(data).hexdigest()
        if digest != item.sha256:
            raise ConfigurationError(f"{path}: SHA-256 of its contents is {digest}, expected {item.sha256}")
        files[item.name] = spool / item.name
        files[item.name].write_bytes(data)
        files[item.name].chmod(0o444)
    return files
