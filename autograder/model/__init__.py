"""The nouns: one frozen type per arrow of the pipeline. No I/O, no HTML, no clock.

submissions ──Submission──▶ kernel ──ExecutedNotebook──▶ grading ──Grade──▶ store ──Entry──▶ report, lms
"""

from autograder.model.answers import AnswerPicture, AnswerState, ManualItem, ManualQuestion
from autograder.model.grade import Entry, Grade, QuestionEntry, Status
from autograder.model.questions import (
    CaseResult,
    Curve,
    Outcome,
    Override,
    PartialCredit,
    Picture,
    QuestionResult,
)
from autograder.model.running import AS_IT_IS, CellRun, Ending, ExecutedNotebook, FewerRows, Shortcuts, Shown
from autograder.model.submission import OWN_FILE, Beside, Submission

__all__ = [
    "AS_IT_IS",
    "OWN_FILE",
    "AnswerPicture",
    "AnswerState",
    "Beside",
    "CaseResult",
    "CellRun",
    "Curve",
    "Ending",
    "Entry",
    "ExecutedNotebook",
    "FewerRows",
    "Grade",
    "ManualItem",
    "ManualQuestion",
    "Outcome",
    "Override",
    "PartialCredit",
    "Picture",
    "QuestionEntry",
    "QuestionResult",
    "Shortcuts",
    "Shown",
    "Status",
    "Submission",
]
