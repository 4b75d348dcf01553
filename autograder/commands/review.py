"""``autograder review``: score, look, override and publish a graded class in the browser."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path

from autograder.commands.options import CONFIG_NAME, Commands, whole_number
from autograder.errors import UsageError

_HIGHEST_PORT = 65_535


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    review = commands.add_parser("review", help="score and publish a graded class in the browser")
    review.add_argument("out", metavar="DIR", type=Path, help="a folder that grade has written")
    review.add_argument(
        "--grader", metavar="NAME", action="append", default=[],
        help="who scores; once for each person: everybody gets a link of their own (default: you)",
    )  # fmt: skip
    review.add_argument(
        "--port", metavar="N", type=whole_number(1, _HIGHEST_PORT), default=0,
        help="of this machine (default: one that is free)",
    )  # fmt: skip
    review.add_argument(
        "--address",
        metavar="URL",
        default="",
        help="https://… of a reverse proxy before it, where there is one",
    )
    review.add_argument(
        "--config", metavar="FILE", type=Path, help=f"the lab's {CONFIG_NAME} (default: that of the last run)"
    )
    review.add_argument(
        "--repeat", metavar="PERCENT", type=_share, default=0.0,
        help="how many answers come back unmarked to who scored them, such as 5%%: agreement with oneself",
    )  # fmt: skip
    review.add_argument("--no-browser", action="store_true", help="print the link, open nothing")
    review.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C.

    Returns:
        0.

    Raises:
        AutograderError: nothing was graded there, or the server cannot begin.
    """
    try:
        from autograder.review.app import application
        from autograder.review.server import listening_socket, serve
    except ModuleNotFoundError as missing:
        raise UsageError(
            f"the page for people needs the package {missing.name}: install rnn-lab-autograder[review]"
        ) from None
    from autograder.review.desk import Desk
    from autograder.review.doors import Doors, Place
    from autograder.review.handed_in import opened
    from autograder.review.site import Site

    graders = list(dict.fromkeys(options.grader)) or [_user()]
    desk = Desk(options.out, options.config)
    listener = listening_socket(options.port)
    place = Place(listener.getsockname()[1], options.address.rstrip("/"))
    links: list[str] = []

    def tell(link: str, grader: str) -> None:
        links.append(link)
        print(f"{grader}: {link}" if len(graders) > 1 else link, file=sys.stderr, flush=True)

    def begin() -> None:
        doors.hand_out(graders)
        if not options.no_browser and len(graders) == 1:
            _open(links[0])

    doors = Doors(place, tell)
    with opened(desk.run, options.out, desk.lab) as handed_in:
        serve(application(Site(desk, handed_in, repeat=options.repeat), doors), listener, begin)
    return 0


def _share(text: str) -> float:
    """A percentage as a number from 0 to 1, for argparse."""
    digits = text.removesuffix("%").strip()
    if not digits.isdecimal() or len(digits) > 3 or int(digits) > 100:
        raise argparse.ArgumentTypeError(f"{text!r} is no percentage from 0% to 100%")
    return int(digits) / 100


def _user() -> str:
    """Who runs this program."""
    try:
        return getpass.getuser()
    except OSError:  # no name for this user id
        return "grader"


def _open(link: str) -> None:
    import webbrowser

    webbrowser.open(link)
