"""Commands of a notebook: downloads by ``wget`` and ``curl`` are done here, all else is skipped with a note.

``!pip`` and its kin, ``%%bash`` and the rest: the lab's packages are installed, other programs are not run.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import dropwhile
from pathlib import Path
from typing import Any

from autograder.kernel.guest.addresses import Files
from autograder.kernel.guest.downloads import Refused, not_served

SKIPPED = "skipped while grading: {what} (the packages of the lab are installed, other programs are not run)"

_SEPARATORS = frozenset({";", "&&", "||", "|", "&", "\n"})
_ASSIGNMENT = re.compile(r"(?:export\s+)?([A-Za-z_]\w*)=(.*)", re.DOTALL)
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))")


@dataclass
class _Program:
    """The options of a program that downloads.

    Attributes:
        with_value: one-letter options that take a value, which may stand right behind the letter.
        long_with_value: long ones that take the next word, unless a value follows after ``=``.
        file, folder, named_by_url: the options that say where the file goes.
        saves: whether it writes a file without being told to.
    """

    with_value: str
    long_with_value: frozenset[str]
    file: frozenset[str]
    folder: frozenset[str]
    named_by_url: frozenset[str]
    saves: bool


_PROGRAMS = {
    "wget": _Program(
        with_value="OPotTUewQliaBADIRX",
        long_with_value=frozenset(
            """output-document directory-prefix output-file append-output tries timeout user-agent header
            referer wait limit-rate input-file ca-certificate user password execute""".split()
        ),
        file=frozenset({"O", "output-document"}),
        folder=frozenset({"P", "directory-prefix"}),
        named_by_url=frozenset(),
        saves=True,
    ),
    "curl": _Program(
        with_value="oAHXdmxueFEbcrTYyzCQwUKt",
        long_with_value=frozenset(
            """output output-dir user-agent header request data max-time proxy user referer form cert cookie
            range retry retry-delay connect-timeout url cacert write-out""".split()
        ),
        file=frozenset({"o", "output"}),
        folder=frozenset({"output-dir"}),
        named_by_url=frozenset({"O", "remote-name", "J"}),
        saves=False,
    ),
}


@dataclass
class _Download:
    """One call of a program that downloads.

    Attributes:
        urls: what it asks for.
        files: where each goes, in their order; ``-`` is the standard output.
        folder: where files go that have no name of their own; empty for the present one.
        by_url: whether files without a name of their own are named by their address.
    """

    urls: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    folder: str = ""
    by_url: bool = False


def replace_commands(shell: Any, files: Files, refused: Refused) -> None:
    """Have the shell's commands and the magics that run programs come to us.

    Args:
        shell: the IPython shell.
        files: the lab's files by address.
        refused: is told each address that is not among them.
    """

    def output_of(text: str) -> str:
        printed, unknown = run(text, files, refused)
        if unknown:
            print(SKIPPED.format(what=text.strip()[:200]))
        return printed

    def system(command: str, *rest: Any, **options: Any) -> None:
        # {names} and $names of Python: those of the frame that called us.
        show(output_of(str(shell.var_expand(command, depth=1))))

    def getoutput(command: str, *rest: Any, **options: Any) -> Any:
        from IPython.utils.text import SList

        return SList(output_of(str(shell.var_expand(command, depth=1))).splitlines())

    def show(printed: str) -> None:
        if printed:
            sys.stdout.write(printed)

    by_the_system = os.system

    def os_system(command: Any) -> int:
        """``os.system``: a command that is all downloads succeeds, every other one goes its way."""
        parts = [*_commands(command, {})] if isinstance(command, str) else []
        if not parts or not all(map(_is_download, parts)):
            return by_the_system(command)
        show(output_of(command))
        return 0

    os.system = os_system
    shell.system = shell.system_raw = shell.system_piped = system
    shell.getoutput = getoutput
    for name in ("pip", "conda", "mamba", "micromamba", "uv"):
        shell.register_magic_function(_skipping(f"%{name}"), "line_cell", name)
    for name in ("sx", "sc", "system"):
        shell.register_magic_function(
            lambda line="", cell=None: show(output_of("\n".join(filter(None, (line, cell))))),
            "line_cell",
            name,
        )
    for name in ("bash", "sh", "!"):
        shell.register_magic_function(lambda line, cell="": show(output_of(cell)), "cell", name)
    for name in ("script", "perl", "ruby"):
        shell.register_magic_function(_skipping(f"%%{name}"), "cell", name)


def _skipping(name: str) -> Callable[..., None]:
    def skip(line: str = "", cell: str | None = None) -> None:
        print(SKIPPED.format(what=f"{name} {line}".strip()[:200]))

    return skip


def run(text: str, files: Files, refused: Refused) -> tuple[str, bool]:
    """Do the downloads of a shell's text.

    Returns:
        What it prints, and whether anything else stood there that was not done.
    """
    printed, unknown = "", False
    folder, variables = Path(), dict[str, str]()
    for words in _commands(text, variables):
        program = Path(words[0]).name
        if program in ("cd", "mkdir") and len(words) > 1:  # folders are made when something goes into them
            folder = folder / words[-1] if program == "cd" else folder
        elif words[:2] == ["git", "clone"]:
            unknown |= not _clone(words[2:], folder, files)
        elif program in _PROGRAMS:
            words, redirected = _redirection(words)
            wanted = _read(words[1:], _PROGRAMS[program])
            if redirected:
                wanted.files = [str(folder / redirected)] * len(wanted.urls)
            printed += _fetch(wanted, folder, files, refused)
        else:
            unknown = True
    return printed, unknown


def _is_download(words: Sequence[str]) -> bool:
    return Path(words[0]).name in ("cd", "mkdir", *_PROGRAMS) or list(words[:2]) == ["git", "clone"]


def _clone(words: Sequence[str], folder: Path, files: Files) -> bool:
    """Write the lab's files of a repository where a clone of it would have them; whether there are any."""
    after = [*dropwhile(lambda word: "://" not in word, words), "", ""]
    url, target = after[:2]
    found = files.of_repository(url)
    target = target or url.rstrip("/").rsplit("/", 1)[-1].removesuffix(".git")
    for path, data in found.items():
        _write(folder / target / path, data)
    return bool(found)


