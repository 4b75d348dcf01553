"""The commands as a TA runs them, in this process."""

from __future__ import annotations

import os

from autograder.online.token import VARIABLE
from tests.engine.processes import run_here
from tests.online.moodle_server import TOKEN, Moodle
from tests.review.classes import WrittenClass


def with_token(*arguments: object, token: str = TOKEN) -> tuple[int, str]:
    """Exit code, and what was said on both streams; each command takes the token out of the environment."""
    os.environ[VARIABLE] = token
    done = run_here(*arguments)
    return done.returncode, done.stdout + done.stderr


def push(written: WrittenClass, moodle: Moodle, *more: str) -> tuple[int, str]:
    """``autograder push`` of a class to a site."""
    return with_token("push", written.out, "--assignment", moodle.url, *more)
