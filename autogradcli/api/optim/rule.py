"""``Rule``: how an optimizer changes one parameter, as a formula that is written once.

A formula is a function ``(F, o, t, p, g, *kept)``. ``o`` are the options of the group, ``t`` is the number of the
step, ``p`` the parameter, ``g`` its gradient with weight decay in it, and ``kept`` what the rule carries from step to
step, in the order in which the rule names it. ``F`` is a module of operations, and says what the formula runs on:
``kernels`` takes arrays and rounds as PyTorch's kernels do, ``recorded`` takes tensors and leaves a graph behind. The
formula itself doesn't know which.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...engine.tensor import Tensor, wrap

Array = np.ndarray
Group = dict[str, Any]
Start = Callable[[Array, Array, Group], Array]


def _zeros(param: Array, g: Array, group: Group) -> Array:
    return np.zeros_like(param)


def one(param: Array, g: Array, group: Group) -> Array:
    """A number that begins as 1, whatever the parameter's dtype is."""
    return np.ones((), np.float32)


class Rule:
    """A formula, and what it keeps.

    ``keeps`` are the names in a parameter's state, or a function of the options and the parameter that tells them;
    ``starts`` are their first values where these aren't zeros like the parameter. ``counts`` says whether steps are
    counted; where they are not, ``t`` is 1 in the step that begins and 2 in every other. ``pairs`` says which complex
    numbers the formula takes for two real ones: ``"all"``, ``"kept"`` (all but the parameter) or ``""``. ``decays``
    says whether weight decay is applied before the formula, as a part of the gradient or decoupled from it, as the
    group wants; else it is the formula's own affair. ``captured`` is what PyTorch names when it refuses
    ``capturable``. ``together`` says that each element goes its own way, so that small parameters can be put in one
    line and changed at once. ``writes`` is how often PyTorch writes to the parameter, which its version tells.
    """

    def __init__(
        self,
        formula: Callable[..., None],
        keeps: tuple[str, ...] | Callable[[Group, Array], tuple[str, ...]] = (),
        starts: dict[str, Start] | None = None,
        counts: bool = True,
        pairs: str = "all",
        decays: bool = True,
        captured: str = "params and state_steps",
        together: bool = True,
        writes: int = 1,
    ) -> None:
        self.formula = formula
        self.keeps = keeps
        self.starts = starts or {}
        self.counts = counts
        self.pairs = pairs
        self.decays = decays
        self.captured = captured
        self.together = together and decays
        self.writes = writes

    def begin(self, param: Array, g: Array, state: Group, group: Group) -> None:
        """Fill the state of a parameter that has none."""
        if self.counts:
            state["step"] = wrap(np.zeros((), np.float32))
        for name in self.keeps(group, param) if callable(self.keeps) else self.keeps:
            state[name] = wrap(self.starts.get(name, _zeros)(param, g, group))

    def step(self, F: Any, param: Tensor, grad: Any, state: Group, group: Group) -> None:
        """Change a parameter and its state, by a gradient that is of the kind ``F`` takes."""
        p = whole = F.own(param)
        pairs = self.pairs if param.array.dtype.kind == "c" else ""
        if pairs:
            p, grad = F.pairs(p), F.pairs(grad)
        grad = self._decayed(F, p, grad, group)
        names = self.keeps(group, param.array) if callable(self.keeps) else self.keeps
        if self.counts:
            if not state:
                self.begin(param.array, F.array(grad), state, group)
            t = _count(state)
        else:
            t = 2.0
            for name in names:
                if state.get(name) is None:
                    self.begin(param.array, F.array(grad), state, group)
                    t = 1.0
        own = F.own
        kept = [own(state[name]) for name in names]
        if pairs:
            kept = [F.pairs(x) for x in kept]
            if pairs == "kept":
                p = whole
        self.formula(F, group, t, p, grad, *kept)

    def _decayed(self, F: Any, p: Any, grad: Any, group: Group) -> Any:
        """The gradient, weight decay being applied to it or to the parameter."""
        if self.decays:
            decay = group.get("weight_decay", 0)
            if decay != 0:
                if not group.get("decoupled_weight_decay"):
                    return F.decayed(grad, p, decay)
                F.scale(p, 1 - F.option(group["lr"]) * F.option(decay))
        return grad

    def count_writes(self, param: Tensor, group: Group) -> None:
        """Tell the parameter's version that a step was taken."""
        decays = self.decays and group.get("decoupled_weight_decay") and group["weight_decay"] != 0
        for _ in range(self.writes + bool(decays)):
            param.bump()

    def lines(self, p: Array, g: Array, state: Group, group: Group) -> list[Array] | None:
        """A small parameter, its gradient and what is kept of it, each in one line; None where the parameter isn't to
        be changed together with others, as in its first step."""
        if p.size > SMALL or not state or p.dtype.char not in "fd" or g.strides != p.strides:
            return None
        found = [p, g]
        for name in self.keeps(group, p) if callable(self.keeps) else self.keeps:
            kept = state.get(name)
            if kept is None:
                return None
            found.append(kept.array)
        for x in found:
            if x.dtype is not p.dtype or x.shape != p.shape or not x.flags.c_contiguous:
                return None
        return [x.reshape(-1) for x in found]

    def step_together(self, F: Any, entries: list[tuple[list[Array], Group]], group: Group) -> None:
        """``step`` for several parameters, given by their ``lines`` and states. The formula costs some twenty calls,
        whatever the number of elements is: here it costs them once."""
        alike: dict[tuple[float, str], list[list[Array]]] = {}
        for lines, state in entries:
            t = _count(state) if self.counts else 2.0
            alike.setdefault((t, lines[0].dtype.char), []).append(lines)
        for (t, _), several in alike.items():
            p, g, *kept = map(np.concatenate, zip(*several, strict=True))
            self.formula(F, group, t, p, self._decayed(F, p, g, group), *kept)
            begin = 0
            for line, _, *past in several:
                end = begin + line.size
                line[:] = p[begin:end]
                for old, new in zip(past, kept, strict=True):
                    old[:] = new[begin:end]
                begin = end


#: Elements of a parameter up to which putting it in one line with others and taking it back costs less than it saves.
SMALL = 8192


def _count(state: Group) -> float:
    """The number of the step that begins."""
    count = state["step"].array
    count += 1
    return float(count)
