"""What students get: the notebook, the public tests, what runs these, and what the folder says about them."""

from __future__ import annotations

from pathlib import Path

from autograder.build.check import check, plan_of
from autograder.config.load import Lab
from autograder.errors import BuildError
from autograder.files.zips import Member

README, LICENCE = "README.md", "LICENSE"


def student_members(lab: Lab) -> dict[str, Member]:
    """The files of the students' archive by their names in it.

    The files are named one by one: what else lies in the students' folder (a solved copy, say) stays there.

    Raises:
        BuildError: what is there is not what master and tests give.
    """
    plan = plan_of(lab)
    if disagreements := check(plan):
        listed = "\n  ".join(disagreements)
        raise BuildError(
            f"nothing was packed: what students would get is out of date\n  {listed}\n"
            "Build it again: autograder build"
        )
    files = {plan.template.name: plan.template, plan.otter.name: plan.otter}
    files |= {f"{plan.public_tests.name}/{file.name}": file for file in plan.public_tests.glob("*.py")}
    files |= {Path(name).name: lab.file(name) for name in lab.config.files}
    for name, place in ((README, plan.template.parent), (LICENCE, lab.root)):
        if (place / name).is_file():
            files[name] = place / name
    return {name: Member(file) for name, file in files.items()}
