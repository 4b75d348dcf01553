"""The files of a certificate: for programs, for people, for a README."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograder.certify.certificate import Certificate, QuestionFigures
from autograder.certify.intervals import CONFIDENCE, Rate
from autograder.certify.luck import Luck
from autograder.certify.mutants import Mutated
from autograder.files.atomic import update_file
from autograder.mutate.model import Verdict
from autograder.report.pages import render

SCHEMA = 1
"""Version of the layout of ``certificate.json``."""


def write(certificate: Certificate, out: Path) -> tuple[Path, ...]:
    """Write ``certificate.json``, ``certificate.html`` and ``certificate.md``; their paths."""
    data = to_json(certificate)
    texts = {
        "certificate.html": render("certificate.html", it=data),
        "certificate.json": json.dumps(data, indent=1, ensure_ascii=True, allow_nan=False) + "\n",
        "certificate.md": "\n".join(table(certificate)) + "\n",
    }
    out.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        update_file(out / name, text)
    return tuple(out / name for name in texts)


def to_json(certificate: Certificate) -> dict[str, Any]:
    """A certificate as plain data."""
    return {
        "schema": SCHEMA,
        "title": certificate.title,
        "holds": certificate.holds,
        "otherwise": [*certificate.otherwise],
        "made": certificate.machine,
        "confidence": CONFIDENCE,
        "questions": [_question(one) for one in (*certificate.questions, certificate.total)],
        "marks_lost_beside_a_mistake": {
            "lost": certificate.marks_beside[0],
            "of": certificate.marks_beside[1],
        },
        "false": [*certificate.false],
        "not_graded": [*certificate.not_graded],
        "named": [*certificate.named],
        "unnamed": [*certificate.unnamed],
        "misnamed": [*certificate.misnamed],
        "generated": [_mutated(one) for one in certificate.mutated],
        "circumstances": [
            {
                "name": one.name,
                "notebooks": one.notebooks,
                "verdicts": one.verdicts,
                "otherwise": [*one.otherwise],
            }
            for one in certificate.stable
        ],
        "graded_twice": {"notebooks": certificate.twice, "differing": [*certificate.differing]},
        "near": [*certificate.near],
        "luck": [_luck(one) for one in certificate.luck],
        "seconds": {"median": certificate.seconds[0], "longest": certificate.seconds[1]},
    }


def _rate(rate: Rate) -> dict[str, Any]:
    return {"count": rate.count, "of": rate.of, "low": round(rate.low, 6), "high": round(rate.high, 6)}


def _question(figures: QuestionFigures) -> dict[str, Any]:
    return {
        "name": figures.name,
        "false_fails": _rate(figures.right),
        "false_fails_beside_a_mistake": _rate(figures.beside),
        "false_passes": _rate(figures.wrong),
        "generated_missed": _rate(figures.generated),
    }


def _mutated(one: Mutated) -> dict[str, Any]:
    return {
        "notebook": one.notebook,
        "changes": len(one.found),
        "same": len(one.same),
        "right": [_change(each) | {"why": one.reviewed[each.mutant.code]} for each in one.right],
        "caught": len(one.caught),
        "missed": [_change(each) | {"differs": each.differs, "lost": dict(each.lost)} for each in one.missed],
    }


def _change(verdict: Verdict) -> dict[str, Any]:
    mutant = verdict.mutant
    return {
        "code": mutant.code, "operator": mutant.operator, "unit": mutant.unit, "before": mutant.before,
        "after": mutant.after,
    }  # fmt: skip


def _luck(one: Luck) -> dict[str, Any]:
    return {
        "setting": one.setting,
        "suggested": one.suggested,
        "missed": _rate(one.missed),
        "tries": one.tries,
        "unlucky_at_most": float(f"{one.unlucky:.2g}"),
    }


def table(certificate: Certificate) -> Iterator[str]:
    """The lines of a Markdown table with all figures."""
    made, total = certificate.machine, certificate.total
    packages = ", ".join(
        f"{name} {made['versions'][name]}" for name in ("python", "torch") if name in made["versions"]
    )
    yield f"`{made['command']}`, {made['date']}, autograder {made['versions']['autograder']}, {packages}."
    yield ""
    yield "| | seen | the true rate is at most |"
    yield "|---|---|---|"
    for what, rate in (
        ("right notebooks: questions that lost marks", total.right),
        ("notebooks with a mistake: right questions that lost marks", total.beside),
        ("mistakes by hand that did not cost what they must", total.wrong),
        ("generated mistakes that cost nothing where they are", total.generated),
    ):
        yield f"| {what} | {rate.count} of {rate.of} | {shown(rate.high)} |"
    told = len(certificate.named) + len(certificate.unnamed) + len(certificate.misnamed)
    yield f"| mistakes that the feedback names; by another's name | {len(certificate.named)} of {told}; " \
          f"{len(certificate.misnamed)} | |"  # fmt: skip
    for one in certificate.stable:
        yield f"| other verdicts {one.name} | {len(one.otherwise)} of {one.verdicts} | |"
    differing = len(certificate.differing)
    yield f"| results of a second grading that differ | {differing} of {certificate.twice} | |"
    for luck in certificate.luck:
        if luck.suggested:
            tried = f"{luck.missed.count} of {luck.missed.of} trainings"
            what = f"honest trainings that miss the mark, {luck.setting}; all of {luck.tries} tries"
            yield f"| {what} | {tried} | {luck.unlucky:.1e} |"


def shown(share: float) -> str:
    """A rate in percent, two digits."""
    return f"{100 * share:.2g} %"
