"""A Dask cluster as an executor (the optional extra ``cluster``)."""

from __future__ import annotations

import asyncio
import logging
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import TYPE_CHECKING

from autograder import DISTRIBUTION
from autograder.cluster.executor import LOOK_SECONDS, told
from autograder.cluster.station import close_idle_stations
from autograder.errors import AutograderError, UsageError

if TYPE_CHECKING:
    from distributed import Client

CONNECT_SECONDS = 10.0
"""How long a scheduler may take to answer."""

WORKERS_SECONDS = 60.0
"""How long the first worker of a cluster may take to come."""

_log = logging.getLogger(__name__)


@contextmanager
def dask_executor(address: str) -> Iterator[tuple[Executor, Callable[[], int]]]:
    """Connect to a Dask cluster.

    Args:
        address: of its scheduler, ``tcp://host:8786`` or ``tls://host:8786``; certificates come from
            Dask's own configuration.

    Yields:
        An executor, and the number of submissions that may be under way: two for each thread of the
        workers there are at the moment.

    Raises:
        UsageError: Dask is not installed, nobody answers at the address, or no worker comes.
    """
    try:
        import distributed
    except ImportError:
        raise UsageError(
            'a cluster needs Dask: pip install ".[cluster]" in the checkout of the autograder'
        ) from None
    with _quiet():
        try:
            # Before there is a client: one that could not start takes 20 s to be given up.
            asyncio.run(_reach(address))
            client = distributed.Client(
                address, timeout=CONNECT_SECONDS, set_as_default=False, name="autograder"
            )
        except (OSError, ValueError, TypeError, ImportError) as reason:
            raise UsageError(
                f"no Dask scheduler answers at {address} ({told(reason)}): is the address the one that "
                "the scheduler printed, and may this machine reach it?"
            ) from None
        with client:
            try:
                client.wait_for_workers(1, timeout=WORKERS_SECONDS)
            except TimeoutError:
                raise UsageError(
                    f"the scheduler at {address} has no worker, and none came within {WORKERS_SECONDS:g} s: "
                    f"start one with `dask worker {address}`"
                ) from None
            _check_installed(client)
            # No retries of Dask's own after an exception, ours is enough. A worker that dies is another
            # matter: its tasks go to others, a few times (``distributed.scheduler.allowed-failures``).
            yield client.get_executor(pure=False, retries=0), _Window(client)
            # The next run may be weeks away, and torch is large.
            client.run(close_idle_stations, wait=False, on_error="ignore")


async def _reach(address: str) -> None:
    """Say hello to the scheduler and good-bye."""
    from distributed.comm import connect
    from distributed.security import Security

    arguments = Security().get_connection_args("client")
    connection = await connect(address, timeout=CONNECT_SECONDS, **arguments)
    await connection.close()


def _check_installed(client: Client) -> None:
    """A scheduler or a worker that cannot import a task breaks down with no word about the reason.

    Raises:
        UsageError: this package is missing somewhere, or is another version.
    """
    found = client.get_versions(packages=[DISTRIBUTION])
    here = found["client"]["packages"][DISTRIBUTION]
    places = {"the scheduler": found["scheduler"]} | {
        f"the worker {address}": there for address, there in found["workers"].items()
    }
    wrong = [
        f"{place} has {there['packages'][DISTRIBUTION] or 'none'}"
        for place, there in places.items()
        if there["packages"][DISTRIBUTION] != here
    ]
    if wrong:
        raise UsageError(
            f"{DISTRIBUTION} is {here} here, but {', '.join(wrong[:3])}{', …' * (len(wrong) > 3)}: install "
            "the same version, with the same packages, wherever the cluster runs"
        )


class _Window:
    """Two submissions for each thread of the workers: one at work and one that waits at hand."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._threads = -1
        self._until = 0.0

    def __call__(self) -> int:
        """The present number, at least 2.

        Raises:
            AutograderError: the scheduler is gone.
        """
        if self._client.status in ("closing", "closed"):
            raise AutograderError("the connection to the scheduler is lost, and with it what was under way")
        if time.monotonic() >= self._until:
            self._look()
            self._until = time.monotonic() + LOOK_SECONDS
        return max(2, 2 * self._threads)

    def _look(self) -> None:
        try:
            threads = sum(self._client.nthreads().values())
        except OSError:
            return  # busy or gone: the client finds out which
        if threads == 0 and self._threads != 0:
            _log.warning("the cluster has no worker left; waiting for one (Ctrl-C ends the run)")
        self._threads = threads


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep to ourselves what Dask tells its developers; what ends a run becomes an error of ours."""
    import dask
    from distributed.versions import VersionMismatchWarning

    loggers = [logging.getLogger(name) for name in ("distributed", "distributed.client")]
    levels = [logger.level for logger in loggers]
    with (
        warnings.catch_warnings(),
        # A notebook with photographs is as large as it is.
        dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 TiB"}),
    ):
        # Fingerprints compare the packages that decide marks, and end the run when they differ.
        warnings.simplefilter("ignore", VersionMismatchWarning)
        try:
            for logger in loggers:
                logger.setLevel(logging.CRITICAL)
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
