"""Which services there are, and how somebody gets into one."""

from __future__ import annotations

from collections.abc import Callable

from autograder.errors import ServiceRefused, UsageError
from autograder.online import canvas_calls, moodle_calls, token
from autograder.online.canvas import CanvasService
from autograder.online.moodle import MoodleService
from autograder.online.service import LmsService
from autograder.online.token import Token
from autograder.online.web import Site

AskLogin = Callable[[str], tuple[str, str]]
"""Asks a person for name and password at the site with this address."""

NO_TOKEN = (
    "a token is needed and nobody can be asked for a login here: put one into the environment variable "
    f"{token.VARIABLE}; docs/moodle.md says how to get one"
)

NO_CANVAS_TOKEN = (
    "Canvas needs a token (your account, Settings, Approved Integrations, New Access Token): put it into the "
    f"environment variable {token.VARIABLE}; docs/canvas.md says how"
)


def opened(address: str, login: AskLogin | None, *, remember: bool = False) -> LmsService:
    """The service for an assignment, by the address that the browser shows.

    The token comes from the environment, else from the system's keyring, else from a login.

    Args:
        login: asks for name and password; ``None``: there is nobody to be asked.
        remember: whether the token goes into the system's keyring.

    Raises:
        UsageError: it is no such address, or there is no token.
        ServiceError: the site gives none.
    """
    if canvas_calls.is_place(address):
        site, course, number = canvas_calls.place_of(address)
        return CanvasService(site, course, number, _canvas_token(site, remember=remember))
    site, module = moodle_calls.place_of(address)
    return MoodleService(site, module, _token(site, login, remember=remember))


def _canvas_token(site: Site, *, remember: bool) -> Token:
    """A token that its owner has made: Canvas gives none for a name and a password."""
    found = token.from_environment() or token.from_keyring(site.address)
    if found is None:
        raise UsageError(NO_CANVAS_TOKEN)
    if remember:
        token.keep_in_keyring(site.address, found)
    return found


def _token(site: Site, login: AskLogin | None, *, remember: bool) -> Token:
    found = token.from_environment() or _remembered(site, login)
    if found is None:
        if login is None:
            raise UsageError(NO_TOKEN)
        found = moodle_calls.login(site, *login(site.address))
    if remember:
        token.keep_in_keyring(site.address, found)
    return found


def _remembered(site: Site, login: AskLogin | None) -> Token | None:
    """The token in the keyring; ``None`` where it has expired and somebody can be asked for a login."""
    found = token.from_keyring(site.address)
    if found is not None and login is not None:
        try:
            moodle_calls.Calls(site, found).ask("core_webservice_get_site_info")
        except ServiceRefused as reason:
            if reason.code in ("invalidtoken", "accessexception"):
                return None
            raise
    return found
