"""``torch.func``: functions made from functions. ``grad``, ``vjp``, ``jvp`` and what is built from them.

Each runs the given function at a level of its own (``engine/levels/``), so that they nest in every order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...engine.forward import check_tangent
from ...engine.leaves import require_grad
from ...engine.levels.base import Level, layer_of
from ...engine.levels.grad import GradLevel
from ...engine.levels.jvp import JvpLevel
from ...engine.levels.lifted import lift
from ...engine.state import state
from ...engine.tangents import tangent_at, zeros
from ...engine.tensor import Tensor
from ...numerics import dtypes
from ...numerics.naming import shown_as
from ...operations.shape.dual import primal_alias
from ..autograd import backward_and_grad
from ..calls.argument_types import Value, type_name
from ..calls.overloads import Function as BuiltinFunction
from ..calls.python_function import PythonFunction, define_python
from ..calls.registry import Method, Property, attributes_of
from .pytree import Spec, flatten, tree_map, unflatten

Function = Callable[..., Any]

NO_HOOKS = (
    "torch.func.{grad, vjp, jacrev, hessian} don't yet support saved tensor hooks. Please open an issue with your use "
    "case."
)


@shown_as("function")
class Transformed:
    """What ``torch.func.grad(f)`` returns: callable as ``f`` is, and shown under its name."""

    __slots__ = ("call", "function")

    def __init__(self, function: Function, call: Function) -> None:
        self.function = function
        self.call = call

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.call(*args, **kwargs)

    @property
    def __name__(self) -> str:
        return name_of(self.function)

    @property
    def qualname(self) -> str:
        inner = self.function
        if isinstance(inner, BuiltinFunction):
            return f"_VariableFunctionsClass.{inner.name}"
        return str(getattr(inner, "qualname", None) or name_of(inner))

    def __repr__(self) -> str:
        return f"<function {self.qualname} at 0x{id(self):x}>"


def name_of(function: Any) -> str:
    """The name of a function in messages."""
    found = getattr(function, "name", None) or getattr(function, "__name__", None)
    return found if isinstance(found, str) else repr(function)


class graph_on:
    """Inside a transform operations are recorded, whatever the mode around it. ``hooks`` says whether saved-tensor
    hooks may be set: what PyTorch records for ``grad`` and ``vjp`` knows none (RuntimeError)."""

    __slots__ = ("grad", "hooks", "refusal")

    def __init__(self, hooks: bool = False) -> None:
        self.hooks = hooks

    def __enter__(self) -> None:
        self.refusal = state.hooks_refusal
        if not self.hooks:
            if state.pack_hooks:
                raise RuntimeError(NO_HOOKS)
            state.hooks_refusal = NO_HOOKS
        self.grad, state.grad = state.grad, True

    def __exit__(self, *problem: object) -> None:
        state.grad = self.grad
        state.hooks_refusal = self.refusal


# -- arguments --------------------------------------------------------------------------------------------------


def chosen(args: tuple[Any, ...], argnums: Any) -> Any:
    """The arguments that ``argnums`` means: one, or a tuple. Raises RuntimeError for numbers that aren't any's."""
    if not isinstance(argnums, (int, tuple)):
        raise RuntimeError(f"argnums must be int or Tuple[int, ...], got: {type(argnums)}")
    numbers = argnums if isinstance(argnums, tuple) else (argnums,)
    if not numbers:
        raise RuntimeError("argnums must be non-empty")
    wrapped = [_argnum(k, len(args)) for k in numbers]
    if len(set(wrapped)) != len(wrapped):
        raise RuntimeError(f"argnums elements must be unique, got {numbers}")
    return tuple(args[k] for k in wrapped) if isinstance(argnums, tuple) else args[wrapped[0]]


def _argnum(number: Any, count: int) -> int:
    if not isinstance(number, int):
        raise RuntimeError(f"argnum must be int, got: {type(number)}")
    if not -count <= number < count:
        raise RuntimeError(f"Got argnum={number}, but only {count} positional inputs")
    return number % count


def replaced(args: tuple[Any, ...], argnums: Any, new: Any) -> tuple[Any, ...]:
    """The arguments with those of ``argnums`` replaced."""
    out = list(args)
    if isinstance(argnums, int):
        out[_argnum(argnums, len(args))] = new
        return tuple(out)
    for number, value in zip(argnums, new, strict=True):
        out[_argnum(number, len(args))] = value
    return tuple(out)


def lifted(tree: Any, level: Level) -> Any:
    """Every tensor of a nested value as one of the level."""
    return tree_map(lambda x: lift(level, x) if isinstance(x, Tensor) else x, tree)


def require(tree: Any) -> None:
    """Make every leaf a leaf of the level's graph. Raises ValueError for what is no tensor."""
    for x in flatten(tree)[0]:
        if not isinstance(x, Tensor):
            raise ValueError(f"Thing passed to transform API must be Tensor, got {type(x)}")
        require_grad(x)


