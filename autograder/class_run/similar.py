"""Similar work in a class: its notebooks are read again and compared, and it is written who shares what.

Nothing is graded and nothing of a student runs; no mark depends on it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.class_run.events import Listener
from autograder.class_run.one_class import OneClass, opened_class
from autograder.config.load import Lab
from autograder.errors import ConfigurationError, NotGradable
from autograder.files.visible import listed
from autograder.model import Entry, Submission
from autograder.notebook.read import read_notebook
from autograder.notebook.template import code_sources, read_template
from autograder.similar.code import Code, code_of
from autograder.similar.compare import Given, Work, pairs_of
from autograder.similar.write import CSV, DOLOS, Handed, write_dolos, write_pairs
from autograder.store.entries import Entries
from autograder.store.results import read_results, results_file
from autograder.store.run import done_before


@dataclass(frozen=True)
class Similar:
    """What a comparison came to.

    Attributes:
        pairs: how many there are to be looked at.
        wrong: how many of them share wrong code.
        file, archive: where they are listed, and what Dolos reads.
        notes: whose notebooks could not be read, wholly or in parts, a sentence each.
    """

    pairs: int
    wrong: int
    file: Path
    archive: Path
    notes: tuple[str, ...]


def similar(out: Path, paths: Sequence[Path], config: Path | None, tell: Listener) -> Similar:
    """Compare the submissions of the class in ``out``.

    Args:
        paths: where the submissions lie; empty: where they were.
        config: another configuration than that of the run before.
        tell: hears what happens.

    Raises:
        AutograderError: nothing was graded into ``out``, or its submissions are not where they were.
    """
    run = done_before(out, paths, config, "similar")
    with opened_class(run, out, tell) as one_class:
        return write_similar(one_class, _entries(one_class, out), out)


def write_similar(one_class: OneClass, entries: Iterable[Entry], out: Path) -> Similar:
    """Write ``similar.csv`` and ``similar/dolos.zip``.

    Args:
        entries: of those that are graded: they say who lost points in which questions.

    Raises:
        ConfigurationError: the lab's template or solution is no notebook.
        OSError: ``out`` cannot be written to.
    """
    config = one_class.lab.config
    template, solution = _template(one_class.lab), _solution(one_class.lab)
    given = Given([code_of(template), code_of(solution)])
    entry_of = {entry.submission.id: entry for entry in entries}
    works: list[Work] = []
    handed: list[Handed] = []
    unread: list[str] = []
    partly: list[str] = []
    for one in one_class.submissions:
        if one.file is None:
            continue
        who = one.student or one.id
        sources = _sources(one, one_class.lab)
        if sources is None:
            unread.append(who)
            continue
        code = code_of(sources)
        partly += [who] if code.unread else []
        entry = entry_of.get(one.id)
        works.append(given.work(one.id, code, lost_by(entry)))
        handed.append(_handed(one, entry, _own_source(sources, code, given)))
    pairs = pairs_of(works, [question.name for question in config.questions])
    write_pairs(out, pairs, {one.id: one.student for one in one_class.submissions})
    write_dolos(out, handed, _joined(template))
    sentences = (
        (unread, "not compared, since it cannot be read"),
        (partly, "compared without cells that cannot be read"),
    )
    notes = tuple(f"{what}: {listed(names)}" for names, what in sentences if names)
    shared_wrong = sum(pair.shares_wrong_code for pair in pairs)
    return Similar(len(pairs), shared_wrong, out / CSV, out / DOLOS, notes)


def lost_by(entry: Entry | None) -> frozenset[str]:
    """The questions in which a submission lost points."""
    if entry is None:
        return frozenset()
    return frozenset(one.name for one in entry.questions if one.checked and one.points < one.possible)


def _entries(one_class: OneClass, out: Path) -> Entries:
    """What the results in ``out`` say; submissions without one are compared all the same."""
    entries = Entries(one_class.submissions)
    for one in one_class.submissions:
        try:
            grade = read_results(results_file(out, one.id))
        except (OSError, ValueError):
            continue
        entries.add(replace(grade, submission=one))
    return entries


def _sources(one: Submission, lab: Lab) -> list[str] | None:
    """Sources of the code cells that have any; ``None`` where the notebook cannot be read."""
    assert one.file is not None
    try:
        read = read_notebook(one.file.read_bytes(), lab.config.limits)
    except (OSError, NotGradable):
        return None
    cells = (cell for cell in read.notebook.cells if cell.cell_type == "code")
    return [cell.source for cell in cells if cell.source.strip()]


def _own_source(sources: Sequence[str], code: Code, given: Given) -> str:
    """The code cells but for those that are the course's own."""
    own = (
        source
        for source, units in zip(sources, code.cells, strict=True)
        if not units or not all(map(given.holds, units))
    )
    return _joined(own)


def _joined(sources: Iterable[str]) -> str:
    return "".join(f"{source}\n\n" for source in sources)


def _handed(one: Submission, entry: Entry | None, source: str) -> Handed:
    lost = ", ".join(sorted(lost_by(entry)))
    status = "" if entry is None else entry.status.value
    return Handed(one.id, one.student, status, one.submitted, lost or "nothing lost", source)


def _template(lab: Lab) -> list[str]:
    return read_template(lab, code_sources) or []


def _solution(lab: Lab) -> list[str]:
    """Sources of the solution's code cells; nothing where the lab has none, or has not built it yet."""
    if lab.config.build is None:
        return []
    file = lab.file(lab.config.build.solution)
    try:
        return code_sources(json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return []
    except (OSError, ValueError, LookupError, AttributeError, TypeError) as reason:
        raise ConfigurationError(f"{file}: the solution cannot be read: {reason}") from None
