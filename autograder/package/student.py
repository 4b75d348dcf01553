"""What students get: notebook, public tests, what runs these, a README, a list of packages."""

from __future__ import annotations

from autograder.build.check import check, plan_of
from autograder.config.load import Lab
from autograder.errors import BuildError
from autograder.files.zips import Member

README, LICENCE, PACKAGES = "README.md", "LICENSE", "requirements.txt"


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
    files |= lab.files_beside()
    for name, place in ((README, plan.template.parent), (LICENCE, lab.root)):
        if (place / name).is_file():
            files[name] = place / name
    members = {name: Member(file) for name, file in files.items()}
    if lab.config.packages:  # a list that the lab has written itself says it better
        members.setdefault(PACKAGES, Member("".join(f"{one}\n" for one in lab.config.packages).encode()))
    return members
