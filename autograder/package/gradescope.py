"""An archive for Gradescope that runs this engine, its sandbox included, under ``/autograder``.

At its root ``setup.sh``, which Gradescope runs once, and ``run_autograder``, which it runs for every
submission; beside them the engine, the lab as far as grading needs it, and what was decided here.
"""

from __future__ import annotations

import importlib.metadata
import json
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from packaging.requirements import Requirement

from autograder.config.load import Lab, check_files
from autograder.errors import UsageError
from autograder.files.zips import Member
from autograder.grading.fingerprint import named_files
from autograder.language import speaking
from autograder.package.engine import requirements, wheel
from autograder.package.gradescope_results import no_mark
from autograder.package.gradescope_run import LAB, SETTINGS, Packed
from autograder.package.options import Options
from autograder.package.trial import files_of_a_trial

TEMPLATES = Path(__file__).parent / "templates"


def gradescope_members(lab: Lab, options: Options) -> dict[str, Member]:
    """The files of the archive by their names in it.

    Raises:
        ConfigurationError: a file that the configuration names is missing, or the lab cannot be tried.
        UsageError: there is no wheel in the folder of wheels.
    """
    wheels = sorted(options.wheels.glob("*.whl")) if options.wheels is not None else []
    if options.wheels is not None and not wheels:
        raise UsageError(f"--wheels {options.wheels}: there is no file *.whl in it")
    name, engine = wheel()
    members = lab_members(lab, options) | {
        **{file: Member((TEMPLATES / file).read_bytes(), True) for file in ("setup.sh", "run_autograder")},
        "setup_settings.sh": Member(_setup_settings(lab, options).encode()),
        "requirements.txt": Member(_requirements(lab).encode()),
        f"engine/{name}": engine,
    }
    return members | {f"wheels/{file.name}": Member(file, packed=True) for file in wheels}


def lab_members(lab: Lab, options: Options) -> dict[str, Member]:
    """The lab and what was decided: what has to lie in ``/autograder/source`` wherever the engine comes from.

    Raises:
        ConfigurationError: a file that the configuration names is missing, or the lab cannot be tried.
    """
    check_files(lab)
    packed = Packed(lab.path.name, options.visibility, options.minutes)
    with speaking(lab.config.language):
        unfinished = no_mark()
    members = {
        SETTINGS: Member(packed.to_json().encode()),
        "unfinished.json": Member((json.dumps(unfinished, indent=1) + "\n").encode()),
    }
    return members | {
        f"{LAB}/{place}": Member(file, packed=file.suffix == ".gz") for place, file in _of_lab(lab).items()
    }


def _of_lab(lab: Lab) -> Mapping[str, Path]:
    """What grading reads, by its path in the lab: neither the master nor the solution."""
    data = {lab.file(item.file) for item in lab.config.data}
    # Some files only a trial finds, others are imported for few submissions only.
    files = {lab.path, *map(lab.file, named_files(lab) | files_of_a_trial(lab))}
    # Whoever hands out data says where they come from and under which terms.
    files |= {about for file in data if (about := file.with_name("README.md")).is_file()}
    template = lab.template()  # says which cells carry no mark
    files |= {template} if template is not None and template.is_file() else set()
    return {file.relative_to(lab.root).as_posix(): file for file in files}


def _requirements(lab: Lab) -> str:
    about = (
        "# What engine and lab need, in the versions of where this was packed: others may give other marks.\n"
    )
    wanted = requirements() | {
        name: importlib.metadata.version(name)
        for name in (Requirement(one).name for one in lab.config.packages)
    }
    return about + "".join(f"{name}=={version}\n" for name, version in sorted(wanted.items()))


def _setup_settings(lab: Lab, options: Options) -> str:
    """What ``setup.sh`` has to know, as assignments of a shell."""
    wanted = f"python{sys.version_info.major}.{sys.version_info.minor}"
    values = {"PACKED_WITH": wanted, "TORCH_INDEX": options.torch_index, "CONFIG": f"{LAB}/{lab.path.name}"}
    return assignments(values)


def assignments(values: Mapping[str, str]) -> str:
    """Lines that give a shell these variables."""
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items())
