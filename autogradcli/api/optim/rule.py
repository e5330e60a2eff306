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
    ``capturable``.
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
    ) -> None:
        self.formula = formula
        self.keeps = keeps
        self.starts = starts or {}
        self.counts = counts
        self.pairs = pairs
        self.decays = decays
        self.captured = captured

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
        if self.decays:
            decay = group.get("weight_decay", 0)
            if decay != 0:
                if group.get("decoupled_weight_decay"):
                    F.scale(p, 1 - F.option(group["lr"]) * F.option(decay))
                else:
                    grad = F.decayed(grad, p, decay)
        names = self.keeps(group, param.array) if callable(self.keeps) else self.keeps
        if self.counts:
            if not state:
                self.begin(param.array, F.array(grad), state, group)
            count = state["step"].array
            count += 1
            t = float(count)
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
