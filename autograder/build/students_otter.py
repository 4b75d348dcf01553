"""The checks of this lab: what `import otter` gives where this file, as `otter.py`, lies beside the notebook.

It runs the public tests in the folder `tests` on what is in memory, and says what came of them. Nothing has
to be installed for that. The tests are written for otter-grader, which the notebook works with just as well:
delete this file, and `pip install otter-grader`.
"""

from __future__ import annotations

import doctest
import html
import inspect
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.language import later
from autograder.language import showing as _

# Test files say `from otter.test_files import test_case`.
sys.modules[f"{__name__}.test_files"] = sys.modules[__name__]

PASSED, FAILED = "✓", "✗"

NO_TESTS = later(
    "The folder `{folder}` is not beside this notebook, so nothing can be checked here: unpack it from the "
    "lab's archive (the notebook can be handed in without it)."
)
NO_TEST = later("There is no test `{name}` in the folder `{folder}`; it has {others}.")
NOTHING_TO_EXPORT = later(
    "Nothing has to be exported: save the notebook, and hand in the `.ipynb` file itself."
)

_OF_THE_NOTEBOOK = ("ipykernel", "<ipython-input")
"""In the names that Jupyter and Colab give to the code of cells."""


class test_case:  # noqa: N801  the name that test files use
    """Marks a function of a test file as a case.

    Args:
        name: of the case; that of the function, if there is none.
        success_message: told when it passes.
        failure_message: told when it fails.
    """

    def __init__(
        self,
        name: str = "",
        points: float | None = None,
        hidden: bool = False,
        success_message: str = "",
        failure_message: str = "",
    ) -> None:
        self.name = name
        self.success_message = success_message
        self._failure_message = failure_message

    def __call__(self, function: Callable[..., None]) -> test_case:
        """Take the function."""
        self.name = self.name or function.__name__
        self._function = function
        return self

    def complaint(self, names: Mapping[str, Any]) -> str:
        """What is wrong, in words; empty where the case passes.

        Args:
            names: those of the notebook.
        """
        wanted = inspect.signature(self._function).parameters
        try:
            self._function(**{one: names if one == "env" else names.get(one) for one in wanted})
        except (Exception, SystemExit) as problem:  # noqa: BLE001  whatever the notebook's code raises
            said = str(problem) if isinstance(problem, AssertionError) else _raised(problem)
            return "\n".join(filter(None, [said or _("not as it should be"), self._failure_message]))
        return ""


class Doctests:
    """A case of otter-grader's older format: lines as one types them, with what they must give.

    Args:
        lines: each beginning with ``>>>`` or ``...``, or an output.
    """

    success_message = ""

    def __init__(self, name: str, lines: str) -> None:
        self.name = name
        self._lines = lines

    def complaint(self, names: Mapping[str, Any]) -> str:
        """What is wrong; empty where the case passes.

        Args:
            names: those of the notebook.
        """
        told: list[str] = []
        case = doctest.DocTestParser().get_doctest(self._lines, dict(names), self.name, None, None)
        failed = doctest.DocTestRunner(verbose=False).run(case, out=told.append).failed
        return _("it gives something else") + "\n" + "".join(told).strip("*\n") if failed else ""


class Said:
    """What a check tells: lines of text, in a notebook as HTML.

    Args:
        lines: mark and text of each; one without a mark is a headline.
    """

    def __init__(self, lines: Sequence[tuple[str, str]]) -> None:
        self._lines = lines

    def __repr__(self) -> str:
        return "\n".join(f"{mark} {text}".strip().replace("\n", "\n    ") for mark, text in self._lines)

    def _repr_html_(self) -> str:
        shown = []
        for mark, text in self._lines:
            first, _, rest = text.partition("\n")
            line = f"{mark} {html.escape(first)}" if mark else f"<strong>{html.escape(first)}</strong>"
            more = f'<pre style="margin: 0 0 0 1.5em">{html.escape(rest)}</pre>' if rest else ""
            shown.append(f"<div>{line}</div>{more}")
        return "".join(shown)


