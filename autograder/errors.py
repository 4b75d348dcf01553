"""Everything of ours that can go wrong.

    AutograderError
    ├── ConfigurationError      grading_config.yml or a test file is wrong: exit code 2
    ├── UsageError              the command line is wrong: exit code 2
    ├── SandboxError            this machine cannot run student code safely
    │   └── PolicyNotEnforced   a layer of the sandbox is missing
    ├── NotGradable             one submission cannot be graded; the others are
    │   ├── UnreadableNotebook  the bytes are not a notebook that can be repaired
    │   └── RefusedMember       a zip member that is unsafe to unpack
    ├── ServiceError            the web service of an LMS cannot do what was asked
    │   ├── NotReached          no whole answer came: what was asked may be done or not
    │   ├── ServiceRefused      it answered that it does not do it
    │   └── BadAnswer           it answered with something else than it should
    ├── AllCellsNeeded          a question asks for what a cell that was left out would have given
    ├── NotThroughAProxy        a test case does with a student's object what only its own process could do
    └── BuildError              the notebook's master, solution and template disagree

    StudentCodeError            a request to the student's side failed: the student's matter
    ├── StudentException        their code raised
    ├── RequestTimedOut         their code was interrupted at the deadline
    ├── KernelDied              their code ended its own process
    ├── TimeUsedUp              the time for the whole submission is over
    └── BadReply                their side answered with something that is not plain data
        ├── OwnObject       with an object of a class that the lab does not know
        └── ReplyTooLarge   or with more of it than a reply may hold
            └── TooManyEntries  or with entries that do not end

A student's failure never becomes an ``AutograderError``, and trouble of ours never becomes a
``StudentCodeError``: the first would hide marks, the second would cost them.
"""

from __future__ import annotations

import builtins
from functools import cache

from autograder.heard import heard


class AutograderError(Exception):
    """Root of everything that is this package's, the machine's or the course's fault."""


class ConfigurationError(AutograderError):
    """The lab's configuration is wrong. The message names file, line and allowed values."""


class UsageError(AutograderError):
    """The command line asks for something impossible."""


class SandboxError(AutograderError):
    """Student code cannot be run safely here."""


class PolicyNotEnforced(SandboxError):
    """The machine lacks a layer that the policy demands. The message says which and what to do."""


class NotGradable(AutograderError):
    """One submission cannot be graded; the message is the reason that the TA reads."""


class UnreadableNotebook(NotGradable):
    """The file is not a notebook and cannot be repaired into one."""


class RefusedMember(NotGradable):
    """A member of an archive is unsafe to unpack."""


class ServiceError(AutograderError):
    """The web service of an LMS cannot do what was asked. The message says what to do about it."""


class NotReached(ServiceError):
    """No whole answer came: what was asked may have been done, or not."""


class ServiceRefused(ServiceError):
    """The service answered that it does not do what was asked.

    Attributes:
        code: its own word for the reason; at most 100 characters.
    """

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class BadAnswer(ServiceError):
    """The service answered with something that it should not say."""


class AllCellsNeeded(AutograderError):
    """A question asks for a name that only a left-out cell binds: the notebook has to run as it is."""


class NotThroughAProxy(AutograderError):
    """A test case does with a student's object what only its own process could do.

    The lab knows the object's class, or that is a library's. The message says what to do instead.
    """


class BuildError(AutograderError):
    """Master, solution, template or public tests do not agree."""


class StudentCodeError(Exception):
    """A request to the student's side did not give a value."""


class StudentException(StudentCodeError):
    """The student's code raised.

    Attributes:
        type_name: name of the exception class as text, at most 200 characters.
        text: its message as text, at most 2,000 characters.
        where: the lines of the notebook's cells in the traceback, as they stand there; some of them at most.
        bases: names of its class and of all that this inherits from, at most 50 of 100 characters: the word
            of the student's process, for comparing with a name of ours.
    """

    def __init__(self, type_name: str, text: str, where: str = "", bases: tuple[str, ...] = ()) -> None:
        super().__init__(f"{type_name}: {text}" if text else type_name)
        self.bases = bases
        self.type_name = type_name
        self.text = text
        self.where = where

    def __str__(self) -> str:
        return str(self.args[0])  # KeyError, which some of these are, would put it into quotes


CATCHABLE = frozenset(
    "ArithmeticError AssertionError AttributeError EOFError FileExistsError FileNotFoundError "
    "FloatingPointError IndexError KeyError LookupError NameError NotImplementedError OSError OverflowError "
    "PermissionError RecursionError RuntimeError TypeError ValueError ZeroDivisionError".split()
)
"""Python's own exceptions that a test case may catch of a student's code, by name. Not StopIteration, which
would end a loop of ours."""


def student_exception(
    type_name: str, text: str, where: str = "", bases: tuple[str, ...] = ()
) -> StudentException:
    """A student's exception, which ``except ValueError:`` catches where it is one, or inherits from it.

    Test cases are written for otter, where students' exceptions are what they are; the names are the word of
    the student's process, as every answer is.
    """
    for said in (type_name, text, *bases):
        heard(said)
    kind = next((name for name in (type_name, *bases) if name in CATCHABLE), "")
    return _raised_as(kind)(type_name, text, where, bases)


@cache
def _raised_as(kind: str) -> type[StudentException]:
    """:class:`StudentException`, and the exception of Python of this name."""
    if not kind:
        return StudentException
    return type(f"Student{kind}", (StudentException, getattr(builtins, kind)), {})


class RequestTimedOut(StudentCodeError):
    """The student's code did not answer within the deadline and was interrupted."""


class KernelDied(StudentCodeError):
    """The student's process ended while (or before) it was asked."""


class TimeUsedUp(StudentCodeError):
    """The time for the whole submission is over; nothing more is asked."""


class BadReply(StudentCodeError):
    """The student's side sent something that the wire format does not allow."""


class OwnObject(BadReply):
    """A test case computes or compares with an object of a class of the notebook's own.

    Neither the template nor the test case names that class. The message holds no word of the student's but
    one that stands in the notebook.
    """


class ReplyTooLarge(BadReply):
    """The value has more bytes than a reply may hold."""


class TooManyEntries(ReplyTooLarge):
    """What the student's code gives to loop over has more entries than are looked at: it may never end."""
