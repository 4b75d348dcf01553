"""What is known already, a line of JSON each: a run that was killed goes on from there."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any


class Records:
    """Values by what they are about; new ones are appended to a file at once.

    Args:
        file: is made, with its folder, where it is missing.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known: dict[str, Any] = {}
        file.parent.mkdir(parents=True, exist_ok=True)
        text = file.read_text("utf-8") if file.is_file() else ""
        for line in text.splitlines():
            self._read(line)
        if text and not text.endswith(
            "\n"
        ):  # cut off by the end of a run: what comes next is a line of its own
            with file.open("a", encoding="utf-8") as out:
                out.write("\n")

    def get(self, *about: object) -> Any:
        """What is known about something; ``None`` where nothing is.

        Args:
            about: everything that the value depends on; bytes, numbers, texts.
        """
        return self._known.get(_key(about))

    def add(self, value: Any, *about: object) -> None:
        """Keep a value that JSON can hold, under the same arguments as :meth:`get`."""
        key = _key(about)
        self._known[key] = value
        with self._file.open("a", encoding="utf-8") as out:
            out.write(json.dumps({"about": key, "value": value}) + "\n")

    def _read(self, line: str) -> None:
        try:
            data = json.loads(line)
            self._known[data["about"]] = data["value"]
        except (ValueError, LookupError, TypeError):
            return  # cut off by the end of a run


def _key(about: tuple[object, ...]) -> str:
    return hashlib.sha256(repr(about).encode()).hexdigest()[:32]
