"""The text of a tensor, ``tensor([1., 2.], grad_fn=<MulBackward0>)``, as PyTorch 2.13 prints it.

Works on arrays and plain strings; nothing here knows a Tensor. The rules, in the order they apply:

1. More than ``threshold`` elements: only ``edgeitems`` at both ends of each dimension are shown, and only
   those decide what follows.
2. The finite nonzero values choose one notation for all: scientific where they span more than a factor of
   1000, exceed 1e8 or fall below 1e-4; else ``2.`` when all are whole; else ``precision`` decimals. The same
   values alone give the column width, so a NaN, an infinity or a zero may stick out of its column.
   The real and the imaginary parts of complex numbers choose separately.
3. As many columns a line as ``linewidth`` holds; a blank line more for each further dimension.
4. Suffixes (``size=``, ``dtype=``, ``grad_fn=``, ...), each on a new line if it does not fit.
"""

from __future__ import annotations

from itertools import compress
from math import floor, isfinite

import numpy as np

from ...numerics import dtypes
from ...numerics.limits import charge_text

#: A double has at most 1074 decimals: more digits are only zeros, and a billion of them would take gigabytes.
MAX_PRECISION = 1100


class PrintOptions:
    """What ``torch.set_printoptions`` sets. ``sci_mode`` None leaves the choice to the values."""

    __slots__ = ("edgeitems", "linewidth", "precision", "sci_mode", "threshold")

    def __init__(self) -> None:
        self.precision: int = 4
        self.threshold: float = 1000
        self.edgeitems: int = 3
        self.linewidth: float = 80
        self.sci_mode: bool | None = None


options = PrintOptions()

#: NumPy computes ``dtype.name`` anew each time, in more time than a number takes to print.
_NAMES: dict[np.dtype, str] = {dtype.np: dtype.name for dtype in dtypes.ALL}

