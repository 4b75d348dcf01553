"""The server: on this machine only, until Ctrl-C."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from autograder.errors import UsageError
from autograder.review.doors import THIS_MACHINE

_LARGEST_HEAD = 32_768
"""Bytes of a request's line and headers."""


def listening_socket(port: int) -> socket.socket:
    """A socket on this machine's own address.

    Args:
        port: which; 0: any that is free.

    Raises:
        UsageError: another program has it.
    """
    # Named as TCP, so that asyncio lets no answer wait for the browser to confirm its first part: 40 ms each.
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind(("127.0.0.1", port))
    except OSError as reason:
        found.close()
        raise UsageError(
            f"--port {port}: cannot be used ({reason.strerror}); leave it out for a free one"
        ) from None
    assert found.getsockname()[0] in THIS_MACHINE
    return found


def serve(app: ASGIApp, listener: socket.socket, started: Callable[[], None]) -> None:
    """Answer requests until somebody stops the program.

    Args:
        listener: of :func:`listening_socket`; closed at the end.
        started: called once requests are answered.
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        http="h11",  # the one that has a limit for heads
        h11_max_incomplete_event_size=_LARGEST_HEAD,
        ws="none",
        timeout_graceful_shutdown=2,
    )
    _Server(config, started).run(sockets=[listener])


class _Server(uvicorn.Server):
    """A server that says when it has begun."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and say so."""
        await super().startup(sockets=sockets)
        self._tell()
