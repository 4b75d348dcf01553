"""Switches PyTorch's automatic differentiation off, for questions about hand-written gradients.

Backward mode runs through one function, ``torch.autograd.graph._engine_run_backward`` (``backward``,
``grad`` and ``torch.func`` all call it); forward mode through ``make_dual``. Inside the block they
raise. This runs in the student's own process and is no barrier against somebody who prepares for
it; the static flags of the report are for that.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

MESSAGE = (
    "autograd is switched off in this question: the gradient has to be computed by the formula, "
    "not by backward() or torch.autograd"
)

_PLACES = (
    ("torch.autograd.graph", "_engine_run_backward"),
    ("torch.autograd", "_engine_run_backward"),
    ("torch.autograd.forward_ad", "make_dual"),
)


class AutogradSwitchedOff(RuntimeError):
    """Raised where student code starts a differentiation inside the block."""


def _refuse(*args: object, **kwargs: object) -> NoReturn:
    raise AutogradSwitchedOff(MESSAGE)


@contextmanager
def no_autograd() -> Iterator[None]:
    """Have every automatic differentiation inside the block raise :class:`AutogradSwitchedOff`.

    Does nothing in a process that has not imported torch.
    """
    torch: Any = sys.modules.get("torch")
    if torch is None:
        yield
        return
    before: list[tuple[Any, str, Callable[..., Any]]] = []
    for module_name, attribute in _PLACES:
        module = sys.modules.get(module_name)
        if module is not None and hasattr(module, attribute):
            before.append((module, attribute, getattr(module, attribute)))
            setattr(module, attribute, _refuse)
    try:
        with torch.no_grad():
            yield
    finally:
        for module, attribute, original in before:
            setattr(module, attribute, original)