def _commands(text: str, variables: dict[str, str]) -> Iterator[list[str]]:
    """The commands as words, quotes taken away and variables of the shell put in."""
    lines = text.replace("\\\n", " ").split("\n")
    for line in lines:
        try:
            reader = shlex.shlex(line, posix=True, punctuation_chars=";&|")
            reader.whitespace_split = True
            words = [*reader]
        except ValueError:  # a quote that is not closed
            words = line.split()
        command: list[str] = []
        for word in [*words, "\n"]:
            if word not in _SEPARATORS and not (word and set(word) <= set(";&|")):
                command.append(_with_variables(word, variables))
                continue
            command = _without_settings(command, variables)
            if command:
                yield command
            command = []


def _without_settings(command: list[str], variables: dict[str, str]) -> list[str]:
    """The command without what sets variables and who runs it."""
    while command and (command[0] in ("sudo", "export", "!") or _ASSIGNMENT.fullmatch(command[0])):
        if found := _ASSIGNMENT.fullmatch(command[0]):
            variables[found[1]] = found[2]
        command = command[1:]
    return command


def _with_variables(word: str, variables: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda found: variables.get(found[1] or found[2], found[0]), word)


def _redirection(words: Sequence[str]) -> tuple[list[str], str]:
    """The words without ``> file`` and its kin, and that file."""
    kept, file, after = [], "", ""
    for word in words:
        if after:
            file, after = (word if after in (">", ">>", "1>") else file), ""
        elif found := re.fullmatch(r"([12&]?>>?)(.*)", word):
            if not found[2]:
                after = found[1]
            elif found[1] in (">", ">>", "1>") and not found[2].startswith("&"):
                file = found[2]
        else:
            kept.append(word)
    return kept, file


def _read(words: Sequence[str], program: _Program) -> _Download:
    wanted = _Download(by_url=program.saves)
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        for name, value in _options(word, program, waiting):
            if name in program.file:
                wanted.files.append(value)
            elif name in program.folder:
                wanted.folder = value
            elif name in program.named_by_url:
                wanted.by_url = True
            elif name in ("", "url"):
                wanted.urls.append(value)
    return wanted


def _options(word: str, program: _Program, waiting: list[str]) -> Iterator[tuple[str, str]]:
    """The options of one word with their values, for which the next word may be taken; "" is no option."""
    if word.startswith("--") and len(word) > 2:
        name, assigned, value = word[2:].partition("=")
        if not assigned and name in program.long_with_value and waiting:
            value = waiting.pop(0)
        yield name, value
    elif word.startswith("-") and len(word) > 1:
        for place, letter in enumerate(word[1:], start=1):
            if letter in program.with_value:
                yield letter, word[place + 1 :] or (waiting.pop(0) if waiting else "")
                return
            yield letter, ""
    else:
        yield "", word


def _fetch(wanted: _Download, folder: Path, files: Files, refused: Refused) -> str:
    """Write what a call downloads; what it prints."""
    printed = ""
    for place, url in enumerate(wanted.urls):
        url = url if "://" in url else f"http://{url}"
        data = files.get(url)
        if data is None:
            refused(url)
            print(not_served(url, files))
            continue
        name = wanted.files[min(place, len(wanted.files) - 1)] if wanted.files else ""
        if not name and wanted.by_url:
            name = url.rstrip("/").rsplit("/", 1)[-1]
        if name in ("", "-"):
            printed += data.decode("utf-8", "replace")
            continue
        _write(folder / wanted.folder / name, data)
    return printed


def _write(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    print(f"{file}: saved, {len(data)} bytes")
