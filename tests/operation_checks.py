"""What every declaration has to satisfy, as functions of one sample call; each raises Failed with the numbers.

Directions are random, so one number stands for the whole Jacobian: with inputs x, outputs y = f(x), a direction t and
a cotangent u, the backward pass gives J^T u and finite differences give J t, and <u, J t> = <J^T u, t>. On complex
numbers the product is Re sum(conj(a) b), which is what makes a gradient PyTorch's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from operation_samples import Sample

from autogradcli import events
from autogradcli.engine import forward  # noqa: F401 - whoever begins a dual level imports it
from autogradcli.engine.backward import Pass
from autogradcli.engine.node import index_of, node_of
from autogradcli.engine.record import run_arrays
from autogradcli.engine.state import state
from autogradcli.engine.tensor import Tensor, wrap
from autogradcli.explain.derivation import gradients as formulas
from autogradcli.explain.expression_text import text_of
from autogradcli.explain.normal.choosing import begin, formula
from autogradcli.explain.normal.forms import TooLong, word
from autogradcli.explain.normal.index_notation import Reader
from autogradcli.explain.normal.terms import NotSaid
from autogradcli.explain.spelling import Unspeakable, functions_of
from autogradcli.numerics.dtypes import DType
from autogradcli.session import Session

STEP = 1e-5
TOLERANCE = 2e-6


class Failed(AssertionError):
    """A declaration does not satisfy a check."""


# -- calling ------------------------------------------------------------------------------------------------


def call(sample: Sample, inputs: Sequence[Tensor]) -> list[Tensor]:
    """The operation's differentiable results."""
    results = sample.op.call(*sample.arguments(inputs))
    several = results if isinstance(results, tuple) else (results,)
    kept = sample.op.differentiable
    return [t for k, t in enumerate(several) if (kept is None or k in kept) and t.array.dtype.kind in "fc"]


def values(sample: Sample, inputs: Sequence[np.ndarray]) -> list[np.ndarray]:
    return [t.array for t in call(sample, [wrap(x) for x in inputs])]


def leaves(inputs: Sequence[np.ndarray]) -> list[Tensor]:
    return [Tensor(np.array(x), requires_grad=True) for x in inputs]


def gradients(outputs: Sequence[Tensor], seeds: Sequence[Any], inputs: Sequence[Tensor], create: bool) -> list[Any]:
    """J^T u by the engine: arrays, or tensors with ``create``. Zeros where nothing arrives."""
    task = Pass(True, create, [x.node for x in inputs], accumulate=False)
    task.run([(y.node, u) for y, u in zip(outputs, seeds, strict=True) if y.node is not None])
    found = [task.captured.get((x.node, 0)) for x in inputs]
    return [_zeros(x, create) if g is None else g for x, g in zip(inputs, found, strict=True)]


def _zeros(x: Tensor, create: bool) -> Any:
    zeros = np.zeros(x.array.shape, x.array.dtype)
    return wrap(zeros) if create else zeros


def backward(sample: Sample, inputs: Sequence[np.ndarray], seeds: Sequence[np.ndarray]) -> list[np.ndarray]:
    """J^T u in the array world, at these inputs."""
    tensors = leaves(inputs)
    outputs = call(sample, tensors)
    seeds = [np.array(u) for u in seeds]
    grads = gradients(outputs, seeds, tensors, create=False)
    return [np.asarray(g) for g in grads]


# -- numbers ------------------------------------------------------------------------------------------------


def inner(a: Sequence[np.ndarray], b: Sequence[np.ndarray]) -> float:
    return float(sum(np.sum((np.conj(x) * y).real) for x, y in zip(a, b, strict=True)))


def scale(a: Sequence[np.ndarray], b: Sequence[np.ndarray]) -> float:
    return float(sum(np.sum(np.abs(x) * np.abs(y)) for x, y in zip(a, b, strict=True)))


def directions(like: Sequence[np.ndarray], random: np.random.Generator, keep: Sequence[Any] = ()) -> list[Any]:
    """Random arrays of the shapes and kinds of these, and, where told so, of their structure."""
    out = []
    for k, x in enumerate(like):
        t = random.uniform(-1, 1, x.shape)
        if x.dtype.kind == "c":
            t = t + 1j * random.uniform(-1, 1, x.shape)
        if keep and keep[k] is not None:
            t = keep[k](t)
        out.append(np.asarray(t, dtype=x.dtype))
    return out


def moved(x: Sequence[np.ndarray], t: Sequence[np.ndarray], h: float) -> list[np.ndarray]:
    return [np.asarray(a + h * d) for a, d in zip(x, t, strict=True)]


def compare(sample: Sample, check: str, got: float, want: float, size: float, tolerance: float = TOLERANCE) -> None:
    if not abs(got - want) <= tolerance * max(1.0, size):
        raise Failed(f"{sample}: {check}: {got:.10g}, finite differences say {want:.10g}")


