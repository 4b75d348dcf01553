"""``autograder review``: score, look, override and publish a graded class in the browser."""

from __future__ import annotations

import argparse
import contextlib
import getpass
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autograder import DISTRIBUTION
from autograder.commands.options import Commands, add_config_again, config_path, whole_number
from autograder.errors import AutograderError, UsageError

if TYPE_CHECKING:
    from autograder.review.site import Site

_HIGHEST_PORT = 65_535


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    review = commands.add_parser("review", help="score and publish a graded class in the browser")
    review.add_argument("dir", metavar="DIR", type=Path, nargs="?", help="a folder that grade has written")
    review.add_argument(
        "--new", action="store_true",
        help="begin with a class's uploads, which the page takes, and grade them; instead of DIR",
    )  # fmt: skip
    review.add_argument(
        "--out", metavar="DIR", type=Path,
        help="with --new: where the report goes (default: the page asks for a folder here)",
    )  # fmt: skip
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
    add_config_again(review)
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
    _check(options)
    try:
        from autograder.review.app import application
        from autograder.review.server import listening_socket, serve
    except ModuleNotFoundError as missing:
        raise UsageError(
            f"the page for people needs the package {missing.name}: install {DISTRIBUTION}[review]"
        ) from None
    from autograder.review.doors import Doors, Place

    graders = list(dict.fromkeys(options.grader)) or [_user()]
    links: list[str] = []

    def tell(link: str, grader: str) -> None:
        links.append(link)
        print(f"{grader}: {link}" if len(graders) > 1 else link, file=sys.stderr, flush=True)

    def begin() -> None:
        threading.Thread(target=_get_ready, args=(site,), daemon=True).start()
        doors.hand_out(graders)
        if not options.no_browser and len(graders) == 1:
            _open(links[0])

    with _site(options) as site:
        site.graders = graders
        listener = listening_socket(options.port)
        doors = Doors(Place(listener.getsockname()[1], options.address.rstrip("/")), tell)
        serve(application(site, doors), listener, begin)
    return 0


def _check(options: argparse.Namespace) -> None:
    """
    Raises:
        UsageError: it is not said which class, or there is one where a new one is to be.
    """
    from autograder.store.run import before

    if options.new == (options.dir is not None):
        raise UsageError("name the folder of a graded class, or begin with --new")
    if options.out is not None and not options.new:
        raise UsageError("--out is for --new: the folder of a graded class is named by itself")
    if options.new and options.out is not None and before(options.out) is not None:
        raise UsageError(f"{options.out}: a class was graded there: autograder review {options.out}")


@contextlib.contextmanager
def _site(options: argparse.Namespace) -> Iterator[Site]:
    """What the pages have at hand; what they have started ends with the block.

    Raises:
        AutograderError: nothing was graded there.
    """
    from autograder.review.grading import Grading
    from autograder.review.intake import Intake, labs_around
    from autograder.review.opening import Opening
    from autograder.review.site import Site
    from autograder.workers.temporary import temporary_folder

    with temporary_folder() as spool:
        site = Site(repeat=options.repeat)
        opening = Opening(site, spool, options.config)
        if options.dir is not None:
            opening.open(options.dir)
        configs = [options.config] if options.config else _here(labs_around(Path.cwd()))
        site.intake = Intake(spool, configs, Path.cwd(), options.out)
        site.grading = Grading(opening.open_if_graded)
        try:
            yield site
        finally:
            site.grading.close()
            site.work.close()


def _get_ready(site: Site) -> None:
    """Read the class while the browser opens."""
    with contextlib.suppress(AutograderError):  # the first page says it
        site.get_ready()


def _here(found: Sequence[Path]) -> Sequence[Path]:
    """The labs around, the usual one first."""
    with contextlib.suppress(UsageError):
        usual = config_path(None).resolve()
        return [usual, *(one for one in found if one != usual)]
    return found


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
