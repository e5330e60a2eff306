"""``torch.vmap`` and what rests on it: ``jacrev``, ``jacfwd``, ``hessian``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...engine.levels.base import layer_of
from ...engine.levels.vmap import VmapLevel, batched
from ...engine.tensor import Tensor, wrap
from ...engine.worlds import TENSORS, roles
from ...numerics.limits import shown
from ...operations.batch import rules as rules  # fills the table of rules, without which views would be copies
from ...operations.dims import wrap_dim
from ..calls.python_function import define_python
from .pytree import Spec, broadcast, flatten, unflatten
from .transforms import Transformed, _numel, chosen, jvp_with, name_of, vjp_with

Function = Callable[..., Any]


def vmap(
    func: Function, in_dims: Any = 0, out_dims: Any = 0, randomness: str = "error", *, chunk_size: int | None = None
) -> Transformed:
    """The function that runs ``func`` for each row of its arguments along ``in_dims`` and stacks the results.

    ``in_dims`` and ``out_dims`` are numbers or nested as the arguments and results are; None where an argument has
    no rows. Raises ValueError where dimensions and arguments don't fit.
    """
    if randomness not in ("error", "different", "same"):
        raise RuntimeError(
            f"Only allowed values for randomness are 'error', 'different', or 'same'. Got {shown(randomness)}"
        )
    if not (chunk_size is None or chunk_size > 0):
        raise ValueError(f"vmap: chunk_size should be None or greater than 0. (got {chunk_size})")

    def run(*args: Any, **kwargs: Any) -> Any:
        return vmapped(func, in_dims, out_dims, randomness, args, kwargs, chunk_size)

    return Transformed(func, run)


def vmapped(
    func: Function,
    in_dims: Any,
    out_dims: Any,
    randomness: str,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    chunk_size: int | None = None,
) -> Any:
    size, dims, leaves, spec = _inputs(func, in_dims, args)
    if chunk_size is None or chunk_size >= size:
        return _run(func, size, dims, leaves, spec, kwargs, out_dims, randomness)
    parts = []
    for start in range(0, size, chunk_size):
        stop = min(start + chunk_size, size)
        part = [_chunk(x, d, start, stop) for x, d in zip(leaves, dims, strict=True)]
        parts.append(flatten(_run(func, stop - start, dims, part, spec, kwargs, out_dims, randomness)))
    spec_out = parts[0][1]
    flat_dims = broadcast(out_dims, spec_out) or []
    columns = zip(*(leaves_out for leaves_out, _ in parts), strict=True)
    joined = [TENSORS.cat(list(column), d or 0) for column, d in zip(columns, flat_dims, strict=True)]
    return unflatten(joined, spec_out)


def _chunk(x: Any, dim: int | None, start: int, stop: int) -> Any:
    return x if dim is None else TENSORS.slice_(x, dim, start, stop)


def _inputs(func: Function, in_dims: Any, args: tuple[Any, ...]) -> tuple[int, list[int | None], list[Any], Spec]:
    """The number of rows, the dimension of each leaf of the arguments, and these. Raises ValueError."""
    name = name_of(func)
    if not isinstance(in_dims, int) and not isinstance(in_dims, tuple):
        raise ValueError(
            f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): expected `in_dims` to be int or a (potentially nested) "
            f"tuple matching the structure of inputs, got: {type(in_dims)}."
        )
    if not args:
        raise ValueError(
            f"vmap({name})(<inputs>): got no inputs. Maybe you forgot to add inputs, or you are trying to vmap over a "
            "function with no inputs. The latter is unsupported."
        )
    leaves, spec = flatten(args)
    dims = broadcast(in_dims, spec)
    if dims is None:
        raise ValueError(
            f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): in_dims is not compatible with the structure of "
            f"`inputs`. in_dims has structure {flatten(in_dims)[1].text()} but inputs has structure {spec.text()}."
        )
    out: list[int | None] = []
    for x, dim in zip(leaves, dims, strict=True):
        if dim is None:
            out.append(None)
            continue
        who = f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): Got in_dim={dim} for"
        if not isinstance(dim, int):
            raise ValueError(f"{who} an input but in_dim must be either an integer dimension or None.")
        if not isinstance(x, Tensor):
            raise ValueError(
                f"{who} an input but the input is of type {type(x)}. We cannot vmap over non-Tensor arguments, please "
                "use None as the respective in_dim"
            )
        n = x.array.ndim
        if not -n <= dim < n:
            raise ValueError(
                f"{who} some input, but that input is a Tensor of dimensionality {n} so expected in_dim to satisfy "
                f"-{n} <= in_dim < {n}."
            )
        out.append(dim % n)
    return _sizes(out, leaves), out, leaves, spec


def _sizes(dims: Sequence[int | None], leaves: Sequence[Any]) -> int:
    sizes = [x.array.shape[d] for d, x in zip(dims, leaves, strict=True) if d is not None]
    if not sizes:
        raise ValueError("vmap: Expected at least one Tensor to vmap over")
    if any(n != sizes[0] for n in sizes):
        raise ValueError(
            "vmap: Expected all tensors to have the same size in the mapped dimension, got sizes "
            f"{sizes} for the mapped dimension"
        )
    return int(sizes[0])


def _run(
    func: Function,
    size: int,
    dims: Sequence[int | None],
    leaves: Sequence[Any],
    spec: Spec,
    kwargs: dict[str, Any],
    out_dims: Any,
    randomness: str,
) -> Any:
    with VmapLevel(size, randomness) as level:
        args = unflatten([x if d is None else batched(level, x, d) for x, d in zip(leaves, dims, strict=True)], spec)
        return _unhidden(level, func(*args, **kwargs), out_dims, name_of(func))


def _unhidden(level: VmapLevel, result: Any, out_dims: Any, name: str) -> Any:
    """The results with the hidden dimension where ``out_dims`` says. Raises ValueError for what is no tensor."""
    leaves, spec = flatten(result)
    who = f"vmap({name}, ...): `{name}`"
    dims: list[Any]
    if isinstance(out_dims, int):
        dims = [out_dims] * len(leaves)
    elif isinstance(out_dims, tuple) and spec.kind is None and len(out_dims) == 1:
        dims = [out_dims[0]]
    elif out_dims is None and spec.kind is None:
        dims = [None]
    else:
        found = broadcast(out_dims, spec)
        if found is None:
            raise ValueError(
                f"vmap({name}, ..., out_dims={out_dims})(<inputs>): out_dims is not compatible with the structure of "
                f"`outputs`. out_dims has structure {flatten(out_dims)[1].text()} but outputs has structure "
                f"{spec.text()}."
            )
        dims = found
    return unflatten([_placed(level, x, d, who) for x, d in zip(leaves, dims, strict=True)], spec)


def _placed(level: VmapLevel, x: Any, dim: Any, who: str) -> Any:
    layer = layer_of(x, level)
    if dim is None:
        if layer is not None:
            raise ValueError(f"{who} can not return a BatchedTensor when out_dim is None")
        return x
    if not isinstance(x, Tensor):
        raise ValueError(
            f"{who} must only return Tensors, got type {type(x)}. Did you mean to set out_dims= to None for output?"
        )
    dim = wrap_dim(dim, x.array.ndim + 1)
    if layer is None:
        spread = roles.expand(TENSORS.unsqueeze(x, 0), (level.size, *x.array.shape))
        return spread if not dim else moved(spread, 0, dim)
    return layer.value if layer.bdim == dim else moved(layer.value, layer.bdim, dim)


def moved(x: Tensor, source: int, target: int) -> Any:
    """One dimension moved to another place, the others keeping their order."""
    order = [k for k in range(x.array.ndim) if k != source]
    order.insert(target, source)
    return roles.permute(x, tuple(order))


# -- Jacobians ------------------------------------------------------------------------------------------------


def basis_for(leaves: Sequence[Tensor]) -> list[Tensor]:
    """For each tensor the rows of the identity over all elements of all of them: ``(N, *shape)``."""
    counts = [_numel(x) for x in leaves]
    total = sum(counts)
    out: list[Tensor] = []
    at = 0
    for x, n in zip(leaves, counts, strict=True):
        rows = np.zeros((total, n), x.array.dtype)
        rows[at : at + n] = np.eye(n, dtype=x.array.dtype)
        out.append(wrap(rows.reshape(total, *x.array.shape)))
        at += n
    return out


def _real_only(name: str, tree: Any, what: str) -> None:
    """Raise RuntimeError for complex arguments or results: a Jacobian of such would leave half of it out."""
    for k, x in enumerate(flatten(tree)[0]):
        if isinstance(x, Tensor) and x.array.dtype.kind == "c":
            raise RuntimeError(
                f"{name}: Expected all {what} to be real but received complex tensor at flattened input idx: {k}"
            )


def _pulled_singly(pull: Function, rows: Any) -> Any:
    """The pullback of each row by itself, without ``vmap``, whose rules it needn't keep then."""
    leaves, spec = flatten(rows)
    total = leaves[0].array.shape[0]
    if not total:
        return vmapped(pull, 0, 0, "error", (rows,), {})
    found = [flatten(pull(unflatten([TENSORS.select(x, 0, k) for x in leaves], spec))) for k in range(total)]
    columns = zip(*(each for each, _ in found), strict=True)
    return unflatten([roles.stack(list(column), 0) for column in columns], found[0][1])