def same(sample: Sample, what: str, got: Sequence[Any], want: Sequence[Any], rtol: float = 1e-9) -> None:
    for k, (a, b) in enumerate(zip(got, want, strict=True)):
        a, b = np.asarray(a), np.asarray(b)
        if a.shape != b.shape:
            raise Failed(f"{sample}: {what}, number {k}: shape {a.shape}, not {b.shape}")
        if not np.allclose(a, b, rtol=rtol, atol=rtol, equal_nan=True):
            raise Failed(f"{sample}: {what}, number {k}: {_short(a)}, not {_short(b)}")


def _short(a: np.ndarray) -> str:
    return np.array2string(a.reshape(-1)[:6], precision=6) + ("..." if a.size > 6 else "")


class Point:
    """A sample with the cotangents and directions of its checks."""

    def __init__(self, sample: Sample) -> None:
        self.sample = sample
        self.random = np.random.default_rng(7)
        self.x = sample.inputs
        self.y = values(sample, self.x)
        self.u = directions(self.y, self.random)
        self.t = directions(self.x, self.random, sample.keep)


# -- the checks ---------------------------------------------------------------------------------------------


def check_first_order(point: Point) -> None:
    """The backward pass against finite differences of the forward."""
    sample, x, u = point.sample, point.x, point.u
    for t in (point.t, directions(x, point.random, sample.keep)):
        up, down = values(sample, moved(x, t, STEP)), values(sample, moved(x, t, -STEP))
        slope = [(a - b) / (2 * STEP) for a, b in zip(up, down, strict=True)]
        grads = backward(sample, x, u)
        for k, (g, a) in enumerate(zip(grads, x, strict=True)):
            if g.shape != a.shape or g.dtype != a.dtype:
                got, want = f"{g.dtype} of {g.shape}", f"{a.dtype} of {a.shape}"
                raise Failed(f"{sample}: the gradient of input {k} is {got}, the input {want}")
        compare(sample, "first order", inner(grads, t), inner(u, slope), scale(u, slope) + scale(grads, t))


def check_second_order(point: Point) -> None:
    """The gradient of the gradient, with respect to inputs and cotangents, against differences of the first."""
    sample, x, u = point.sample, point.x, point.u
    v, w = point.t, directions(u, point.random)
    t = directions(x, point.random, sample.keep)
    tensors, seeds = leaves(x), leaves(u)
    grads = gradients(call(sample, tensors), seeds, tensors, create=True)
    found = gradients(grads, [np.array(a) for a in v], [*tensors, *seeds], create=False)
    up = backward(sample, moved(x, t, STEP), moved(u, w, STEP))
    down = backward(sample, moved(x, t, -STEP), moved(u, w, -STEP))
    slope = [(a - b) / (2 * STEP) for a, b in zip(up, down, strict=True)]
    compare(
        sample, "second order", inner(found, [*t, *w]), inner(v, slope), scale(v, slope) + scale(found, [*t, *w]), 5e-6
    )


def check_forward_mode(point: Point) -> None:
    """Forward mode against reverse: <u, J t> = <J^T u, t>."""
    sample, x, u, t = point.sample, point.x, point.u, point.t
    tensors = [wrap(a) for a in x]
    for tensor, direction in zip(tensors, t, strict=True):
        tensor.need_meta().tangent = wrap(direction)
        tensor.need_meta().level = 1
    state.dual_level = 1
    state.refresh()
    try:
        outputs = call(sample, tensors)
    finally:
        state.dual_level = 0
        state.refresh()
    pushed = []
    for y in outputs:
        tangent = y.meta.tangent if y.meta is not None else None
        if tangent is not None and tangent.array.shape != y.array.shape:
            raise Failed(
                f"{sample}: forward mode: a tangent of shape {tangent.array.shape} for a result of {y.array.shape}"
            )
        pushed.append(np.zeros_like(y.array) if tangent is None else tangent.array)
    grads = backward(sample, x, u)
    got, want = inner(u, pushed), inner(grads, t)
    if not abs(got - want) <= 1e-9 * max(1.0, scale(u, pushed) + scale(grads, t)):
        raise Failed(f"{sample}: forward mode: <u, J t> = {got:.10g}, reverse: <J^T u, t> = {want:.10g}")


def check_worlds(point: Point) -> None:
    """The rules on arrays, by generated and by general code, and on tensors give the same gradients."""
    sample, x, u = point.sample, point.x, point.u
    arrays = backward(sample, x, u)
    tensors = leaves(x)
    recorded = gradients(call(sample, tensors), [wrap(np.array(a)) for a in u], tensors, create=True)
    same(sample, "gradients on tensors against those on arrays", [g.array for g in recorded], arrays)
    same(sample, "gradients by the general path", _general(sample, x, u), arrays)