class Notebook:
    """Checks the notebook that makes it. No check stops a notebook, whatever is wrong.

    Args:
        nb_path: of the notebook; not needed.
        tests_dir: folder of the public tests.
    """

    def __init__(self, nb_path: str | None = None, tests_dir: str = "./tests", **options: Any) -> None:
        beside_this_file = Path(__file__).parent / tests_dir  # where the notebook runs in another folder
        self._tests = Path(tests_dir) if Path(tests_dir).is_dir() else beside_this_file

    def check(self, question: str, global_env: Mapping[str, Any] | None = None, **options: Any) -> Said:
        """Run the public tests of one question on what is in memory now."""
        names = sys._getframe(1).f_globals if global_env is None else global_env
        files = self._files()
        if question in files:
            return Said(_checked(question, files[question], names))
        if not files:
            return self._no_tests()
        return _sentence(_(NO_TEST).format(name=question, folder=self._tests.name, others=", ".join(files)))

    def check_all(self) -> Said:
        """Run the public tests of all questions."""
        names = sys._getframe(1).f_globals
        found = [_checked(question, file, names) for question, file in self._files().items()]
        if not found:
            return self._no_tests()
        done = [lines for lines in found if all(mark == PASSED for mark, _ in lines[1:])]
        headline = _("{done} of {all} questions pass all of their public tests").format(
            done=len(done), all=len(found)
        )
        passed = [(PASSED, lines[0][1]) for lines in done]
        return Said(
            [("", headline), *passed, *(line for lines in found if lines not in done for line in lines)]
        )

    def export(self, *arguments: Any, **options: Any) -> Said:
        """Tell what to hand in."""
        return _sentence(_(NOTHING_TO_EXPORT))

    to_pdf = submit = export

    def _files(self) -> dict[str, Path]:
        return {file.stem: file for file in sorted(self._tests.glob("*.py"))}

    def _no_tests(self) -> Said:
        return _sentence(_(NO_TESTS).format(folder=self._tests.name))


def _sentence(text: str) -> Said:
    return Said([("", text)])


def _checked(question: str, file: Path, names: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What comes of the cases of a test file, as :class:`Said` takes it."""
    loader = SourceFileLoader(f"tests_of_{question}", str(file))
    module = ModuleType(loader.name)
    module.__file__ = str(file)
    sys.modules[loader.name] = module  # where its dataclasses look for it
    try:
        loader.exec_module(module)
    except Exception as problem:  # noqa: BLE001  whatever was done to the file
        told = _("{question}: {file} in {folder} is damaged ({problem}); unpack it again.")
        told = told.format(question=question, file=file.name, folder=file.parent.name, problem=problem)
        return [("", told)]
    lines = []
    for case in _cases(module):
        if complaint := case.complaint(names):
            lines.append((FAILED, f"{case.name}: {complaint}"))
        else:
            lines.append((PASSED, ": ".join(filter(None, [case.name, case.success_message]))))
    passed = sum(mark == PASSED for mark, _ in lines)
    told = _("{question}: {passed} of {all} public tests pass")
    return [("", told.format(question=question, passed=passed, all=len(lines))), *lines]


def _cases(module: ModuleType) -> list[test_case | Doctests]:
    """The cases of a test file, in their order."""
    suites = getattr(module, "test", {}).get("suites", []) if getattr(module, "OK_FORMAT", False) else []
    older = [case for suite in suites for case in suite["cases"]]
    named = [
        Doctests(case.get("name") or _("case {number}").format(number=at), case["code"])
        for at, case in enumerate(older, 1)
    ]
    return [*(one for one in vars(module).values() if isinstance(one, test_case)), *named]


def _raised(problem: BaseException) -> str:
    """An exception, and the line of the notebook that raised it."""
    said = f"{type(problem).__name__}: {problem}"
    frames = traceback.extract_tb(problem.__traceback__)
    own = [one for one in frames if any(part in one.filename for part in _OF_THE_NOTEBOOK)]
    if not own:
        return said
    where = _("in {function}, line {line} of its cell: {code}")
    return f"{said}\n{where.format(function=own[-1].name, line=own[-1].lineno, code=own[-1].line)}"
