"""Random programs against finite differences: smooth expressions, and views with changes in place.

Both speak the language through a session, so what Hypothesis finds is a program that one can paste into a prompt.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from operation_checks import gradients

from autogradcli import events
from autogradcli.engine.tensor import Tensor, wrap
from autogradcli.session import Session

STEP = 1e-5


def run(session: Session, text: str) -> str:
    """Run a program: "", or the message of its error."""
    seen: list[events.Event] = []
    if session.run(text, seen.append, echo=False):
        return ""
    error = seen[-1]
    assert isinstance(error, events.Failed)
    return f"{error.type}: {error.message}"


# -- smooth expressions -------------------------------------------------------------------------------------

#: Bounded functions, so that no depth of nesting makes numbers that finite differences can't follow.
UNARY = (
    "sin({})", "cos({})", "tanh({})", "sigmoid({})", "exp(-({}) ** 2)", "log(2 + sin({}))", "sqrt(2 + cos({}))",
    "-{}", "({}).t()", "({}).sum()", "({}).mean(0)", "({}).sum(1, keepdim=True)", "({}) ** 2 / 4",
    "2 / (3 + tanh({}))", "({})[0]", "({})[:, 1:]", "softmax({}, 1)", "logsumexp({}, 0)", "({}).reshape(-1)[0]",
)  # fmt: skip
BINARY = (
    "({} + {})", "({} - {}) / 2", "{} * {}", "sin({}) * cos({})", "({}) / (2 + sin({}))",
    "(2 + cos({})) ** tanh({})", "tanh({}) @ tanh({})", "where(m, {}, {})",
    "torch.stack([({}).mean(), ({}).mean()])",
)  # fmt: skip
SHAPES = {"x": (3, 3), "y": (3, 3), "r": (1, 3), "s": ()}


@st.composite
def programs(draw: st.DrawFn) -> list[str]:
    """Lines that each make one more tensor of those before: a graph in which parts are shared."""
    names = list(SHAPES)
    lines = []
    for k in range(draw(st.integers(1, 6))):
        if draw(st.booleans()):
            made = draw(st.sampled_from(UNARY)).format(draw(st.sampled_from(names)))
        else:
            made = draw(st.sampled_from(BINARY)).format(draw(st.sampled_from(names)), draw(st.sampled_from(names)))
        lines.append(f"t{k} = {made}")
        names.append(f"t{k}")
    return lines


def evaluate(lines: Sequence[str], inputs: dict[str, Tensor]) -> Tensor | None:
    """The sum of what the lines make, weighted so that nothing cancels. A line that doesn't fit its shapes makes
    the first input again. None where the result depends on nothing."""
    session = Session()
    session.variables.update(inputs)
    session.variables["m"] = wrap(np.eye(3) > 0)
    total = []
    for k, line in enumerate(lines):
        error = run(session, line)
        if error:
            assert error.startswith(("RuntimeError", "IndexError")), f"{line}: {error}"
            assert not run(session, f"t{k} = x * 1")
        total.append(f"(t{k} * {0.5 + 0.25 * k}).sum()")
    assert not run(session, "loss = " + " + ".join(total))
    loss = session.variables["loss"]
    assert isinstance(loss, Tensor)
    return loss


def seeded(shapes: dict[str, tuple[int, ...]], seed: int) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    return {name: random.uniform(-1.2, 1.2, shape) for name, shape in shapes.items()}


@settings(max_examples=60)
@given(lines=programs(), seed=st.integers(0, 3))
def test_gradients_of_random_graphs(lines: list[str], seed: int) -> None:
    """First and second derivatives of a random graph in a random direction."""
    values, along = seeded(SHAPES, seed), seeded(SHAPES, seed + 10)

    def pulled(shift: float, create: bool) -> tuple[float, list[Any], list[Tensor]]:
        leaves = {n: Tensor(v + shift * along[n], requires_grad=True) for n, v in values.items()}
        loss = evaluate(lines, leaves)
        assert loss is not None
        one: Any = np.ones(())
        found = gradients([loss], [wrap(one) if create else one], list(leaves.values()), create)
        return float(loss.array), found, list(leaves.values())

    def directional(grads: Sequence[Any]) -> float:
        return float(sum(np.sum(g * along[n]) for g, n in zip(grads, SHAPES, strict=True)))

    (up, grads_up, _), (down, grads_down, _) = pulled(STEP, False), pulled(-STEP, False)
    _, first, leaves = pulled(0.0, True)
    slope = directional([g.array for g in first])
    np.testing.assert_allclose(slope, (up - down) / (2 * STEP), rtol=2e-6, atol=2e-6)
    second = gradients(first, [np.array(along[n]) for n in SHAPES], leaves, create=False)
    curvature = (directional(grads_up) - directional(grads_down)) / (2 * STEP)
    np.testing.assert_allclose(directional(second), curvature, rtol=1e-5, atol=1e-5)


# -- views and changes in place -----------------------------------------------------------------------------
#
# The model is NumPy doing the same steps on arrays that share memory as the tensors should, run again from the start
# at other values of the leaf where a derivative is wanted.

#: Text of a view, what it is on an array, how many dimensions it needs.
VIEWS: tuple[tuple[str, Callable[[np.ndarray], np.ndarray], int], ...] = (
    ("{}[0]", lambda a: a[0, ...], 1),
    ("{}[-1]", lambda a: a[-1, ...], 1),
    ("{}[1:]", lambda a: a[1:], 1),
    ("{}[::2]", lambda a: a[::2], 1),
    ("{}[:, 1]", lambda a: a[:, 1, ...], 2),
    ("{}[..., :2]", lambda a: a[..., :2], 1),
    ("{}[:]", lambda a: a[:], 1),
    ("{}[None]", lambda a: a[None], 0),
    ("{}.mT", lambda a: a.swapaxes(-1, -2), 2),
    ("{}.diagonal()", lambda a: _writable_diagonal(a), 2),
    ("{}.transpose(0, -1)", lambda a: a.swapaxes(0, -1), 1),
    ("{}.narrow(0, 0, 1)", lambda a: a[:1], 1),
)

#: Text of a change, what it does to an array, whether its rule keeps the result.
CHANGES: tuple[tuple[str, Callable[[np.ndarray], np.ndarray], bool], ...] = (
    ("{}.mul_(-0.8)", lambda a: a * -0.8, False),
    ("{}.add_(1)", lambda a: a + 1, False),
    ("{} *= 0.5", lambda a: a * 0.5, False),
    ("{}.neg_()", lambda a: -a, False),
    ("{}.zero_()", lambda a: a * 0, False),
    ("{}.fill_(0.5)", lambda a: a * 0 + 0.5, False),
    ("{}[...] = 0.25", lambda a: a * 0 + 0.25, False),
    ("{}.sin_()", np.sin, False),
    ("{}.tanh_()", np.tanh, True),
)

#: Text of a change by another tensor, what it does, whether its rule keeps that tensor.
CHANGES_BY: tuple[tuple[str, Callable[[np.ndarray, np.ndarray], np.ndarray], bool], ...] = (
    ("{}.add_({})", lambda a, b: a + b, False),
    ("{} -= {}", lambda a, b: a - b, False),
    ("{}.mul_({})", lambda a, b: a * b, True),
    ("{}.copy_({})", lambda a, b: b + 0 * a, False),
    ("{}[...] = {}", lambda a, b: b + 0 * a, False),
)

#: Text of a new tensor, its value, whether its rule keeps operands, or its result.
RESULTS: tuple[tuple[str, Callable[[np.ndarray, np.ndarray], np.ndarray], bool, bool], ...] = (
    ("{} * {}", lambda a, b: a * b, True, False),
    ("{} + {}", lambda a, b: a + b, False, False),
    ("{0}.sin()", lambda a, b: np.sin(a), True, False),
    ("{0}.tanh()", lambda a, b: np.tanh(a), False, True),
    ("{0}.clone()", lambda a, b: a.copy(), False, False),
)


def _writable_diagonal(a: np.ndarray) -> np.ndarray:
    found = a.diagonal()
    found.flags.writeable = True
    return found


class ViewsAndChanges(RuleBasedStateMachine):
    """Values, versions, bases and gradients of tensors that share memory, after any sequence of steps."""

    def __init__(self) -> None:
        super().__init__()
        self.session = Session()
        self.leaf = np.linspace(0.2, 1.4, 9).reshape(3, 3)
        self.session.variables["x"] = Tensor(self.leaf.copy(), requires_grad=True)
        self.steps: list[Callable[[list[np.ndarray]], None]] = []
        self.roots: list[int] = []  # of each tensor: the one that owns its memory
        self.versions: list[int] = []  # of each tensor's memory, by its root
        self.kept: list[tuple[int, int]] = []  # what rules keep: (root, version)
        self.now: list[np.ndarray] = []
        self._new("t0 = x * 1", lambda values: values.append(self._x * 1), 0)

    def _new(self, line: str, step: Callable[[list[np.ndarray]], None], root: int) -> None:
        self._do(line, step)
        self.roots.append(root)
        self.versions.append(0)

    def _do(self, line: str, step: Callable[[list[np.ndarray]], None]) -> None:
        error = run(self.session, line)
        assert not error, f"{line}: {error}"
        self.steps.append(step)
        self._x = self.leaf
        step(self.now)

    def _replayed(self, x: np.ndarray) -> list[np.ndarray]:
        self._x = x
        values: list[np.ndarray] = []
        for step in self.steps:
            step(values)
        return values

    def _tensor(self, k: int) -> Tensor:
        found = self.session.variables[f"t{k}"]
        assert isinstance(found, Tensor)
        return found

    def _keep(self, k: int) -> None:
        self.kept.append((self.roots[k], self.versions[self.roots[k]]))

    def _partners(self, k: int) -> list[int]:
        """Tensors of the same shape in other memory."""
        same = [j for j, a in enumerate(self.now) if a.shape == self.now[k].shape]
        return [j for j in same if self.roots[j] != self.roots[k]]

    @precondition(lambda self: len(self.now) < 12)
    @rule(k=st.integers(0, 11), which=st.integers(0, len(VIEWS) - 1))
    def view(self, k: int, which: int) -> None:
        k %= len(self.now)
        text, take, least = VIEWS[which]
        if self.now[k].ndim < least:
            return
        try:
            if not take(self.now[k]).size:
                return
        except IndexError:
            return
        line = f"t{len(self.now)} = {text.format(f't{k}')}"
        self._new(line, lambda values: values.append(take(values[k])), self.roots[k])

    @precondition(lambda self: len(self.now) < 12)
    @rule(k=st.integers(0, 11), j=st.integers(0, 11), which=st.integers(0, len(RESULTS) - 1))
    def make(self, k: int, j: int, which: int) -> None:
        k %= len(self.now)
        same = [i for i, a in enumerate(self.now) if a.shape == self.now[k].shape]
        other = same[j % len(same)]
        text, compute, keeps_operands, keeps_result = RESULTS[which]
        line = f"t{len(self.now)} = {text.format(f't{k}', f't{other}')}"
        if keeps_operands:
            self._keep(k)
            self._keep(other)
        number = len(self.now)
        self._new(line, lambda values: values.append(np.array(compute(values[k], values[other]))), number)
        if keeps_result:
            self._keep(number)

    @rule(k=st.integers(0, 11), which=st.integers(0, len(CHANGES) - 1))
    def change(self, k: int, which: int) -> None:
        k %= len(self.now)
        text, compute, keeps = CHANGES[which]

        def step(values: list[np.ndarray]) -> None:
            values[k][...] = compute(values[k])

        self._do(text.format(f"t{k}"), step)
        self.versions[self.roots[k]] += 1
        if keeps:
            self._keep(k)

    @rule(k=st.integers(0, 11), j=st.integers(0, 11), which=st.integers(0, len(CHANGES_BY) - 1))
    def change_by(self, k: int, j: int, which: int) -> None:
        k %= len(self.now)
        partners = self._partners(k)
        if not partners:
            return
        other = partners[j % len(partners)]
        text, compute, keeps = CHANGES_BY[which]

        def step(values: list[np.ndarray]) -> None:
            values[k][...] = compute(values[k], values[other])

        if keeps:
            self._keep(other)
        self._do(text.format(f"t{k}", f"t{other}"), step)
        self.versions[self.roots[k]] += 1

    @rule(k=st.integers(0, 11), seed=st.integers(0, 2))
    def gradient(self, k: int, seed: int) -> None:
        """The gradient in a random direction; refused only where something that a rule keeps was changed."""
        k %= len(self.now)
        random = np.random.default_rng(seed)
        weights, along = random.uniform(-1, 1, self.now[k].shape), random.uniform(-1, 1, self.leaf.shape)
        self.session.variables["w"] = wrap(weights)
        line = f"g = torch.autograd.grad((t{k} * w).sum(), x, retain_graph=True, allow_unused=True)[0]"
        error = run(self.session, line)
        if error:
            stale = any(version != self.versions[root] for root, version in self.kept)
            assert "modified by an inplace operation" in error and stale, error
            return
        found = self.session.variables["g"]
        got = 0.0 if found is None else float(np.sum(found.array * along))
        up, down = (self._replayed(self.leaf + h * along)[k] for h in (STEP, -STEP))
        want = float(np.sum((up - down) * weights)) / (2 * STEP)
        np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-4)

    @invariant()
    def the_model_agrees(self) -> None:
        for k, array in enumerate(self.now):
            tensor = self._tensor(k)
            np.testing.assert_allclose(tensor.array, array, rtol=1e-12, err_msg=f"t{k}")
            root = self.roots[k]
            assert tensor.version == self.versions[root], f"version of t{k}"
            assert tensor.base is (None if root == k else self._tensor(root)), f"base of t{k}"
            assert tensor.requires_grad and not tensor.is_leaf


TestViewsAndChanges = ViewsAndChanges.TestCase
TestViewsAndChanges.settings = settings(max_examples=60, stateful_step_count=14)
