"""Numbers: what a student returned as float64 tensors, and whether they are right.

Whatever it is (``None``, a list, a NumPy array, a table, a tensor of another type), only plain copies of the
numbers are judged.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from autograder.grading.checks.failing import CheckFailed
from autograder.grading.namespace import is_proxy
from autograder.language import judging as _
from autograder.language import later

if TYPE_CHECKING:
    from torch import Tensor

RTOL = 1e-3
"""Relative tolerance of one entry: float32 sums in another order differ by up to about 2e-6, and an
error of 1 % must show; this lies a factor of ten away from the latter and far from the former."""

FLOOR = 5e-6
"""Absolute tolerance, as a share of the largest expected entry: what cancellation leaves in float32."""

ARTICLES = later("the ")
"""What the name of a result begins with that is no name of the code; one after another, with | between."""

MOST_TENSORS = 50_000
"""Entries of a list with tensors in it: each takes microseconds, and a student's code decides how many."""

_closest: ContextVar[list[float] | None] = ContextVar("closest", default=None)


@contextmanager
def closest_comparison() -> Iterator[list[float]]:
    """Of the comparisons that the block makes the one that was closest to another outcome.

    The list holds its largest difference as a share of what is allowed, or nothing where none was made: 0.5
    agreed and would not have with twice the difference, 1.2 did not agree and nearly would have.
    """
    found: list[float] = []
    token = _closest.set(found)
    try:
        yield found
    finally:
        _closest.reset(token)


def _note_closeness(share: float) -> None:
    """Remember a comparison of :func:`agrees` if none before was closer to the tolerance, on either side."""
    found = _closest.get()
    if found is None or not 0 < share < math.inf:
        return
    if not found or abs(math.log(share)) < abs(math.log(found[0])):
        found[:] = [float(f"{share:.4g}")]


def as_tensor(value: Any, name: str) -> Tensor:
    """``value`` as a float64 copy on the CPU, whatever kind of number it is.

    Raises:
        CheckFailed: it is ``None``, text, an object, holds something that is not a number, or is a list of
            more than :data:`MOST_TENSORS` entries with tensors among them.
    """
    import numpy as np
    import torch

    if value is None:
        raise CheckFailed(
            _("{name} is None, a tensor was expected.").format(name=name),
            help=_("Is there a `return`, and is the TODO filled in?"),
        )
    if value is Ellipsis:
        raise CheckFailed(_("{name} is still `...`.").format(name=name), help=_("Fill in the TODO."))
    if isinstance(value, tuple) and not value:
        raise CheckFailed(_("{name} is still empty: `()`.").format(name=name), help=_("Fill in the TODO."))
    if isinstance(value, list | tuple) and value[0:1] and (value[0] is Ellipsis or value[0] is None):
        held = "`...`" if value[0] is Ellipsis else "None"
        raise CheckFailed(
            _("{name} holds {held} where numbers belong.").format(name=name, held=held),
            help=_("Is the TODO that makes them filled in?"),
        )
    if _is_table(value):
        value = _numbers_of_table(value, name)
    elif is_column(value):
        value = value.to_numpy()
    if isinstance(value, torch.Tensor):
        if value.is_complex():
            raise _complex(name)
        return value.detach().to("cpu", torch.float64, copy=True)
    if isinstance(value, np.ndarray | np.generic):
        if np.iscomplexobj(value):  # NumPy would drop what is not real, with a warning
            raise _complex(name)
        if value.dtype.kind in "biuf":
            return torch.from_numpy(np.array(value, dtype=np.float64))
        value = value.tolist()  # objects may be numbers, and NumPy would make some of text too
    try:
        if is_proxy(value):  # torch would ask it for entries one by one
            raise TypeError
        if isinstance(value, list | tuple) and _checked_size(value, name):
            return _stacked(value, name)
        return torch.as_tensor(value, dtype=torch.float64).clone()
    except (TypeError, ValueError, RuntimeError, OverflowError):
        if held := _kind_of_what_is_no_number(value):
            raise CheckFailed(
                _("{name} holds {held} where numbers belong.").format(name=name, held=held)
            ) from None
        raise CheckFailed(
            _("{name} is a {kind}, a tensor was expected.").format(name=name, kind=kind_of(value)),
            help=_("Which object does the name stand for?"),
        ) from None


