"""What cannot matter to a mark does not stop a cell: the rest of the cell runs, and the report hears of it.

A package that is not installed fails where something of it is used, not where it is imported; an interactive
backend, an unknown plot style, a missing extension of IPython and a compiler change no number. Everything
here lies in the student's process: what it reports is a remark and nothing more.
"""

from __future__ import annotations

import builtins
import contextlib
import functools
import os
import sys
import types
from collections.abc import Callable
from typing import Any, NoReturn

from autograder.kernel.guest.import_guards import is_guarded

MOST_REMARKS, LONGEST_REMARK = 20, 80
"""Remarks of one cell, and characters of what each is about."""

WITHOUT_CONSEQUENCES = frozenset(
    """seaborn.set seaborn.set_theme seaborn.set_style seaborn.set_context seaborn.set_palette seaborn.despine
    seaborn.set_color_codes nest_asyncio.apply torchinfo.summary torchsummary.summary
    google.colab.drive.mount google.colab.drive.flush_and_unmount
    google.colab.output.clear google.colab.output.enable_custom_widget_manager""".split()
)
"""Functions of packages that may be missing which only change looks or surroundings: calls do nothing."""

INLINE = frozenset({None, "auto", "inline", "agg", "svg", "pdf", "ps"})
"""What ``%matplotlib`` can be asked for without a screen."""

OTHER_LANGUAGES = frozenset(
    "bigquery cpp cu cuda cython dot fortran gnuplot graphviz julia matlab maxima mermaid nvcc octave r rust "
    "sas sql stata".split()
)
"""Magics, in lower case, below which no Python stands: without them there is nothing that could run."""

USES = """
    __iter__ __next__ __len__ __contains__ __bool__ __call__ __enter__ __exit__ __float__ __int__
    __index__ __complex__ __array__ __setitem__ __delitem__ __mro_entries__ __neg__ __pos__ __abs__
    __invert__ __lt__ __le__ __gt__ __ge__ __add__ __radd__ __sub__ __rsub__ __mul__ __rmul__
    __matmul__ __rmatmul__ __truediv__ __rtruediv__ __floordiv__ __rfloordiv__ __mod__ __rmod__
    __pow__ __rpow__ __and__ __rand__ __xor__ __rxor__ __await__ __aiter__
""".split()
"""Ways in which Python itself uses an object."""


class NotInstalled(types.ModuleType):
    """Stands for a package that is missing, or for a name of it: to have it is no error, to use it is.

    ``[...]`` and ``|`` give another one, since they stand in annotations.
    """

    def __getattr__(self, name: str) -> Any:
        dotted = f"{self.__name__}.{name}"
        if dotted in WITHOUT_CONSEQUENCES:
            return _does_nothing
        if any(one.startswith(f"{dotted}.") for one in WITHOUT_CONSEQUENCES):
            return NotInstalled(dotted)
        if name.startswith("__") and name != "__version__":  # protocols of Python that are asked for by name
            raise AttributeError(name)
        return _refuse(self)

    def __getitem__(self, key: object) -> NotInstalled:
        return NotInstalled(self.__name__)

    def __or__(self, other: object) -> NotInstalled:
        return NotInstalled(self.__name__)

    __ror__ = __or__

    def __repr__(self) -> str:
        return f"<{self.__name__}, which is not installed here>"


def _refuse(self: NotInstalled, *args: object, **kwargs: object) -> NoReturn:
    name = self.__name__
    raise ModuleNotFoundError(
        f"No module named {name.partition('.')[0]!r}: it is not installed where notebooks are graded, and "
        f"{name} is used here",
        name=name,
    )


for _use in USES:
    setattr(NotInstalled, _use, _refuse)


def _does_nothing(*args: object, **kwargs: object) -> None:
    """In the place of a function whose effect no mark depends on."""


