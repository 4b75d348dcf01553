"""Requests to the student's process and its replies, on one socket. The trusted side keeps every deadline.

Whatever comes back is untrusted: plain copies, and proxies for what is no plain data.
"""

from __future__ import annotations

import io
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from autograder.errors import (
    AllCellsNeeded,
    BadReply,
    KernelDied,
    NotThroughAProxy,
    ReplyTooLarge,
    RequestTimedOut,
    TimeUsedUp,
    student_exception,
)
from autograder.heard import heard
from autograder.kernel import plain, wire
from autograder.kernel.clock import Deadline
from autograder.kernel.proxy import RemoteObject, checked_names
from autograder.kernel.write_back import Written
from autograder.language import judging as _
from autograder.notebook.own_lines import OwnLines
from autograder.sandbox.launcher import StudentProcess

INTERRUPT_GRACE = 3.0
"""Seconds between the interrupt at the deadline and the end of the process."""

SHORTEST_GRACE = 0.5
"""The same where the time of the whole submission is over."""

BEGIN_SECONDS = 10.0
"""Seconds from the last cell's end until the kernel serves questions: a millisecond if all is well."""

CALLBACK_BYTES = 8 << 20
"""Limit of what the student's code hands to a function of the test: that function runs on our side,
where nothing interrupts it. A batch of windows takes a few kilobytes."""

STALE_REPLIES = 100
"""Replies to other requests than the present one that are passed over. An honest process sends one after
an interrupt; one that sends more and more only wants to be listened to."""


