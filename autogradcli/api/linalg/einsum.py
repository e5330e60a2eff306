"""Sums of products by subscripts: ``einsum``, ``tensordot``, ``chain_matmul``, ``linalg.multi_dot``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...engine.state import state
from ...engine.tensor import Tensor
from ...numerics import dtypes
from ...numerics.limits import shown
from ...operations.dims import wrap_dim
from ...operations.elementwise.arithmetic import mul
from ...operations.elementwise.complex import conj
from ...operations.linalg import matmul as products
from ...operations.reduce.reduction import sum_dim
from ...operations.shape.any_shape import reshape as reshaped
from ...operations.shape.slicing import diagonal
from ...operations.shape.view import permute, unsqueeze, view
from ..calls.argument_types import checked_tensors, type_name
from ..calls.call_plans import hooks
from ..calls.overloads import define
from ..calls.python_function import define_python
from .matmul import contract

# -- einsum -----------------------------------------------------------------------------------------------

#: Stands for the dimensions of an ellipsis among the labels of an operand.
_DOTS = "..."


def einsum(*args: Any) -> Any:
    """Sum of products over named dimensions: ``einsum("ij,jk->ik", a, b)`` is the matrix product.

    Each operand has a letter for every dimension; a letter that is missing after ``->`` is summed over. ``...``
    stands for any number of dimensions, which are broadcast. Without ``->`` the letters that occur once remain, in
    alphabetical order. Operands may also be given as ``einsum(a, [0, 1], b, [1, 2], [0, 2])``.
    """
    if len(args) < 2:
        raise ValueError(
            "einsum(): must specify the equation string and at least one operand, or at least one operand and its "
            "subscripts list"
        )
    if isinstance(args[0], Tensor):
        equation, operands = _from_lists(args)
    else:
        equation, operands = args[0], list(args[1:])
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        return einsum(equation, *operands[0])
    for k, operand in enumerate(operands):
        if not isinstance(operand, Tensor):
            raise TypeError(f"expected Tensor as element {k} in argument 1, but got {type(operand).__name__}")
    left, arrow, right = _split(equation)
    inputs = _inputs(left)
    _check_operands(inputs, operands)
    output = _output(right, len(left) + 2) if arrow else None
    for label in output or ():
        if label != _DOTS and not any(label in labels for labels in inputs):
            raise RuntimeError(
                f"einsum(): output subscript {label} does not appear in the equation for any input operand"
            )
    return _contract_all(inputs, output, operands)


def _from_lists(args: Sequence[Any]) -> tuple[str, list[Any]]:
    """The equation that subscripts in lists stand for."""

    def text(labels: Sequence[Any]) -> str:
        return "".join(_DOTS if k is Ellipsis else _letter(k) for k in labels)

    equation = ",".join(text(labels) for labels in args[1::2][: len(args) // 2])
    if len(args) % 2:
        equation += "->" + text(args[-1])
        return equation, list(args[:-1:2])
    return equation, list(args[::2])


def _letter(number: int) -> str:
    if not 0 <= number < 52:
        raise ValueError(f"einsum(): subscript {number} is not within the valid range [0, 52)")
    return chr(ord("A") + number) if number < 26 else chr(ord("a") + number - 26)


def _split(equation: str) -> tuple[str, str, str]:
    """The text of an equation before its arrow, the arrow, and what follows. Raises TypeError for what is no text."""
    if not isinstance(equation, str):
        raise TypeError(f"einsum(): argument 'equation' (position 1) must be str, not {type_name(equation)}")
    return equation.partition("->")


def _inputs(left: str) -> list[list[str]]:
    """Labels of each operand. Raises RuntimeError as PyTorch does."""
    inputs: list[list[str]] = [[]]
    at = 0
    while at < len(left):
        c = left[at]
        if c == ",":
            inputs.append([])
        elif c == ".":
            if left[at : at + 3] != _DOTS:
                raise RuntimeError(
                    f"einsum(): found '.' for operand {len(inputs) - 1} that is not part of any ellipsis"
                )
            if _DOTS in inputs[-1]:
                raise RuntimeError(
                    f"einsum(): found '.' for operand {len(inputs) - 1} for which an ellipsis was already found"
                )
            inputs[-1].append(_DOTS)
            at += 2
        elif c != " ":
            inputs[-1].append(_checked(c, at))
        at += 1
    return inputs


def _output(right: str, start: int) -> list[str]:
    """Labels of the output, whose text begins at ``start``. Raises RuntimeError as PyTorch does."""
    output: list[str] = []
    at = 0
    while at < len(right):
        c = right[at]
        if c == ".":
            if right[at : at + 3] != _DOTS:
                raise RuntimeError("einsum(): found '.' for output but an ellipsis (...) was already found")
            output.append(_DOTS)
            at += 2
        elif c != " ":
            label = _checked(c, at + start)
            if label in output:
                raise RuntimeError(f"einsum(): output subscript {c} appears more than once in the output")
            output.append(label)
        at += 1
    return output


def _checked(c: str, at: int) -> str:
    if not (c.isascii() and c.isalpha()):
        raise RuntimeError(
            f"einsum(): invalid subscript given at index {at} in the equation string, subscripts must be in [a-zA-Z]"
        )
    return c


def _check_operands(inputs: list[list[str]], operands: Sequence[Tensor]) -> None:
    if len(inputs) > len(operands):
        raise RuntimeError("einsum(): fewer operands were provided than specified in the equation")
    if len(inputs) < len(operands):
        raise RuntimeError("einsum(): more operands were provided than specified in the equation")
    for k, (labels, x) in enumerate(zip(inputs, operands, strict=True)):
        named = len(labels) - labels.count(_DOTS)
        if _DOTS in labels:
            if named > x.array.ndim:
                raise RuntimeError(
                    f"einsum(): the number of subscripts in the equation ({named}) is more than the number of "
                    f"dimensions ({x.array.ndim}) for operand {k}"
                )
        elif named != x.array.ndim:
            raise RuntimeError(
                f"einsum(): the number of subscripts in the equation ({named}) does not match the number of dimensions "
                f"({x.array.ndim}) for operand {k} and no ellipsis was given"
            )


def _contract_all(inputs: list[list[str]], output: list[str] | None, operands: Sequence[Tensor]) -> Any:
    dots = max(
        (x.array.ndim - len(labels) + 1 for labels, x in zip(inputs, operands, strict=True) if _DOTS in labels),
        default=0,
    )
    wide = [f"{_DOTS}{k}" for k in range(dots)]

    def spelled(labels: list[str], width: int) -> list[str]:
        """Labels with the ellipsis as so many labels of its own, aligned at the end."""
        return [one for label in labels for one in (wide[dots - width :] if label == _DOTS else [label])]

    names = [spelled(labels, x.array.ndim - len(labels) + 1) for labels, x in zip(inputs, operands, strict=True)]
    flat = [label for labels in names for label in labels]
    if output is None:
        kept = wide + sorted({label for label in flat if label not in wide and flat.count(label) == 1})
    else:
        kept = spelled(output, dots)
    summed = list(dict.fromkeys(label for label in sorted(flat, key=_order) if label not in kept))
    every = kept + summed
    sizes: dict[str, int] = {}
    ready = [_aligned(k, x, labels, every, sizes) for k, (x, labels) in enumerate(zip(operands, names, strict=True))]
    return _reduced(ready, len(kept), len(every))


def _order(label: str) -> int:
    """PyTorch's order of the dimensions that are summed: letters by their code, capitals first."""
    return ord(label) if len(label) == 1 else 0


