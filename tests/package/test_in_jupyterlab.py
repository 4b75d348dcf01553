"""The evening of a student: the lab's archive in a real JupyterLab, from the untouched notebook to what is handed in."""

from __future__ import annotations

import base64
import json
import os
import re
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from autograder.build.notebook import read_master
from autograder.config.packed import unpacked
from autograder.grading.pipeline import grade
from autograder.model import AnswerState, Submission
from reference import dataset
from tests.conftest import ROOT
from tests.corpus.cases import POINTS
from tests.engine.processes import run_here
from tests.review.served import chromium

pytestmark = pytest.mark.slow  # a kernel that imports torch for each notebook

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
TOKEN = "lab"
NOTEBOOK = "window.jupyterapp?.shell?.currentWidget"
IS_OPEN = f"name => {NOTEBOOK}?.context?.path === name && {NOTEBOOK}.sessionContext.session?.kernel"
HAS_RUN = f"""() => {NOTEBOOK}.content.widgets.filter(one => one.model.type === "code").at(-1).model.executionCount
    && {NOTEBOOK}.sessionContext.session.kernel.status === "idle" """
IS_EDITED = f"() => {NOTEBOOK}.content.activeCell.node.querySelector('.cm-content[contenteditable=true]')"
DROP = f"""(picture) => {{
    const target = {NOTEBOOK}.content.activeCell.node.querySelector(".cm-content");
    const data = new DataTransfer();
    const bytes = Uint8Array.from(atob(picture), one => one.charCodeAt(0));
    data.items.add(new File([bytes], "page one.png", {{type: "image/png"}}));
    for (const kind of ["dragenter", "dragover", "drop"])
        target.dispatchEvent(new DragEvent(kind, {{bubbles: true, cancelable: true, dataTransfer: data}}));
}}"""
HAS_PICTURE = f"() => Object.keys({NOTEBOOK}.content.activeCell.model.toJSON().attachments ?? {{}}).length"
SECONDS = 120
"""Until a notebook has run on a busy machine."""


