"""Imports of nbformat and nbclient without a second that nothing here needs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

GRAMMAR = "rfc3987_syntax"
"""Builds a grammar of web addresses when it is imported. jsonschema, which nbformat imports, looks for it, to
check addresses in schemas; a notebook's schema has none. JupyterLab brings it along."""


@contextmanager
def without_address_grammar() -> Iterator[None]:
    """Inside the block jsonschema is imported as where :data:`GRAMMAR` is not installed."""
    if GRAMMAR in sys.modules:
        yield
        return
    sys.modules[GRAMMAR] = None  # type: ignore[assignment]  # what the import system takes for "not there"
    try:
        yield
    finally:
        del sys.modules[GRAMMAR]
