"""The modules of a lab, its own also where another lab's have the same names.

What lies beside a configuration is imported by its plain name, ``import oracle``, and Python keeps one module
of a name in a process. So where a process has to do with two labs, each gets its own back for its turn. One
lab at a time: threads that judge by different labs would take each other's.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.grading.opened_files import is_installed

_folders: set[str] = set()
"""Of the labs that this process has had to do with."""

_turns: list[str] = []
"""Folders of the labs whose turn it is: the last one's, inside of the others' blocks."""

_put_away: dict[str, dict[str, ModuleType]] = {}
"""By folder of a lab, its modules whose names something else has while it is not that lab's turn."""


@contextmanager
def own_modules(root: Path) -> Iterator[None]:
    """Inside the block, imports find what lies in the folder of a lab before anything else of that name.

    What is installed stays what it is. The folder stays the first on the path behind the block, too.
    """
    place = os.path.realpath(root)
    if _turns[-1:] == [place]:
        yield
        return
    of_others = [entry for entry in sys.path if entry in _folders and entry != str(root)]
    # First, wherever it stands already: another `reference` on the path must not answer for this lab's.
    sys.path[:] = [str(root), *(entry for entry in sys.path if entry not in (str(root), *of_others))]
    _folders.add(str(root))
    _turns.append(place)
    names = _names_in(place)
    others = _modules_below({name for name in names if _is_of_another(name, place)})
    _replace(others, _put_away.pop(place, {}))
    try:
        yield
    finally:
        sys.path[1:1] = of_others
        _turns.pop()
        own = _modules_below({name for name in names if name in others or _is_shared(sys.modules.get(name))})
        _replace(own, others)
        _put_away[place] = own


def _replace(old: Collection[str], new: dict[str, ModuleType]) -> None:
    for name in old:
        sys.modules.pop(name, None)
    sys.modules.update(new)


def _names_in(folder: str) -> set[str]:
    """What may be a module's name, of all that lies in a folder."""
    try:
        return {name.partition(".")[0] for name in os.listdir(folder)}
    except OSError:  # a lab that has gone meanwhile imports nothing any more
        return set()


def _modules_below(names: Collection[str]) -> dict[str, ModuleType]:
    """What has been imported so far of modules with these names, and of packages, by its whole name."""
    return {name: module for name, module in [*sys.modules.items()] if name.partition(".")[0] in names}


def _is_of_another(name: str, place: str) -> bool:
    """Whether the module of this name comes from elsewhere than a folder, and is not installed."""
    module = sys.modules.get(name)
    own = os.path.join(place, name)  # not the folder alone: another lab may lie deeper in it
    elsewhere = (one for one in _places(module) if not one.startswith(own) and not is_installed(one))
    return any(elsewhere) or _is_shared(module)


def _is_shared(module: Any) -> bool:
    """Whether it is a package without a file of its own: one object for all folders of that name."""
    return not getattr(module, "__file__", None) and not all(map(is_installed, _places(module)))


def _places(module: Any) -> Iterator[str]:
    """The file of a module, or the folders of a package without one; nothing of a part of Python."""
    file = getattr(module, "__file__", None)
    return map(os.path.realpath, [file] if file else getattr(module, "__path__", ()))