def lowered(tree: Any, level: Level) -> Any:
    """Every tensor of a nested value as the level below sees it. Raises RuntimeError for what is no tensor."""

    def unwrap(x: Any) -> Any:
        if not isinstance(x, Tensor):
            raise RuntimeError(f"Expected tensors, got unsupported type {type(x)}")
        layer = layer_of(x, level)
        return x if layer is None else layer.value

    return tree_map(unwrap, tree)


def split_aux(output: Any, has_aux: bool, who: str) -> tuple[Any, Any]:
    if not has_aux:
        return output, None
    if not (isinstance(output, tuple) and len(output) == 2):
        raise RuntimeError(f"{who}: output of function f should be a tuple: (output, aux) if has_aux is True")
    return output


def only_tensors(leaves: Sequence[Any], who: str) -> None:
    if not leaves or list(leaves) == [None]:
        raise RuntimeError(f"{who}: Expected f to be a function that has non-empty output (got output = {leaves})")
    for x in leaves:
        if not isinstance(x, Tensor):
            raise RuntimeError(f"{who}: expected f(*primals) to return only tensors, got unsupported type {type(x)}")


def pulled(
    outputs: Sequence[Tensor],
    inputs: Sequence[Tensor],
    cotangents: Sequence[Any] | None,
    create_graph: bool = True,
    hooks: bool = False,
) -> list[Tensor]:
    """Gradients that leave a level; zeros where there is no path. ``hooks``: saved-tensor hooks may run."""
    given = [None] * len(outputs) if cotangents is None else list(cotangents)
    live = [k for k, out in enumerate(outputs) if out.node is not None]
    if not live:
        return [zeros(x) for x in inputs]
    roots = [outputs[k] for k in live]
    seeds = None if cotangents is None else [given[k] for k in live]
    if hooks:  # which see the level's own tensors
        found: Sequence[Any] = backward_and_grad.grad(
            roots, list(inputs), seeds, retain_graph=True, create_graph=create_graph, allow_unused=True
        )
    else:
        found = backward_and_grad.grad_leaving(tuple(roots), tuple(inputs), seeds, create_graph)
    return [zeros(x) if g is None else g for g, x in zip(found, inputs, strict=True)]


# -- grad ---------------------------------------------------------------------------------------------------------


def _grad_and_value(func: Function, argnums: Any, has_aux: bool, args: tuple[Any, ...], kwargs: Any) -> Any:
    who = "grad_and_value(f)(*args)"
    with GradLevel() as level, graph_on():
        args = lifted(args, level)
        kwargs = lifted(kwargs, level)
        inputs = chosen(args, argnums)
        require(inputs)
        output, aux = split_aux(func(*args, **kwargs), has_aux, who)
        if not isinstance(output, Tensor):
            raise RuntimeError(f"{who}: Expected f(*args) to return a Tensor, got {type(output)}")
        if output.array.ndim:
            raise RuntimeError(
                f"{who}: Expected f(*args) to return a scalar Tensor, got tensor with {output.array.ndim} dims. Maybe "
                "you wanted to use the vjp or jacrev APIs instead?"
            )
        leaves, spec = flatten(inputs)
        found = unflatten(pulled([output], leaves, None), spec)
        found, output = lowered(found, level), lowered(output, level)
        if has_aux:
            return found, (output, lowered(aux, level))
        return found, output


def grad(func: Function, argnums: Any = 0, has_aux: bool = False) -> Transformed:
    """The function that computes the gradient of ``func``, which must return a scalar, for its argument ``argnums``.

    ``argnums`` may be a tuple. With ``has_aux`` the function returns ``(output, aux)``, the gradient ``(grad, aux)``.
    """

    def run(*args: Any, **kwargs: Any) -> Any:
        found, value = _grad_and_value(func, argnums, has_aux, args, kwargs)
        return (found, value[1]) if has_aux else found

    return Transformed(func, run)


