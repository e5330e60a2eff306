"""``torch.testing``: whether values are as close as their dtypes allow, and a report where they are not."""

from __future__ import annotations

import cmath
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..engine.callbacks import callee
from ..engine.sparse import SparseTensor
from ..engine.state import state
from ..engine.tensor import MetaTensor, Tensor
from ..numerics import dtypes
from ..numerics.dtypes import DType, plain
from ..numerics.limits import counted
from .calls.argument_types import Value
from .calls.overloads import PLACES
from .calls.python_function import define_python
from .nn.functions_by_attribute import M

PLACES["testing"] = ("torch.testing", "")

_TOLERANCES = {
    "float16": (1e-3, 1e-5), "bfloat16": (1.6e-2, 1e-5), "float32": (1.3e-6, 1e-5), "float64": (1e-7, 1e-7),
    "complex64": (1.3e-6, 1e-5), "complex128": (1e-7, 1e-7),
}  # fmt: skip
_OF_PYTHON: dict[type, DType] = {int: dtypes.int64, float: dtypes.float64, complex: dtypes.complex128}

#: How deep sequences and dicts may stand in each other.
_DEEPEST = 200


class _Different(Exception):
    """Two values that are not close: what to raise, in which words."""

    def __init__(self, kind: type[Exception], text: str) -> None:
        self.kind, self.text = kind, text


class _Options:
    """What the caller asked for."""

    def __init__(self, rtol: Any, atol: Any, equal_nan: bool, checks: dict[str, bool]) -> None:
        self.rtol, self.atol, self.equal_nan, self.checks = rtol, atol, equal_nan, checks

    def tolerances(self, *kinds: DType) -> tuple[float, float]:
        """Relative and absolute, as given or as the dtypes allow."""
        if (self.rtol is None) != (self.atol is None):
            missing = "rtol" if self.rtol is None else "atol"
            raise _Different(
                ValueError, f"Both 'rtol' and 'atol' must be either specified or omitted, but got no {missing}."
            )
        if self.rtol is not None:
            return self.rtol, self.atol
        pairs = [_TOLERANCES.get(kind.name, (0.0, 0.0)) for kind in kinds]
        return max(r for r, _ in pairs), max(a for _, a in pairs)


def _sentences(what: str, extra: str, parts: list[tuple[str, Any, Any, Any]]) -> str:
    equality = all(tolerance == 0 for *_, tolerance in parts)
    lines = [f"{what} are not {'equal' if equality else 'close'}!", "", extra]
    for name, difference, place, tolerance in parts:
        line = f"{name.title()} difference: {difference}"
        if place is not None:
            line = f"Greatest {name} difference: {difference} at index {place}"
        lines.append(line if equality else f"{line} (up to {tolerance} allowed)")
    return "\n".join(lines)


def _numbers(actual: Any, expected: Any, rtol: float, atol: float, equal_nan: bool) -> None:
    if actual == expected or (equal_nan and cmath.isnan(actual) and cmath.isnan(expected)):
        return
    absolute = abs(actual - expected)
    if cmath.isfinite(absolute) and absolute <= atol + rtol * abs(expected):
        return
    relative = float("inf") if expected == 0 else absolute / abs(expected)
    extra = f"Expected {expected} but got {actual}."
    parts = [("absolute", absolute, None, atol), ("relative", relative, None, rtol)]
    raise _Different(AssertionError, _sentences("Scalars", extra, parts))


def _tensors(actual: Tensor, expected: Tensor, options: _Options) -> None:
    rtol, atol = options.tolerances(actual.dtype, expected.dtype)

    def differ(name: str, a: Any, b: Any) -> None:
        if a != b:
            raise _Different(AssertionError, f"The values for attribute '{name}' do not match: {a} != {b}.")

    sparse = [isinstance(t, SparseTensor) for t in (actual, expected)]
    differ(
        "shape",
        M.size(actual) if not sparse[0] else actual.shape,
        M.size(expected) if not sparse[1] else expected.shape,
    )
    if options.checks["layout"]:
        differ("layout", *("torch.sparse_coo" if each else "torch.strided" for each in sparse))
    if options.checks["stride"] and not any(sparse):
        differ("stride()", M.stride(actual), M.stride(expected))
    meta = [isinstance(t, MetaTensor) for t in (actual, expected)]
    if options.checks["device"]:
        differ("device", *("meta" if each else "cpu" for each in meta))
    if options.checks["dtype"]:
        differ("dtype", actual.dtype, expected.dtype)
    if any(meta):
        return
    a, b = (t.dense if isinstance(t, SparseTensor) else t.array for t in (actual, expected))
    if actual.dtype is not expected.dtype:
        common = dtypes.promote_types(actual.dtype, expected.dtype).np
        a, b = a.astype(common), b.astype(common)
    _arrays(a, b, rtol, atol, options.equal_nan)