def _general(sample: Sample, x: Sequence[np.ndarray], u: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Forward and backward without generated code."""
    tensors = leaves(x)
    state.tape = []
    state.refresh()
    try:
        outputs = call(sample, tensors)
    finally:
        state.tape = None
        state.refresh()
    recorded = [(y.node, a) for y, a in zip(outputs, u, strict=True) if y.node is not None]
    if not recorded:
        return [np.zeros_like(a) for a in x]
    node = node_of(recorded[0][0])
    assert node is not None
    seed: Any = recorded[0][1]
    if type(node).outputs > 1:
        seed = [None] * type(node).outputs
        for edge, a in recorded:
            seed[index_of(edge)] = np.array(a)
    found = run_arrays(node, seed)
    at = {id(edge): g for edge, g in zip(node.edges, found, strict=True) if edge is not None and g is not None}
    return [np.asarray(at.get(id(leaf.node), np.zeros_like(a))) for leaf, a in zip(tensors, x, strict=True)]


def check_float32(point: Point) -> None:
    """Operands of single precision give results and gradients of single precision, and the same numbers."""
    single = point.sample.map(
        lambda a: a.astype(np.complex64 if a.dtype.kind == "c" else np.float32), "in single precision"
    )
    if any(isinstance(a, (np.dtype, DType)) for a in single.args):
        return  # it is told which dtype the result has
    sample = point.sample
    x = single.inputs
    y = values(single, x)
    for a, b in zip(y, point.y, strict=True):
        want = np.complex64 if b.dtype.kind == "c" else np.float32
        if a.dtype != want:
            raise Failed(f"{single}: the result is {a.dtype}")
    same(single, "the result", y, point.y, 2e-3)
    grads = backward(single, x, [a.astype(b.dtype) for a, b in zip(point.u, y, strict=True)])
    for k, (g, a) in enumerate(zip(grads, x, strict=True)):
        if g.dtype != a.dtype:
            raise Failed(f"{single}: the gradient of input {k} is {g.dtype}")
    for node_dtype in _raw_dtypes(single, x, y):
        if node_dtype not in (np.float32, np.complex64):
            raise Failed(
                f"{single}: a rule gives {node_dtype} before it is cast: an index or a count in it needs F.cast"
            )
    same(single, "the gradient", grads, backward(sample, point.x, point.u), 1e-2)


def _raw_dtypes(sample: Sample, x: Sequence[np.ndarray], y: Sequence[np.ndarray]) -> list[np.dtype]:
    """The dtypes that the rules themselves give."""
    tensors = leaves(x)
    outputs = [t for t in call(sample, tensors) if t.node is not None]
    if len(outputs) != 1 or type(node_of(outputs[0].node)).outputs > 1:
        return []
    node = node_of(outputs[0].node)
    assert node is not None
    return [g.dtype for g in run_arrays(node, np.ones_like(outputs[0].array)) if g is not None]


def check_formula(point: Point) -> None:
    """The rules on expressions have the same values, and their text gives them again when it is run."""
    sample, x, u = point.sample, point.x, point.u
    names = [f"x{k}" for k in range(len(x))] if len(x) > 1 else ["x"]
    seeds = {f"g{k}" if len(u) > 1 else "g": wrap(np.array(a)) for k, a in enumerate(u)}
    variables = {name: wrap(np.array(a)) for name, a in zip(names, x, strict=True)}
    compute = lambda v: tuple(call(sample, [v[name] for name in names]))  # noqa: E731
    found = formulas(compute, variables, list(seeds.values())).gradients
    arrays = backward(sample, x, u)
    session = Session()
    session.variables.update(variables | seeds)
    for (name, expression), want in zip(found, arrays, strict=True):
        if expression is None:
            same(sample, f"the gradient of {name}, which no formula reaches", [want], [np.zeros_like(want)])
            continue
        same(sample, f"the formula of {name}", [expression.tensor.array], [want])
        try:
            text = text_of(expression, frozenset(session.variables))
        except Unspeakable as error:
            if any(functions_of(sample.op.spelling)):
                raise Failed(f"{sample}: the formula of {name}: {error}") from None
            continue  # only rules call this operation: no program can, so none has a formula with its gradient
        if "vjp" in text or "lambda" in text:
            raise Failed(f"{sample}: the formula of {name} is no closed form: {text}")
        same(sample, f"the formula of {name}, {text}", [evaluated(sample, session, text)], [want])
        begin()
        try:
            short = str(formula(Reader().read(expression), word(name)))
        except (NotSaid, TooLong):
            continue
        got = evaluated(sample, session, short, as_tensor=True)
        # Shown only where it agrees, so a hole (0 / 0 where the rule has a guard) is no fault here; another number is.
        if np.isfinite(got).all() and got.dtype == want.dtype:
            same(sample, f"the short formula of {name}, {short}", [got], [want], rtol=1e-6)


def evaluated(sample: Sample, session: Session, text: str, as_tensor: bool = False) -> np.ndarray:
    """The value of a line of the language. Raises Failed with its error, or where it is no tensor.

    ``as_tensor``: a number is as good as a tensor without dimensions.
    """
    seen: list[events.Event] = []
    if not session.run(text, seen.append):
        error = seen[-1]
        assert isinstance(error, events.Failed)
        raise Failed(f"{sample}: the formula {text} raises {error.type}: {error.message}")
    value = next((e.value for e in seen if isinstance(e, events.Value)), None)
    if as_tensor and isinstance(value, (int, float)):
        return np.asarray(float(value))
    if not isinstance(value, Tensor):
        raise Failed(f"{sample}: the formula {text} gives {value!r}, no tensor")
    return value.array