def grad_and_value(func: Function, argnums: Any = 0, has_aux: bool = False) -> Transformed:
    """The function that computes the gradient of ``func`` and its value: ``(grad, value)``."""
    return Transformed(func, lambda *args, **kwargs: _grad_and_value(func, argnums, has_aux, args, kwargs))


# -- vjp ----------------------------------------------------------------------------------------------------------


@shown_as("function")
class Pullback:
    """The function that ``vjp`` returns: cotangents to gradients, as often as one likes."""

    __slots__ = ("hooks", "inputs", "level", "outputs", "spec", "spec_in")

    def __init__(
        self, level: Level, outputs: list[Tensor], spec: Spec, inputs: list[Tensor], spec_in: Spec, hooks: bool
    ) -> None:
        self.hooks = hooks
        self.level = level
        self.outputs = outputs
        self.spec = spec
        self.inputs = inputs
        self.spec_in = spec_in

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return _bound_cotangents(self, *args, **kwargs)

    def pull(self, cotangents: Any, create_graph: bool | None) -> Any:
        leaves, spec = flatten(cotangents)
        if spec != self.spec:
            raise RuntimeError(
                "Expected pytree structure of cotangents to be the same as pytree structure of outputs to the "
                f"function. cotangents: {spec.shape_text()}, primal output: {self.spec.shape_text()}"
            )
        self.level.grad = state.grad  # what is recorded below is decided now
        graph = state.grad if create_graph is None else create_graph
        with self.level:
            found = pulled(self.outputs, self.inputs, leaves, graph, self.hooks)
            return lowered(unflatten(found, self.spec_in), self.level)

    def __repr__(self) -> str:
        return f"<function _vjp_with_argnums.<locals>.wrapper at 0x{id(self):x}>"


def wrapper(self: Pullback, cotangents: Any, retain_graph: bool = True, create_graph: bool | None = None) -> Any:
    return self.pull(cotangents, create_graph)


wrapper.__qualname__ = "_vjp_with_argnums.<locals>.wrapper"
_bound_cotangents = wrapper


def vjp_with(
    func: Function, args: tuple[Any, ...], argnums: Any = None, has_aux: bool = False, hooks: bool = False
) -> tuple[Any, ...]:
    """``(output, pullback)`` or ``(output, pullback, aux)``, for all arguments or those of ``argnums``."""
    who = "vjp(f, *primals)"
    with GradLevel() as level, graph_on(hooks):
        args = lifted(args, level)
        primals = args if argnums is None else chosen(args, argnums)
        require(primals)
        inputs, spec_in = flatten(primals)
        output, aux = split_aux(func(*args), has_aux, who)
        outputs, spec = flatten(output)
        only_tensors(outputs, who)
        result = lowered(output, level)
        for out in outputs:
            if out.array.dtype.kind not in dtypes.INEXACT:
                raise RuntimeError(
                    "vjp(f, ...): All outputs of f must be floating-point or complex Tensors, got Tensor with dtype "
                    f"{out.dtype}"
                )
        pull = Pullback(level, outputs, spec, inputs, spec_in, hooks)
        if has_aux:
            return result, pull, lowered(aux, level)
        return result, pull


def vjp(func: Function, *primals: Value, has_aux: bool = False) -> tuple[Any, ...]:
    """The value of ``func`` at ``primals``, and the function that takes a cotangent to the gradients of all primals."""
    return vjp_with(func, primals, None, has_aux)


# -- jvp ----------------------------------------------------------------------------------------------------------


