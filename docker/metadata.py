"""Write the engine's metadata beside it, as an installation would: the image has the engine without one.

    python metadata.py PYPROJECT FOLDER        # the folder that holds the package

``autograder package gradescope`` asks them for what the engine needs.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path


def main(argv: Sequence[str]) -> int:
    """Write the folder ``*.dist-info``."""
    project = tomllib.loads(Path(argv[0]).read_text("utf-8"))["project"]
    name, version = project["name"], project["version"]
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Dist: {requirement}" for requirement in project["dependencies"]]
    about = Path(argv[1]) / f"{name.replace('-', '_')}-{version}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("\n".join(lines) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
