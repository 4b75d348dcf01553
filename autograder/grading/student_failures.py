"""What a student reads of a request that failed on their side: an exception, a deadline, no plain answer."""

from __future__ import annotations

from collections.abc import Callable

from autograder.errors import (
    BadReply,
    KernelDied,
    ReplyTooLarge,
    RequestTimedOut,
    StudentCodeError,
    StudentException,
    TimeUsedUp,
    TooManyEntries,
)
from autograder.grading.student_text import StudentText
from autograder.model import Ending, Outcome


def told(
    failure: StudentCodeError, ending_of_process: Callable[[], Ending], said: StudentText
) -> tuple[Outcome, str, str, str, Ending]:
    """Outcome, message, help, evidence and ending of a case in which the student's side gave no value.

    Args:
        ending_of_process: why the process has ended, where it has.
        said: what the notebook's code may say.
    """
    where = said.lines(failure.where) if isinstance(failure, StudentException) else ""
    match failure:
        case StudentException(type_name="AutogradSwitchedOff"):
            return (
                Outcome.FAILED, "The gradient is computed with autograd.",
                "This lab is about deriving it: use the formula of the exercise.",
                where, Ending.AUTOGRAD,
            )  # fmt: skip
        case StudentException(type_name="CallbackFailed"):
            text = "Your code called a function of the lab with something that it cannot work with."
            return Outcome.FAILED, text, "", f"{said.shown(failure.text)}\n{where}", Ending.RAISED
        case StudentException(type_name="NotImplementedError"):
            text = "This part is not implemented yet."
            return Outcome.FAILED, text, said.shown(failure.text), where, Ending.RAISED
        case StudentException(type_name="TypeError") if "ellipsis" in failure.text:
            text = "A part still holds `...` where your code belongs."
            return Outcome.FAILED, text, "", f"{said.error(failure)}\n{where}".strip(), Ending.RAISED
        case StudentException():
            return Outcome.FAILED, f"Your code raised {said.error(failure)}", "", where, Ending.RAISED
        case RequestTimedOut():
            help_text = "Look for a loop that never ends."
            return Outcome.FAILED, "Your code did not finish in time.", help_text, "", Ending.TIMED_OUT
        case TimeUsedUp():
            text = "The time for the whole submission was used up before this could be checked."
            return Outcome.FAILED, text, "Which part takes so long?", "", Ending.TIME_USED_UP
        case KernelDied():
            ending = ending_of_process()
            text = f"Your code ended the Python process ({ending})."
            if ending is Ending.READING_LIMIT:
                text = "The grader ended your Python process: it gave more answers than the grader can hold."
            return Outcome.FAILED, text, "", str(failure), ending
        case TooManyEntries():
            text = "What your code gives to loop over does not end."
            help_text = "Does the generator or iterator stop after its last entry?"
            return Outcome.FAILED, text, help_text, str(failure), Ending.FINISHED
        case ReplyTooLarge():
            text = "Your code returned more than one answer may hold."
            help_text = "Is it of the size that the lab asks for?"
            return Outcome.FAILED, text, help_text, said.shown(str(failure)), Ending.REPLY_LIMIT
        case BadReply():
            text = "Your code returned something that is not plain data."
            return (
                Outcome.FAILED,
                text,
                "Return tensors and numbers.",
                said.shown(str(failure)),
                Ending.FINISHED,
            )
    return Outcome.FAILED, str(failure), "", "", Ending.FINISHED