def jvp_with(
    func: Function,
    args: tuple[Any, ...],
    tangents: Value,
    argnums: Any = None,
    strict: bool = False,
    has_aux: bool = False,
) -> tuple[Any, ...]:
    """``(output, tangent)`` or ``(output, tangent, aux)``."""
    who = "jvp(f, primals, tangents)"
    if state.dual_level:
        raise RuntimeError("Nested forward mode AD is not supported at the moment")
    if not isinstance(args, tuple):
        raise RuntimeError(f"{who}: Expected primals to be a tuple. E.g. it should be valid to call f(*primals).")
    primals = args if argnums is None else chosen(args, argnums)
    leaves, spec = flatten(primals)
    along, spec_along = flatten(tangents)
    if spec != spec_along:
        raise RuntimeError(
            f"{who}: Expected primals and tangents to have the same python structure. For example, if primals is a "
            f"tuple of 3 tensors, tangents also must be. Got primals with structure {spec.text()} and tangents with "
            f"structure {spec_along.text()}"
        )
    _at_least_one(leaves, who, "primals")
    _at_least_one(along, who, "tangents")
    with JvpLevel() as level:
        duals = unflatten([_dual(level, x, t) for x, t in zip(leaves, along, strict=True)], spec)
        given = duals if argnums is None else replaced(lifted(args, level), argnums, duals)
        output, aux = split_aux(func(*given), has_aux, who)
        outputs, spec_out = flatten(output)
        only_tensors(outputs, who)
        values: list[Tensor] = []
        pushed: list[Tensor] = []
        for out in outputs:
            tangent = tangent_at(out, level)
            layer = layer_of(out, level)
            value = out if layer is None else layer.value
            if tangent is None:
                if strict:
                    raise RuntimeError(
                        "jvp(f, primals, tangents, strict=True): The output of f is independent of the inputs. This "
                        "is not allowed with strict=True."
                    )
                tangent = zeros(value)
            values.append(value if value.node is None else primal_alias(value))
            pushed.append(tangent)
        found = unflatten(values, spec_out), unflatten(pushed, spec_out)
        return (*found, lowered(aux, level)) if has_aux else found


def _at_least_one(leaves: Sequence[Any], who: str, word: str) -> None:
    if not leaves:
        raise RuntimeError(f"{who}: Expected {word} to contain at least one Tensor.")
    for x in leaves:
        if not isinstance(x, Tensor):
            raise RuntimeError(f"{who}: Expected {word} to only contain Tensors, got {type(x)}")


def _dual(level: Level, x: Tensor, tangent: Tensor) -> Tensor:
    for word, value in (("primal", x), ("tangent", tangent)):
        if value.array.dtype.kind not in dtypes.INEXACT:
            raise ValueError(f"Expected {word} to be floating point or complex, but got: {value.dtype}")
    check_tangent(x, tangent)
    return lift(level, x, tangent)


def jvp(
    func: Function, primals: Value, tangents: Value, *, strict: bool = False, has_aux: bool = False
) -> tuple[Any, ...]:
    """The value of ``func`` at ``primals`` and its derivative along ``tangents``, both tuples, in forward mode."""
    return jvp_with(func, primals, tangents, None, strict, has_aux)


def linearize(func: Function, *primals: Value) -> tuple[Any, Transformed]:
    """The value of ``func`` at ``primals`` and its derivative there as a function of tangents: ``func`` runs once."""
    output, pull = vjp_with(func, primals, hooks=True)
    leaves, spec = flatten(primals)

    def push(*tangents: Value) -> Any:
        along, spec_along = flatten(tangents)
        if spec_along != spec:
            raise RuntimeError(
                "Expected the tangents to have the same structure as primals, got "
                f"{spec_along.text()} and {spec.text()}"
            )
        for x, t in zip(leaves, along, strict=True):
            if not isinstance(t, Tensor) or t.array.shape != x.array.shape:
                raise RuntimeError("Expected the tangents to have the same shapes as primals")
        return _transposed(pull, along)

    return output, Transformed(func, push)


def _transposed(pull: Pullback, tangents: list[Tensor]) -> Any:
    """J t as the gradient, with respect to g, of <J^T g, t>."""
    with GradLevel() as level, graph_on(hooks=True):
        seeds = [lift(level, zeros(out)) for out in pull.outputs]
        for seed in seeds:
            require_grad(seed)
        rows = flatten(pull.pull(unflatten(seeds, pull.spec), True))[0]
        found = pulled(rows, seeds, tangents)
        return lowered(unflatten(found, pull.spec), level)


def _numel(x: Any) -> int:
    if not isinstance(x, Tensor):
        raise AttributeError(f"'{type_name(x)}' object has no attribute 'numel'")
    return int(x.array.size)


def _register() -> None:
    attributes_of(Transformed)["__call__"] = Method(Transformed.__call__)
    attributes_of(Transformed)["__name__"] = Property(lambda f: name_of(f.function))
    for kind in (BuiltinFunction, PythonFunction):
        attributes_of(kind)["__name__"] = Property(lambda f: f.name)
    attributes_of(Pullback)["__call__"] = Method(Pullback.__call__)
    for function in (grad, grad_and_value, vjp, jvp, linearize):
        define_python(function.__name__, function, into="func")


_register()
