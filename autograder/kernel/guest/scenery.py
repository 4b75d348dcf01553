"""What a notebook expects around it, without a network and without other programs.

Serves the lab's downloads from memory, skips ``!pip`` and its kin with a note, and stands in for
``otter`` (whose tests are elsewhere while grading, and whose import takes seconds).
"""

from __future__ import annotations

import io
import random
import sys
import types
import urllib.error
import urllib.request
import urllib.response
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from email.message import Message
from typing import Any

SKIPPED = "skipped while grading: {what} (the packages of the lab are installed, other programs are not run)"


def install(shell: Any, served: Mapping[str, bytes]) -> None:
    """Put everything in place.

    Args:
        shell: the IPython shell of this kernel.
        served: bytes by URL.
    """
    serve_downloads(served)
    _skip_commands(shell)
    sys.modules["otter"] = _OtterStandIn("otter")


def seed(number: int) -> None:
    """Seed the generators of ``random``, and of NumPy and torch where they are loaded."""
    random.seed(number)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(number % 2**32)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(number)


@contextmanager
def without_recording() -> Iterator[None]:
    """Spare this thread's tensors what PyTorch does for automatic differentiation, a fifth of the time.

    The operations are the same ones with the same results, one layer further down. Not
    ``inference_mode``, whose tensors cannot be changed outside of it, and which a notebook can see; not
    ``no_grad``, which saves nothing where no tensor requires a gradient. Where this PyTorch has no such
    switch, or there is no PyTorch, nothing happens.
    """
    torch: Any = sys.modules.get("torch")
    switch = getattr(torch._C, "_AutoDispatchBelowADInplaceOrView", None) if torch else None
    with switch() if switch else nullcontext():
        yield


# --- downloads ----------------------------------------------------------------------------------


def serve_downloads(served: Mapping[str, bytes]) -> None:
    """Answer ``urllib``, and ``requests`` where it is loaded, from memory; other addresses fail at once.

    Args:
        served: bytes by URL.
    """
    urllib.request.install_opener(urllib.request.build_opener(_FromMemory(served)))
    if requests := sys.modules.get("requests"):
        requests.adapters.HTTPAdapter.send = _requests_adapter(requests, served)


def _no_network(url: str) -> str:
    return f"there is no network while grading; {url} is not among the files of the lab"


class _FromMemory(urllib.request.BaseHandler):
    """Answers every http and https request before the real handlers see it."""

    handler_order = 1

    def __init__(self, served: Mapping[str, bytes]) -> None:
        self._served = served

    def http_open(self, request: urllib.request.Request) -> urllib.response.addinfourl:
        """The bytes for the request's URL.

        Raises:
            urllib.error.URLError: the lab has no such file.
        """
        data = self._served.get(request.full_url)
        if data is None:
            raise urllib.error.URLError(_no_network(request.full_url))
        headers = Message()
        headers["Content-Type"] = "text/plain; charset=utf-8"
        headers["Content-Length"] = str(len(data))
        response = urllib.response.addinfourl(io.BytesIO(data), headers, request.full_url, 200)
        response.msg = "OK"  # type: ignore[attr-defined]
        return response

    https_open = http_open


def _requests_adapter(requests: Any, served: Mapping[str, bytes]) -> Any:
    def send(adapter: Any, request: Any, **settings: Any) -> Any:
        if request.url not in served:
            raise requests.ConnectionError(_no_network(request.url))
        response = requests.Response()
        response.status_code, response.reason, response.url = 200, "OK", request.url
        response.request, response.encoding = request, "utf-8"
        response.raw = io.BytesIO(served[request.url])
        return response

    return send


# --- commands -----------------------------------------------------------------------------------


def _skip_commands(shell: Any) -> None:
    def skip(command: str, *rest: Any, **options: Any) -> None:
        print(SKIPPED.format(what=str(command).strip()[:200]))

    def skip_output(command: str, *rest: Any, **options: Any) -> list[str]:
        skip(command)
        return []

    shell.system = shell.system_raw = shell.system_piped = skip
    shell.getoutput = skip_output
    for name in ("pip", "conda", "mamba", "micromamba", "uv", "sx", "sc", "system"):
        shell.register_magic_function(
            lambda line="", cell=None, name=name: skip(f"%{name} {line}"), "line_cell", name
        )
    for name in ("bash", "sh", "script", "!", "perl", "ruby"):
        shell.register_magic_function(lambda line, cell="", name=name: skip(f"%%{name} {line}"), "cell", name)


# --- otter --------------------------------------------------------------------------------------


class _LaterResult:
    """What ``grader.check`` gives while grading: a line of text."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


class _Grader:
    """Stands in for ``otter.Notebook``."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        pass

    def check(self, question: str = "", *arguments: Any, **options: Any) -> _LaterResult:
        """Says that the check happens later."""
        return _LaterResult(f"{question}: checked after the notebook has run")

    def check_all(self, *arguments: Any, **options: Any) -> _LaterResult:
        """Says that the checks happen later."""
        return _LaterResult("all questions are checked after the notebook has run")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *arguments, **options: None  # export, to_pdf, submit: nothing to do here


class _OtterStandIn(types.ModuleType):
    """Stands in for the package ``otter``."""

    Notebook = _Grader
    __version__ = "0"
