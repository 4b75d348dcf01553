"""The zygote whose fork servers fork kernels."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence

from autograder.sandbox.launcher import Zygote

GUEST = "autograder.kernel.guest.app"
"""What a child of a fork server becomes."""


def kernel_zygote(preload: Sequence[str], threads: int) -> Zygote:
    """Start a zygote of kernels.

    Args:
        preload: modules to import once.
        threads: threads of one numerical operation.
    """
    zygote = Zygote(GUEST, tempfile.gettempdir())
    zygote.preload(preload, threads)
    return zygote
