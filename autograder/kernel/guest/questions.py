"""Answers the trusted side's requests inside the student's process, on its main thread.

Requests name the notebook's top-level names, or objects by the numbers that this side gave them.
Nothing here is trusted by the other side: a student who replaces all of it can only send plain
data, and plain data has to be right to earn anything.
"""

from __future__ import annotations

import ast
import hashlib
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from autograder.kernel import plain, wire
from autograder.kernel.guest import fewer_rows, objects, scenery
from autograder.kernel.guest.before import Before
from autograder.kernel.guest.no_autograd import no_autograd

RUNS_CELL = frozenset({"capture", "prun", "time"})
"""Magics of a cell that run the rest of it among the notebook's names."""

TEXT_LIMIT = 2_000
MOST_PLACES = 6


class CallbackFailed(RuntimeError):
    """Raised where student code calls a function of the test file and that function fails."""


class _Stop(Exception):
    """The trusted side has no more questions."""


class QuestionServer:
    """Serves requests until it is told to stop.

    Args:
        channel: blocking stream socket to the trusted side.
        shell: the IPython shell whose names are asked for.
        reply_bytes: limit for the bytes of one reply.
    """

    def __init__(self, channel: socket.socket, shell: Any, reply_bytes: int) -> None:
        self._channel = channel
        self._shell = shell
        self._reply_bytes = reply_bytes
        self._objects: dict[int, Any] = {}
        self._cells: list[str] = []
        self._digests: dict[str, str] = {}
        self._named = 0
        self._guard = ExitStack()
        self._before = Before(shell)
        self._asking = threading.RLock()
        shell.events.register("pre_run_cell", lambda info: self._cells.append(info.raw_cell))

    def serve(self) -> None:
        """Answer requests until the trusted side says stop or goes away."""
        try:
            self._tell({"serving": True}, [])
            with _ignored_interrupts():
                while True:
                    self._serve_one()
        except (_Stop, wire.WireError):
            return
        finally:  # whatever ended it: the other side must not wait for an answer that will never come
            with suppress(OSError):
                self._channel.shutdown(socket.SHUT_RDWR)

    def _serve_one(self) -> None:
        message, blobs = wire.receive(self._channel, max_bytes=1 << 32)
        if message.get("op") == "stop":
            raise _Stop
        self._answer(message, blobs)

    def _answer(self, message: dict[str, Any], blobs: list[bytes]) -> None:
        """Reply to a request; where nobody would take the reply, with that."""
        reply, reply_blobs = self._reply(message, blobs)
        reply["n"] = message.get("n")
        try:
            self._tell(reply, reply_blobs)
        except (wire.FrameTooLarge, wire.TooManyParts) as reason:
            too_large = isinstance(reason, wire.FrameTooLarge)
            self._tell({"bad": str(reason), "too_large": too_large, "n": message.get("n")}, [])

    def _reply(self, message: dict[str, Any], blobs: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
        decoder = plain.Decoder(blobs, self._resolve)
        encoder = plain.Encoder(self._handle, self._reply_bytes)
        if message["op"] != "several":
            return self._outcome(message, decoder, encoder), encoder.blobs
        outcomes: list[dict[str, Any]] = []
        for step in message["steps"]:
            outcomes.append(self._outcome(step, decoder, encoder))
            if "value" not in outcomes[-1]:
                break  # as where each was asked for itself: nobody would have asked for the next one
        return {"outcomes": outcomes}, encoder.blobs

    def _outcome(
        self, message: dict[str, Any], decoder: plain.Decoder, encoder: plain.Encoder
    ) -> dict[str, Any]:
        """What came of one request: a value, or why there is none."""
        try:
            with _raised_interrupts():
                return {"value": encoder.encode(self._do(message, decoder))}
        except KeyboardInterrupt:
            return {"interrupted": True}
        except plain.NotPlain as reason:
            return {"bad": str(reason)[:TEXT_LIMIT], "too_large": isinstance(reason, plain.TooLarge)}
        except BaseException as error:  # noqa: BLE001  student code may raise anything, SystemExit too
            try:
                with _raised_interrupts():
                    return {"raised": self._describe(error)}
            except BaseException:  # noqa: BLE001  and describing it runs student code again
                return {"raised": {"type": "an exception", "text": "that cannot be described", "where": []}}

    def _tell(self, message: dict[str, Any], blobs: list[bytes]) -> None:
        wire.send(self._channel, message, blobs, max_header=self._reply_bytes)

    # --- requests ---------------------------------------------------------------------------

    def _do(self, message: dict[str, Any], decoder: plain.Decoder) -> Any:
        op = message["op"]  # the trusted side's word, not the student's
        if op in objects.REQUESTS:
            if op == "assign":
                self._before.assigning(self._objects[message["id"]], message["name"])
            return objects.REQUESTS[op](self._objects[message["id"]], message, decoder)
        return getattr(self, f"_op_{op}")(message, decoder)

    def _op_find(self, message: dict[str, Any], decoder: plain.Decoder) -> tuple[Any, ...]:
        name = message["name"]
        return (self._shell.user_ns[name],) if name in self._shell.user_ns else ()

    def _op_has(self, message: dict[str, Any], decoder: plain.Decoder) -> bool:
        return message["name"] in self._shell.user_ns

    def _op_set(self, message: dict[str, Any], decoder: plain.Decoder) -> None:
        self._before.replacing(message["name"])
        self._shell.user_ns[message["name"]] = decoder.decode(message["value"])

    def _op_delete(self, message: dict[str, Any], decoder: plain.Decoder) -> None:
        self._before.replacing(message["name"])
        self._shell.user_ns.pop(message["name"], None)

    def _op_seed(self, message: dict[str, Any], decoder: plain.Decoder) -> None:
        scenery.seed(message["seed"])

    def _op_begin(self, message: dict[str, Any], decoder: plain.Decoder) -> str:
        """A test case begins: forget what the last one made and set, seed, and set the autograd guard.

        Returns:
            PyTorch's default type here, which the notebook may have changed; empty without PyTorch.
        """
        self._objects.clear()
        self._before.put_back()
        self._op_guard(message, decoder)
        scenery.seed(message["seed"])
        torch = sys.modules.get("torch")
        return "" if torch is None else str(torch.get_default_dtype())

    def _op_guard(self, message: dict[str, Any], decoder: plain.Decoder) -> None:
        self._guard.close()
        if message["forbid_autograd"]:
            self._guard.enter_context(no_autograd())

    def _op_rerun(self, message: dict[str, Any], decoder: plain.Decoder) -> bool:
        for source in self._cells if message["first"] else reversed(self._cells):
            if message["assigns"] in _assigned_in_cell(self._shell, source):
                with self._before.running():
                    self._shell.user_ns.update(decoder.decode(message["given"]))
                    self._shell.run_cell(source, store_history=False, silent=True)
                return True
        return False

    def _op_rerun_on_fewer(self, message: dict[str, Any], decoder: plain.Decoder) -> dict[str, Any]:
        shell, lengths = self._shell, dict(message["lengths"])
        written = lengths if message["written"] else {}
        cells = [fewer_rows.with_lengths(source, written) for source in self._cells]
        return fewer_rows.rerun(
            shell.user_ns,
            [_assigned_in_cell(shell, source) for source in cells],
            lambda position: shell.run_cell(cells[position], store_history=False, silent=True).error_in_exec,
            table=(message["name"], decoder.decode(message["table"])),
            wanted=message["wanted"],
            lengths=lengths,
            number=message["number"],
        )

    # --- exceptions -------------------------------------------------------------------------

    def _describe(self, error: BaseException) -> dict[str, Any]:
        """An exception as plain data: class name, message, and where in the notebook's cells it was."""
        try:
            text = str(error)
        except BaseException:  # noqa: BLE001  the message of a student's exception is student code
            text = "(its message cannot be shown)"
        return {
            "type": type(error).__name__[:200],
            "text": str(text)[:TEXT_LIMIT],
            "bases": objects.names_of_bases(type(error)),
            "where": self._where(error),
        }

    def _where(self, error: BaseException) -> list[tuple[str, int]]:
        """The places of a traceback that lie in cells: the digest of the cell's source, and the line.

        The other side knows what stands there. The kernel names the file of a cell by a hash of its own.
        """
        from ipykernel.compiler import get_file_name

        for source in self._cells[self._named :]:
            digest = hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()
            self._digests[Path(get_file_name(source)).name] = digest
        self._named = len(self._cells)
        frames = traceback.walk_tb(error.__traceback__)
        found = [(self._digests.get(Path(frame.f_code.co_filename).name), line) for frame, line in frames]
        return [(digest, line) for digest, line in found if digest is not None][-MOST_PLACES:]

    # --- objects ----------------------------------------------------------------------------

    def _handle(self, value: Any) -> dict[str, Any]:
        number = len(self._objects) + 1
        self._objects[number] = value
        return {"id": number, "kind": type(value).__name__[:100], "callable": callable(value)}

    def _resolve(self, body: Any) -> Any:
        if "callback" in body:
            return self._callback(body["callback"], body["name"])
        return self._objects[body["id"]]

    def _callback(self, number: int, name: str) -> Callable[..., Any]:
        def ask_test(*args: Any, **kwargs: Any) -> Any:
            encoder = plain.Encoder(self._handle, self._reply_bytes)
            message = {"callback": number, "args": encoder.encode(args), "kwargs": encoder.encode(kwargs)}
            with self._asking:  # a student's code may call from several threads; the channel is one
                self._tell(message, encoder.blobs)
                while True:  # the test's function may itself ask this side for something
                    answer, blobs = wire.receive(self._channel, max_bytes=1 << 32)
                    if "return" in answer:
                        return plain.Decoder(blobs, self._resolve).decode(answer["return"])
                    if "error" in answer:
                        raise CallbackFailed(answer["error"])
                    self._answer(answer, blobs)

        ask_test.__name__ = ask_test.__qualname__ = name
        return ask_test


def _assigned_in_cell(shell: Any, source: str) -> set[str]:
    """Names that a cell binds at its top level by assignment, below a magic that runs it too."""
    try:
        python = shell.transform_cell(source)
    except (SyntaxError, ValueError, RuntimeError, MemoryError):
        return set()
    below = _below_a_magic(python)
    return assigned_names(python) if below is None else _assigned_in_cell(shell, below)


def _below_a_magic(python: str) -> str | None:
    """What stands below the magic of a cell that is all there is of it; ``None`` where there is none."""
    with suppress(SyntaxError, ValueError, RuntimeError, MemoryError):
        match ast.parse(python).body:
            case [ast.Expr(ast.Call(ast.Attribute(_, "run_cell_magic"), [
                ast.Constant(name), _, ast.Constant(str(below)),
            ]))] if name in RUNS_CELL:  # fmt: skip
                return below
    return None


def assigned_names(source: str) -> set[str]:
    """Names that Python's source binds at its top level by assignment."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RuntimeError, MemoryError):
        return set()
    targets: list[ast.AST] = []
    waiting: list[ast.AST] = [*tree.body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue  # their names are their own
        if isinstance(node, ast.Assign):
            targets += node.targets
        elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr):
            targets.append(node.target)
        waiting += ast.iter_child_nodes(node)
    return {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}


@contextmanager
def _ignored_interrupts() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _raised_interrupts() -> Iterator[None]:
    """Between requests an interrupt that came too late is ignored; inside one it raises."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread hears signals, and only it may set what they do
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