def _arrays(a: np.ndarray, b: np.ndarray, rtol: float, atol: float, equal_nan: bool) -> None:
    with np.errstate(all="ignore"):
        wide = np.complex128 if a.dtype.kind == "c" else np.float64
        if a.dtype.kind in "biu":
            x, y = a.astype(np.int64), b.astype(np.int64)
            matches = x == y if rtol == atol == 0 else np.abs(x - y) <= atol + rtol * np.abs(y)
        else:
            x, y = a.astype(wide), b.astype(wide)
            near = np.abs(x - y) <= atol + rtol * np.abs(y)
            matches = (x == y) | (near & np.isfinite(x) & np.isfinite(y))
            if equal_nan:
                matches |= np.isnan(x) & np.isnan(y)
        if matches.all():
            return
        if a.ndim == 0:
            _numbers(plain(a).item(), plain(b).item(), rtol, atol, equal_nan)
        parts = []
        own = x if a.dtype.kind in "biu" else a
        other = y if a.dtype.kind in "biu" else b
        difference = np.abs(own - other)
        relative = difference / np.abs(other).astype(difference.dtype)
        if a.dtype.kind in "biu":
            relative = (difference.astype(np.float32) / np.abs(other).astype(np.float32)).astype(np.float32)
        for name, values, tolerance in (("absolute", difference, atol), ("relative", relative, rtol)):
            shown = np.where(matches, np.zeros((), values.dtype), values)
            at = int(np.argmax(shown.astype(np.float64)))
            place = tuple(int(k) for k in np.unravel_index(at, shown.shape))
            found = shown[place]
            parts.append((name, int(found) if values.dtype.kind in "iu" else float(found), place, tolerance))
    wrong = int(matches.size - np.count_nonzero(matches))
    extra = f"Mismatched elements: {wrong} / {matches.size} ({wrong / matches.size:.1%})"
    raise _Different(AssertionError, _sentences("Tensor-likes", extra, parts))


def _pairs(actual: Any, expected: Any, place: tuple[Any, ...]) -> Iterator[tuple[Any, Any, tuple[Any, ...]]]:
    """The values to compare one by one, each with the way that leads to it."""
    if len(place) > _DEEPEST:
        raise RecursionError("maximum recursion depth exceeded")
    if isinstance(actual, (list, tuple)) and isinstance(expected, (list, tuple)):
        if len(actual) != len(expected):
            raise _at(AssertionError, f"The length of the sequences mismatch: {len(actual)} != {len(expected)}", place)
        for k, (a, b) in enumerate(counted(zip(actual, expected))):
            yield from _pairs(a, b, (*place, k))
    elif isinstance(actual, dict) and isinstance(expected, dict):
        if actual.keys() != expected.keys():
            missing = [key for key in expected if key not in actual]
            more = [key for key in actual if key not in expected]
            raise _at(
                AssertionError,
                f"The keys of the mappings do not match:\nMissing keys in the actual mapping: {_sorted(missing)}\n"
                f"Additional keys in the actual mapping: {_sorted(more)}",
                place,
            )
        for key in counted(_sorted(list(actual))):
            yield from _pairs(actual[key], expected[key], (*place, key))
    else:
        yield actual, expected, place


def _sorted(keys: list[Any]) -> list[Any]:
    return sorted(keys) if all(type(key) is str for key in keys) or all(type(key) is int for key in keys) else keys


def _at(kind: type[Exception], text: str, place: tuple[Any, ...]) -> _Different:
    if place:
        text += f"\n\nThe failure occurred for item {''.join(str([each]) for each in place)}"
    return _Different(kind, text)


def _one(actual: Any, expected: Any, options: _Options) -> None:
    if actual is None or expected is None:
        if actual is not expected:
            raise _Different(AssertionError, f"None mismatch: {actual} is not {expected}")
    elif type(actual) is bool and type(expected) is bool:
        if actual is not expected:
            raise _Different(AssertionError, f"Booleans mismatch: {actual} is not {expected}")
    elif type(actual) in _OF_PYTHON and type(expected) in _OF_PYTHON:
        kinds = [_OF_PYTHON[type(each)] for each in (actual, expected)]
        rtol, atol = options.tolerances(*kinds)
        if options.checks["dtype"] and type(actual) is not type(expected):
            raise _Different(AssertionError, f"The (d)types do not match: {type(actual)} != {type(expected)}.")
        _numbers(actual, expected, rtol, atol, options.equal_nan)
    elif isinstance(actual, Tensor) and isinstance(expected, Tensor):
        _tensors(actual, expected, options)
    else:
        raise _Different(
            TypeError,
            f"No comparison pair was able to handle inputs of type {type(actual)} and {type(expected)}.",
        )


def assert_close(
    actual: Value,
    expected: Value,
    *,
    allow_subclasses: bool = True,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    check_device: bool = True,
    check_dtype: bool = True,
    check_layout: bool = True,
    check_stride: bool = False,
    msg: Value = None,
) -> None:
    """Raises AssertionError, with a report, unless all values are close: ``|actual - expected| <= atol + rtol *
    |expected|``. Numbers, tensors, and sequences and dicts of them are compared; ValueError where only one tolerance is
    given, TypeError for other values."""
    checks = {"device": check_device, "dtype": check_dtype, "layout": check_layout, "stride": check_stride}
    options = _Options(rtol, atol, equal_nan, checks)
    try:
        for a, b, place in list(_pairs(actual, expected, ())):
            try:
                _one(a, b, options)
            except _Different as found:
                raise _at(found.kind, found.text, place) from None
    except _Different as found:
        text = found.text
        if found.kind is AssertionError and msg is not None:
            text = msg if isinstance(msg, str) else callee(msg)(text)
        raise found.kind(text) from None


def assert_allclose(
    actual: Value,
    expected: Value,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = True,
    msg: str = "",
) -> None:
    """``assert_close`` under its older name, which takes dtypes as they come."""
    state.warn(
        "FutureWarning",
        "`torch.testing.assert_allclose()` is deprecated since 1.12 and will be removed in a future release. Please "
        "use `torch.testing.assert_close()` instead. You can find detailed upgrade instructions in "
        "https://github.com/pytorch/pytorch/issues/61844.",
    )
    assert_close(
        actual,
        expected,
        rtol=rtol,
        atol=atol,
        equal_nan=equal_nan,
        check_dtype=False,
        check_device=True,
        msg=msg or None,
    )


define_python("assert_close", assert_close, into="testing")
define_python("assert_allclose", assert_allclose, into="testing")