def jacrev(func: Function, argnums: Any = 0, *, has_aux: bool = False, chunk_size: int | None = None) -> Transformed:
    """The function that computes the Jacobian of ``func`` in reverse mode, one pass for each element of the output.

    ``chunk_size`` says how many at a time; 1 is without ``vmap``. Raises RuntimeError for complex arguments or results.
    """
    if not (chunk_size is None or chunk_size > 0):
        raise ValueError("jacrev: `chunk_size` should be greater than 0.")

    def run(*args: Any) -> Any:
        _real_only("jacrev", args, "inputs")
        output, pull, *aux = vjp_with(func, args, argnums, has_aux)
        outputs, spec = flatten(output)
        _real_only("jacrev", outputs, "outputs")
        rows = unflatten(basis_for(outputs), spec)
        if chunk_size == 1:
            found = _pulled_singly(pull, rows)
        else:
            found = vmapped(pull, 0, 0, "error", (rows,), {}, chunk_size)
        primals = chosen(args, argnums)
        leaves, spec_in = flatten(primals)
        counts = [_numel(x) for x in outputs]
        columns = [
            [
                TENSORS.view(_contiguous(part), (*out.array.shape, *x.array.shape))
                for part, out in zip(_split(jac, counts, 0), outputs, strict=True)
            ]
            for jac, x in zip(flatten(found)[0], leaves, strict=True)
        ]
        result = unflatten([unflatten([column[k] for column in columns], spec_in) for k in range(len(outputs))], spec)
        return (result, aux[0]) if has_aux else result

    return Transformed(func, run)