def _aligned(k: int, x: Tensor, labels: list[str], every: list[str], sizes: dict[str, int]) -> Any:
    """The operand with a dimension for every label, in one order; a repeated label is a diagonal."""
    seen: list[str] = []
    for label in labels:
        at = len(seen)
        n = x.array.shape[at]
        if label in seen:
            first = seen.index(label)
            if x.array.shape[first] != n:
                raise RuntimeError(
                    f"einsum(): subscript {label} is repeated for operand {k} but the sizes don't match, {n} != "
                    f"{x.array.shape[first]}"
                )
            x = diagonal(x, 0, first, at)
            last = x.array.ndim - 1
            order = list(range(last))
            order.insert(first, last)
            x = permute(x, tuple(order))
            continue
        seen.append(label)
    for at, label in enumerate(seen):
        n = x.array.shape[at]
        known = sizes.get(label, 1)
        if n != 1 and known not in (1, n):
            raise RuntimeError(
                f"einsum(): subscript {label if label[0] != '.' else _DOTS} has size {n} for operand {k} which "
                f"does not broadcast with previously seen size {known}"
            )
        sizes[label] = max(known, n) if n else 0
    order = []
    for label in every:
        if label in seen:
            order.append(seen.index(label))
        else:
            order.append(x.array.ndim)
            x = unsqueeze(x, x.array.ndim)
    return permute(x, tuple(order))