#: profile -> precision, threshold, edgeitems, linewidth.
_PROFILES: dict[str, tuple[int, float, int, int]] = {
    "default": (4, 1000, 3, 80),
    "short": (2, 1000, 2, 80),
    "full": (4, float("inf"), 3, 80),
}


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: float | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Change how tensors print: first the profile ("default", "short" or "full"), then the single options.

    As in PyTorch, an option left out keeps its value, except ``sci_mode``, which every call sets; a profile
    of another name does nothing. Raises TypeError for a precision that is no integer and ValueError for one
    above MAX_PRECISION.
    """
    if precision is not None:
        if not isinstance(precision, int):
            raise TypeError(f"precision must be an int, not {type(precision).__name__}")
        if precision > MAX_PRECISION:
            raise ValueError(f"precision must be at most {MAX_PRECISION}, not {precision}")
    if profile in _PROFILES:
        options.precision, options.threshold, options.edgeitems, options.linewidth = _PROFILES[profile]
    if precision is not None:
        options.precision = precision
    if threshold is not None:
        options.threshold = threshold
    if edgeitems is not None:
        options.edgeitems = edgeitems
    if linewidth is not None:
        options.linewidth = linewidth
    options.sci_mode = sci_mode


def get_printoptions() -> dict[str, float | bool | None]:
    """The options in force, as keywords for ``set_printoptions``."""
    return {
        "precision": options.precision,
        "threshold": options.threshold,
        "edgeitems": options.edgeitems,
        "linewidth": options.linewidth,
        "sci_mode": options.sci_mode,
    }


def tensor_text(
    array: np.ndarray,
    *,
    grad_fn: str | None = None,
    requires_grad: bool = False,
    tangent: str | None = None,
    indent: int = 0,
    prefix: str = "tensor(",
) -> str:
    """The ``repr`` of a tensor that holds ``array`` (any shape).

    ``grad_fn`` is the node's name, "MulBackward0", and takes the place of ``requires_grad=True``;
    ``tangent`` is the finished text of a dual tensor's tangent. ``indent`` is the column at which the text
    will stand; its first line is not indented, the others are.

    Raises ValueError if ``options.precision`` is negative and a number needs it.
    """
    left = indent + len(prefix)
    suffixes = []
    name = _NAMES.get(array.dtype) or array.dtype.name
    default = dtypes.default.dtype.name
    if array.size == 0:
        if array.ndim != 1:
            suffixes.append(f"size={array.shape}")
        # "[]" tells no dtype apart, so here even int64 and bool are spelled out.
        plain = name == default
    else:
        if not options.edgeitems:
            suffixes.append(f"size={array.shape}")
        default_complex = "complex128" if default == "float64" else "complex64"
        plain = name in (default, "int64", "bool", default_complex)
    if not plain:
        suffixes.append(f"dtype=torch.{name}")
    if grad_fn is not None:
        suffixes.append(f"grad_fn=<{grad_fn}>")
    elif requires_grad:
        suffixes.append("requires_grad=True")
    if tangent is not None:
        suffixes.append(f"tangent={tangent}")
    text = prefix + _contents(array, left)
    return with_suffixes(text, suffixes, left, indent) if suffixes else text + ")"


def with_suffixes(text: str, suffixes: list[str], left: int, indent: int = 0, broken: bool = False) -> str:
    """A text and what is said after it, in lines that hold it; ``broken``: beginning with a new line."""
    last_break = text.rfind("\n")
    # PyTorch counts one character more than the line has, or two if it is the only one.
    column = len(text) - last_break + 1 + (indent if last_break < 0 else 0)
    parts = [text]
    for suffix in suffixes:
        if broken or column + len(suffix) + 2 > options.linewidth:
            parts.append(",\n" + " " * left + suffix)
            column, broken = left + len(suffix), False
        else:
            parts.append(", " + suffix)
            column += len(suffix) + 2
    parts.append(")")
    return "".join(parts)


def _contents(array: np.ndarray, left: int) -> str:
    """The numbers in their brackets, the first bracket standing in column ``left``."""
    if array.size == 0:
        return "[]"
    ndim = array.ndim
    if array.size > options.threshold and ndim:
        if not options.edgeitems:
            return "[...]"
        shortened = [length > 2 * options.edgeitems for length in array.shape]
        array = _edges(array, shortened)
    else:
        shortened = [False] * ndim
    if not ndim and array.dtype.kind == "f":
        return _number(array.item())
    charge_text(array.size * (4 if options.precision <= 20 else options.precision))
    cells, width = _cells(array)
    if not ndim:
        return cells[0]

    # The rows of the last dimension, wrapped into lines, then dimension by dimension outwards.
    column = left + ndim - 1
    fitting = max(1, floor((options.linewidth - column) / (width + 2)))
    line_break = ",\n" + " " * (column + 1)
    blocks = []
    for row in _grouped(cells, array.shape[-1], " ..." if shortened[-1] else None):
        lines = [", ".join(row[i : i + fitting]) for i in range(0, len(row), fitting)]
        blocks.append(f"[{line_break.join(lines)}]")
    for axis in range(ndim - 2, -1, -1):
        separator = "," + "\n" * (ndim - 1 - axis) + " " * (left + axis + 1)
        groups = _grouped(blocks, array.shape[axis], "..." if shortened[axis] else None)
        blocks = [f"[{separator.join(group)}]" for group in groups]
    return blocks[0]


def _edges(array: np.ndarray, shortened: list[bool]) -> np.ndarray:
    """The two ends of each dimension that is shortened, joined."""
    edge = options.edgeitems
    if edge < 0 and array.ndim > 1:
        # A negative count only means something (the ends overlap) for one dimension.
        raise RuntimeError("stack expects a non-empty TensorList")
    for axis, cut in enumerate(shortened):
        if cut:
            before = (slice(None),) * axis
            ends = array[(*before, slice(None, edge))], array[(*before, slice(-edge, None))]
            array = np.concatenate(ends, axis=axis)
    return array


def _grouped(items: list[str], size: int, ellipsis: str | None) -> list[list[str]]:
    """The items in runs of ``size``, an ellipsis in the middle of each if the dimension was shortened."""
    # A negative ``edgeitems`` may leave no item at all, and prints "[ ...]".
    groups = [items[i : i + size] for i in range(0, len(items), size or 1)] or [[]]
    if ellipsis is not None:
        for group in groups:
            group.insert(size // 2, ellipsis)
    return groups


def _cells(array: np.ndarray) -> tuple[list[str], int]:
    """The text of each element in row-major order, right-aligned, and the width of a column."""
    kind = array.dtype.kind
    if kind == "c":
        real, real_width = _numbers(array.real.ravel().tolist())
        imag, imag_width = _numbers(array.imag.ravel().tolist())
        # The imaginary part follows its sign at once, so complex cells end raggedly.
        cells = [
            f"{re:>{real_width}}{im}j" if im[0] == "-" else f"{re:>{real_width}}+{im}j"
            for re, im in zip(real, imag, strict=True)
        ]
        return cells, real_width + imag_width + 1
    if kind in "biu":
        cells = [str(value) for value in array.ravel().tolist()]
        width = max(map(len, cells), default=1)
    else:
        cells, width = _numbers(dtypes.plain(array).ravel().tolist())  # the elements of some aren't Python numbers
    return [cell.rjust(width) for cell in cells], width


def dtype_suffix(array: np.ndarray) -> str:
    """``, dtype=...`` where the dtype is not the default one."""
    name = _NAMES.get(array.dtype) or array.dtype.name
    return "" if name == dtypes.default.dtype.name else f", dtype=torch.{name}"


def meta_text(array: np.ndarray, grad_fn: str | None, requires_grad: bool) -> str:
    """The ``repr`` of a tensor of the meta device: what is known about it but its numbers."""
    name = _NAMES.get(array.dtype) or array.dtype.name
    parts = ["...", "device='meta'", f"size={array.shape}"]
    if name != dtypes.default.dtype.name:
        parts.append(f"dtype=torch.{name}")
    if grad_fn is not None:
        parts.append(f"grad_fn=<{grad_fn}>")
    elif requires_grad:
        parts.append("requires_grad=True")
    return f"tensor({', '.join(parts)})"


def _number(value: float) -> str:
    """The text of a floating number that stands alone: what ``_numbers`` makes of it, the most frequent text of all."""
    if not value or not isfinite(value):
        return f"{value:.0f}." if not value else str(value)
    size, scientific = abs(value), options.sci_mode
    if (size > 1.0e8 or size < 1.0e-4) if scientific is None else scientific:
        return format(value, f".{options.precision}e")
    return f"{value:.0f}." if value.is_integer() else format(value, f".{options.precision}f")


def _numbers(values: list[float]) -> tuple[list[str], int]:
    """The text of floating numbers in their common notation, and the width of their column.

    Plain Python, not NumPy: for the thousand elements that are shown at most by default it is no slower, for
    a few it is much faster, it decides in double precision, and it can't warn.
    """
    measured = [bool(value) and isfinite(value) for value in values]
    deciding = list(compress(values, measured))
    if deciding:
        magnitudes = [abs(value) for value in deciding]
        low, high = min(magnitudes), max(magnitudes)
        scientific = options.sci_mode
        if scientific is None:
            scientific = high / low > 1000.0 or high > 1.0e8 or low < 1.0e-4
    else:
        scientific = False
    if scientific:
        notation = f".{options.precision}e"
    elif all(value.is_integer() for value in deciding):
        cells = [f"{value:.0f}." if isfinite(value) else str(value) for value in values]
        return cells, max(map(len, compress(cells, measured)), default=1)
    else:
        notation = f".{options.precision}f"
    cells = [format(value, notation) for value in values]
    return cells, max(map(len, compress(cells, measured)), default=1)
