"""L-BFGS: steps by an inverse Hessian that is known from the last gradients only.

Liu and Nocedal, "On the limited memory BFGS method" (1989); the line search is Nocedal and Wright's, "Numerical
optimization", algorithms 3.5 and 3.6, with cubic interpolation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...engine.callbacks import callee
from ...engine.state import state as modes
from ...engine.tensor import Tensor, wrap
from ...engine.worlds import roles
from ...numerics.releases import Difference, varying
from ..calls.registry import namespace
from .kernels import add, added
from .optimizer import Optimizer
from .options import check_options, checked_tensors, number
from .rule import Array
from .sgd_adam import check_lr
from .step_hooks import plain, with_hooks

Evaluate = Callable[[float], tuple[float, Array]]


def _not_maximized(maximize: bool) -> dict[str, Any]:
    if maximize:
        raise TypeError("LBFGS.__init__() got an unexpected keyword argument 'maximize'")
    return {}


@varying(
    Difference(
        "optim.LBFGS",
        "It can maximize, and shows that option.",
        "It only minimizes.",
        "torch.optim.LBFGS([torch.ones(1, requires_grad=True)])",
    ),
    before=_not_maximized,
)
def _own_options(maximize: bool) -> dict[str, Any]:
    return {"maximize": maximize}


class LBFGS(Optimizer):
    """L-BFGS; ``step`` needs a closure that computes the loss and its gradients anew."""

    __module__ = "torch.optim.lbfgs"

    def __init__(
        self,
        params: Any,
        lr: Any = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
        *,
        maximize: bool = False,
    ) -> None:
        check_lr({"lr": lr})
        options = {
            "lr": lr, "max_iter": max_iter, "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad, "tolerance_change": tolerance_change, "history_size": history_size,
            "line_search_fn": line_search_fn, **_own_options(maximize),
        }  # fmt: skip
        super().__init__(params, options)
        if len(self.param_groups) != 1:
            raise ValueError("LBFGS doesn't support per-parameter options (parameter groups)")

    def step(self, closure: Callable[[], Any]) -> Any:  # type: ignore[override]
        """Several steps, until the gradient or the change is small; the loss before them."""
        return self._take_step(closure) if plain(self) else with_hooks(self, self._take_step, (self, closure), {})

    def _take_step(self, closure: Callable[[], Any]) -> Any:
        group = self.param_groups[0]
        params: list[Tensor] = checked_tensors(group["params"])
        check_options(group)
        state = self.state[params[0]]
        check_options(state)
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)
        first = _evaluated(closure)
        sign = -1.0 if group.get("maximize") else 1.0
        loss, g = _number(first) * sign, _flat(params, sign)
        evaluations = 1
        state["func_evals"] += 1
        if np.abs(g).max() <= group["tolerance_grad"]:
            return first
        d: Array = state["d"].array if "d" in state else g
        t: Any = state.get("t")
        dirs: list[Tensor] = state.get("old_dirs") or []
        steps: list[Tensor] = state.get("old_stps") or []
        ro: list[Any] = state.get("ro") or []
        scale: Any = state.get("H_diag", 1)
        before: Array | None = state["prev_flat_grad"].array if "prev_flat_grad" in state else None
        before_loss, lr = loss, number(group["lr"])
        for k in range(1, group["max_iter"] + 1):
            state["n_iter"] += 1
            if state["n_iter"] == 1:
                d, dirs, steps, ro, scale = -g, [], [], [], 1
            else:
                assert before is not None
                scale = _remember(g - before, d * _weak(t), dirs, steps, ro, scale, group["history_size"])
                d = _direction(g, dirs, steps, ro, scale, state, group["history_size"])
            before, before_loss = g.copy(), loss
            t = min(1.0, float(1.0 / np.abs(g).sum())) * lr if state["n_iter"] == 1 else lr
            slope = g.dot(d)
            if slope > -group["tolerance_change"]:
                break
            used = 0
            small = np.abs(g).max() <= group["tolerance_grad"]
            if group["line_search_fn"] is not None:
                if group["line_search_fn"] != "strong_wolfe":
                    raise RuntimeError("only 'strong_wolfe' is supported")
                search = _Search(_along(closure, params, d, sign), d, loss, g, slope, group["max_eval"] - evaluations)
                loss, g, t = search.run(t)
                used = search.evaluations
                _move(params, t, d)
                small = np.abs(g).max() <= group["tolerance_grad"]
            else:
                _move(params, t, d)
                if k != group["max_iter"]:
                    loss, g = _number(_evaluated(closure)) * sign, _flat(params, sign)
                    small = np.abs(g).max() <= group["tolerance_grad"]
                    used = 1
            evaluations += used
            state["func_evals"] += used
            if k == group["max_iter"] or evaluations >= group["max_eval"] or small:
                break
            if np.abs(d * _weak(t)).max() <= group["tolerance_change"]:
                break
            if abs(loss - before_loss) < group["tolerance_change"]:
                break
        assert before is not None
        state.update(d=wrap(d), t=_weak(t), old_dirs=dirs, old_stps=steps, ro=ro, H_diag=scale,
                     prev_flat_grad=wrap(before), prev_loss=_weak(before_loss))  # fmt: skip
        return first


def _weak(t: Any) -> Any:
    return float(t) if isinstance(t, (np.generic, float)) else t


def _evaluated(closure: Callable[[], Any]) -> Any:
    before, modes.grad = modes.grad, True
    try:
        return callee(closure)()
    finally:
        modes.grad = before


def _number(loss: Any) -> float:
    """A loss as a number, without the warning that a program's ``float(loss)`` gives."""
    if isinstance(loss, Tensor):
        return float(loss.array.reshape(()) if loss.array.size == 1 else loss.array)
    return float(loss)