def _reduced(ready: list[Any], out: int, every: int) -> Any:
    """Operands multiplied pairwise from the left; a dimension is summed as soon as no other operand has it."""
    if len(ready) == 1:
        return sum_dim(ready[0], tuple(range(out, every)), False) if every > out else ready[0]
    counts = {d: sum(x.array.shape[d] != 1 for x in ready) for d in range(out, every)}
    result = ready[0]
    for other in ready[1:]:
        together: list[int] = []
        left: list[int] = []
        right: list[int] = []
        for d, n in counts.items():
            a, b = result.array.shape[d] != 1, other.array.shape[d] != 1
            if a and b:
                counts[d] = n - 1
                if n == 2:
                    together.append(d)
                    counts[d] = 0
            elif n == 1 and (a or b):
                (left if a else right).append(d)
                counts[d] = 0
        if left:
            result = sum_dim(result, tuple(left), True)
        if right:
            other = sum_dim(other, tuple(right), True)
        result = _sum_of_products(result, other, together)
    return view(result, result.array.shape[:out]) if every > out else result


def _sum_of_products(a: Any, b: Any, over: list[int]) -> Any:
    """``(a * b).sum(over, keepdim)`` as one batch of matrix products."""
    if not over:
        return mul(a, b)
    shape_a, shape_b = a.array.shape, b.array.shape
    both: list[int] = []
    only_a: list[int] = []
    only_b: list[int] = []
    for d in range(len(shape_a)):
        if d not in over:
            wide_a, wide_b = shape_a[d] != 1, shape_b[d] != 1
            (both if wide_a and wide_b else only_a if wide_a else only_b).append(d)
    count = [
        _count([shape_a[d] for d in both]),
        _count([shape_a[d] for d in only_a]),
        _count([shape_b[d] for d in only_b]),
    ]
    summed = _count([shape_a[d] for d in over])
    left = reshaped(permute(a, (*both, *only_a, *over, *only_b)), (count[0], count[1], summed))
    right = reshaped(permute(b, (*both, *over, *only_b, *only_a)), (count[0], summed, count[2]))
    product = products.bmm(left, right)
    order = [*both, *only_a, *over, *only_b]
    sizes = [
        *(shape_a[d] for d in both), *(shape_a[d] for d in only_a), *(1 for _ in over), *(shape_b[d] for d in only_b)
    ]  # fmt: skip
    return permute(view(product, tuple(sizes)), tuple(order.index(d) for d in range(len(order))))


def _count(sizes: Sequence[int]) -> int:
    n = 1
    for size in sizes:
        n *= size
    return n


define_python("einsum", einsum)


# -- tensordot --------------------------------------------------------------------------------------------


def tensordot(a: Tensor, b: Tensor, dims: Any = 2, out: Tensor | None = None) -> Any:
    """The tensor product summed over dimensions: the last ``dims`` of ``a`` with the first of ``b``, or two lists
    of dimensions in pairs."""
    if out is not None:
        return hooks.write_out("tensordot", out, lambda: tensordot(a, b, dims), (a, b))
    if isinstance(dims, Tensor):
        dims = dims.array.tolist()
    if isinstance(dims, (tuple, list)):
        if len(dims) != 2:
            raise RuntimeError(
                "tensordot expects dims to be int or tuple[list[int], list[int]] or list[list[int]] containing two "
                f"lists, but got dims={shown(dims)}"
            )
        dims_a, dims_b = dims
        dims_a = [dims_a] if isinstance(dims_a, int) else dims_a
        dims_b = [dims_b] if isinstance(dims_b, int) else dims_b
    else:
        if dims < 0:
            raise RuntimeError(f"tensordot expects dims >= 0, but got dims={shown(dims)}")
        if dims > min(a.array.ndim, b.array.ndim):
            raise RuntimeError(f"tensordot expects dims < ndim_a or ndim_b, but got dims={shown(dims)}")
        dims_a, dims_b = list(range(-dims, 0)), list(range(dims))
    return contract(a, b, dims_a, dims_b)


define_python("tensordot", tensordot)


# -- chains of matrices -----------------------------------------------------------------------------------


def multi_dot(tensors: Sequence[Tensor]) -> Any:
    """Product of several matrices in the order that costs the fewest multiplications; the first and the last may
    be vectors."""
    n = len(tensors)
    if n < 2:
        raise RuntimeError(f"multi_dot(): expected at least 2 tensors but got {n}")
    shape: list[int] = []
    chain = list(tensors)
    for k, name in ((0, "first"), (n - 1, "last")):
        if chain[k].array.ndim not in (1, 2):
            raise RuntimeError(f"multi_dot(): the {name} tensor must be 1D or 2D but got {chain[k].array.ndim}D")
    if chain[0].array.ndim == 1:
        chain[0] = unsqueeze(chain[0], 0)
    else:
        shape.append(chain[0].array.shape[0])
    if chain[-1].array.ndim == 1:
        chain[-1] = unsqueeze(chain[-1], -1)
    else:
        shape.append(chain[-1].array.shape[1])
    _check_chain(tensors, chain)
    return view(_product_of(chain, _splits([x.array.shape for x in chain]), 0, n - 1), tuple(shape))


