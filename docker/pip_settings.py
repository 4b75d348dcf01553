"""What pip is told on this machine: the part that goes into the build, and the part that set-up keeps.

    python docker/pip_settings.py install …      # this Python's pip, told what set-up keeps

A configuration may say how an index is reached, but also where packages go (``target``, ``user``) and which
may be installed (``constraint``, ``no-binary``). The build is told the first; its lock file decides the rest.
"""

from __future__ import annotations

import ast
import configparser
import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ADDRESSES = ("index-url", "extra-index-url")

CERTIFICATES = ("cert", "client-cert")
"""Paths of files, which a build cannot see: they go along as secrets of these names."""

REACHES_AN_INDEX = (*ADDRESSES, *CERTIFICATES, "proxy", "trusted-host", "timeout", "retries")
"""All that a build is told of pip's settings."""

FOR_SET_UP = (
    *REACHES_AN_INDEX, "find-links", "no-index", "constraint", "cache-dir", "keyring-provider", "use-feature",
)  # fmt: skip
"""What set-up keeps: how packages are found, and the versions that a site allows."""

OTHER_NAMES = {"pypi-url": "index-url", "default-timeout": "timeout"}
"""Options of pip with two long names: a setting may be called by either."""

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
"""Environment variables, in small or capital letters, that pip goes by where ``proxy`` is not set."""

BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Environment variables that pip goes by where ``cert`` is not set."""

ANSWERS_IN_FULL = dict.fromkeys(("PIP_QUIET", "PIP_USER", "PIP_GLOBAL", "PIP_SITE"), "0")
"""``pip config list`` has options of these names too: ``user = true``, meant for ``install``, hides files."""


def pip_settings() -> dict[str, str]:
    """What pip is told for ``install``, by the option's name; the environment wins over files, as with pip.

    Nothing where this Python has no pip: then there is nothing that this machine would need told.

    Raises:
        SystemExit: pip refuses its own settings.
    """
    if importlib.util.find_spec("pip") is None:
        return {}
    command = [sys.executable, "-m", "pip", "config", "list"]
    environment = os.environ | ANSWERS_IN_FULL
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise SystemExit(
            f"pip cannot read its settings on this machine:\n{done.stdout}{done.stderr}".rstrip()
        )
    found: dict[str, dict[str, str]] = {}
    for section, name, value in re.findall(r"^(\S+?)\.(\S+?)=(['\"].*['\"])$", done.stdout, re.M):
        found.setdefault(section.strip(":"), {})[OTHER_NAMES.get(name, name)] = ast.literal_eval(value)
    said = found.get("global", {}) | found.get("install", {}) | found.get("env", {})
    for name in BUNDLES:
        if bundle := os.environ.get(name):
            said.setdefault("cert", bundle)
    return said


def build_arguments(settings: Mapping[str, str], folder: Path) -> list[str]:
    """Arguments of ``docker build`` that let pip reach in there what it reaches here.

    Args:
        settings: what :func:`pip_settings` found.
        folder: where the ``pip.conf`` for the build is written; it has to stay until the build is done.

    Raises:
        SystemExit: a certificate that the settings name is no file that can be read.
    """
    kept = {name: " ".join(settings[name].split()) for name in REACHES_AN_INDEX if settings.get(name)}
    for name in ADDRESSES:  # a folder of this machine as an index: the build cannot see it either
        reached = [one for one in kept.pop(name, "").split() if not one.startswith("file:")]
        kept |= {name: " ".join(reached)} if reached else {}
    arguments = []
    for name in CERTIFICATES:
        if name in kept:
            arguments += ["--secret", f"id={name},src={_certificate(name, settings[name])}"]
            kept[name] = f"/run/secrets/{name}"
    written = configparser.RawConfigParser()
    written["global"] = kept
    with (folder / "pip.conf").open("w", encoding="utf-8") as file:
        written.write(file)
    arguments += ["--secret", f"id=pip,src={folder / 'pip.conf'}"]
    for name in (*PROXIES, *map(str.upper, PROXIES)):
        arguments += (
            ["--build-arg", name] if os.environ.get(name) else []
        )  # its value stays in the environment
    return arguments


def _certificate(name: str, path: str) -> Path:
    file = Path(path).expanduser().absolute()
    try:
        file.open("rb").close()
    except OSError as reason:
        raise SystemExit(
            f"pip's setting `{name}` names {file}, which the build needs as a file: {reason.strerror}"
        ) from None
    return file


def set_up_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """The environment for a pip that has those of the settings that set-up keeps, and no others."""
    kept = {
        f"PIP_{name.upper().replace('-', '_')}": settings[name] for name in FOR_SET_UP if name in settings
    }
    others = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    return (
        others | kept | {"PIP_CONFIG_FILE": os.devnull}
    )  # the one value with which pip reads no file at all


if __name__ == "__main__":
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *sys.argv[1:]]
    sys.exit(subprocess.run(command, check=False, env=set_up_environment(pip_settings())).returncode)
