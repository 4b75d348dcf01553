"""Write the lock file: every Python package of the image with its version and the hash of its file.

    python3 docker/lock.py [REQUIREMENT…] [--machine NAME]

For the base image's Python, whichever runs this. The hashes are those of the files for one kind of machine
(default: this one), hence a lock file for each. Further requirements fix what the project leaves open
(``torch==2.13.0``). Nothing is installed and no address of an index is written down.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))  # also with -P, or PYTHONSAFEPATH
from pip_settings import pip_settings, set_up_environment

HERE = Path(__file__).resolve().parent

PYTHON = "3.11.2"
"""Of Debian 12. Some packages refuse the earliest releases of 3.11, so that the third number counts."""

GLIBC = 36
"""Of Debian 12: the newest ``manylinux_2_…`` that runs there."""

LEFT_OUT = {
    "playwright": "otter-grader asks for it to print notebooks as PDF",
    "greenlet": "only playwright needs it",
    "sphinx": "fica, by which otter-grader documents its settings, asks for it to typeset them",
    "setuptools": "torch asks for it to compile extensions",
}
"""Named by a package that is needed, never imported while grading, and large or a build tool. What only
Sphinx needs is left out with it."""

ONLY_FOR_SPHINX = ("alabaster", "babel", "docutils", "imagesize", "roman-numerals", "snowballstemmer")


def main(argv: Sequence[str]) -> int:
    """Write ``locks/<machine>.txt`` beside this file."""
    parser = argparse.ArgumentParser(description="Write the lock file.")
    parser.add_argument("requirements", nargs="*", metavar="REQUIREMENT")
    parser.add_argument("--machine", default=platform.machine(), help="as `uname -m` says it")
    options = parser.parse_args(argv)
    project = tomllib.loads((HERE.parent / "pyproject.toml").read_text("utf-8"))["project"]
    found = resolved([*options.requirements, *project["dependencies"]], options.machine)
    lines = [_line(item) for item in found if not _left_out(_name(item))]
    target = HERE / "locks" / f"{options.machine}.txt"
    header = f"# Written by docker/lock.py for Python {PYTHON} on {options.machine}; do not edit.\n"
    target.write_text(header + "".join(sorted(lines)), "utf-8")
    print(f"{target}: {len(lines)} packages")
    return 0


def resolved(requirements: Sequence[str], machine: str) -> list[dict[str, dict[str, object]]]:
    """What pip would install in an empty environment, as in its installation report."""
    names = [f"manylinux_2_{minor}_{machine}" for minor in range(GLIBC, 16, -1)]
    platforms = [part for name in [*names, f"manylinux2014_{machine}"] for part in ("--platform", name)]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        subprocess.run(
            [
                sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed",
                "--only-binary=:all:", "--python-version", PYTHON, "--implementation", "cp", *platforms,
                "--target", folder, "--report", str(report), *requirements,
            ],
            check=True,
            env=set_up_environment(pip_settings() | {"constraint": ""}),  # the lock is not this site's alone
        )  # fmt: skip
        found: list[dict[str, dict[str, object]]] = json.loads(report.read_text("utf-8"))["install"]
    return found


def _name(item: dict[str, dict[str, object]]) -> str:
    return str(item["metadata"]["name"]).lower().replace("_", "-")


def _left_out(name: str) -> bool:
    return name in LEFT_OUT or name in ONLY_FOR_SPHINX or name.startswith("sphinxcontrib-")


def _line(item: dict[str, dict[str, object]]) -> str:
    archive = item["download_info"]["archive_info"]
    assert isinstance(archive, dict)
    # What follows a "+" says how a package was built; the hash says it better.
    version = str(item["metadata"]["version"]).partition("+")[0]
    return f"{_name(item)}=={version} --hash=sha256:{archive['hashes']['sha256']}\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
