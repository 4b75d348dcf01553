"""How a cell, a request or a whole notebook ended, in words: the nouns themselves speak no language."""

from __future__ import annotations

from autograder.language import judging as _
from autograder.language import later
from autograder.model import Ending

_WORDS = {
    Ending.FINISHED: later("finished"),
    Ending.RAISED: later("raised"),
    Ending.AUTOGRAD: later("automatic differentiation"),
    Ending.TIMED_OUT: later("timed out"),
    Ending.TIME_USED_UP: later("submission time used up"),
    Ending.OUT_OF_MEMORY: later("out of memory"),
    Ending.DISK_FULL: later("disk limit"),
    Ending.FILE_LIMIT: later("limit of files"),
    Ending.THREAD_LIMIT: later("thread limit"),
    Ending.OUTPUT_LIMIT: later("output limit"),
    Ending.REPLY_LIMIT: later("answer limit"),
    Ending.READING_LIMIT: later("more answers than the grader can hold"),
    Ending.RESTART_LIMIT: later("restart limit"),
    Ending.DIED: later("kernel died"),
    Ending.SKIPPED: later("skipped"),
    Ending.LEFT_OUT: later("left out"),
}


def words_for(ending: Ending) -> str:
    """``ending`` as students read it, in the language of now: "timed out"."""
    return _(_WORDS[ending])
