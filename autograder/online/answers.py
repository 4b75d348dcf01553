"""A site's JSON, read with its types checked: whatever is not as it should be names function and place."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.errors import BadAnswer
from autograder.files.visible import plain, storable

MOST_ITEMS = 100_000
"""Of one list: more people than any course has."""
LONGEST_TEXT = 1 << 20
"""Characters of one text: a comment with a picture in it may be long."""
_LARGEST = 2**53
"""The largest whole number that every JSON writer gets through unharmed."""


@dataclass(frozen=True)
class Part:
    """A part of an answer.

    Attributes:
        value: of JSON.
        place: for people: the function that answered, and the way to the part.
    """

    value: object
    place: str

    @classmethod
    def read(cls, body: bytes, place: str) -> Part:
        """A whole answer.

        Raises:
            BadAnswer: it is no JSON.
        """
        try:
            return cls(json.loads(body.decode("utf-8-sig")), place)
        except (ValueError, RecursionError):
            shown = plain(body[:200].decode("utf-8", "replace"), 80)
            raise BadAnswer(f"{place}: its answer is not what a web service says: {shown!r}") from None

    def has(self, key: str) -> bool:
        """Whether there is something under a key, and not ``null``."""
        return isinstance(self.value, dict) and self.value.get(key) is not None

    def of(self, key: str) -> Part:
        """What is under a key.

        Raises:
            BadAnswer: there is nothing.
        """
        if not isinstance(self.value, dict) or key not in self.value:
            raise BadAnswer(f"{self.place}: {key} is missing in its answer")
        return Part(self.value[key], f"{self.place}.{key}")

    def items(self) -> Iterator[Part]:
        """The parts of a list.

        Raises:
            BadAnswer: it is none, or has too many.
        """
        if not isinstance(self.value, list) or len(self.value) > MOST_ITEMS:
            raise self._not("a list")
        for at, one in enumerate(self.value):
            yield Part(one, f"{self.place}[{at}]")

    def list_of(self, key: str) -> Iterator[Part]:
        """The parts of a list under a key; of none where there is no such key."""
        return self.of(key).items() if self.has(key) else iter(())

    def whole(self, key: str, missing: int | None = None, largest: int = _LARGEST) -> int:
        """A whole number under a key.

        Args:
            missing: what it is where there is none; ``None``: there has to be one.
            largest: that is taken.
        """
        if missing is not None and not self.has(key):
            return missing
        part = self.of(key)
        value = part.value
        if isinstance(value, str) and value.removeprefix("-").isdecimal() and len(value) < 20:
            value = int(value)
        if isinstance(value, bool):
            value = int(value)
        if not isinstance(value, int) or abs(value) > largest:
            raise part._not("a whole number")
        return value

    def number(self, key: str) -> float:
        """A finite number under a key, be it written as one or as a text."""
        part = self.of(key)
        value = part.value
        try:
            found = float(value) if isinstance(value, str | int | float) else math.nan
        except (ValueError, OverflowError):
            found = math.nan
        if not math.isfinite(found):
            raise part._not("a number")
        return found

    def flag(self, key: str) -> bool:
        """Whether something is so; it is not where there is no such key."""
        return self.whole(key, 0) != 0

    def text(self, key: str, missing: str | None = None, limit: int = LONGEST_TEXT) -> str:
        """A text under a key, as it is: not fit to show.

        Raises:
            BadAnswer: there is none, or it is longer than ``limit``.
        """
        if missing is not None and not self.has(key):
            return missing
        part = self.of(key)
        if not isinstance(part.value, str) or len(part.value) > limit:
            raise part._not(f"a text of at most {limit} characters")
        return storable(part.value)

    def shown(self, key: str, limit: int = 200) -> str:
        """A text under a key, fit to show; empty where there is none."""
        found = self.value.get(key) if isinstance(self.value, dict) else None
        return plain(found, limit) if isinstance(found, str) else ""

    def _not(self, expected: str) -> BadAnswer:
        return BadAnswer(f"{self.place}: {plain(repr(self.value)[:400], 60)} instead of {expected}")
