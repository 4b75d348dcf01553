"""A folder from which an image for Gradescope is built: its base, and the grader of our image in it.

Interpreter, packages and engine come out of the image, so they are the same everywhere; the lab and what
was decided are packed here, as in the archive. The engine in the image has to be the one that packs.
"""

from __future__ import annotations

import re

from autograder.config.load import Lab
from autograder.errors import UsageError
from autograder.files.zips import Member
from autograder.package.engine import checksums
from autograder.package.gradescope import TEMPLATES, assignments, lab_members
from autograder.package.gradescope_run import LAB
from autograder.package.options import Options

BUILD_SCRIPT = "check_image.sh"

_NAME_OF_AN_IMAGE = re.compile(r"[a-z0-9][\w./:@-]*", re.ASCII)
_INTERPRETER = ("/autograder/venv/bin/python", "/opt/python/bin/python")
"""Where the archive's setup makes it, and where the image has it."""


def image_members(lab: Lab, options: Options, image: str) -> dict[str, Member]:
    """The files of the folder by their names in it.

    Args:
        lab: the lab to pack.
        options: the course's decisions; those about the origin of packages have no meaning here.
        image: name of the image that has the grader.

    Raises:
        ConfigurationError: a file that the configuration names is missing.
        UsageError: an option has no meaning here, or this is no name of an image.
    """
    if options.wheels is not None or options.torch_index:
        raise UsageError("--dockerfile takes every package from the image: leave out --wheels, --torch-index")
    if not _NAME_OF_AN_IMAGE.fullmatch(image):
        raise UsageError(f"--image {image!r}: no name of an image, like autograder:1.0 or example.org/lab:1")
    dockerfile = (TEMPLATES / "Dockerfile").read_text("utf-8").replace("@IMAGE@", image)
    run = (TEMPLATES / "run_autograder").read_text("utf-8").replace(*_INTERPRETER)
    source = lab_members(lab, options) | {
        "engine.sha256": Member(checksums().encode()),
        "setup_settings.sh": Member(assignments({"CONFIG": f"{LAB}/{lab.path.name}"}).encode()),
        BUILD_SCRIPT: Member((TEMPLATES / BUILD_SCRIPT).read_bytes(), program=True),
    }
    return {
        "run_autograder": Member(run.encode(), program=True),
        **{f"source/{name}": member for name, member in source.items()},
        "Dockerfile": Member(dockerfile.encode()),  # last: a folder without it is not whole
    }
