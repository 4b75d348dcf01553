"""What ``push`` and ``pull`` have in common: the way into the LMS, and words for people."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import TYPE_CHECKING

from autograder.errors import UsageError

if TYPE_CHECKING:
    from autograder.online.service import LmsService

FORMS = "https://…/mod/assign/view.php?id=… or https://…/courses/…/assignments/…"


def add_login_options(parser: argparse.ArgumentParser) -> None:
    """How the token is kept; there is no option for the token itself, which other users would see."""
    parser.add_argument(
        "--remember", action="store_true", help="keep the token in the system's keyring, for the next time"
    )


def entered(address: str, options: argparse.Namespace) -> LmsService:
    """The service for an assignment; asks for a login at the terminal where it needs one.

    Raises:
        AutograderError: there is no token, or the site gives none.
    """
    from autograder.online.sites import opened

    return opened(address, _ask if sys.stdin.isatty() else None, remember=options.remember)


def _ask(site: str) -> tuple[str, str]:
    print(f"Log in at {site}. The password is sent there and kept nowhere.", file=sys.stderr)
    try:
        print("Name: ", end="", file=sys.stderr, flush=True)
        name = sys.stdin.readline().strip()
        return name, getpass.getpass("Password: ")
    except EOFError:
        raise UsageError("no password was given") from None
