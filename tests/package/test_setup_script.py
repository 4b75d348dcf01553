"""Which Python ``setup.sh`` takes, and what it asks for when there is none.

Its own lines run, below another folder than ``/autograder``. What would change this machine or needs a network is
a program of the test's own that writes down how it was called: ``apt-get``, ``dpkg-query``,
``add-apt-repository``, and the Pythons.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from autograder.package import gradescope

SCRIPT = Path(gradescope.__file__).parent / "templates" / "setup.sh"

# A Python of version $FITS (yes or no): it makes environments that hold itself.
PYTHON = """#!/bin/bash
echo "{name} $*" | head -1 >>"{log}"
case "$1 $2" in
    "-c "*) [ {fits} = yes ] ;;
    "--version ") echo "Python of the test" ;;
    "-m venv") mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
esac
"""

# Has what the folder "packages" holds; after add-apt-repository also what "archive" holds.
APT = """#!/bin/bash
echo "apt-get $*" >>"{log}"
[ "$1" = install ] || exit 0
for package in "$@"; do
    case "$package" in
        python*-venv) ;;
        python3*) cp "{packages}/$package" "{bin}/$package" || exit 100 ;;
    esac
done
"""


class Machine:
    """A folder with programs, and nothing but them and the usual tools on the path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "log"
        self.bin, self.packages, self.archive = (folder / name for name in ("bin", "packages", "archive"))
        for place in (self.bin, self.packages, self.archive, folder / "autograder" / "source" / "engine"):
            place.mkdir(parents=True)
        for tool in "bash cat chmod cp cut echo env grep head ls mkdir rm".split():
            (self.bin / tool).symlink_to(
                next(p for d in ("/usr/bin", "/bin") if (p := Path(d, tool)).exists())
            )
        self.program("dpkg-query", '#!/bin/bash\necho "install ok installed"\n')
        self.program("apt-get", APT.format(log=self.log, packages=self.packages, bin=self.bin))
        self.program(
            "add-apt-repository",
            f'#!/bin/bash\necho "add $*" >>"{self.log}"\ncp "{self.archive}"/* "{self.packages}"\n',
        )
        source = folder / "autograder" / "source"
        (source / "requirements.txt").write_text("torch==2.9.9\nnumpy==2.0\n")
        (source / "engine" / "engine.whl").write_bytes(b"")

    def program(self, name: str, text: str, place: Path | None = None) -> None:
        file = (place or self.bin) / name
        file.write_text(text)
        file.chmod(0o755)

    def python(self, name: str, place: Path, *, fits: bool = True) -> None:
        self.program(name, PYTHON.format(name=name, log=self.log, fits="yes" if fits else "no"), place)

    def set_up(
        self, *, packed_with: str = "python3.12", torch_index: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run the script; no mark of ``/autograder`` is left in it."""
        settings = f"PACKED_WITH={packed_with}\nTORCH_INDEX='{torch_index}'\nCONFIG=lab/grading_config.yml\n"
        (self.folder / "autograder/source/setup_settings.sh").write_text(settings)
        script = SCRIPT.read_text("utf-8").replace("/autograder", str(self.folder / "autograder"))
        return subprocess.run(
            ["/bin/bash", "-c", script],
            env={"PATH": str(self.bin)},
            capture_output=True,
            text=True,
            cwd=self.folder,
        )

    def said(self, beginning: str) -> list[str]:
        return [line for line in self.log.read_text().splitlines() if line.startswith(beginning)]


@pytest.fixture
def machine(tmp_path) -> Machine:
    return Machine(tmp_path)


def chosen(machine: Machine) -> str:
    [line] = [line for line in machine.log.read_text().splitlines() if " -m venv " in line]
    return line.split()[0]


def test_the_version_with_which_it_was_packed_comes_first(machine):
    for name in ("python3.11", "python3.12", "python3.13", "python3"):
        machine.python(name, machine.bin)
    assert machine.set_up(packed_with="python3.13").returncode == 0
    assert chosen(machine) == "python3.13"
    assert not machine.said("apt-get"), "nothing is missing"


def test_another_final_release_will_do(machine):
    machine.python("python3", machine.bin, fits=False)  # Ubuntu 22.04's own
    machine.python("python3.11", machine.bin)
    assert machine.set_up().returncode == 0
    assert chosen(machine) == "python3.11"


def test_else_the_distribution_has_one(machine):
    machine.python("python3", machine.bin, fits=False)
    machine.python("python3.11", machine.packages, fits=False)  # the release candidate
    machine.python("python3.12", machine.packages)
    assert machine.set_up(packed_with="python3.11").returncode == 0
    assert chosen(machine) == "python3.12"
    assert not machine.said("add")
    assert len(machine.said("apt-get update")) == 1


def test_else_the_archive_with_more_versions_is_added(machine):
    machine.python("python3", machine.bin, fits=False)
    machine.python("python3.11", machine.packages, fits=False)
    for version in ("python3.11", "python3.12"):
        machine.python(version, machine.archive)
    assert machine.set_up(packed_with="python3.11").returncode == 0
    assert len(machine.said("add")) == 1
    assert chosen(machine) == "python3.11"


def test_else_the_build_of_the_image_fails_and_says_what_to_choose(machine):
    machine.python("python3", machine.bin, fits=False)
    done = machine.set_up()
    assert done.returncode == 1
    assert "Choose another base image" in done.stderr
    assert not machine.said("python -m pip")


def test_an_index_for_torch_is_used_for_torch_alone(machine):
    machine.python("python3.12", machine.bin)
    assert machine.set_up(torch_index="https://example.org/cpu").returncode == 0
    installs = [line for line in machine.log.read_text().splitlines() if " -m pip install " in line]
    assert [("--index-url https://example.org/cpu torch==2.9.9" in line) for line in installs] == [
        True,
        False,
        False,
    ]
    assert "--requirement" in installs[1]
    assert "--no-index --no-deps" in installs[2], "the engine is there already"


def test_with_wheels_no_index_is_asked(machine):
    machine.python("python3.12", machine.bin)
    (machine.folder / "autograder/source/wheels").mkdir()
    assert machine.set_up(torch_index="https://example.org/cpu").returncode == 0
    installs = [line for line in machine.log.read_text().splitlines() if " -m pip install " in line]
    assert len(installs) == 2
    assert all("--no-index" in line for line in installs)


def test_an_environment_that_the_image_brings_is_kept(machine):
    (machine.folder / "autograder/venv/bin").mkdir(parents=True)
    machine.python("python", machine.folder / "autograder/venv/bin")
    done = machine.set_up()
    assert done.returncode == 0
    assert "nothing is downloaded" in done.stdout
    [install] = [line for line in machine.log.read_text().splitlines() if " -m pip install " in line]
    assert "--no-index --no-deps" in install


def test_a_sandbox_that_does_not_work_while_the_image_is_built_decides_nothing(machine):
    machine.python("python3.12", machine.bin)
    failing = PYTHON.replace("esac", '    "-I -m") exit 1 ;;\nesac')
    machine.program("python3.12", failing.format(name="python3.12", log=machine.log, fits="yes"))
    done = machine.set_up()
    assert done.returncode == 0
    assert "See what a run says" in done.stdout