class Conversation:
    """Requests and replies on the question channel.

    Args:
        channel: non-blocking stream socket; the other end is the student's.
        seconds: deadline of one request.
        until: after it nothing is asked any more.
        reply_bytes: limit of one reply.
        own: the notebook's own lines and names, by which the student's words are taken.
        of_template: classes and functions of the students' template; ``None`` where nothing is known of it.

    Attributes:
        usable: whether the student's side can still be asked.
        late_requests: requests that were not answered in time.
        patience: seconds that a request gets at most, whatever else allows more; ``None`` for no bound.
        usual_output: where goes what is printed while no test case collects it.
        asked_for: names of the notebook that the test case has asked for.
        of_template: as it was given.
        written: what calls did to their arguments, where that happens to those of the test case as well.
    """

    def __init__(
        self,
        channel: socket.socket,
        process: StudentProcess,
        seconds: float,
        until: Deadline,
        reply_bytes: int,
        own: OwnLines,
        of_template: frozenset[str] | None = None,
    ) -> None:
        self.usable = False
        self.patience: float | None = None
        self.asked_for: set[str] = set()
        self.of_template = of_template
        self.written: Written | None = None
        self.usual_output = sys.stdout
        self.late_requests = 0
        self._channel = channel
        self._process = process
        self._seconds = seconds
        self._until = until
        self._reply_bytes = reply_bytes
        self._own = own
        self._number = 0
        self._callbacks: dict[int, Callable[..., Any]] = {}

    def begin(self) -> None:
        """Wait until the student's side serves; it is not usable if it does not."""
        deadline = self._until.part(BEGIN_SECONDS)
        try:
            message, _ = wire.receive(self._channel, 1 << 20, deadline.remaining)
        except wire.DeadlinePassed:
            deadline.missed()
            return
        except wire.WireError:
            return
        self.usable = message.get("serving") is True

    def end_case(self) -> None:
        """Functions of the test case cannot be called any more; what was written to its values is undone."""
        self._callbacks.clear()
        self.asked_for.clear()
        if self.written is not None:
            self.written.undo()

    def redirected_output(self) -> io.StringIO | None:
        """Where a test case collects what is printed, as ``contextlib.redirect_stdout`` does, if it does."""
        output = sys.stdout
        return output if isinstance(output, io.StringIO) and output is not self.usual_output else None

    @contextmanager
    def time_limit(self, seconds: float) -> Iterator[None]:
        """Another deadline for the requests inside the block."""
        before, self._seconds = self._seconds, seconds
        try:
            yield
        finally:
            self._seconds = before

    def ask(self, op: str, values: Mapping[str, Any] | None = None, **fields: Any) -> Any:
        """Send a request and return the decoded reply.

        Args:
            op: the request's name.
            values: fields that hold values of test or student; they are encoded.
            fields: fields that hold our own plain words and numbers.

        Raises:
            StudentException, RequestTimedOut, KernelDied, TimeUsedUp, BadReply: there is no value.
        """
        message, blobs = self._exchange([(op, values or {}, fields)])
        return self._value(message, plain.Decoder(blobs, self._resolve, self._reply_bytes, heard))

    def ask_several(
        self, op: str, requests: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]
    ) -> Iterator[Any]:
        """The decoded replies to several requests, which travel as one.

        The student's side stops at the first one that fails, and so do we: the failure is raised where its
        reply would come. Together they get the deadline of one request, and one reply's bytes.

        Args:
            requests: values and fields of each, as for :meth:`ask`.

        Raises:
            As :meth:`ask`; at the first reply where nothing was answered at all.
        """
        message, blobs = self._exchange([(op, values, fields) for values, fields in requests])
        outcomes = message.get("outcomes", [message])
        if not isinstance(outcomes, list) or not all(isinstance(one, dict) for one in outcomes):
            raise BadReply("the answer is no list of answers")
        decoder = plain.Decoder(blobs, self._resolve, self._reply_bytes, heard)
        for outcome, _request in zip(outcomes, requests, strict=False):
            yield self._value(outcome, decoder)
        if len(outcomes) < len(requests):
            raise BadReply("an answer is missing")

    def _exchange(
        self, requests: Sequence[tuple[str, Mapping[str, Any], Mapping[str, Any]]]
    ) -> tuple[dict[str, Any], list[bytes]]:
        """Send one message with these requests and wait for its reply; raises as :meth:`ask`."""
        if not self.usable:
            raise KernelDied(_("the student's process has ended"))
        if self._until.missed():
            raise TimeUsedUp
        seconds = self._seconds if self.patience is None else min(self._seconds, self.patience)
        deadline = self._until.part(seconds)
        self._number += 1
        number = self._number
        encoder = plain.Encoder(self._describe, max_bytes=1 << 31)
        try:
            steps = [
                {"op": op, **fields, **{name: encoder.encode(value) for name, value in values.items()}}
                for op, values, fields in requests
            ]
        except plain.NotPlain as reason:  # the test hands a value of the student's back
            raise _bad(str(reason), isinstance(reason, plain.TooLarge)) from None
        try:
            whole = steps[0] if len(steps) == 1 else {"op": "several", "steps": steps}
            self._send({"n": number, **whole}, encoder.blobs, deadline)
            for _reply in range(STALE_REPLIES):
                message, blobs = self._reply(deadline)
                if message.get("n") == number:
                    return message, blobs
            raise wire.WireError("it does not belong to the question")
        except wire.DeadlinePassed:
            deadline.missed()
            used_up = self._until.missed()
            self.late_requests += not used_up
            timed_out = self._interrupt(number)
            raise (TimeUsedUp() if used_up else timed_out) from None
        except wire.Disconnected:
            self._lose()
            raise KernelDied(_("your code ended its own process")) from None
        except wire.WireError as reason:
            self._lose()
            too_large = isinstance(reason, wire.FrameTooLarge)
            raise _bad(f"the answer cannot be read: {reason}", too_large) from None

    def _reply(self, deadline: Deadline) -> tuple[dict[str, Any], list[bytes]]:
        """The next message that is a reply; calls of our functions before it are answered."""
        while True:
            message, blobs = wire.receive(self._channel, self._reply_bytes, deadline.remaining)
            if "callback" not in message:
                return message, blobs
            self._call_back(message, blobs, deadline)

    def _value(self, message: dict[str, Any], decoder: plain.Decoder) -> Any:
        if "value" in message:
            try:
                return decoder.decode(message["value"])
            except wire.WireError as reason:  # the frame was whole: the conversation can go on
                too_large = isinstance(reason, wire.FrameTooLarge)
                raise _bad(f"the answer is no plain value: {reason}", too_large) from None
        raised = message.get("raised")
        if isinstance(raised, dict):
            parts = [raised.get(part) for part in ("type", "text")]
            texts = [part if isinstance(part, str) else "?" for part in parts]
            where = self._own.shown(raised.get("where"))
            bases = checked_names(raised.get("bases"))
            raise student_exception(texts[0][:200], texts[1][:2000], where, bases)
        if "bad" in message:
            raise _bad(str(message["bad"])[:2000], message.get("too_large") is True)
        raise RequestTimedOut("your code was interrupted")

    def _call_back(self, message: dict[str, Any], blobs: list[bytes], deadline: Deadline) -> None:
        """Answer a call of a function that the test put into the notebook."""
        function = self._callbacks.get(message["callback"]) if type(message["callback"]) is int else None
        encoder = plain.Encoder(self._describe, max_bytes=1 << 31)
        answer: dict[str, Any]
        try:
            if function is None:
                raise wire.WireError("this function belongs to an earlier check")
            if sum(map(len, blobs)) > CALLBACK_BYTES:
                raise wire.WireError("this is far more than the function needs")
            decoder = plain.Decoder(blobs, self._resolve, CALLBACK_BYTES, heard)
            args, kwargs = decoder.decode(message.get("args")), decoder.decode(message.get("kwargs"))
            answer = {"return": encoder.encode(function(*args, **kwargs))}
        except (AllCellsNeeded, KernelDied, NotThroughAProxy, RequestTimedOut, TimeUsedUp):
            raise
        except Exception as error:  # noqa: BLE001  wrong arguments are the student's: theirs to read
            answer = {"error": f"{type(error).__name__}: {error}"[:1000]}
        self._send(answer, encoder.blobs, deadline)

    def _send(self, message: dict[str, Any], blobs: list[bytes], deadline: Deadline) -> None:
        try:
            wire.send(self._channel, message, blobs, deadline.remaining)
        except wire.DeadlinePassed:
            self._lose()  # half a frame is on its way: nothing that follows it could be read
            raise

    def _interrupt(self, number: int) -> RequestTimedOut:
        """Interrupt what runs; end the process if it does not give in."""
        self._process.signal(signal.SIGINT)
        seconds = min(INTERRUPT_GRACE, max(self._until.remaining(), SHORTEST_GRACE))
        grace = self._until.beside(seconds).remaining
        try:
            while True:
                message, _ = wire.receive(self._channel, self._reply_bytes, grace)
                if message.get("n") == number:
                    return RequestTimedOut("your code did not finish in time and was interrupted")
                if "callback" in message:
                    wire.send(self._channel, {"error": "the time is over"}, [], grace)
        except wire.WireError:
            self._lose()
            return RequestTimedOut("your code did not finish in time and had to be ended")

    def _lose(self) -> None:
        """Give the process up: what it would still say belongs to nothing that we asked."""
        self.usable = False
        self._process.signal(signal.SIGKILL)

    def _describe(self, value: Any) -> dict[str, Any]:
        if isinstance(value, RemoteObject):
            return {"id": object.__getattribute__(value, "_remote_id")}
        if callable(value):
            number = len(self._callbacks) + 1
            self._callbacks[number] = value
            return {"callback": number, "name": getattr(value, "__name__", "function")}
        raise TypeError(f"a {type(value).__name__} of the test file cannot be sent to the notebook")

    def _resolve(self, body: Any) -> RemoteObject:
        if not isinstance(body, dict) or not {"id", "kind", "callable"} <= body.keys():
            raise wire.WireError("not an object")
        number, kind = body["id"], body["kind"]
        if type(number) is not int or not isinstance(kind, str):
            raise wire.WireError("not an object")
        return RemoteObject(self, number, self._own.kind(kind), body["callable"] is True)


def _bad(text: str, too_large: bool) -> BadReply:
    heard(text)  # much of it is in the words of the student's process
    return ReplyTooLarge(text) if too_large else BadReply(text)