def _is_table(value: Any) -> bool:
    pandas: Any = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, pandas.DataFrame | pandas.Series)


def is_column(value: Any) -> bool:
    """Whether it is values or labels of pandas: ``table["x"].unique()``, ``table.columns``."""
    pandas: Any = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, pandas.Index | pandas.api.extensions.ExtensionArray)


def _numbers_of_table(table: Any, name: str) -> Any:
    numbers = table.to_numpy()
    if numbers.dtype.kind not in "biuf":
        raise CheckFailed(
            _("{name} has columns that hold no numbers, or numbers and truth values side by side.").format(
                name=name
            ),
            help=_("Which columns are meant?"),
        )
    return numbers


def _complex(name: str) -> CheckFailed:
    return CheckFailed(_("{name} holds complex numbers, real ones were expected.").format(name=name))


def _checked_size(value: Sequence[Any], name: str) -> bool:
    """Whether there are tensors or arrays in a list or in the lists in it, which are read one by one.

    Raises:
        CheckFailed: and more entries than :data:`MOST_TENSORS`.
    """
    import numpy as np
    import torch

    found, entries, waiting = False, 0, [value]
    while waiting:
        for entry in waiting.pop():
            entries += 1
            if isinstance(entry, torch.Tensor | np.ndarray) or _is_table(entry):
                found = True
            elif isinstance(entry, list | tuple):
                waiting.append(entry)
            elif is_proxy(entry):
                raise TypeError
    if found and entries > MOST_TENSORS:
        raise CheckFailed(
            _("{name} is a list of {count} entries with tensors among them.").format(
                name=name, count=entries
            ),
            help=_("torch.stack makes one tensor of them."),
            evidence=_("up to {count} are accepted").format(count=MOST_TENSORS),
        )
    return found


def _stacked(entries: Sequence[Any], name: str) -> Tensor:
    import torch

    def alike(entry: Any) -> bool:
        return isinstance(entry, torch.Tensor) and (entry.shape, entry.dtype) == (first.shape, first.dtype)

    first = entries[0]
    if isinstance(first, torch.Tensor) and all(map(alike, entries)):  # in one go: a hundred times faster
        return as_tensor(torch.stack([entry.detach() for entry in entries]), name)
    return torch.stack([as_tensor(entry, name) for entry in entries])


def _kind_of_what_is_no_number(value: Any) -> str:
    """Of the first text or object in a list or in the lists in it; empty where there is none."""
    import numpy as np
    import torch

    waiting = [value]
    while waiting:
        entry = waiting.pop()
        if isinstance(entry, list | tuple):
            waiting.extend(reversed(entry))
        elif entry is not value and not isinstance(entry, int | float | torch.Tensor | np.ndarray):
            return "" if _is_table(entry) else kind_of(entry)
    return ""


def kind_of(value: Any) -> str:
    """The name of a value's class; of a proxy, the one that the object has on its own side."""
    kind = getattr(value, "kind", None)
    return kind if isinstance(kind, str) else type(value).__name__


def shape(value: Any, name: str, *allowed: Sequence[int]) -> Tensor:
    """Check a shape, and give the numbers as a float64 tensor: ``shape(hidden, "hidden", (3, 2))``.

    Args:
        allowed: one or more shapes, each a sequence of int.

    Returns:
        The float64 copy of :func:`as_tensor`.

    Raises:
        CheckFailed: it has another shape, or is no tensor.
    """
    tensor = as_tensor(value, name)
    if tuple(tensor.shape) not in [tuple(one) for one in allowed]:
        wanted = _(" or ").join(str(tuple(one)) for one in allowed)
        raise CheckFailed(
            _("{name} has the wrong shape.").format(name=name),
            evidence=_("yours: {yours}, expected: {expected}").format(
                yours=tuple(tensor.shape), expected=wanted
            ),
        )
    return tensor


