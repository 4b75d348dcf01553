"""Build the image with this machine's own package settings, and label it with the lab's fingerprint.

    python3 docker/build.py [--tag NAME] [--base IMAGE] [--network MODE]

What pip is told on this machine (index, certificates, proxy) goes into the build as a secret and is in no
layer. Wheels of pip's ``find-links`` folders whose hash is in the lock file go along. The client is the first
``docker`` on the path that can build with BuildKit; ``DOCKER`` names another.
"""

from __future__ import annotations

import argparse
import ast
import configparser
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

CHECKOUT = Path(__file__).resolve().parents[1]
CERTIFICATES = "/run/secrets/certificates"
OF_THIS_MACHINE = ("find-links", "extra-index-url", "index-url", "cert")
"""Settings that may name files, which a build cannot see."""

WITHOUT_PLUGIN_BEFORE = 23
"""Version of the client that builds with BuildKit only by its plug-in."""

FINGERPRINT = """
from pathlib import Path
from autograder.config import load
from autograder.fingerprint import fingerprint
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
        command += _secrets(settings, folder)
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


def pip_settings() -> dict[str, str]:
    """What ``pip config list`` says for ``install``; the environment wins, as with pip itself.

    Nothing where this Python has no pip: then there is nothing that this machine would need told.
    """
    command = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(command, check=False, capture_output=True, text=True).stdout
    found: dict[str, dict[str, str]] = {}
    for line in listed.splitlines():
        name, _, value = line.partition("=")
        section, _, key = name.rpartition(".")
        found.setdefault(section.strip(":"), {})[key] = str(ast.literal_eval(value))
    return found.get("global", {}) | found.get("install", {}) | found.get("env", {})


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
    """The wheels in these folders whose hash is in this machine's lock file, one per hash."""
    lock = lock_file().read_text("utf-8")
    wanted = {
        name.replace("-", "_"): digest
        for name, digest in re.findall(r"^(\S+)==\S+ --hash=sha256:(\w+)$", lock, re.M)
    }
    for place in map(Path, places):
        for wheel in sorted(place.glob("*.whl")):
            expected = wanted.pop(wheel.name.partition("-")[0].lower(), "")
            if expected and hashlib.sha256(wheel.read_bytes()).hexdigest() == expected:
                yield wheel


def _secrets(settings: dict[str, str], folder: Path) -> list[str]:
    """Write a pip.conf for the build; the arguments that hand it over."""
    kept = {key: value for key, value in settings.items() if key not in OF_THIS_MACHINE}
    for key in ("index-url", "extra-index-url"):
        addresses = [one for one in settings.get(key, "").split() if not one.startswith("file:")]
        if addresses:
            kept[key] = " ".join(addresses)
    arguments = []
    if certificates := settings.get("cert"):
        kept["cert"] = CERTIFICATES
        arguments += ["--secret", f"id=certificates,src={certificates}"]
    written = configparser.RawConfigParser()
    written["global"] = kept
    with (folder / "pip.conf").open("w", encoding="utf-8") as file:
        written.write(file)
    return [*arguments, "--secret", f"id=pip,src={folder / 'pip.conf'}"]


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
