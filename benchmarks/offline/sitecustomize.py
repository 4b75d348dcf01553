"""Serves the lab's data to programs that expect a network.

Python imports this module by itself where ``PYTHONPATH`` names its folder; the folder of the repository
has to be named too.
"""

from __future__ import annotations

import io
import urllib.request
from email.message import Message
from functools import cache
from urllib.response import addinfourl


@cache
def table() -> bytes:
    """The lab's CSV."""
    from reference.dataset import csv_bytes  # here: most processes never ask

    return csv_bytes()


class LabData(urllib.request.BaseHandler):
    """Answers every request with the lab's table, before a real handler sees it."""

    handler_order = 1

    def https_open(self, request: urllib.request.Request) -> addinfourl:
        """The table: the notebooks of the benchmark ask for nothing else."""
        response = addinfourl(io.BytesIO(table()), Message(), request.full_url, 200)
        response.msg = "OK"  # type: ignore[attr-defined]  urllib looks at it
        return response


urllib.request.install_opener(urllib.request.build_opener(LabData()))
