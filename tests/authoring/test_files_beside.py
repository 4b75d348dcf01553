"""Files of the lab in folders: at the same path beside the notebook, wherever that is."""

import zipfile

import pytest
import torch  # noqa: F401  its import reads the source of whoever imports it: here, not where opened files are noted

from autograder import cli
from autograder.config.load import check_files, load
from autograder.errors import ConfigurationError
from autograder.grading.course import opened
from autograder.grading.fingerprint import fingerprint
from autograder.grading.flat_files import refuse_flat_files
from autograder.grading.pipeline import grade
from autograder.kernel.workspace import workspace
from autograder.model import Submission

pytestmark = pytest.mark.thorough  # builds and grades a lab of its own; test_config refuses wrong paths

NAMES = ["data/by/year.csv", "given/plots.py"]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The lab of ``autograder new`` with two files in folders, built: the notebook reads both."""
    root = tmp_path_factory.mktemp("beside") / "lab"
    assert cli.main(["new", str(root)]) == 0
    for name, text in {"data/by/year.csv": "1\n", "given/plots.py": (root / "plots.py").read_text()}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "plots.py").unlink()
    change(root, "grading_config.yml", "- plots.py", "- ./given/plots.py\n  - data/by/year.csv")
    change(
        root,
        "master.py",
        "from plots import picture",
        "from given.plots import picture\nopen('data/by/year.csv')",
    )
    assert cli.main(["build", "--config", str(root / "grading_config.yml")]) == 0
    return root


def change(root, name, old, new):
    before = (root / name).read_text()
    assert old in before
    (root / name).write_text(before.replace(old, new))


def test_they_are_there_where_the_solution_is_graded(lab, capsys):
    """It takes a kernel: only there does a notebook see what lies beside it."""
    assert cli.main(["test", "loss", "--config", str(lab / "grading_config.yml")]) == 0
    assert "must earn everything: 1 of 1 points" in capsys.readouterr().out


def test_students_and_gradescope_get_them_at_their_paths(lab, tmp_path):
    for kind, prefix in (("student", ""), ("gradescope", "lab/")):
        out = tmp_path / f"{kind}.zip"
        assert (
            cli.main(["package", kind, "--out", str(out), "--config", str(lab / "grading_config.yml")]) == 0
        )
        assert {f"{prefix}{name}" for name in NAMES} <= set(zipfile.ZipFile(out).namelist())


def test_reading_one_is_no_flag(lab):
    """Every student does; a table full of remarks hides those that matter."""
    with opened(load(lab / "grading_config.yml")) as course:
        file = lab / "solution" / "lab.ipynb"
        result = grade(Submission("ann", file.name, "ann", file=file), course)
    assert not [flag for flag in result.flags if "reads a file" in flag]


def test_a_changed_file_in_a_folder_is_another_run(lab):
    before = fingerprint(load(lab / "grading_config.yml"))
    (lab / "data/by/year.csv").write_text("2\n")
    assert fingerprint(load(lab / "grading_config.yml")) != before


def test_their_folders_belong_to_who_works_there(lab, tmp_path):
    with workspace(load(lab / "grading_config.yml").files_beside(), None) as place:
        found = sorted(path.relative_to(place.work).as_posix() for path in place.work.rglob("*.*"))
        assert found == NAMES


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ("data/../loss.py", "without '..'"),
        ("/etc/hostname", "expected a path relative to"),
        ("a/b.csv, ./a//b.csv", "a/b.csv is taken by a/b.csv"),
        ("a, a/b.csv", "a is taken by a"),
        ("a/b.csv, a", "a is taken by a/b.csv"),
        ("points.csv/x", "points.csv is taken by data"),
        ("otter/x.py", "otter is taken by what runs the public tests"),
        ("questions/loss.py", "questions holds tests or solutions"),
        ("./questions//data.csv", "questions holds tests or solutions"),
        ("master.py", "master.py holds tests or solutions"),
    ],
)
def test_what_cannot_lie_beside_the_notebook_is_refused_with_its_line(lab, tmp_path, files, said):
    config = tmp_path / "grading_config.yml"
    config.write_text((lab / "grading_config.yml").read_text())
    change(tmp_path, config.name, "  - ./given/plots.py\n  - data/by/year.csv", f"  [{files}]")
    with pytest.raises(ConfigurationError, match=rf"yml:\d+: files\[\d\]: .*{said}"):
        load(config)


@pytest.mark.parametrize("code", ["import plots", "from plots import picture", "open('plots.py')"])
def test_a_notebook_that_looks_for_the_bare_name_ends_the_run(lab, code):
    """The lab is of a time when folders were dropped: each student would lose marks for it."""
    template = lab / "template" / "lab.ipynb"
    before = template.read_text()
    assert "from given.plots import picture" in before
    try:
        template.write_text(before.replace("from given.plots import picture", code))
        said = pytest.raises(ConfigurationError, match=r"yml:\d+: files\[0\]: .*move the file to plots.py")
        with said, opened(load(lab / "grading_config.yml")):
            pass
    finally:
        template.write_text(before)
    refuse_flat_files(load(lab / "grading_config.yml"))
    check_files(load(lab / "grading_config.yml"))
