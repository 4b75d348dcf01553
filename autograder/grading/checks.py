"""Assertions for the authors of test files.

Each failure carries what is wrong, what to look at, and the smallest evidence. They accept whatever
a student may have returned (``None``, a list, a NumPy array, a tensor of another type) and judge
only plain copies of the numbers, in float64.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

RTOL = 1e-3
"""Relative tolerance of one entry: float32 sums in another order differ by up to about 2e-6, and an
error of 1 % must show; this lies a factor of ten away from the latter and far from the former."""

FLOOR = 5e-6
"""Absolute tolerance, as a share of the largest expected entry: what cancellation leaves in float32."""

_notes: ContextVar[list[str] | None] = ContextVar("notes", default=None)


class CheckFailed(AssertionError):
    """A check found something wrong.

    Attributes:
        rationale: what is wrong, one sentence.
        help: what to look at; may be empty.
        evidence: numbers that show it; may be empty.
    """

    def __init__(self, rationale: str, *, help: str = "", evidence: str = "") -> None:
        super().__init__("\n".join(part for part in (rationale, help, evidence) if part))
        self.rationale = rationale
        self.help = help
        self.evidence = evidence


def fail(rationale: str, *, help: str = "", evidence: str = "") -> None:
    """Raise :class:`CheckFailed`."""
    raise CheckFailed(rationale, help=help, evidence=evidence)


def require(condition: bool, rationale: str, *, help: str = "", evidence: str = "") -> None:
    """Raise :class:`CheckFailed` unless ``condition`` holds."""
    if not condition:
        raise CheckFailed(rationale, help=help, evidence=evidence)


def note(text: str) -> None:
    """Tell the student (and the TA) something that costs nothing."""
    notes = _notes.get()
    if notes is not None and text not in notes:
        notes.append(text)


@contextmanager
def collected_notes() -> Iterator[list[str]]:
    """The notes that the block makes, for whoever runs the test cases."""
    notes: list[str] = []
    token = _notes.set(notes)
    try:
        yield notes
    finally:
        _notes.reset(token)


def as_tensor(value: Any, name: str) -> Tensor:
    """``value`` as a float64 copy on the CPU, whatever kind of number it is.

    Raises:
        CheckFailed: it is ``None``, text, an object, or holds something that is not a number.
    """
    import torch

    if value is None:
        raise CheckFailed(
            f"{name} is None, a tensor was expected.", help="Is there a `return`, and is the TODO filled in?"
        )
    if value is Ellipsis:
        raise CheckFailed(f"{name} is still `...`.", help="Fill in the TODO.")
    if isinstance(value, tuple) and not value:
        raise CheckFailed(f"{name} is still empty: `()`.", help="Fill in the TODO.")
    if isinstance(value, torch.Tensor):
        if value.is_complex():
            raise CheckFailed(f"{name} holds complex numbers, real ones were expected.")
        return value.detach().to("cpu", torch.float64, copy=True)
    try:
        if isinstance(value, list | tuple) and value and any(isinstance(v, torch.Tensor) for v in value):
            return torch.stack([as_tensor(entry, name) for entry in value])
        return torch.as_tensor(value, dtype=torch.float64).clone()
    except (TypeError, ValueError, RuntimeError):
        raise CheckFailed(
            f"{name} is a {_kind(value)}, a tensor was expected.",
            help="Which object does the name stand for?",
        ) from None


def _kind(value: Any) -> str:
    kind = getattr(value, "kind", None)  # a proxy knows what the object is on its own side
    return kind if isinstance(kind, str) else type(value).__name__


def shape(value: Any, name: str, *allowed: Sequence[int]) -> Tensor:
    """Check the shape of ``value``.

    Args:
        allowed: one or more shapes, each a sequence of int.

    Returns:
        The float64 copy of :func:`as_tensor`.
    """
    tensor = as_tensor(value, name)
    if tuple(tensor.shape) not in [tuple(one) for one in allowed]:
        wanted = " or ".join(str(tuple(one)) for one in allowed)
        raise CheckFailed(
            f"{name} has the wrong shape.", evidence=f"yours: {tuple(tensor.shape)}, expected: {wanted}"
        )
    return tensor


def agrees(actual: Tensor, expected: Tensor, *, rtol: float = RTOL, floor: float = FLOOR) -> bool:
    """Whether two float64 tensors of one shape agree entry by entry; NaN and infinity never do."""
    import torch

    if actual.shape != expected.shape or not bool(torch.isfinite(actual).all()):
        return False
    tolerance = rtol * expected.abs() + floor * _largest(expected)
    return bool(((actual - expected).abs() <= tolerance).all())


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

    Args:
        actual: what the student's code gave; any shape is refused but that of ``expected``.
        expected: float64 tensor.
        mistakes: what known mistakes would have given; when one of them fits, its key (a sentence
            that names the mistake) is the rationale.
        setting: the sizes of this case, for the evidence ("T=2, H=1, F=1").
    """
    expected = as_tensor(expected, f"expected {name}")
    tensor = shape(actual, name, tuple(expected.shape))
    if agrees(tensor, expected, rtol=rtol, floor=floor):
        return
    rationale = f"{name} has wrong values."
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
    wrong = ~((actual - expected).abs() <= tolerance)
    first = tuple(int(i) for i in torch.nonzero(wrong)[0]) if expected.dim() else ()
    place = f"[{', '.join(map(str, first))}]" if first else ""
    return (
        (f"{setting}: " if setting else "")
        + f"entry {place or '(the only one)'}: yours {float(actual[first]):.6g}, "
        + f"expected {float(expected[first]):.6g}; {int(wrong.sum())} of {wrong.numel()} entries differ"
    )