def _check_chain(tensors: Sequence[Tensor], chain: Sequence[Tensor]) -> None:
    for k, x in enumerate(chain):
        if x.array.ndim != 2:
            raise RuntimeError(f"multi_dot(): tensor {k} must be 2D but got {x.array.ndim}D")
        if x.array.dtype is not chain[0].array.dtype:
            names = dtypes.of(chain[0].array).cpp_name, dtypes.of(x.array).cpp_name
            raise RuntimeError(
                f"multi_dot(): all tensors must have be the same dtype but tensor 0 is {names[0]} and tensor "
                f"{k} {names[1]}"
            )
        if k and chain[k - 1].array.shape[1] != x.array.shape[0]:
            a, b = list(tensors[k - 1].array.shape), list(tensors[k].array.shape)
            raise RuntimeError(f"multi_dot(): tensors {k - 1} and {k} with shapes {a} and {b} cannot be multiplied")


def _splits(shapes: Sequence[tuple[int, ...]]) -> Callable[[int, int], int]:
    """Where to split each stretch of a chain, by dynamic programming (Cormen et al., section 15.2)."""
    p = [shapes[0][0], *(s[1] for s in shapes)]
    n = len(shapes)
    cost = [[0.0] * n for _ in range(n)]
    best = [[0] * n for _ in range(n)]
    for length in range(1, n):
        for i in range(n - length):
            j = i + length
            cost[i][j] = float("inf")
            for k in range(i, j):
                q = cost[i][k] + cost[k + 1][j] + p[i] * p[k + 1] * p[j + 1]
                if q < cost[i][j]:
                    cost[i][j], best[i][j] = q, k
    return lambda i, j: best[i][j]


def _product_of(chain: Sequence[Tensor], split: Callable[[int, int], int], i: int, j: int) -> Any:
    if i == j:
        return chain[i]
    k = split(i, j)
    return products.mm(_product_of(chain, split, i, k), _product_of(chain, split, k + 1, j))


_CHAINED = (
    "torch.chain_matmul is deprecated and will be removed in a future PyTorch release. Use torch.linalg.multi_dot "
    "instead, which accepts a list of two or more tensors rather than multiple parameters. (Triggered internally at "
    "/__w/pytorch/pytorch/aten/src/ATen/native/LinearAlgebra.cpp:1103.)"
)


def _chain_matmul(*matrices: Tensor, out: Tensor | None = None) -> Any:
    """Product of several matrices; ``linalg.multi_dot`` with its operands one by one."""
    if out is not None:
        return hooks.write_out("chain_matmul", out, lambda: _chain_matmul(*matrices), matrices)
    state.warn_once("UserWarning", _CHAINED)
    if not matrices:
        raise RuntimeError("chain_matmul(): Expected one or more matrices")
    for matrix in checked_tensors(matrices):
        if matrix.array.ndim != 2:
            raise RuntimeError(f"Tensor dimension is {matrix.array.ndim}, expected 2 instead.")
    return matrices[0] if len(matrices) == 1 else multi_dot(matrices)


define_python("chain_matmul", _chain_matmul)
define("multi_dot", ("(TensorList tensors, *, Tensor out=None)", multi_dot), into="linalg")


def vecdot(x: Tensor, y: Tensor, dim: int) -> Any:
    """Dot products along a dimension, the first operand conjugated."""
    if x.array.dtype.kind not in dtypes.INEXACT:
        raise RuntimeError(
            f"linalg.vecdot: Expected a floating point or complex tensor as input. Got {dtypes.of(x.array).type_name}"
        )
    if x.array.dtype is not y.array.dtype:
        have, other = (dtypes.of(t.array).type_name for t in (x, y))
        raise RuntimeError(
            f"linalg.vecdot: Expected x and y to have the same dtype, but found x of type {have} and y of type {other} "
            "instead"
        )
    if x.array.ndim == 1 and y.array.ndim == 1:
        return products.vdot(x, y)
    if x.array.dtype.kind == "c":
        x = conj(x)
    at = wrap_dim(dim, max(x.array.ndim, y.array.ndim))
    return sum_dim(mul(x, y), (at,), False)


define("vecdot", ("(Tensor x, Tensor y, *, int dim=-1, Tensor out=None)", vecdot), into="linalg")
