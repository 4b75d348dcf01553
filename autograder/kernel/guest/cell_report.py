"""What a cell's reply says beyond its error: the line at which it stopped, and what was passed over."""

from __future__ import annotations

import inspect
from typing import Any

from autograder.kernel.guest.import_guards import TIMED
from autograder.kernel.guest.passed_over import PassedOver

FIELD = "autograder"
"""In the content of a cell's reply: ``{"line": int, "passed_over": [[kind, what]…], "kept_back": text}``, the
last for an error that ``%%capture`` kept to itself. The trusted side takes it for the student's word."""

LONGEST_ERROR = 2_000
"""Characters of an error that a magic kept to itself."""


class CellReport:
    """Adds to the replies of a kernel.

    Args:
        shell: the IPython shell of this kernel.
        session: what sends its messages.
    """

    def __init__(self, shell: Any, session: Any, passed_over: PassedOver) -> None:
        self._user_ns = shell.user_ns
        self._forget()
        shell.events.register("pre_run_cell", self._begin)
        shell.events.register("post_run_cell", self._end)
        send = session.send

        def send_with_report(stream: Any, kind: Any, content: Any = None, *args: Any, **kwargs: Any) -> Any:
            if kind == "execute_reply" and isinstance(content, dict):
                report = {
                    "line": self._line, "passed_over": passed_over.remarks(), "kept_back": self._kept_back,
                }  # fmt: skip
                content = {**content, FIELD: report}
                self._forget()
            return send(stream, kind, content, *args, **kwargs)

        session.send = send_with_report

    def _forget(self) -> None:
        self._line = self._depth = 0
        self._kept_back = ""

    def _begin(self, info: Any) -> None:
        self._depth += 1

    def _end(self, result: Any) -> None:
        self._depth = max(0, self._depth - 1)
        error = result.error_before_exec or result.error_in_exec
        if error is None:
            return
        if isinstance(error, SyntaxError) and result.error_before_exec is not None:
            self._line = error.lineno or 0
        else:
            self._line = self._line_of(error)
        if self._depth:  # below a magic, which begins one line further down in the cell
            self._line += self._line > 0
            self._kept_back = f"{type(error).__name__}: {error}"[:LONGEST_ERROR]

    def _line_of(self, error: BaseException) -> int:
        """Line of the cell, from 1, that was running, in bodies of its classes too; 0 where nothing tells."""
        line, trace = 0, error.__traceback__
        while trace is not None:
            code = trace.tb_frame.f_code
            if trace.tb_frame.f_globals is self._user_ns:
                if code.co_flags & inspect.CO_OPTIMIZED:  # a function, called at the line that is known
                    return line
                line = trace.tb_lineno + (code.co_filename in TIMED)
            trace = trace.tb_next
        return line
