"""What one case of a question came to: its outcome, and the words for it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from autograder.errors import (
    BadReply,
    KernelDied,
    NotThroughAProxy,
    OwnObject,
    ReplyTooLarge,
    RequestTimedOut,
    StudentCodeError,
    StudentException,
    TimeUsedUp,
    TooManyEntries,
)
from autograder.grading.checks import CheckFailed
from autograder.grading.student_text import StudentText
from autograder.language import judging as _
from autograder.language import later
from autograder.language.endings import words_for
from autograder.model import Ending, Outcome

OUR_TROUBLE = (ImportError, OSError, NameError, SyntaxError, MemoryError, RecursionError)
"""What a test case raises when the lab itself is broken. Student values cannot cause these: they
arrive as plain data."""

NOT_DEFINED = re.compile(r"NameError: name '(\w{1,200})' is not defined")
"""How Python's error begins where the notebook's own code lacked one of its names."""

CHECK_FAILED = later("the check failed")
ODD_ANSWER = later("The check could not work with what your code returned.")
LEFT_OPEN = later("A part still holds `...` where your code belongs.")
_IS_NO_EXCEPTION = re.compile(
    "catching classes that do not inherit from BaseException|"
    "(Expected a|expected exception must be a) BaseException type"
)
"""How Python and pytest begin what they say of a proxy behind ``except`` and in ``pytest.raises``. Further on
in a message may stand what the notebook calls its classes."""

_CLASS_OF_THE_NOTEBOOK = (
    'an exception class of the notebook stays in its process: use checks.raises("Name", f, …), or catch the '
    "class of Python that it inherits from"
)


def is_vague(message: str) -> bool:
    """Whether a message says nothing about what is wrong."""
    return message in (_(CHECK_FAILED), _(ODD_ANSWER))


@dataclass(frozen=True)
class Verdict:
    """What one case came to, as :class:`CaseResult` has it.

    Attributes:
        lacked: a name that the notebook's own code lacked; empty where it failed for another reason.
    """

    outcome: Outcome
    message: str = ""
    help: str = ""
    evidence: str = ""
    ending: Ending = Ending.FINISHED
    mistake: str = ""
    repeat: str = ""
    lacked: str = ""


def verdict(run: Callable[[], None], ending: Callable[[], Ending], said: StudentText) -> Verdict:
    """What a case comes to that ``run`` asks of a notebook.

    Args:
        ending: why the student's process has ended, if it has.
        said: what the notebook's code may say.

    Raises:
        AutograderError: trouble on our side that stops the submission, not the class.
    """
    try:
        run()
    except StudentCodeError as failure:  # first: it may be one of Python's own as well
        return _student_failure(failure, ending, said)
    except CheckFailed as failure:
        words = str(failure.rationale), failure.help, failure.evidence, failure.repeat
        message, help_text, evidence, repeat = (said.within(text) for text in words)
        return Verdict(Outcome.FAILED, message, help_text, evidence, mistake=failure.mistake, repeat=repeat)
    except AssertionError as failure:
        message, repeat = _without_code(said.within(str(failure)))
        return Verdict(Outcome.FAILED, message, repeat=repeat)
    except NotThroughAProxy as limit:
        return _not_through_a_proxy(str(limit), said)
    except OUR_TROUBLE as trouble:
        text = _("the check itself broke: {error}").format(error=f"{type(trouble).__name__}: {trouble}")
        return Verdict(Outcome.NOT_CHECKED, said.within(text), _("Tell the course team."))
    except (TypeError, ValueError, RuntimeError, AttributeError, LookupError, ArithmeticError) as odd:
        if isinstance(odd, TypeError) and _IS_NO_EXCEPTION.match(str(odd)):
            return _not_through_a_proxy(_CLASS_OF_THE_NOTEBOOK, said)
        if "'ellipsis'" in str(odd):
            return Verdict(Outcome.FAILED, _(LEFT_OPEN), evidence=said.shown(_brief(odd)))
        help_text = _("Is it of the kind that the lab asks for?")
        return Verdict(Outcome.FAILED, _(ODD_ANSWER), help_text, said.shown(_brief(odd)))
    return Verdict(Outcome.PASSED)


def _not_through_a_proxy(limit: str, said: StudentText) -> Verdict:
    text = _("the check itself cannot work like this: {limit}").format(limit=limit)
    return Verdict(Outcome.NOT_CHECKED, said.within(text), _("Tell the course team."))


def _without_code(text: str) -> tuple[str, str]:
    """What a public case says, which has nothing but one text, and the code behind its first empty line.

    The line that leads over to the code (``In a cell of its own:``) belongs to neither.
    """
    message, _empty, code = text.partition("\n\n")
    said, _end, leads_over = message.rpartition("\n")
    return (said if code and said and leads_over.endswith(":") else message), code


def _student_failure(
    failure: StudentCodeError, why_ended: Callable[[], Ending], said: StudentText
) -> Verdict:
    if isinstance(failure, StudentException):
        return _raised(failure, said)
    text, help_text, evidence, ending = str(failure), "", "", Ending.FINISHED
    match failure:
        case RequestTimedOut():
            text, help_text = _("Your code did not finish in time."), _("Look for a loop that never ends.")
            ending = Ending.TIMED_OUT
        case TimeUsedUp():
            text = _("The time for the whole submission was used up before this could be checked.")
            help_text, ending = _("Which part takes so long?"), Ending.TIME_USED_UP
        case KernelDied():
            ending, evidence = why_ended(), str(failure)
            text = _("Your code ended the Python process ({ending}).").format(ending=words_for(ending))
            if ending is Ending.READING_LIMIT:
                text = _(
                    "The grader ended your Python process: it gave more answers than the grader can hold."
                )
        case TooManyEntries():
            text = _("What your code gives to loop over does not end.")
            help_text = _("Does the generator or iterator stop after its last entry?")
            evidence = str(failure)
        case ReplyTooLarge():
            text = _("Your code returned more than one answer may hold.")
            help_text = _("Is it of the size that the lab asks for?")
            evidence, ending = said.shown(str(failure)), Ending.REPLY_LIMIT
        case BadReply():
            text = _("Your code returned something that is not plain data.")
            ours = isinstance(failure, OwnObject)
            help_text, evidence = _("Return tensors and numbers."), str(failure)
            evidence = evidence if ours else said.shown(evidence)
    return Verdict(Outcome.FAILED, text, help_text, evidence, ending)


def _raised(failure: StudentException, said: StudentText) -> Verdict:
    where = said.lines(failure.where)
    match failure.type_name:
        case "AutogradSwitchedOff":
            text = _("The gradient is computed with autograd.")
            help_text = _("This lab is about deriving it: use the formula of the exercise.")
            return Verdict(Outcome.FAILED, text, help_text, where, Ending.AUTOGRAD)
        case "CallbackFailed":
            text = _("Your code called a function of the lab with something that it cannot work with.")
            evidence = f"{said.shown(failure.text)}\n{where}"
            return Verdict(Outcome.FAILED, text, "", evidence, Ending.RAISED)
        case "NotImplementedError":
            text = _("This part is not implemented yet.")
            return Verdict(Outcome.FAILED, text, said.shown(failure.text), where, Ending.RAISED)
    error = said.error(failure)
    if failure.type_name == "TypeError" and "ellipsis" in failure.text:
        return Verdict(Outcome.FAILED, _(LEFT_OPEN), "", f"{error}\n{where}".strip(), Ending.RAISED)
    lacked = NOT_DEFINED.match(error)
    explained = said.within("\n".join(getattr(failure, "__notes__", ())))  # by whoever asked
    return Verdict(
        Outcome.FAILED, _("Your code raised {error}").format(error=error), explained, where, Ending.RAISED,
        lacked=lacked[1] if lacked else "",
    )  # fmt: skip


def _brief(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:500]
