"""Keeps the message catalogues: collects the sentences of the code, and compiles their translations.

    python -m tests.messages             # after a sentence was added or changed: .po and .mo are written again
    python -m tests.messages missing     # what has no translation yet

A sentence is what stands in ``_("…")``, ``later("…")`` and ``_.plural("…", "…", count)``, in a template in ``plural(…)``, and
the name of a case in ``@test_case(name="…")``. Babel collects and compiles; nobody needs it to grade.
"""

from __future__ import annotations

import io
import string
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from autograder.grading.fingerprint import DECIDES
from autograder.language import Catalogue, judging, showing
from reference.language import lab

ROOT = Path(__file__).resolve().parents[1]
LANGUAGES = ("de",)
_KEYWORDS = {"_": None, "later": None, "plural": (1, 2), "test_case": (1,)}
_NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)  # a date would be a difference where nothing is different


@dataclass(frozen=True)
class Kept:
    """A catalogue and where its sentences stand."""

    catalogue: Catalogue
    sources: tuple[Path, ...]

    def po(self, language: str) -> Path:
        """What translators edit."""
        return self.catalogue.of_language(language).with_suffix(".po")

    def sentences(self) -> Catalog:
        """All sentences of the code, untranslated, in the order of files and lines."""
        found = Catalog()
        for source in self.sources:
            method = "python" if source.suffix == ".py" else "jinja2"
            for _line, message, comments, context in extract_from_file(method, source, keywords=_KEYWORDS):
                found.add(message, context=context, auto_comments=comments)
        return found

    def updated(self, language: str) -> Catalog:
        """The translations there are, for just the sentences of the code."""
        file = self.po(language)
        catalog = (
            read_po(io.BytesIO(file.read_bytes()), locale=language) if file.is_file() else Catalog(language)
        )
        catalog.update(self.sentences(), no_fuzzy_matching=True)
        catalog.obsolete.clear()
        catalog.project, catalog.version, catalog.copyright_holder = self.catalogue.domain, "", ""
        catalog.header_comment = f"# {self.catalogue.domain}: translate msgid, keep what stands in braces."
        catalog.fuzzy = False
        catalog.creation_date = catalog.revision_date = _NO_DATE
        return catalog


def kept() -> tuple[Kept, ...]:
    """Every catalogue of this repository."""
    engine = ROOT / "autograder"
    modules = sorted(file for file in engine.rglob("*.py") if "starter" not in file.parts)
    decides = [file for file in modules if file.relative_to(engine).parts[0] in DECIDES]
    others = [file for file in modules if file not in decides]
    templates = sorted((engine / "report" / "templates").glob("*.html"))
    of_lab = [
        *sorted((ROOT / "reference").glob("*.py")),
        *sorted((ROOT / "tests" / "questions").glob("*.py")),
    ]
    return (
        Kept(judging, tuple(decides)),
        Kept(showing, (*others, *templates)),
        Kept(lab, tuple(of_lab)),
    )


def po_text(catalog: Catalog) -> bytes:
    """The catalogue as translators edit it."""
    stream = io.BytesIO()
    write_po(stream, catalog, width=110, no_location=True)
    return stream.getvalue()


def mo_bytes(catalog: Catalog) -> bytes:
    """The catalogue as gettext reads it."""
    stream = io.BytesIO()
    write_mo(stream, catalog)
    return stream.getvalue()


def translated(message: Message) -> bool:
    """Whether every form of the sentence has a translation."""
    forms = message.string if isinstance(message.string, list | tuple) else (message.string,)
    return all(forms)


def fields(sentence: str) -> set[str]:
    """What stands in braces."""
    return {name for _text, name, _spec, _kind in string.Formatter().parse(sentence) if name is not None}


def missing() -> Iterator[str]:
    """Language, catalogue and sentence, for each that has no translation."""
    for one in kept():
        for language in LANGUAGES:
            for message in one.updated(language):
                if message.id and not translated(message):
                    yield f"{language} {one.catalogue.domain}: {message.id}"


def update() -> None:
    """Write every catalogue again."""
    for one in kept():
        for language in LANGUAGES:
            catalog = one.updated(language)
            one.po(language).parent.mkdir(parents=True, exist_ok=True)
            one.po(language).write_bytes(po_text(catalog))
            one.catalogue.of_language(language).write_bytes(mo_bytes(catalog))


if __name__ == "__main__":
    if sys.argv[1:] == ["missing"]:
        print(*missing(), sep="\n")
    else:
        update()