def jacfwd(func: Function, argnums: Any = 0, has_aux: bool = False, *, randomness: str = "error") -> Transformed:
    """The function that computes the Jacobian of ``func`` in forward mode, one pass for each element of the input.

    Raises RuntimeError for complex arguments or results.
    """

    def run(*args: Any) -> Any:
        _real_only("jacfwd", args, "inputs")
        primals = chosen(args, argnums)
        leaves, spec_in = flatten(primals)
        counts = [_numel(x) for x in leaves]
        rows = unflatten(basis_for(leaves), spec_in)

        def push(tangents: Any) -> Any:
            found = jvp_with(func, args, tangents, argnums, has_aux=has_aux)
            return found[1:] if has_aux else found[1]

        dims = (0, None) if has_aux else 0
        found = vmapped(push, 0, dims, randomness, (rows,), {})
        pushed, aux = found if has_aux else (found, None)
        columns, spec = flatten(pushed)
        _real_only("jacfwd", columns, "outputs")
        blocks = []
        for jac in columns:
            last = moved(jac, 0, jac.array.ndim - 1)
            parts = _split(last, counts, last.array.ndim - 1)
            blocks.append(unflatten([_unflat(p, x) for p, x in zip(parts, leaves, strict=True)], spec_in))
        result = unflatten(blocks, spec)
        return (result, aux) if has_aux else result

    return Transformed(func, run)


def _unflat(part: Tensor, x: Tensor) -> Any:
    shape = x.array.shape
    if not shape:
        return TENSORS.squeeze_dim(part, part.array.ndim - 1)
    return TENSORS.view(_contiguous(part), (*part.array.shape[:-1], *shape))


def _split(x: Tensor, counts: Sequence[int], dim: int) -> Any:
    return TENSORS.split_with_sizes(x, tuple(counts), dim)


def _contiguous(x: Tensor) -> Any:
    layer = layer_of(x)
    return x if layer is not None or x.array.flags.c_contiguous else TENSORS.clone(x, "C")


def hessian(func: Function, argnums: Any = 0) -> Transformed:
    """The function that computes the Hessian of ``func``: forward mode over reverse mode."""
    return jacfwd(jacrev(func, argnums), argnums)


def _register() -> None:
    for function in (jacrev, jacfwd, hessian):
        define_python(function.__name__, function, into="func")
    define_python("vmap", vmap, into="func")
    define_python("vmap", vmap, into="torch")


_register()
