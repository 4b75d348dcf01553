"""The lab's sentences in other languages than English: ``locale/<language>/LC_MESSAGES/lab.po``."""

from __future__ import annotations

from pathlib import Path

from autograder.language import Catalogue, later

__all__ = ["lab", "later"]

lab = Catalogue(Path(__file__).with_name("locale"), "lab")
