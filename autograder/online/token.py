"""Where the token of an LMS comes from: the environment, the system's keyring, or a login.

It is never an option, stands in no file of ours and in no message, and every other command forgets it before
it does anything.
"""

from __future__ import annotations

import importlib
import os
from typing import Any

from autograder import DISTRIBUTION
from autograder.errors import UsageError
from autograder.files.visible import plain

VARIABLE = "AUTOGRADER_LMS_TOKEN"
"""Environment variable that may hold the token."""
_LONGEST = 500


class Token:
    """A token, which shows itself to nobody who does not ask for it.

    >>> Token("secret")
    Token(…)

    Raises:
        UsageError: it cannot be a token.
    """

    def __init__(self, value: str) -> None:
        if not 0 < len(value) <= _LONGEST or not value.isascii() or not value.isprintable() or " " in value:
            raise UsageError("the token is not one: it is a row of letters and digits without blanks")
        self._value = value

    def reveal(self) -> str:
        """The token itself, to be sent to the site that it is of."""
        return self._value

    def __repr__(self) -> str:
        return "Token(…)"


def from_environment() -> Token | None:
    """The token in the environment, which is taken out of it: no process that is started gets to see it.

    Raises:
        UsageError: it cannot be a token.
    """
    value = os.environ.pop(VARIABLE, "").strip()
    return Token(value) if value else None


def forget() -> None:
    """Take a token out of the environment, for whoever needs none."""
    os.environ.pop(VARIABLE, None)


def from_keyring(site: str) -> Token | None:
    """The token of a site in the system's keyring; ``None`` where there is none, or no keyring.

    Raises:
        UsageError: the keyring refuses.
    """
    keyring = _keyring()
    if keyring is None:
        return None
    try:
        value = keyring.get_password(DISTRIBUTION, site)
    except keyring.errors.NoKeyringError:
        return None
    except keyring.errors.KeyringError as reason:
        raise UsageError(f"the system's keyring refuses: {plain(str(reason), 200)}") from None
    return Token(value) if value else None


def keep_in_keyring(site: str, token: Token) -> None:
    """Put the token of a site into the system's keyring.

    Raises:
        UsageError: there is none, or it refuses.
    """
    keyring = _keyring()
    if keyring is None:
        raise UsageError("--remember needs the package keyring: pip install keyring")
    try:
        keyring.set_password(DISTRIBUTION, site, token.reveal())
    except keyring.errors.KeyringError as reason:
        raise UsageError(f"the system's keyring takes no token: {plain(str(reason), 200)}") from None


def _keyring() -> Any:
    """The library, which is not needed for anything else."""
    try:
        return importlib.import_module("keyring")
    except ModuleNotFoundError:
        return None
