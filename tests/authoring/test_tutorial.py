"""``docs/authoring.md`` is followed word by word: each file is written, each command run, each line seen."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```(\w+)(?: ([^\n]+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks():
    """Kind, place and text of each block of the tutorial."""
    text = (ROOT / "docs" / "authoring.md").read_text(encoding="utf-8")
    return [(found[1], found[2] or "", found[3]) for found in BLOCK.finditer(text)]


def write(folder, place, text):
    """A block goes to a new file, to a file's end, or below the line that holds some words."""
    if place.startswith("> "):
        (folder / place[2:]).write_text(text, encoding="utf-8")
    elif place.startswith(">> "):
        file = folder / place[3:]
        file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")
    else:
        name, words = re.fullmatch(r'(\S+): after "(.+)"', place).groups()
        lines = (folder / name).read_text(encoding="utf-8").splitlines(keepends=True)
        [at] = [number for number, line in enumerate(lines) if words in line]
        (folder / name).write_text("".join([*lines[: at + 1], text, *lines[at + 1 :]]), encoding="utf-8")


def run(folder, command):
    """A command as a user gives it, with this Python; what it printed."""
    words = command.split()
    program = {"autograder": [sys.executable, "-m", "autograder.cli"], "python": [sys.executable]}[words[0]]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*program, *words[1:]], cwd=folder, env=environment, text=True, timeout=300,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    return done.stdout


def sees(printed, line):
    pattern = ".*".join(map(re.escape, line.split("…")))
    return re.search(f"^{pattern}$", printed, re.MULTILINE) is not None


@pytest.mark.slow
@pytest.mark.thorough  # tests/authoring/test_new.py has such a lab in every run; this one runs every command
def test_the_tutorial_does_what_it_says(tmp_path):
    folder = tmp_path
    for kind, place, text in blocks():
        if kind != "console":
            write(folder, place, text)
            continue
        printed = ""
        for line in text.splitlines():
            if line.startswith("$ cd "):
                folder = folder / line[5:]
            elif line.startswith("$ "):
                printed = run(folder, line[2:])
            else:
                assert sees(printed, line), (line, printed)