def agrees(actual: Tensor, expected: Tensor, *, rtol: float = RTOL, floor: float = FLOOR) -> bool:
    """Whether two float64 tensors of one shape agree entry by entry; NaN and infinity never do.

    An infinite ``expected`` would make the tolerance infinite, and anything agree.
    """
    import torch

    if actual.shape != expected.shape:
        return False
    if not bool(torch.isfinite(actual).all() and torch.isfinite(expected).all()):
        return False
    tolerance = rtol * expected.abs() + floor * _largest(expected)
    difference = (actual - expected).abs()
    if expected.numel():  # where nothing differs and nothing may, 0 / 0 is no difference
        _note_closeness(float((difference / tolerance).nan_to_num(nan=0.0, posinf=math.inf).max()))
    return bool((difference <= tolerance).all())


def _largest(tensor: Tensor) -> float:
    return float(tensor.abs().max()) if tensor.numel() else 0.0


def close(
    actual: Any,
    expected: Tensor,
    name: str,
    *,
    rtol: float = RTOL,
    floor: float = FLOOR,
    mistakes: Mapping[str, Tensor] | None = None,
    help: str = "",
    setting: str = "",
) -> None:
    """Check numbers entry by entry: ``|actual - expected| <= rtol·|expected| + floor·max|expected|``.

    ``close(grad_w(x, y), right, "grad_w", mistakes={Mistake("sign", "The sign is wrong."): -right})``
    names the mistake where it explains the numbers, and shows the first entry that differs.

    Args:
        actual: what the student's code gave; any shape is refused but that of ``expected``.
        expected: float64 tensor.
        mistakes: what known mistakes would have given; when one of them fits, its key (a sentence
            that names the mistake, best a :class:`Mistake`) is the rationale.
        setting: the sizes of this case, for the evidence ("T=2, H=1, F=1").

    Raises:
        CheckFailed: they differ.
    """
    expected = as_tensor(expected, f"expected {name}")
    tensor = shape(actual, name, tuple(expected.shape))
    if agrees(tensor, expected, rtol=rtol, floor=floor):
        return
    # Other names are those of the code.
    subject = name[:1].upper() + name[1:] if name.startswith(tuple(_(ARTICLES).split("|"))) else name
    rationale = _("{name} has wrong values.").format(name=subject)
    for sentence, wrong in (mistakes or {}).items():
        wrong = as_tensor(wrong, "a mistake").reshape(-1)
        if wrong.numel() == expected.numel() and agrees(
            tensor.reshape(-1), wrong, rtol=rtol, floor=max(floor, 1e-5)
        ):
            rationale = sentence
            break
    raise CheckFailed(
        rationale, help=help, evidence=_first_difference(tensor, expected, setting, rtol, floor)
    )


def _first_difference(actual: Tensor, expected: Tensor, setting: str, rtol: float, floor: float) -> str:
    import torch

    tolerance = rtol * expected.abs() + floor * _largest(expected)
    right = ((actual - expected).abs() <= tolerance) & torch.isfinite(actual) & torch.isfinite(expected)
    wrong = ~right
    first = tuple(int(i) for i in torch.nonzero(wrong)[0]) if expected.dim() else ()
    place = f"[{', '.join(map(str, first))}]" if first else _("(the only one)")
    difference = _(
        "entry {place}: yours {yours}, expected {expected}; {differ} of {count} entries differ"
    ).format(
        place=place,
        yours=f"{float(actual[first]):.6g}",
        expected=f"{float(expected[first]):.6g}",
        differ=int(wrong.sum()),
        count=wrong.numel(),
    )
    return f"{setting}: {difference}" if setting else difference