def _flat(params: list[Tensor], sign: float) -> Array:
    """All gradients as one vector, of complex numbers both parts; with -1 their negatives."""
    parts = [np.zeros_like(p.array) if p.grad is None else p.grad.array for p in params]
    flat = np.concatenate([_real(part).reshape(-1) for part in parts])
    return -flat if sign < 0 else flat


def _real(array: Array) -> Array:
    """The array itself, or of complex numbers a view of their parts."""
    found: Array = roles.view_as_real(wrap(array)).array if array.dtype.kind == "c" else array
    return found


def _move(params: list[Tensor], size: float, direction: Array) -> None:
    start = 0
    for p in params:
        place = _real(p.array)
        count = place.size
        add(place, direction[start : start + count].reshape(place.shape), float(size))
        p.bump()
        start += count


def _along(closure: Callable[[], Any], params: list[Tensor], d: Array, sign: float) -> Evaluate:
    """The loss and its gradient at a distance along a direction; the parameters stay where they are."""
    home = [p.array.copy() for p in params]

    def evaluate(t: float) -> tuple[float, Array]:
        _move(params, t, d)
        loss, g = _number(_evaluated(closure)) * sign, _flat(params, sign)
        for p, values in zip(params, home):
            p.array[...] = values
            p.bump()
        return loss, g

    return evaluate


def _remember(y: Array, s: Array, dirs: list[Tensor], steps: list[Tensor], ro: list[Any], scale: Any, most: int) -> Any:
    """Keep a change of the gradient and its step; the scale of the inverse Hessian."""
    curvature = y.dot(s)
    if not curvature > 1e-10:
        return scale
    if len(dirs) == most:
        for kept in (dirs, steps, ro):
            kept.pop(0)
    dirs.append(wrap(y))
    steps.append(wrap(s))
    ro.append(wrap(np.asarray(y.dtype.type(1.0) / curvature)))
    return wrap(np.asarray(curvature / y.dot(y)))


def _direction(
    g: Array, dirs: list[Tensor], steps: list[Tensor], ro: list[Any], scale: Any, state: dict[str, Any], most: int
) -> Array:
    """Minus the inverse Hessian times the gradient, by two loops over what is kept."""
    shares = state.setdefault("al", [None] * most)
    q = -g
    for k in range(len(dirs) - 1, -1, -1):
        shares[k] = wrap(np.asarray(steps[k].array.dot(q) * ro[k].array))
        q = added(q, dirs[k].array, -float(shares[k].array))
    r: Array = q * (scale.array if isinstance(scale, Tensor) else scale)
    for k in range(len(dirs)):
        back = dirs[k].array.dot(r) * ro[k].array
        r = added(r, steps[k].array, float(shares[k].array - back))
    return r


