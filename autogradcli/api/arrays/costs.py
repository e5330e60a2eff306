"""About how many elements a call of NumPy's makes, and how many steps it takes: from above, by the shapes alone.

Each takes (positional arguments, keywords) as NumPy is about to get them, and gives (elements, steps). Where arguments
don't fit together NumPy says so: then it makes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...numerics.limits import MAX_ITEMS, check_items, check_steps, elements

Args = tuple[Any, ...]
Named = Mapping[str, Any]
Made = tuple[int, int]


def _shape(value: Any) -> tuple[int, ...]:
    if isinstance(value, (np.ndarray, np.generic)):
        return value.shape
    if isinstance(value, (list, tuple)):
        try:
            return np.shape(value)
        except ValueError:  # ragged
            return ()
    return ()


def _size(value: Any) -> int:
    if isinstance(value, (np.ndarray, np.generic)):
        return int(value.size)
    if isinstance(value, (list, tuple)):
        return sum(_size(each) for each in value)
    return 1


def argument(args: Args, named: Named, at: int, name: str, default: Any = None) -> Any:
    return args[at] if len(args) > at else named.get(name, default)


def whole(value: Any, default: int = 0) -> int:
    """An argument that counts, where it does."""
    if isinstance(value, (int, np.integer)):
        return max(int(value), 0)
    if isinstance(value, np.ndarray) and value.size == 1 and value.dtype.kind in "iu":
        return max(int(value.reshape(())), 0)
    return default


def shaped(value: Any) -> int:
    """The elements of a shape: an int or a sequence of them."""
    if isinstance(value, (list, tuple)):
        return elements([whole(each) for each in value])
    if isinstance(value, np.ndarray) and value.ndim == 1 and value.dtype.kind in "iu":
        return elements([max(size, 0) for size in value.tolist()])
    return whole(value, 1)


def total(args: Args, named: Named) -> int:
    return sum(_size(value) for value in args) + sum(_size(value) for value in named.values())


def linear(factor: int = 2, work: int = 1) -> Callable[[Args, Named], Made]:
    """In proportion to what is given."""

    def cost(args: Args, named: Named) -> Made:
        size = total(args, named)
        return factor * size, work * factor * size

    return cost


def broadcasting(factor: int = 1) -> Callable[[Args, Named], Made]:
    """One for each element of the operands' common shape."""

    def cost(args: Args, named: Named) -> Made:
        count = broadcast(*map(_shape, (*args, *named.values())))
        return factor * count, 4 * factor * count

    return cost


def broadcast(*shapes: tuple[int, ...]) -> int:
    """The elements of a common shape, or of what would be it if sizes did not clash."""
    sizes: list[int] = []
    for shape in shapes:
        if len(shape) > len(sizes):
            sizes = [1] * (len(shape) - len(sizes)) + sizes
        for k, size in enumerate(reversed(shape), 1):
            if size != 1 and sizes[-k] == 1:
                sizes[-k] = size
    return elements(sizes)


def filled(at: int = 0, name: str = "shape") -> Callable[[Args, Named], Made]:
    """As many as a shape among the arguments says."""

    def cost(args: Args, named: Named) -> Made:
        count = shaped(argument(args, named, at, name, 1))
        return count, count

    return cost


def like(args: Args, named: Named) -> Made:
    shape = named.get("shape")
    count = _size(args[0] if args else 1) if shape is None else shaped(shape)
    return count, count


def counting(args: Args, named: Named) -> Made:
    """``arange``."""
    bounds = [value for value in args if not isinstance(value, np.dtype)]
    start, stop = (0, bounds[0]) if len(bounds) == 1 else (*bounds[:2], 0, 0)[:2]
    start, stop = named.get("start", start), named.get("stop", stop)
    step = argument(tuple(bounds), named, 2, "step", 1)
    try:
        count = math.ceil((float(stop) - float(start)) / float(step))
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return 0, 0
    return max(count, 0), max(count, 0)


def spaced(args: Args, named: Named) -> Made:
    """``linspace`` and its like."""
    count = whole(argument(args, named, 2, "num", 50))
    count *= broadcast(_shape(argument(args, named, 0, "start", 0)), _shape(argument(args, named, 1, "stop", 0)))
    return 2 * count, 4 * count


def square(args: Args, named: Named) -> Made:
    """``eye``, ``identity``, ``tri``, indices of triangles."""
    n = whole(argument(args, named, 0, "N", argument(args, named, 0, "n", 0)))
    m = argument(args, named, 1, "M")
    count = n * (n if m is None or isinstance(m, np.dtype) else whole(m))
    return 3 * count, 3 * count


def diagonal(args: Args, named: Named) -> Made:
    shape = _shape(argument(args, named, 0, "v"))
    side = elements(shape) + abs(int(argument(args, named, 1, "k", 0)))
    count = side * side if len(shape) < 2 or ("k" not in named and len(args) < 1) else elements(shape)
    return count, count


