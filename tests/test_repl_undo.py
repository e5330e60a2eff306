"""What ``:undo`` and Ctrl-C bring back: names, numbers, gradients, histories, modes, random numbers."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable

import pytest
from repl_driver import ENTER, PAUSE, Screen, drive, entered, results

from autogradcli.events import Printed
from autogradcli.repl import undo
from autogradcli.repl.steps import Steps
from autogradcli.repl.undo import Snapshot
from autogradcli.session import Session

SETUP = """
x = torch.tensor([1., 2., 3.], requires_grad=True)
y = (x * 2).exp()
s = y.sum()
base = torch.zeros(4)
view = base[1:3]
nested = [1, {"a": base, "b": {1, 2}}, (torch.ones(2),)]
alias = nested
half = torch.tensor([1., float("nan")], dtype=torch.float16)
columns = torch.ones(2, 3).t()
def f(n):
    f.calls += 1
    return n
f.calls = 0
def counter():
    count = 0
    def increase():
        nonlocal count
        count += 1
        return count
    return increase
tick = counter()
class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a):
        ctx.save_for_backward(a)
        return a * a
    @staticmethod
    def backward(ctx, g):
        a, = ctx.saved_tensors
        return 2 * a * g
q = Square.apply(x).sum()
generator = torch.Generator()
class Net(torch.nn.Module):
    factor = 2.
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(2, 2)
        self.norm = torch.nn.BatchNorm1d(2)
        self.calls = 0
    def forward(self, v):
        self.calls += 1
        return self.norm(self.layer(v)) * self.factor
net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
data = torch.randn(4, 2)
parts = torch.ones(4, requires_grad=True).clone().split(2)
import os, types, enum
from torch.nn.utils import parametrize, prune
space = types.SimpleNamespace(a=1)
class Slotted:
    __slots__ = ("a",)
slotted = Slotted()
slotted.a = 1
class Upper(torch.nn.Module):
    def forward(self, w): return w.triu()
class Kind(enum.Enum):
    ONE = 1
