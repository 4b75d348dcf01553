"""What a cell's reply says beyond its error: the line at which it stopped, and what was passed over."""

from __future__ import annotations

from typing import Any

from autograder.kernel.guest.passed_over import PassedOver

FIELD = "autograder"
"""In the content of a cell's reply: ``{"line": int, "passed_over": [[kind, what]…]}``. The trusted side takes
it for the student's word."""

TIMED = ("<timed exec>", "<timed eval>")
"""Files of the code below ``%%time``, which begins one line further down in the cell."""


class CellReport:
    """Adds to the replies of a kernel.

    Args:
        shell: the IPython shell of this kernel.
        session: what sends its messages.
    """

    def __init__(self, shell: Any, session: Any, passed_over: PassedOver) -> None:
        self._user_ns = shell.user_ns
        self._line = 0
        shell.events.register("pre_run_cell", self._begin)
        shell.events.register("post_run_cell", self._end)
        send = session.send

        def send_with_report(stream: Any, kind: Any, content: Any = None, *args: Any, **kwargs: Any) -> Any:
            if kind == "execute_reply" and isinstance(content, dict):
                report = {"line": self._line, "passed_over": passed_over.remarks()}
                content = {**content, FIELD: report}
            return send(stream, kind, content, *args, **kwargs)

        session.send = send_with_report

    def _begin(self, info: Any) -> None:
        self._line = 0

    def _end(self, result: Any) -> None:
        error = result.error_before_exec or result.error_in_exec
        if isinstance(error, SyntaxError) and result.error_before_exec is not None:
            self._line = error.lineno or 0
        elif error is not None:
            self._line = self._line_of(error)

    def _line_of(self, error: BaseException) -> int:
        """Line of the cell, from 1, that was running; 0 where nothing tells."""
        line, trace = 0, error.__traceback__
        while trace is not None:
            code = trace.tb_frame.f_code
            if trace.tb_frame.f_globals is self._user_ns:
                if code.co_filename in TIMED:
                    return trace.tb_lineno + 1
                line = line or trace.tb_lineno
            trace = trace.tb_next
        return line
