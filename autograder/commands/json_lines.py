"""What happens as one JSON object a line, for programs."""

from __future__ import annotations

import json
import time

from autograder.files.visible import storable


def say(event: str, **values: object) -> None:
    """Print one event as a line of JSON, in ASCII."""
    print(storable(json.dumps({"event": event, "time": round(time.time(), 3), **values})), flush=True)