def _cubic(x1: Any, f1: Any, g1: Any, x2: Any, f2: Any, g2: Any, bounds: tuple[Any, Any] | None = None) -> Any:
    """The minimum of the cubic through two points with slopes, kept inside the bounds."""
    low, high = bounds if bounds is not None else (min(x1, x2), max(x1, x2))
    d1 = g1 + g2 - 3 * (f1 - f2) / (x1 - x2)
    square = d1**2 - g1 * g2
    if not square >= 0:
        return (low + high) / 2.0
    d2 = np.sqrt(square)
    if x1 <= x2:
        found = x2 - (x2 - x1) * ((g2 + d2 - d1) / (g2 - g1 + 2 * d2))
    else:
        found = x1 - (x1 - x2) * ((g1 + d2 - d1) / (g1 - g2 + 2 * d2))
    return min(max(found, low), high)


class _Search:
    """The line search for the strong Wolfe conditions."""

    decrease, flatness = 1e-4, 0.9

    def __init__(self, evaluate: Evaluate, d: Array, f: float, g: Array, slope: Any, most: int) -> None:
        self.evaluate, self.d, self.f, self.g, self.slope, self.most = evaluate, d, f, g, slope, most
        self.evaluations = 0

    def _at(self, t: Any) -> tuple[Any, float, Array, Any]:
        f, g = self.evaluate(t)
        self.evaluations += 1
        return t, f, g, g.dot(self.d)

    def _high(self, point: tuple[Any, float, Array, Any]) -> bool:
        return bool(point[1] > self.f + self.decrease * point[0] * self.slope)

    def _flat(self, point: tuple[Any, float, Array, Any]) -> bool:
        return bool(abs(point[3]) <= -self.flatness * self.slope)

    def run(self, t: Any) -> tuple[float, Array, Any]:
        """Loss, gradient and size of the step that was found."""
        last: tuple[Any, float, Array, Any] = (0, self.f, self.g, self.slope)
        now = self._at(t)
        rounds, done = 0, False
        bracket = [(0, self.f, self.g, self.slope), now]
        while rounds < self.most:
            if self._high(now) or (rounds > 1 and now[1] >= last[1]) or now[3] >= 0:
                done = not self._high(now) and not (rounds > 1 and now[1] >= last[1]) and self._flat(now)
                bracket = [now] if done else [last, now]
                break
            if self._flat(now):
                bracket, done = [now], True
                break
            t = _cubic(last[0], last[1], last[3], now[0], now[1], now[3],
                       (now[0] + 0.01 * (now[0] - last[0]), now[0] * 10))  # fmt: skip
            last, now = now, self._at(t)
            rounds += 1
        else:
            bracket = [(0, self.f, self.g, self.slope), now]
        return self._zoom(bracket, rounds, done)

    def _zoom(self, bracket: list[tuple[Any, float, Array, Any]], rounds: int, done: bool) -> tuple[float, Array, Any]:
        stuck = False
        low = 0 if bracket[0][1] <= bracket[-1][1] else 1
        reach = np.abs(self.d).max()
        while not done and rounds < self.most:
            (x1, f1, _, g1), (x2, f2, _, g2) = bracket
            if abs(x2 - x1) * reach < 1e-9:
                break
            least, most = min(x1, x2), max(x1, x2)
            t = _cubic(x1, f1, g1, x2, f2, g2)
            margin = 0.1 * (most - least)
            if min(most - t, t - least) < margin:
                if stuck or t >= most or t <= least:
                    t = most - margin if abs(t - most) < abs(t - least) else least + margin
                    stuck = False
                else:
                    stuck = True
            else:
                stuck = False
            now = self._at(t)
            rounds += 1
            if self._high(now) or now[1] >= bracket[low][1]:
                bracket[1 - low] = now
                low = 0 if bracket[0][1] <= bracket[1][1] else 1
            else:
                if self._flat(now):
                    done = True
                elif now[3] * (bracket[1 - low][0] - bracket[low][0]) >= 0:
                    bracket[1 - low] = bracket[low]
                bracket[low] = now
        best = bracket[low if len(bracket) > 1 else 0]
        return best[1], best[2], best[0]


namespace("torch.optim")["LBFGS"] = LBFGS
