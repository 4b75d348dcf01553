"""Switches PyTorch's automatic differentiation off, for questions about hand-written gradients.

Three barriers, each for those who pass the one before: nothing is recorded, since an operation that saves
a tensor for later raises; backward mode has no engine, neither by the function that ``backward``, ``grad``
and ``torch.func`` call nor by the object behind it; forward mode does not begin. This runs in the
student's own process and is no wall against somebody who prepares for it; the static flags of the report
are for that.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
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
    # Not what they call: refused in the middle, torch.func would leave its stack of levels broken.
    ("torch._functorch.eager_transforms", "grad_and_value_impl"),
    ("torch._functorch.eager_transforms", "_vjp_with_argnums"),
    ("torch._functorch.eager_transforms", "_jvp_with_argnums"),
)


class AutogradSwitchedOff(RuntimeError):
    """Raised where student code starts a differentiation inside the block."""


def _refuse(*args: object, **kwargs: object) -> NoReturn:
    raise AutogradSwitchedOff(MESSAGE)


class _NoEngine:
    """In the place of PyTorch's engine: somebody may have kept the function that asks for it."""

    run_backward = staticmethod(_refuse)


@contextmanager
def no_autograd() -> Iterator[None]:
    """Have every automatic differentiation inside the block raise :class:`AutogradSwitchedOff`.

    Does nothing in a process that has not imported torch.
    """
    torch: Any = sys.modules.get("torch")
    if torch is None:
        yield
        return
    before: list[tuple[Any, str, Any]] = []

    def replace(owner: Any, attribute: str, replacement: Any) -> None:
        if hasattr(owner, attribute):
            before.append((owner, attribute, getattr(owner, attribute)))
            setattr(owner, attribute, replacement)

    for module_name, attribute in _PLACES:
        replace(sys.modules.get(module_name), attribute, _refuse)
    replace(torch.autograd.Variable, "_execution_engine", _NoEngine())
    try:
        with torch.no_grad(), torch.autograd.graph.saved_tensors_hooks(_refuse, _refuse):
            # Other hooks on top of these would let operations save again, as save_on_cpu() does.
            replace(torch._C._autograd, "_push_saved_tensors_default_hooks", _refuse)
            yield
    finally:
        for owner, attribute, original in before:
            setattr(owner, attribute, original)
