"""Files of other projects that lie among ours, unmodified: what they are, and how they get there.

    python vendored/fetch.py                  # fetch what the manifest names again
    python vendored/fetch.py katex@0.19.2     # another version

The pages need them in the browser, where no package manager of ours reaches. npm fetches the package, from
wherever it is set up to; the manifest beside the files says what was taken, and what it was.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

STATIC = Path(__file__).resolve().parents[1] / "autograder" / "review" / "static"
MANIFEST = STATIC / "vendored.json"


def packages() -> list[dict[str, Any]]:
    """What the manifest says of each package: its name, version and licence, its archive's hash
    (``integrity``), what is taken of it into which folder, and the SHA-256 of each file.
    """
    found: list[dict[str, Any]] = json.loads(MANIFEST.read_text(encoding="utf-8"))
    return found


def digests(folder: Path) -> Mapping[str, str]:
    """SHA-256 of each file below a folder, by its path from there."""
    files = sorted(one for one in folder.rglob("*") if one.is_file())
    return {one.relative_to(folder).as_posix(): hashlib.sha256(one.read_bytes()).hexdigest() for one in files}


def update(asked: Sequence[str]) -> None:
    """Fetch the packages again, and write what came into the manifest.

    Args:
        asked: ``name@version``; every other package keeps its version.
    """
    versions = dict(one.rsplit("@", 1) for one in asked)
    known = packages()
    if unknown := versions.keys() - {one["name"] for one in known}:
        raise SystemExit(f"not in {MANIFEST.name}: {', '.join(sorted(unknown))}")
    for package in known:
        package["version"] = versions.get(package["name"], package["version"])
        _fetch(package)
    MANIFEST.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")


def _fetch(package: dict[str, Any]) -> None:
    """Put what is taken of a package into its folder, and nothing else."""
    with tempfile.TemporaryDirectory() as place:
        named = f"{package['name']}@{package['version']}"
        command = ["npm", "pack", "--json", "--silent", named]
        said = json.loads(subprocess.run(command, cwd=place, check=True, capture_output=True).stdout)[0]
        with tarfile.open(Path(place) / said["filename"]) as archive:
            archive.extractall(place, filter="data")
        unpacked, folder = Path(place) / "package", STATIC / package["folder"]
        shutil.rmtree(folder, ignore_errors=True)
        for pattern, below in package["taken"].items():
            for file in sorted(unpacked.glob(pattern)):
                (folder / below).mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, folder / below / file.name)
        licence = json.loads((unpacked / "package.json").read_text(encoding="utf-8"))["license"]
        package |= {"licence": licence, "integrity": said["integrity"], "files": digests(folder)}


if __name__ == "__main__":
    update(sys.argv[1:])