def outer(args: Args, named: Named) -> Made:
    """Each element of one with each of the other."""
    count = math.prod(max(_size(value), 1) for value in (*args, *named.values()))
    return count, count


def grid(args: Args, named: Named) -> Made:
    count = math.prod(max(_size(value), 1) for value in args) * max(len(args), 1)
    return (0, 0) if named.get("sparse") is True else (count, count)


def product(args: Args, named: Named) -> Made:
    """``matmul``, ``dot``, ``inner``, ``vdot``: rows with columns."""
    a, b = _shape(argument(args, named, 0, "a")), _shape(argument(args, named, 1, "b"))
    k = a[-1] if a else 1
    rows, columns = elements(a[:-1]), elements(b) // max(k, 1)
    return rows * columns if a and b else elements(a) * elements(b), rows * columns * max(k, 1)


def matmul(args: Args, named: Named) -> Made:
    a, b = _shape(argument(args, named, 0, "x1")), _shape(argument(args, named, 1, "x2"))
    if not a or not b:
        return 0, 0
    rows = a[-2] if len(a) > 1 else 1
    columns = b[-1] if len(b) > 1 else 1
    made = broadcast(a[:-2], b[:-2]) * rows * columns
    return made, made * a[-1]


def tensordot(args: Args, named: Named) -> Made:
    a, b = _shape(argument(args, named, 0, "a")), _shape(argument(args, named, 1, "b"))
    axes = argument(args, named, 2, "axes", 2)
    contracted = a[-axes:] if isinstance(axes, int) and axes > 0 else ()
    if isinstance(axes, (list, tuple)) and axes:
        first = axes[0] if isinstance(axes[0], (list, tuple)) else [axes[0]]
        contracted = tuple(a[k] for k in first if isinstance(k, int) and -len(a) <= k < len(a))
    shared = max(elements(contracted), 1)
    made = (elements(a) // shared) * (elements(b) // shared)
    return made + elements(a) + elements(b), made * shared


def einsum(args: Args, named: Named) -> Made:
    """The product of all labels' sizes in steps. Raises TypeError for another form than one text and arrays."""
    if not args or type(args[0]) is not str:
        raise TypeError("einsum() takes a text of subscripts first, then arrays")
    inputs, arrow, output = args[0].replace(" ", "").partition("->")
    sizes: dict[str, int] = {}
    rest = 1
    counts: dict[str, int] = {}
    for term, value in zip(inputs.split(","), args[1:]):
        shape = _shape(value)
        head, dots, tail = term.partition("...")
        named_dims = [*zip(head, shape), *(zip(reversed(tail), reversed(shape)) if dots else ())]
        for label, size in named_dims:
            sizes[label] = max(sizes.get(label, 1), size)
        for label in head + tail:
            counts[label] = counts.get(label, 0) + 1
        if dots:
            rest = max(rest, elements(shape[len(head) : len(shape) - len(tail)]))
    steps = math.prod(sizes.values()) * rest
    check_steps(steps)
    kept = output.replace("...", "") if arrow else "".join(label for label, count in counts.items() if count == 1)
    return math.prod(sizes.get(label, 1) for label in kept) * rest, steps


def repeated(args: Args, named: Named) -> Made:
    """``repeat``."""
    values, repeats = _size(argument(args, named, 0, "a")), argument(args, named, 1, "repeats", 1)
    shape = _shape(repeats)
    counted = np.asarray(repeats)
    if counted.dtype.kind not in "iub":
        return 0, 0
    times = int(np.maximum(counted, 0).sum(dtype=np.float64))
    count = times * values // max(elements(shape), 1) if shape else times * values
    return count, count


def tiled(args: Args, named: Named) -> Made:
    count = _size(argument(args, named, 0, "A")) * max(shaped(argument(args, named, 1, "reps", 1)), 1)
    return 2 * count, count


def padded(args: Args, named: Named) -> Made:
    width = argument(args, named, 1, "pad_width", 0)
    most = int(np.abs(np.asarray(width, dtype=np.float64)).max(initial=0))
    count = math.prod(size + 2 * most for size in _shape(argument(args, named, 0, "array")))
    return 2 * count, 2 * count


def window(args: Args, named: Named) -> Made:
    """``broadcast_to``: no element is made, but there may be endless many to look at."""
    from_above = shaped(argument(args, named, 1, "shape", 1))
    if from_above > 1 << 32:
        raise ValueError(f"an array of {from_above} elements is too large to be used (the limit is {1 << 32})")
    return 0, 0


def windows(args: Args, named: Named) -> Made:
    """``sliding_window_view``, which can't be written through: no element is made, but there may be many to look at."""
    if argument(args, named, 4, "writeable", False) is not False:
        raise ValueError("sliding_window_view() gives what can't be written through here: copy it first")
    count = _size(argument(args, named, 0, "x", 1)) * shaped(argument(args, named, 1, "window_shape", 1))
    if count > 1 << 32:
        raise ValueError(f"windows of {count} elements are too large to be used (the limit is {1 << 32})")
    return 0, 0


def bins(args: Args, named: Named) -> Made:
    """``histogram``."""
    asked = argument(args, named, 1, "bins", 10)
    count = whole(asked) if not isinstance(asked, str) else MAX_ITEMS
    if isinstance(asked, str):
        raise TypeError("histogram() takes a number of bins or their edges here")
    return 3 * count + 2 * total(args, {}), 8 * total(args, {})


def bincount(args: Args, named: Named) -> Made:
    x = np.asarray(argument(args, named, 0, "x", 0))
    most = int(x.max()) + 1 if x.size and x.dtype.kind in "iub" else 0
    count = max(most, whole(argument(args, named, 2, "minlength", 0)))
    return count, count + x.size


def powers(at: int, name: str) -> Callable[[Args, Named], Made]:
    """One row for each power of each number: ``polyfit``, ``vander``."""

    def cost(args: Args, named: Named) -> Made:
        rows = _size(argument(args, named, 0, "x"))
        columns = whole(argument(args, named, at, name), rows) + 2
        return 3 * rows * columns, 4 * rows * columns * columns

    return cost


def squared(args: Args, named: Named) -> Made:
    """Each with each of all that is given: ``convolve``, ``cov``, ``roots``."""
    size = total(args, named)
    side = max((shape[0] if len(shape) > 1 else 1) for shape in map(_shape, args or (0,)))
    return 2 * size + side * side, size * size


def roots(args: Args, named: Named) -> Made:
    size = total(args, named)
    return 2 * size * size, size**3


def horner(args: Args, named: Named) -> Made:
    """``polyval``."""
    terms, points = _size(argument(args, named, 0, "p")), _size(argument(args, named, 1, "x"))
    return 3 * points, terms * points


def quantiles(args: Args, named: Named) -> Made:
    values, wanted = _size(argument(args, named, 0, "a")), _size(argument(args, named, 1, "q"))
    return 2 * values + values * wanted, 8 * values * max(wanted, 1)


def sections(args: Args, named: Named) -> Made:
    count = argument(args, named, 1, "indices_or_sections", 1)
    check_items(whole(count) if isinstance(count, int) else _size(count))
    return 0, 0


def indices(args: Args, named: Named) -> Made:
    shape = argument(args, named, 0, "dimensions", ())
    count = shaped(shape) * (len(shape) if isinstance(shape, (list, tuple)) else 1)
    return count, count


def places(args: Args, named: Named) -> Made:
    """``nonzero``: an index for each dimension."""
    shape = _shape(args[0] if args else ())
    count = elements(shape) * max(len(shape), 1)
    return count, 2 * count


def choosing(args: Args, named: Named) -> Made:
    """``take``: an element, or a row, for each index."""
    a, index = argument(args, named, 0, "a"), argument(args, named, 1, "indices", 0)
    axis, shape = argument(args, named, 2, "axis"), _shape(a)
    rest = _size(a) // max(shape[axis], 1) if isinstance(axis, int) and -len(shape) <= axis < len(shape) else 1
    return _size(index) * max(rest, 1), _size(index) * max(rest, 1)


def factoring(full: bool = False) -> Callable[[Args, Named], Made]:
    """Matrices that are solved, factored, iterated over. ``full``: some are made square."""

    def cost(args: Args, named: Named) -> Made:
        size = total(args, {})
        shape = _shape(args[0] if args else ())
        side = max(shape[-2:], default=1)
        wide = side * side * elements(shape[:-2]) if full or len(args) > 1 else 0
        return 4 * size + 2 * wide, 16 * size * max(min(shape[-2:], default=1), 1)

    return cost


def drawn(at: int | None, name: str = "size") -> Callable[[Args, Named], Made]:
    """As many as ``size`` says, or one for each of the parameters."""

    def cost(args: Args, named: Named) -> Made:
        size = named.get(name) if at is None else argument(args, named, at, name)
        count = broadcasting()(args[: at or len(args)], {})[0] if size is None else shaped(size)
        return count, 8 * count

    return cost


def shapes(args: Args, named: Named) -> Made:
    """``rand(2, 3)``: the arguments are the shape."""
    count = elements([whole(each) for each in args])
    return count, 8 * count


def permuted(args: Args, named: Named) -> Made:
    first = args[0] if args else named.get("x", 0)
    count = whole(first) if isinstance(first, (int, np.integer)) else _size(first)
    return count, 8 * count


def chosen(args: Args, named: Named) -> Made:
    """``choice``: of a population, which is walked through where nothing comes twice."""
    first, size = args[0] if args else named.get("a", 0), argument(args, named, 1, "size")
    population = whole(first) if isinstance(first, (int, np.integer)) else _size(first)
    count = population + (1 if size is None else shaped(size)) * (
        1 if not isinstance(first, np.ndarray) else max(first.size // max(len(first), 1), 1) if first.ndim else 1
    )
    return count, 8 * count