class PassedOver:
    """Puts everything in place and keeps the remarks of the present cell.

    Args:
        shell: the IPython shell of this kernel.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._remarks: dict[tuple[str, str], None] = {}
        self._taken_away: dict[str, Any] = {}
        self._waiting: dict[str, Callable[[Any], None]] = {
            "torch": self._torch,
            "matplotlib": self._matplotlib,
            "matplotlib.pyplot": self._pyplot,
            "matplotlib.style": self._style,
        }
        shell.events.register("pre_run_cell", lambda info: self._remarks.clear())
        self._imports()
        self._magics()

    def remarks(self) -> list[tuple[str, str]]:
        """What the present cell did that was passed over: a kind, and what it was."""
        return list(self._remarks)

    def give_back(self) -> None:
        """Names that ``%reset`` took away and nothing has bound since."""
        for name, value in self._taken_away.items():
            self._shell.user_ns.setdefault(name, value)

    def _remark(self, kind: str, what: object) -> None:
        if len(self._remarks) < MOST_REMARKS:
            self._remarks[kind, str(what)[:LONGEST_REMARK]] = None

    # --- packages ---------------------------------------------------------------------------------

    def _imports(self) -> None:
        original = builtins.__import__

        @functools.wraps(original)
        def import_or_stand_in(
            name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0
        ) -> Any:
            if globals is not self._shell.user_ns:  # a library's business
                return original(name, globals, locals, fromlist, level)
            try:
                return original(name, globals, locals, fromlist, level)
            except ModuleNotFoundError as error:
                stand_in = self._stand_in(name, fromlist, error)
                if level or stand_in is None or is_guarded(sys._getframe(1), self._shell.user_ns):
                    raise
                self._remark("package", name.partition(".")[0] if not fromlist else name)
                return stand_in
            finally:
                self._adapt_loaded()

        builtins.__import__ = import_or_stand_in
        self._adapt_loaded()

    def _stand_in(self, name: str, fromlist: Any, error: ModuleNotFoundError) -> NotInstalled | None:
        """What ``__import__`` gives for a missing module; ``None`` where the error is about another one."""
        missing = error.name or ""
        if name != missing and not name.startswith(f"{missing}."):
            return None
        if not fromlist:  # the outermost package
            top, *rest = name.split(".")
            if missing != top:
                return None
            found = part = NotInstalled(top)
            for one in rest:  # `import a.b as c` takes b from a
                inner = NotInstalled(f"{part.__name__}.{one}")
                setattr(part, one, inner)
                part = inner
            return found
        found = NotInstalled(name)
        if "*" in fromlist:
            found.__all__ = []  # type: ignore[attr-defined]  # `from x import *` binds nothing
            return found
        for one in fromlist:
            dotted = f"{name}.{one}"
            setattr(found, one, _does_nothing if dotted in WITHOUT_CONSEQUENCES else NotInstalled(dotted))
        return found

    # --- libraries --------------------------------------------------------------------------------

    def _adapt_loaded(self) -> None:
        for name in [name for name in self._waiting if name in sys.modules]:
            module = sys.modules[name]
            if getattr(getattr(module, "__spec__", None), "_initializing", False):
                continue
            self._waiting.pop(name)(module)

    def _torch(self, torch: Any) -> None:
        once = torch.set_num_interop_threads

        def set_num_interop_threads(number: int) -> None:
            """As torch's; that the fork server has called it before is no error of the notebook's."""
            with contextlib.suppress(RuntimeError):
                once(number)

        def compile(model: Any = None, **options: Any) -> Any:
            """Gives back what it is given: the same numbers, and there is no compiler here."""
            self._remark("compile", "torch.compile")
            return (lambda function: function) if model is None else model

        torch.set_num_interop_threads = set_num_interop_threads
        torch.compile = compile
        torch.nn.Module.compile = lambda module, *args, **options: self._remark("compile", "Module.compile")

    def _matplotlib(self, matplotlib: Any) -> None:
        matplotlib.use = self._backend(matplotlib.use)

    def _pyplot(self, pyplot: Any) -> None:
        original = pyplot.switch_backend

        def use_another() -> None:
            if pyplot._backend_mod is None:  # it is the first one, and nothing could be drawn without any
                original(os.environ["MPLBACKEND"])

        pyplot.switch_backend = self._backend(original, use_another)

    def _backend(self, original: Any, otherwise: Callable[[], None] = lambda: None) -> Any:
        @functools.wraps(original)
        def use(backend: Any, *args: Any, **options: Any) -> None:
            try:
                original(backend, *args, **options)
            except (ImportError, ValueError, RuntimeError):  # needs a screen, or is of another version
                self._remark("backend", backend)
                otherwise()

        return use

    def _style(self, module: Any) -> None:
        original = module.use

        @functools.wraps(original)
        def use(style: Any) -> None:
            for one in style if isinstance(style, list | tuple) else [style]:
                try:
                    original(one)
                except OSError:  # no such style
                    self._remark("style", one)

        module.use = use
        if core := sys.modules.get(
            "matplotlib.style.core"
        ):  # of an older version, whose `context` asks there
            setattr(core, "use", use)  # noqa: B010  a module that is not there today has no types

    # --- magics -----------------------------------------------------------------------------------

    def _magics(self) -> None:
        shell = self._shell
        enable, load = shell.enable_matplotlib, shell.extension_manager.load_extension
        run_line, run_cell = shell.run_line_magic, shell.run_cell_magic

        def enable_matplotlib(gui: Any = None) -> Any:
            if gui in INLINE:
                return enable(gui)
            self._remark("backend", gui)
            return enable("inline")

        def load_extension(name: str) -> Any:
            try:
                return load(name)
            except ImportError:
                self._remark("extension", name)
                return None

        def run_line_magic(name: str, line: str, _stack_depth: int = 1) -> Any:
            if shell.find_line_magic(name) is None:
                self._remark("magic", name)
                return None
            return run_line(name, line, _stack_depth + 1)

        def run_cell_magic(name: str, line: str, cell: str) -> Any:
            if shell.find_cell_magic(name) is not None or name.casefold() in OTHER_LANGUAGES:
                return run_cell(name, line, cell)
            shell.run_cell(cell, store_history=False)
            self._remark("magic", f"%{name}")  # afterwards: a cell that begins has no remarks
            return None

        def magic(line: str) -> Any:
            name, _, rest = line.strip().lstrip("%").partition(" ")
            return shell.run_line_magic(name, rest.strip())

        if not hasattr(shell, "magic"):  # as IPython had it until version 9
            shell.magic = magic
        shell.enable_matplotlib = enable_matplotlib
        shell.extension_manager.load_extension = load_extension
        shell.run_line_magic = run_line_magic
        shell.run_cell_magic = run_cell_magic
        for name in ("reset", "reset_selective"):
            shell.register_magic_function(self._resetting(shell.find_line_magic(name)), "line", name)

    def _resetting(self, original: Callable[[str], Any]) -> Callable[[str], None]:
        def reset(line: str = "") -> None:
            """As IPython's, without the question: nobody is there to answer it."""
            names = self._shell.user_ns
            before = {name: value for name, value in names.items() if name not in self._shell.user_ns_hidden}
            original(f"-f {line}")
            gone = {name: value for name, value in before.items() if name not in names and name[:1] != "_"}
            if gone:
                self._remark("reset", "%reset")
                self._taken_away |= gone

        return reset