class Desk:
    """A folder with what students get, open in JupyterLab."""

    def __init__(self, folder: Path, address: str, browser: Browser) -> None:
        self.folder = folder
        self._address = address
        self._browser = browser

    def open(self, name: str, cells: Callable[[list[dict[str, Any]]], None] = lambda cells: None) -> Page:
        """Open a copy of the students' notebook in which somebody has worked."""
        content = json.loads((self.folder / "rnn_lab.ipynb").read_text("utf-8"))
        cells(content["cells"])
        (self.folder / name).write_text(json.dumps(content), "utf-8")
        page = self._browser.new_context(accept_downloads=True).new_page()
        page.goto(
            f"{self._address}/lab/tree/{name}?token={TOKEN}&reset"
        )  # the tabs of others are not opened again
        page.wait_for_function(IS_OPEN, arg=name, timeout=SECONDS * 1000)
        return page

    def run_all(self, page: Page) -> None:
        """Restart the kernel and run all cells, as the README says."""
        page.get_by_role("menuitem", name="Kernel", exact=True).click()
        page.get_by_role("menuitem", name="Restart Kernel and Run All Cells…").click()
        page.get_by_role("button", name="Confirm Kernel Restart").click()
        page.wait_for_function(HAS_RUN, timeout=SECONDS * 1000)

    def handed_in(self, page: Page) -> Path:
        """Save the notebook, download it and close it."""
        page.get_by_role("menuitem", name="File", exact=True).click()
        page.get_by_role("menuitem", name=re.compile(r"^Save Notebook(?! As)")).click()
        page.wait_for_function(f"() => !{NOTEBOOK}.context.model.dirty", timeout=SECONDS * 1000)
        page.get_by_role("menuitem", name="File", exact=True).click()
        with page.expect_download() as download:
            page.get_by_role("menuitem", name="Download", exact=True).click()
        file = self.folder.parent / download.value.suggested_filename
        download.value.save_as(file)
        page.context.close()
        return file


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for the tests of this file."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def desk(browser, tmp_path_factory) -> Iterator[Desk]:
    """One server and one browser for all tests: what students get, unpacked, with the data beside it."""
    root = tmp_path_factory.mktemp("jupyter")
    done = run_here("package", "student", "--out", root / "student.zip")
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(root / "student.zip") as archive:
        archive.extractall(root / "lab")
    (root / "lab" / "pollution.csv").write_bytes(unpacked(dataset.FILE))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folders = {
        name: str(root / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    }
    options = [
        "--no-browser",
        "--expose-app-in-browser",
        "--LabApp.news_url=None",
        "--ServerApp.ip=127.0.0.1",
    ]
    options += [
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        *(["--allow-root"] * (os.geteuid() == 0)),
    ]
    with open(root / "server.log", "wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options, f"--IdentityProvider.token={TOKEN}"], cwd=root / "lab",
            stdout=log, stderr=log, env={**os.environ, **folders, "OMP_NUM_THREADS": "1", "PYTHONPATH": ""},
        )  # fmt: skip
    try:
        until = time.monotonic() + SECONDS
        while not list(root.glob("jupyter_runtime_dir/jpserver-*.json")):
            assert server.poll() is None, (root / "server.log").read_text()
            assert time.monotonic() < until, (root / "server.log").read_text()
            time.sleep(0.1)
        yield Desk(root / "lab", f"http://127.0.0.1:{port}", browser)
    finally:
        server.terminate()  # ends its kernels too
        server.wait()


def code_of(file: Path) -> list[dict[str, Any]]:
    return [cell for cell in json.loads(file.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]


def said(cells: list[dict[str, Any]]) -> dict[str, str]:
    """What each check tells, by its cell."""
    return {
        "".join(cell["source"]): "".join(cell["outputs"][0]["data"]["text/plain"])
        for cell in cells
        if "".join(cell["source"]).startswith("grader.check")
    }


def ran_through(cells: list[dict[str, Any]]) -> bool:
    return [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))


def solved(cells: list[dict[str, Any]], *, until: str = "", mistake: tuple[str, str] = ("", "")) -> None:
    """Put the solution's code into the cells before the one that begins so; into all of them without that."""
    solution = {
        cell.id: cell.source for cell in read_master(ROOT / "reference" / "rnn_lab.py").solution.cells
    }
    for cell in cells:
        if "def train_rnn" in "".join(cell["source"]):
            # An honest training misses the threshold now and then, which is not what is looked at here.
            solution[cell["id"]] = f"torch.manual_seed(1)\n{solution[cell['id']]}"
        if until and "".join(cell["source"]).startswith(until):
            break
        if cell["cell_type"] == "code":
            cell["source"] = solution[cell["id"]].replace(*mistake) if mistake[0] else solution[cell["id"]]


def half_done(cells: list[dict[str, Any]]) -> None:
    """Everything before the loss, with each hidden state multiplied by the same step's gradient in grad_w."""
    solved(cells, until="def mse_loss_func", mistake=("hidden[t - 1])", "hidden[t])"))


@pytest.mark.thorough  # half of the work, below, runs through in the same way
def test_the_untouched_notebook_runs_through_and_every_check_says_what_is_missing(desk):
    page = desk.open("untouched.ipynb")
    desk.run_all(page)
    cells = code_of(desk.handed_in(page))
    assert ran_through(cells)
    checks = said(cells)
    assert set(checks) == {*(f'grader.check("{question}")' for question in POINTS), "grader.check_all()"}
    assert [told for told in checks.values() if "✗" not in told or "✓" in told] == []
    assert checks["grader.check_all()"].startswith("0 of 13 questions")


@pytest.mark.thorough  # a notebook of half of the work is graded in test_corpus; here it comes from a browser
def test_half_of_the_work_with_a_picture_is_handed_in_and_graded(desk, lab_course):
    page = desk.open("half.ipynb", half_done)
    page.locator(".jp-MarkdownCell").filter(has_text="Identity 1.1").locator(".jp-MarkdownOutput").dblclick()
    page.wait_for_function(IS_EDITED, timeout=SECONDS * 1000)
    page.evaluate(DROP, base64.b64encode(PICTURE).decode())
    page.wait_for_function(HAS_PICTURE, timeout=10_000)
    desk.run_all(page)
    assert page.locator(".jp-MarkdownOutput img").first.get_attribute("src").startswith("data:image/png")
    file = desk.handed_in(page)

    checks = said(code_of(file))
    assert ran_through(code_of(file))
    assert checks['grader.check("grad_u")'].startswith("grad_u: 3 of 3 public tests pass")
    assert (
        "✗ worked example: grad_w pairs step t with h[t] instead of h[t−1]"
        in checks['grader.check("grad_w")']
    )
    assert "TODO: Compute the loss" in checks['grader.check("loss")']

    with ThreadPoolExecutor(1) as beside:  # this thread's event loop is the browser's
        result = beside.submit(grade, Submission("1", "half.ipynb", "1", file=file), lab_course).result()
    points = {one.name: one.points for one in result.questions}
    unfinished = {"grad_w", "loss", "training_step", "training_loop"}
    assert points == {name: 0 if name in unfinished else most for name, most in POINTS.items()}
    general, last = result.manual
    assert general.state is AnswerState.FOUND
    assert len(general.pictures) == 1
    assert last.state is AnswerState.PLACEHOLDER


@pytest.mark.thorough  # half of the work, above, runs through in the same way
def test_the_finished_notebook_passes_every_check(desk):
    page = desk.open("full.ipynb", solved)
    desk.run_all(page)
    cells = code_of(desk.handed_in(page))
    assert ran_through(cells)
    assert not [one["evalue"] for cell in cells for one in cell["outputs"] if one["output_type"] == "error"]
    assert said(cells)["grader.check_all()"].startswith("13 of 13 questions")
