"""What is in the image, and what of its making is not."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.conftest import ROOT

from .conftest import AS_DOCUMENTED, docker

sys.path.insert(0, str(ROOT / "docker"))
from build import version
from pip_settings import pip_settings

pytestmark = [pytest.mark.slow, pytest.mark.docker]

STANDARD_LIBRARY_STUB = "/usr/lib/python3.11/test"
"""A few files that Debian's package of the standard library has."""

PARTS_OF_THE_LAB = {"/lab/tests", "/lab/student_template/tests"}

KEPT_FOR_ONE_FILE = "/opt/python/lib/python3.11/site-packages/numpy/_core/tests"

LARGEST = 1100 << 20
"""Bytes. Torch's library alone has 345 MB; without trimming there were 1,360 MB."""


def inside(image: str, script: str) -> str:
    return docker("run", "--rm", "--network", "none", "--entrypoint", "sh", image, "-c", script).stdout


def python_inside(image: str, program: str) -> str:
    arguments = ("run", "--rm", "--network", "none", "--entrypoint", "python", image, "-c", program)
    return docker(*arguments).stdout


FINGERPRINT = """
from pathlib import Path
from autograder.config.load import load
from autograder.grading.fingerprint import fingerprint
print(fingerprint(load(Path("grading_config.yml"))))
"""

DISTRIBUTIONS = """
import importlib.metadata
for found in importlib.metadata.distributions():
    if "/opt/python/" in str(found.locate_file("")) + "/":
        print(found.name.lower().replace("_", "-") + "==" + found.version.partition("+")[0])
"""

IMPORTABLE = """
import importlib.util
for name in ("pip", "setuptools", "wheel", "playwright", "sphinx", "pytest"):
    if importlib.util.find_spec(name):
        print(name)
"""

READABLE = """
from autograder.sandbox.policy import readable_paths
print(*readable_paths())
"""


def test_labels_say_the_version_and_the_lab(image):
    configuration = json.loads(docker("image", "inspect", image).stdout)[0]["Config"]
    assert configuration["Labels"]["org.opencontainers.image.version"] == version()
    assert configuration["Labels"]["autograder.lab.fingerprint"] == python_inside(image, FINGERPRINT).strip()
    assert configuration["Entrypoint"] == ["autograder"]
    assert docker("run", "--rm", image, "--version").stdout.strip() == f"autograder {version()}"


def test_every_package_is_as_the_lock_file_has_it(image):
    found = sorted(python_inside(image, DISTRIBUTIONS).split())
    machine = inside(image, "uname -m").strip()
    lock = (ROOT / "docker" / "locks" / f"{machine}.txt").read_text("utf-8").splitlines()
    assert found == sorted(line.split()[0] for line in lock if not line.startswith("#"))


def test_there_are_no_build_tools(image):
    tools = "pip pip3 gcc cc ld strip make git"
    assert inside(image, f"for tool in {tools}; do command -v $tool; done; true") == ""
    assert python_inside(image, IMPORTABLE) == ""


def test_there_are_no_tests_and_caches(image):
    found = inside(image, "find / -xdev -type d '(' -name test -o -name tests ')' -prune -print").split()
    assert set(found) == {STANDARD_LIBRARY_STUB, KEPT_FOR_ONE_FILE, *PARTS_OF_THE_LAB}
    assert inside(image, "ls /lab/tests").split() == ["questions"]
    assert inside(image, f"find {KEPT_FOR_ONE_FILE} -name '*.py' -size +0").split() == [
        f"{KEPT_FOR_ONE_FILE}/_natype.py"
    ]
    assert inside(image, "ls -d /run/secrets 2>/dev/null; true") == ""
    caches = "/root /home /tmp /var/tmp /var/cache/apt /var/lib/apt/lists /var/log"
    left = inside(image, f"find {caches} -type f 2>/dev/null; true").split()
    assert set(left) <= {"/root/.bashrc", "/root/.profile"}
    assert inside(image, "find / -xdev '(' -name '*.whl' -o -name '*.a' -o -name pip.conf ')' -type f") == ""


def test_nothing_says_where_the_packages_came_from(image):
    told = {value for text in pip_settings().values() for value in text.split() if len(value) > 6}
    history = docker("history", "--no-trunc", image).stdout + docker("image", "inspect", image).stdout
    assert "TORCH_ARGS" not in history
    assert not [value for value in told if value in history]
    # The system's own certificates may lie anywhere; everything else would be a trace.
    patterns = " ".join(f"-e '{value}'" for value in told)
    assert not told or inside(image, f"grep -rlF {patterns} /etc /lab /opt /root /run /tmp /var; true") == ""


def test_student_code_can_read_the_interpreter_and_not_the_lab(image):
    readable = python_inside(image, READABLE).split()
    assert "/opt/python/lib/python3.11/site-packages" in readable
    for secret in ("/lab/", "/opt/engine/"):
        assert not [path for path in readable if secret.startswith(path.rstrip("/") + "/")]
    # What another user could not read would take each worker's user id away.
    assert inside(image, "find /opt /lab ! -perm -o+r ! -type l") == ""


def test_the_image_is_no_larger_than_it_was(image):
    assert int(docker("image", "inspect", "--format", "{{.Size}}", image).stdout) < LARGEST


def test_it_reports_itself_healthy(image):
    made = docker("run", "--detach", "--health-interval", "1s", *AS_DOCUMENTED, "--entrypoint", "tail", image, "-f", "/dev/null")  # fmt: skip
    container = made.stdout.strip()
    watch = ["docker", "events", "--since", "0", "--filter", f"container={container}", "--filter", "event=health_status", "--format", "{{.Status}}"]  # fmt: skip
    try:
        with subprocess.Popen(watch, stdout=subprocess.PIPE, text=True) as events:
            assert events.stdout is not None
            first = events.stdout.readline().strip()
            events.terminate()
        log = docker("inspect", "--format", "{{json .State.Health.Log}}", container).stdout
    finally:
        docker("rm", "--force", container)
    assert first == "health_status: healthy", log
    assert "This machine can grade." in log
