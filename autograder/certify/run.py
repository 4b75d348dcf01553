"""Certifies a grader of a lab: grades what is known, and counts what comes out otherwise."""

from __future__ import annotations

import datetime
import hashlib
import tempfile
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, fields, replace
from pathlib import Path

from autograder.certify import entries
from autograder.certify.cases import Case, Corpus, corpus_of
from autograder.certify.certificate import Certificate, Look, certificate, machine
from autograder.certify.entries import Circumstances, Entry
from autograder.certify.events import Begun, Done, Listener
from autograder.certify.luck import Luck, luck_of
from autograder.certify.marks import Marks, marks_of, verdicts
from autograder.certify.mutants import Mutated, mutated
from autograder.certify.records import Records
from autograder.class_run.run import grade_all
from autograder.config.load import Lab, load
from autograder.grading.conditions import Conditions
from autograder.grading.run_settings import RunSettings
from autograder.model import Grade, Submission
from autograder.workers.launcher import Launcher

RECORDS = "progress.jsonl"
"""In the folder of a certificate: what is known already."""

LAYOUT = tuple(field.name for field in fields(Marks))
"""What an earlier version has written down otherwise is not known."""


@dataclass(frozen=True)
class Asked:
    """What is asked for.

    Attributes:
        settings: which lab, and whether student code is confined.
        out: folder of the certificate and of what is known.
        jobs: notebooks at a time.
        quick: a sample only.
    """

    settings: RunSettings
    out: Path
    jobs: int = 1
    quick: bool = False


def certify(asked: Asked, tell: Listener) -> Certificate:
    """Grade the lab's corpus and its mutants, and count.

    What an earlier call with the same folder has graded under the same conditions is not graded again.

    Args:
        tell: hears what happens.

    Raises:
        AutograderError: the corpus or the lab is broken, or nothing can be graded.
    """
    lab = load(asked.settings.config)
    corpus = corpus_of(lab)
    began = datetime.datetime.now(datetime.UTC)
    one = _Run(asked, lab, corpus, Records(asked.out / RECORDS), tell)
    looks = [*one.looks()]
    return certificate(
        corpus, lab.config.assignment.title, looks, one.mutants(), one.luck(),
        machine(lab, began, quick=asked.quick),
    )  # fmt: skip


@dataclass(frozen=True)
class _Run:
    """One call of :func:`certify`."""

    asked: Asked
    lab: Lab
    corpus: Corpus
    records: Records
    tell: Listener

    def looks(self) -> Iterator[Look]:
        """All notebooks, under all circumstances."""
        if self.asked.quick:
            sample = entries.sampled(self.corpus)
            yield self._look("notebooks of several cases", sample, entries.USUAL)
            yield self._look("notebooks", sample[-1:], entries.AGAIN)
            yield self._look("notebooks", sample[:1], entries.numbered(1))
            return
        yield self._look("cases, each by itself", entries.each_alone(self.corpus), entries.USUAL)
        shared = entries.shared(self.corpus)
        others = [*map(entries.numbered, entries.NUMBERS), *entries.of_the_lab(self.corpus)]
        for circumstances in (entries.USUAL, entries.AGAIN, *others):
            yield self._look("notebooks of several cases", entries.without_endless(shared), circumstances)
        yield self._look("notebooks of several cases", shared, entries.LOADED)

    def mutants(self) -> list[Mutated]:
        """Mistakes that are generated."""
        return mutated(self.lab, self.corpus, self.asked.settings, self.asked.out, self.asked.jobs, self.tell,
                       quick=self.asked.quick)  # fmt: skip

    def luck(self) -> list[Luck]:
        """Trainings of the lab's settings; none in a quick certificate."""
        if self.asked.quick:
            return []
        named = Conditions.of_run(self.lab, self.asked.settings).fingerprint
        return luck_of(self.lab, self.records, named, self.asked.jobs, self.tell)

    def _look(self, what: str, wanted: Sequence[Entry], circumstances: Circumstances) -> Look:
        """Grade some notebooks under certain circumstances, those that are not known."""
        settings = replace(
            self.asked.settings,
            seed=circumstances.seed,
            case_number=circumstances.case_number,
            keep_executed=False,
        )
        conditions = Conditions.of_run(self.lab, settings)
        notebooks = {
            entry.name: entries.with_first_cell(entry.notebook, circumstances.first_cell) for entry in wanted
        }

        def about(entry: Entry) -> tuple[object, ...]:
            digest = hashlib.sha256(notebooks[entry.name]).hexdigest()
            rest = (circumstances.environment, circumstances.loaded, circumstances.turn)
            return "notebook", LAYOUT, conditions, digest, rest

        found = {
            entry.name: Marks(**known)
            for entry in wanted
            if (known := self.records.get(*about(entry))) is not None
        }
        left = [entry for entry in wanted if entry.name not in found]
        self.tell(Begun(f"{what}, {circumstances.name}", len(wanted), len(found)))
        with (
            entries.machine_is(loaded=circumstances.loaded and bool(left)),
            closing(self._graded(left, notebooks, settings, circumstances)) as graded,
        ):
            for entry, grade in graded:
                marks = marks_of(grade)
                found[entry.name] = marks
                if not grade.trouble:  # of ours: asked again by the next run
                    self.records.add(marks.to_json(), *about(entry))
                self.tell(Done(entry.name, wrong_with(entry.cases, marks, self.corpus)))
        return Look(circumstances, tuple((entry, found[entry.name]) for entry in wanted))

    def _graded(
        self,
        wanted: Sequence[Entry],
        notebooks: Mapping[str, bytes],
        settings: RunSettings,
        circumstances: Circumstances,
    ) -> Generator[tuple[Entry, Grade]]:
        """Every notebook with its grade, as soon as it is there."""
        by_id = {str(number): entry for number, entry in enumerate(wanted)}
        with (
            tempfile.TemporaryDirectory(prefix="ag-certify-") as folder,
            Launcher(settings, dict(circumstances.environment)) as launcher,
        ):
            submissions = []
            for number, entry in by_id.items():
                file = Path(folder) / number / self.lab.config.assignment.notebook
                file.parent.mkdir()
                file.write_bytes(notebooks[entry.name])
                submissions.append(Submission(number, file.name, "", file=file))
            with closing(grade_all(submissions, settings, self.asked.jobs, launcher=launcher)) as grades:
                for grade in grades:
                    yield by_id[grade.submission.id], grade


def wrong_with(cases: Sequence[Case], marks: Marks, corpus: Corpus) -> str:
    """What is wrong with the verdict on a notebook; empty where nothing is."""
    if marks.reason:
        return f"not graded: {marks.reason}"
    found = [one for one in verdicts(cases, marks, corpus) if one.false]
    return "; ".join(
        f"{one.question} {'is wrong there and' if one.wrong else 'is right there and'} lost {one.lost:g}"
        for one in found
    )
