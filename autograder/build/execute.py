"""Running the solution notebook, so that it is handed on with its outputs and plots.

This is our own code, so it runs in an ordinary Jupyter kernel of this interpreter, without sandbox.
The addresses that the notebook downloads from are served from the lab's files, as while grading.
"""

from __future__ import annotations

import copy
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.config.packed import unpacked
from autograder.errors import BuildError
from autograder.kernel.beside import lay_beside
from autograder.sandbox.launcher import ENGINE

if TYPE_CHECKING:
    from autograder.config.schema import Kernel

CELL_SECONDS = 600
"""Wall time of one cell: a slow machine may take minutes to train, a hang should end the build."""

_CHECK = re.compile(r"""\bgrader\.check\(\s*(['"])(?P<question>\w+)\1""")

MOST_SAID = 1500
"""Characters of what a check says of the solution: the author mends it by that."""

_EXPORT = re.compile(r"\bgrader\.(export|to_pdf)\(")
"""What students do last: it needs a notebook that Jupyter has open, and is left as it is."""

_MAY_FAIL = "raises-exception"
"""Jupyter's tag of a cell whose error does not stop "run all"."""

# Run before the notebook, and not kept. The kernel must not find another engine that is installed.
_SET_THE_SCENE = """
import sys
sys.path.insert(0, {engine!r})
from autograder.build.in_kernel import set_the_scene
del sys.path[0], sys
set_the_scene({files!r}, {modules!r}, {seed!r})
del set_the_scene
"""


def execute(
    notebook: Any,
    *,
    data: Mapping[str, Path],
    tests: Mapping[str, str],
    kernel: Kernel,
    seed: int,
    files: Mapping[str, Path] | None = None,
) -> Any:
    """Run a notebook and return a copy with outputs, the same ones each time on one machine.

    Args:
        notebook: nbformat 4 notebook; it is not changed.
        data: address to local file; a name ending in ``.gz`` is served decompressed.
        tests: file name to text, laid into ``tests/`` beside the notebook for ``grader.check``.
        kernel: what is imported before the notebook, and how many threads an operation has.
        seed: of what is random in the notebook, and of the symbols that otter adds to a passed check.
        files: copied beside the notebook, by their paths there.

    Raises:
        BuildError: a cell raised or took longer than :data:`CELL_SECONDS`, or the outputs are not those
            of a solution (:func:`problems`).
    """
    executed = copy.deepcopy(notebook)
    with tempfile.TemporaryDirectory(prefix="build-") as name:
        folder = Path(name)
        work = folder / "work"
        (work / "tests").mkdir(parents=True)
        for file_name, text in tests.items():
            (work / "tests" / file_name).write_text(text, encoding="utf-8")
        lay_beside(files or {}, work)
        scene = _SET_THE_SCENE.format(
            engine=str(ENGINE),
            files=_local_files(data, folder / "data"),
            modules=kernel.preload,
            seed=seed,
        )
        _run(executed, folder, work, scene, kernel.threads)
    executed.metadata = copy.deepcopy(notebook.metadata)  # nbclient adds this machine's Python version
    for cell in executed.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop("application/pdf", None)  # the PNG shows the same in a tenth
    if found := list(problems(executed)):
        raise BuildError("the solution notebook ran, but: " + "; ".join(found))
    return executed


def _local_files(data: Mapping[str, Path], folder: Path) -> dict[str, str]:
    folder.mkdir()
    files = {}
    for number, (url, file) in enumerate(data.items()):
        target = folder / str(number)
        try:
            target.write_bytes(unpacked(file))
        except (OSError, EOFError) as problem:
            raise BuildError(f"{file}, which stands for {url}, cannot be read: {problem}") from problem
        files[url] = str(target)
    return files


def _run(notebook: Any, folder: Path, work: Path, scene: str, threads: int) -> None:
    import nbformat
    from ipykernel.kernelspec import write_kernel_spec
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    # A kernel spec of our own: the one called python3 may belong to another interpreter.
    write_kernel_spec(folder / "kernels" / "python3")
    specs = KernelSpecManager(kernel_dirs=[str(folder / "kernels")])
    client = NotebookClient(
        notebook,
        km=AsyncKernelManager(
            kernel_name="python3",
            kernel_spec_manager=specs,
            transport="ipc",  # sockets in the private folder, out of reach of other users
            ip=str(folder / "kernel"),
        ),
        timeout=CELL_SECONDS,
        record_timing=False,
        resources={"metadata": {"path": str(work)}},
    )
    # No settings of this machine for IPython or matplotlib: what they print would be kept as outputs.
    env = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ} | {
        "IPYTHONDIR": str(folder / "ipython"),
        "LC_ALL": "C.UTF-8",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": str(folder / "matplotlib"),
        "PYTHONHASHSEED": "0",  # sets of text in the same order
        **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(threads)),
    }
    client.reset_execution_trackers()
    at = "before its first cell"
    try:
        with client.setup_kernel(env=env, cwd=str(work), cleanup_kc=True):
            before = nbformat.v4.new_code_cell(scene)
            notebook.cells.append(before)  # nbclient runs only cells that the notebook has
            client.execute_cell(before, len(notebook.cells) - 1, store_history=False)
            notebook.cells.pop()
            for index, cell in enumerate(notebook.cells):
                at = f"cell {index + 1} ({_first_line(cell.source)})"
                if not _EXPORT.search(cell.source):
                    client.execute_cell(cell, index)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as problem:
        raise BuildError(f"the solution notebook does not run, {at}: {_said(problem)}") from problem


def _said(problem: Exception) -> str:
    """What went wrong, without the coloured traceback that nbclient quotes."""
    if name := getattr(problem, "ename", ""):
        return f"{name}: {getattr(problem, 'evalue', '')}"[:2000]
    return str(problem)[-2000:]


def _first_line(source: str) -> str:
    return next((line.strip() for line in source.splitlines() if line.strip()), "empty")[:80]


def questions_checked(notebook: Any) -> list[str]:
    """The names in ``grader.check("…")`` of the code cells, in order."""
    sources = (cell.source for cell in notebook.cells if cell.cell_type == "code")
    return [match["question"] for source in sources for match in _CHECK.finditer(source)]


def problems(notebook: Any) -> Iterator[str]:
    """What speaks against this being an executed, correct solution; nothing if all is well."""
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type != "code" or not cell.source.strip() or _EXPORT.search(cell.source):
            continue
        may_fail = _MAY_FAIL in cell.metadata.get("tags", [])
        if cell.execution_count is None:
            yield f"cell {number} was not executed"
        for output in cell.outputs:
            if output.output_type == "error" and not may_fail:
                yield f"cell {number} ended in {output.ename}"
        said = "".join(str(output.get("data", {}).get("text/plain", "")) for output in cell.outputs)
        question = _CHECK.search(cell.source)
        # otter's words; a check that found something to complain about says something else
        if question and cell.execution_count is not None and "All test cases passed" not in said:
            told = f":\n{said[:MOST_SAID].strip()}\n" if said.strip() else ""
            yield f"cell {number}: the solution does not pass grader.check({question['question']!r}){told}"
