"""Generated mistakes: of the lab's solution all, of the right styles that the configuration names some."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from autograder.certify.cases import Corpus
from autograder.certify.events import Begun, Done, Listener
from autograder.config.load import Lab
from autograder.errors import ConfigurationError
from autograder.grading.run_settings import RunSettings
from autograder.mutate.model import Fate, Verdict
from autograder.mutate.records import read_reviewed
from autograder.mutate.run import Asked, judged, mutation

QUICK = 6
"""Mutants of the solution that a quick certificate looks at."""

SOLUTION = "the solution"


@dataclass(frozen=True)
class Mutated:
    """What became of the mutants of one right notebook.

    Attributes:
        notebook: the solution, or the name of a case.
        found: what became of each.
        reviewed: why changes are right that cost no points though they behave otherwise, by their code.
    """

    notebook: str
    found: tuple[Verdict, ...]
    reviewed: Mapping[str, str]

    @property
    def same(self) -> list[Verdict]:
        """Those that behave the same wherever they are asked."""
        return [one for one in self.found if one.fate is Fate.EQUIVALENT]

    @property
    def right(self) -> list[Verdict]:
        """Those that behave otherwise and were found right by a person."""
        return [one for one in self.missed_or_elsewhere if one.mutant.code in self.reviewed]

    @property
    def missed(self) -> list[Verdict]:
        """Mistakes that cost no points of a question that asks about their code."""
        return [one for one in self.missed_or_elsewhere if one.mutant.code not in self.reviewed]

    @property
    def caught(self) -> list[Verdict]:
        """Mistakes that cost points of a question that asks about their code."""
        return [one for one in self.found if one.fate is Fate.CAUGHT]

    @property
    def missed_or_elsewhere(self) -> list[Verdict]:
        """Changes that cost no points of a question that asks about their code, right or not."""
        return [one for one in self.found if one.fate in (Fate.SURVIVED, Fate.ELSEWHERE)]


def mutated(
    lab: Lab, corpus: Corpus, settings: RunSettings, out: Path, jobs: int, tell: Listener, *, quick: bool
) -> list[Mutated]:
    """What becomes of the mutants of each notebook.

    Args:
        out: folder where verdicts are kept and found again.
        quick: whether a few of the solution are enough.

    Raises:
        AutograderError: a notebook loses points without any change, or nothing can be judged.
    """
    file = corpus.settings.reviewed
    reviewed = read_reviewed(lab.file(file)) if file else {}
    found = []
    for name, asked in _asked(lab, corpus, settings, out, jobs, quick=quick):
        mutation_of = mutation(asked)
        tell(Begun(f"mistakes put into {name}", len(mutation_of.mutants), 0))
        each = []
        with closing(judged(mutation_of, asked)) as verdicts:
            for verdict in verdicts:
                each.append(verdict)
                tell(Done(verdict.mutant.code, _wrong_with(verdict, reviewed)))
        found.append(Mutated(name, tuple(each), reviewed))
    return found


def _asked(
    lab: Lab, corpus: Corpus, settings: RunSettings, out: Path, jobs: int, *, quick: bool
) -> Iterator[tuple[str, Asked]]:
    """Each notebook and what is asked of it."""
    if lab.config.build is not None:
        sample = QUICK if quick else None
        yield (
            SOLUTION,
            Asked(settings, sample=sample, jobs=1 if quick else jobs, records=out / "mutants-solution.jsonl"),
        )
    by_name = {case.name: case for case in corpus.cases}
    for name in () if quick else corpus.settings.mutated:
        if name not in by_name or not by_name[name].correct:
            raise ConfigurationError(
                f"{lab.path}: corpus.mutated: {name!r} is no case of {corpus.folder}/correct"
            )
        stem = name.replace("/", "-")
        notebook = out / f"{stem}.ipynb"
        notebook.write_bytes(corpus.notebook(by_name[name]))
        yield (
            name,
            Asked(
                settings,
                notebook,
                sample=corpus.settings.mutants,
                jobs=jobs,
                records=out / f"mutants-{stem}.jsonl",
            ),
        )


def _wrong_with(verdict: Verdict, reviewed: Mapping[str, str]) -> str:
    if verdict.mutant.code in reviewed or verdict.fate not in (Fate.SURVIVED, Fate.ELSEWHERE):
        return ""
    change = f"{verdict.mutant.before} → {verdict.mutant.after}"
    if verdict.fate is Fate.SURVIVED:
        return f"costs no points: {change}; {verdict.differs}"
    return f"costs points of {', '.join(verdict.lost)} alone: {change}"
