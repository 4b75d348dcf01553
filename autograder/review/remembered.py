"""The newest things by their keys, as many as are wanted: any thread may ask."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Kept = TypeVar("Kept")


class Remembered(Generic[Kept]):
    """Keeps what was asked for last.

    Args:
        most: things.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[float, Kept]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Kept | None:
        """What is kept under a key, if anything still is."""
        with self._lock:
            until, value = self._kept.get(key, (0.0, None))
            if value is None or until < time.monotonic():
                return None
            self._kept.move_to_end(key)
            return value

    def put(self, key: Hashable, value: Kept, seconds: float = float("inf")) -> None:
        """Keep something under a key, for so long."""
        with self._lock:
            self._kept[key] = (time.monotonic() + seconds, value)
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
