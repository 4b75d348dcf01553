"""Build the image with this machine's own package settings, and label it with the lab's fingerprint.

    python3 docker/build.py [--tag NAME] [--base IMAGE] [--network MODE]

How pip reaches its index on this machine (``pip_settings.py``) goes into the build as a secret and is in no
layer. Wheels of pip's ``find-links`` folders whose hash is in the lock file go along. The client is the first
``docker`` on the path that can build with BuildKit; ``DOCKER`` names another.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

sys.path.insert(0, str(Path(__file__).resolve().parent))  # also with -P, or PYTHONSAFEPATH
from pip_settings import build_arguments, pip_settings

CHECKOUT = Path(__file__).resolve().parents[1]

WITHOUT_PLUGIN_BEFORE = 23
"""Version of the client that builds with BuildKit only by its plug-in."""

FINGERPRINT = """
from pathlib import Path
from autograder.config.load import load
from autograder.grading.fingerprint import fingerprint
print(fingerprint(load(Path("/lab/grading_config.yml"))))
"""


def main(argv: Sequence[str]) -> int:
    """Build; the exit code of the client where it fails."""
    parser = argparse.ArgumentParser(description="Build the image.")
    parser.add_argument("--tag", default=f"autograder:{version()}", help="name of the image")
    parser.add_argument("--base", default="", help="image to build on, best by digest")
    parser.add_argument("--network", default="", help="of the build: host, where a bridge cannot be had")
    options = parser.parse_args(argv)
    try:
        build(options.tag, options.base, options.network)
    except subprocess.CalledProcessError as failure:
        return int(failure.returncode)
    return 0


def build(tag: str, base: str, network: str) -> None:
    """Build and label.

    Raises:
        CalledProcessError: the client says why on the standard error.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lock_file()
        settings = pip_settings()
        context = folder / "context"
        shutil.copytree(CHECKOUT, context, ignore=_not_for_the_build)
        for wheel in locked_wheels(settings.get("find-links", "").split()):
            shutil.copyfile(wheel, context / "docker" / "wheels" / wheel.name)
        docker = client()
        command = [*docker, "build", "--build-arg", f"VERSION={version()}"]
        command += ["--build-arg", f"BASE_IMAGE={base}"] if base else []
        command += ["--network", network] if network else []
        command += build_arguments(settings, folder)
        environment = os.environ | {"DOCKER_BUILDKIT": "1"}
        first = folder / "first"
        subprocess.run([*command, "--iidfile", str(first), str(context)], check=True, env=environment)
        # Only the image knows it: the versions of its packages are part of the fingerprint.
        look = ["run", "--rm", "--network", "none", "--entrypoint", "python", first.read_text()]
        said = subprocess.run(
            [*docker, *look, "-c", FINGERPRINT], check=True, stdout=subprocess.PIPE, text=True
        )
        found = said.stdout.strip()
        # Nothing is built again: the label is the last step.
        command += ["--quiet", "--tag", tag, "--build-arg", f"LAB_FINGERPRINT={found}"]
        subprocess.run([*command, str(context)], check=True, env=environment, stdout=subprocess.DEVNULL)
        remove = [*docker, "image", "rm", first.read_text()]
        subprocess.run(remove, check=True, stdout=subprocess.DEVNULL)
    print(f"{tag}: lab fingerprint {found}")


def client() -> list[str]:
    """The command of a Docker client that can build with BuildKit, by itself or with its plug-in.

    Raises:
        SystemExit: there is none.
    """
    if given := os.environ.get("DOCKER"):
        return shlex.split(given)
    for folder in os.get_exec_path():
        program = os.path.join(folder, "docker")
        if os.access(program, os.X_OK) and _can_build(program):
            return [program]
    raise SystemExit("there is no docker on the path that can build: install Docker with its plug-in buildx")


def _can_build(program: str) -> bool:
    asked = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"version (\d+)", asked)
    if found and int(found[1]) < WITHOUT_PLUGIN_BEFORE:
        return True
    return subprocess.run([program, "buildx", "version"], capture_output=True, check=False).returncode == 0


def version() -> str:
    """The engine's version, without importing it: this runs where nothing is installed."""
    text = (CHECKOUT / "autograder" / "__init__.py").read_text("utf-8")
    found = re.search(r'^__version__ = "(.+)"$', text, re.M)
    assert found
    return found[1]


def lock_file() -> Path:
    """The lock file for the images that this machine's engine builds.

    Raises:
        SystemExit: there is none yet.
    """
    said = platform.machine()
    machine = {"AMD64": "x86_64", "arm64": "aarch64"}.get(said, said)  # as Windows and macOS call them
    file = CHECKOUT / "docker" / "locks" / f"{machine}.txt"
    if not file.is_file():
        raise SystemExit(
            f"there is no lock file for {machine}: write one with `python3 docker/lock.py --machine {machine}"
            " torch==2.13.0`, from an index that has CPU builds of torch for it"
        )
    return file


def locked_wheels(places: Sequence[str]) -> Iterator[Path]:
    """The wheels whose hash is in this machine's lock file, one per hash.

    Args:
        places: of pip's ``find-links``: folders or wheels, as paths or ``file:`` addresses; others hold none.
    """
    lock = lock_file().read_text("utf-8")
    wanted = {
        name.replace("-", "_"): digest
        for name, digest in re.findall(r"^(\S+)==\S+ --hash=sha256:(\w+)$", lock, re.M)
    }
    for place in places:
        found = Path(url2pathname(urlsplit(place).path) if place.startswith("file:") else place).expanduser()
        for wheel in sorted(found.glob("*.whl")) if found.is_dir() else [found]:
            name = wheel.name.partition("-")[0].lower()
            if name in wanted and wheel.is_file() and _sha256(wheel) == wanted[name]:
                del wanted[name]
                yield wheel


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _not_for_the_build(folder: str, names: list[str]) -> set[str]:
    """What ``.dockerignore`` would keep away from the build is not copied in the first place."""
    if Path(folder) == CHECKOUT:
        wanted = {
            line.removeprefix("!").partition("/")[0]
            for line in (CHECKOUT / ".dockerignore").read_text("utf-8").splitlines()
            if line.startswith("!")
        }
        return set(names) - wanted - {"Dockerfile", ".dockerignore"}
    return {"__pycache__"} & set(names)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