class Entries(dict): pass
class Parts(list): pass
entries, listed = Entries(a=1), Parts([1])
torch.save(base, "kept.pt")
"""

LOOK = """
print(x, x.grad, y, s, base, view, nested, half, columns)
print(x._version, y._version, base._version, view._version, half._version)
print(f.calls, f.calls is f.calls, alias is nested, torch.is_grad_enabled(), torch.get_default_dtype())
print(y.grad_fn is s.grad_fn.next_functions[0][0], y.grad_fn, s.grad_fn, base.grad_fn, view.grad_fn, parts)
print(x.requires_grad, base.requires_grad, y.retains_grad)
print(net.layer.weight, net.layer.weight.grad if net.layer.weight.is_leaf else None)
print(net.norm.running_mean, net.calls, net.training, net.factor, Net.factor)
print(optimizer.state_dict()["state"])
print(entries, listed, os.path.exists("kept.pt"), os.path.exists("made"))
print(space, slotted.a, os.environ, Kind.ONE, sorted(net.state_dict()), len(net.layer._forward_pre_hooks))
print(torch.get_rng_state().sum(), generator.get_state().sum(), torch.ones(1) / 3)
"""

STATEMENTS = [
    "x = 5; new = 1; del base",
    "base.add_(1)",
    "view.mul_(0).add_(7)",
    "base[0] = 3.; base.requires_grad_()",
    "y.mul_(2)",
    "s.backward()",
    "s.backward(retain_graph=True); s.backward()",
    "x.grad = torch.ones(3); x.grad.add_(5)",
    "nested.append(2); nested[1]['a'] = 0; nested[1]['b'].add(3)",
    "nested[2][0].fill_(9.)",
    "f(1); f(2)",
    "x.data[0] = 100.",
    "with torch.no_grad(): x.sub_(1)",
    "torch.set_grad_enabled(False); torch.set_default_dtype(torch.float64)",
    "torch.set_printoptions(precision=2)",
    "torch.rand(1000); torch.manual_seed(3); torch.randn(3)",
    "torch.rand(2, generator=generator)",
    "q.backward()",
    "half[0] = 3; columns.zero_()",
    "y.retain_grad()",
    "x.register_hook(lambda g: g * 2)",
    "columns.t_(); base.unsqueeze_(0)",
    "torch.autograd.grad(s, x)",
    "x.grad = None; x.requires_grad_(False)",
    "net(data).sum().backward(); optimizer.step()",
    "for i in range(3): optimizer.zero_grad(); net(data).pow(2).sum().backward(); optimizer.step()",
    "net.eval(); net.calls = 7; net.added = 1",
    "Net.factor = 5.; Net.added = 1",
    "del net.layer",
    "bad = 1; base.add_(1); nope",
    "space.a = 2; space.b = base",
    "slotted.a = 2",
    "os.environ['K'] = '1'",
    "entries['b'] = base; del entries['a']; listed.append(2); listed[0] = 5",
    "os.remove('kept.pt'); os.makedirs('made')",
    "parametrize.register_parametrization(net.layer, 'weight', Upper())",
    "prune.l1_unstructured(net.layer, 'weight', 0.5)",
    "Kind.more = 1; Kind.ONE.extra = 2; space.a = Kind.ONE",
]


def run(session: Session, text: str) -> str:
    printed: list[str] = []
    session.run(text, lambda event: printed.append(event.text) if isinstance(event, Printed) else None)
    return "".join(printed)


def look(session: Session) -> str:
    """All that can be seen, and that its next steps give what they gave."""
    seen = run(session, LOOK)
    before = Snapshot(session)
    seen += run(session, "s.backward(); q.backward(); print(x.grad, tick(), torch.rand(2))")
    before.restore(session)
    return seen


@pytest.mark.parametrize("statement", STATEMENTS)
def test_undo_and_redo(statement: str) -> None:
    session = Session(seed=0)
    assert session.run(SETUP, lambda event: None)
    steps = Steps(session)
    first = look(session)
    names = list(session.variables)
    steps.done(statement, steps.snapshot(), None)
    run(session, statement)
    second = look(session)
    for _ in range(2):
        step = steps.undo(None)
        assert step is not None and step.snapshot.complete
        assert look(session) == first and list(session.variables) == names
        assert steps.redo(None) is not None
        assert look(session) == second


def test_the_statements_are_seen() -> None:
    """Each changes something that ``look`` sees, or undoing it would prove nothing."""
    unseen = []
    for statement in STATEMENTS:
        session = Session(seed=0)
        session.run(SETUP, lambda event: None)
        first = look(session)
        run(session, statement)
        if look(session) == first:
            unseen.append(statement)
    assert unseen == []


#: What changes nothing, though the engine makes version counters, lists of views and the like for it.
LOOKS = [
    *("x", "x * 2", "x.grad", "y.grad_fn.next_functions", "view.sum()", "base.T", "x[0]", "nested[2]", "net.eval"),
    *("[v for v in nested]", "net.layer(data)", "list(net.parameters())", "optimizer.state_dict()", "s.grad_fn"),
    *("parts[0].grad_fn", "torch.func.grad(lambda v: (v * v).sum())(base)", "torch.autograd.grad((x * x).sum(), x)"),
    *("print(x)", "f'{half}'", "torch.get_default_dtype()", "with torch.no_grad(): print(x * 2)", "nope", "1 / 0"),
    *("x._version", "alias is nested"),
]


def test_a_look_is_no_step() -> None:
    session = Session(seed=0)
    session.run(SETUP, lambda event: None)
    steps = Steps(session)
    for look_at in LOOKS:
        for again in range(2):  # a value that was never looked at, and one that was
            steps.done(look_at, steps.snapshot(), None)
            session.run(look_at, lambda event: None)
            assert steps.undo(None) is None, (look_at, again)
    steps.done("new = 1", steps.snapshot(), None)
    session.run("new = 1", lambda event: None)
    assert steps.undo(None) is not None
    for look_at in LOOKS:
        steps.done(look_at, steps.snapshot(), None)
        session.run(look_at, lambda event: None)
    assert steps.redo(None) is not None and session.variables["new"] == 1


def test_all_of_them_one_after_another() -> None:
    session = Session(seed=0)
    session.run(SETUP, lambda event: None)
    steps = Steps(session)
    seen = [look(session)]
    for statement in STATEMENTS[1:]:
        steps.done(statement, steps.snapshot(), None)
        ok = session.run(statement, lambda event: None)
        seen_now = look(session)
        if ok or seen_now != seen[-1]:  # some fail after those before them, and do nothing
            seen.append(seen_now)
    for expected in reversed(seen[:-1]):
        assert steps.undo(None)
        assert look(session) == expected
    assert steps.undo(None) is None
    for expected in seen[1:]:
        assert steps.redo(None)
        assert look(session) == expected


def test_what_is_too_large_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session()
    session.run("x = torch.ones(1000, requires_grad=True); y = x\nfor i in range(50): y = y + 1", lambda event: None)
    assert Snapshot(session).complete
    monkeypatch.setattr(undo, "MAX_NODES", 20)
    assert not Snapshot(session).complete
    monkeypatch.setattr(undo, "MAX_NODES", 10**6)
    monkeypatch.setattr(undo, "MAX_BYTES", 1000)
    assert not Snapshot(session).complete


def test_memory_that_did_not_change_is_kept_once() -> None:
    session = Session()
    session.run("x = torch.ones(1000); y = torch.ones(1000)", lambda event: None)
    steps = Steps(session)
    one = steps.snapshot()
    session.run("y.add_(1)", lambda event: None)
    two = steps.snapshot()
    x, y = (id(session.variables[name].array) for name in "xy")
    assert one.buffers[x][1] is two.buffers[x][1]
    assert one.buffers[y][1] is not two.buffers[y][1]


# -- Ctrl-C ------------------------------------------------------------------------------------------------


def interrupt(screen: Screen, after: float) -> Callable[[], None]:
    def send() -> None:
        # The lines before it are done by now. Not that the line stands on the screen: what it shows may scroll it away.
        while screen.prompt is None or screen.prompt.reader.app.is_running:
            time.sleep(0.01)
        time.sleep(after)
        os.kill(os.getpid(), signal.SIGINT)

    return send


def interrupted(*lines: str, running: str, after: float = 0.3, then: list[str]) -> list[str]:
    """What is shown after a line that is interrupted while it runs. In a process of its own main thread only."""
    assert threading.current_thread() is threading.main_thread()
    keys = [*entered(*lines), PAUSE, running, ENTER]
    screen = Screen()
    drive(Session(seed=0), *keys, interrupt(screen, after), PAUSE, *entered(*then), screen=screen)
    shown = results(screen.lines())
    assert "KeyboardInterrupt" in shown
    return shown[shown.index("KeyboardInterrupt") + 1 :]


def test_ctrl_c_in_an_endless_loop() -> None:
    lines = ["x = torch.ones(2)", "k = 0"]
    shown = interrupted(*lines, running="while True: x.add_(1); k += 1\r", then=["x, k, x._version"])
    assert shown[-1] == "(tensor([1., 1.]), 0, 0)"


def test_ctrl_c_in_while_true_pass() -> None:
    assert interrupted("n = 3", running="while True: pass\r", then=["n"])[-1] == "3"


def test_ctrl_c_in_a_long_chain_of_products() -> None:
    chain = " @ ".join(["a"] * 100)
    shown = interrupted("a = torch.eye(1000)", "b = 1", running=f"b = {chain}", then=["b"])
    assert shown[-1] == "1"


def test_ctrl_c_in_a_backward_pass() -> None:
    lines = ["w = torch.ones(16000, requires_grad=True); y = w", "for i in range(400000): y = y * 1.0\r"]
    then = ["w.grad", "w.grad is None", "y.sum().backward()", "w.grad[0]"]
    shown = interrupted(*lines, "z = 1", running="y.sum().backward()", after=0.15, then=then)
    assert "True" in shown and shown[-1] == "tensor(1.)"


def test_ctrl_c_in_a_command() -> None:
    lines = ["def f():\nwhile True: pass\n\n"]
    assert interrupted(*lines, running=":time f()", then=["1 + 1"])[-1] == "2"
