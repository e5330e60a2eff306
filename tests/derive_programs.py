"""Programs made at random, for what ``derive`` says of them: loops, changes in place, views, functions, modules.
And what is wrong with that: ``scripts/fuzz_formulas --programs`` asks of many more."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np

from autogradcli.events import Event, Failed, Value
from autogradcli.explain.derived import Shown, Subject, agrees, derive
from autogradcli.explain.spoken import all_spoken
from autogradcli.language.compile.evaluate import evaluate
from autogradcli.recorded import NoFormula, ProgramError, inside, play, subject
from autogradcli.session import Session

T = TypeVar("T")

LEAVES = ["x", "w", "p['k']", "q[0]", "lin.weight"]
HEAD = """
torch.manual_seed({seed})
x = torch.randn(3, requires_grad=True)
w = torch.randn(3, requires_grad=True)
p = {{'k': torch.randn(3, requires_grad=True)}}
q = [torch.randn(3, requires_grad=True), torch.randn(3)]
lin = torch.nn.Linear(3, 3)
net = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.Tanh(), torch.nn.Linear(2, 3))
def cube(a): return (a ** 3).sum()
def f(a, b): return a * b + torch.sin(a)
def g(a, n):
    for _ in range(n): a = a * 0.5 + a * a * 0.1
    return a

class F(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a): return a * 2
    @staticmethod
    def backward(ctx, g): return g * 2

h = x * w
v = p['k'] + 1
"""


class Maker:
    """One program. Its vectors have three elements."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.seed = seed
        self.names = ["h", "v"]
        self.count = 0
        self.pending: list[str] = []

    def text(self) -> str:
        lines = []
        for _ in range(self.random.randint(2, 6)):
            lines.append(self.statement())
            self.names += self.pending
            self.pending = []
        total = " + ".join(self.random.sample(self.names, min(len(self.names), self.random.randint(1, 3))))
        end = self.random.choice(["({}).sum()", "({}).mean()", "(({}) ** 2).sum()", "({}) @ x", "torch.norm({})"])
        return HEAD.format(seed=self.seed) + "\n".join(lines) + f"\nloss = {end.format(total)}\n"

    def operand(self) -> str:
        return self.random.choice([*self.names, *LEAVES[:4], "q[1]"])

    def name(self) -> str:
        return self.random.choice(self.names)

    def new(self) -> str:
        self.count += 1
        self.pending.append(f"t{self.count}")
        return self.pending[-1]

    def value(self) -> str:
        a, b = self.operand(), self.operand()
        return self.random.choice([
            f"{a} * {b}", f"{a} + {b}", f"{a} - {b} * 2", f"torch.tanh({a})", f"f({a}, {b})", f"g({a}, 2)", f"lin({a})",
            f"{a} / (1 + {b} ** 2)", f"torch.cat([{a}[1:], {b}[:1]])", f"{a}[torch.tensor([2, 0, 1])]", f"{a}.flip(0)",
            f"torch.where({a} > 0, {a}, {b})", f"torch.relu({a}) + {b}", f"{a} * {b}.sum()", f"{a} * {b}[0]",
            f"{a}.softmax(0)", f"torch.stack([{a}[0], {b}[1], {a}[2]])", f"{a}.detach() * {b}", f"exp(-{a} ** 2)",
            f"lin.weight @ {a}", f"(torch.outer({a}, {b}) @ w)", f"sorted([{a}, {b}], key=lambda t: 0)[0] * 2",
        ])  # fmt: skip

    def statement(self) -> str:
        kind = self.random.randrange(15)
        if kind < 3:
            value = self.value()
            return f"{self.new()} = {value}"
        if kind == 3:
            a, b = self.value(), self.value()
            return f"{self.new()}, {self.new()} = {a}, {b}"
        if kind == 4:
            value, name = self.value(), self.new()
            times = self.random.randint(1, 3)
            return f"{name} = {value}\nfor i in range({times}):\n    {name} = {name} * 0.5 + {self.operand()}\n"
        target = self.name()
        if kind == 5:
            return f"{target} = {target} * 1; {target}[{self.random.randint(0, 2)}] = {self.operand()}[1] * 2"
        if kind == 6:
            return f"{target} = {target} * 1; {target}[1:].mul_({self.operand()}[0])"
        if kind == 7:
            return f"{target} = {target} + 0; {target} *= {self.operand()}"
        if kind == 8:
            change = f"u = {target}[:2]; u.add_({self.operand()}[1:].clone())"
            return f"{target} = {target} * 1; {change}; {target} = {target} * u.sum()"
        if kind == 9:
            value = self.value()
            name = self.new()
            return f"if {self.operand()}.sum() > 0: {name} = {value}\nelse: {name} = {self.operand()} * 3\n"
        if kind == 10:
            rows = f"m = torch.zeros(2, 3); m[0] = {self.operand()}; m[1, :2] = {self.operand()}[1:]"
            return f"{rows}; {self.new()} = m.T @ torch.tensor([1., 2.])"
        if kind == 11:
            other = self.operand()
            return f"with torch.no_grad(): c = {other} * 2\n\n{self.new()} = c * {self.operand()}"
        if kind == 12:
            return f"d = {{'a': [{self.value()}]}}; {self.new()} = d['a'][0] * {self.operand()}"
        if kind == 13:
            return f"{self.new()} = {self.random.choice(['F.apply', 'net', 'torch.func.grad(cube)'])}({target})"
        return self.random.choice([
            "x.register_hook(lambda g: g * 2)", f"{target} = {target} * 1; {target}.register_hook(lambda g: g + 1)",
            f"{target} = {target} * 1; {target}.data.mul_(2)",
            f"({target} * 1).sum().backward(retain_graph=True)",
            f"k, = torch.autograd.grad(({target} ** 2).sum(), x, create_graph=True, allow_unused=True)\n"
            f"if k is not None: {target} = {target} * k\n",
            "with torch.no_grad(): w.add_(0.1)\n",
        ])  # fmt: skip


# -- what is wrong with what ``derive`` says of a program ----------------------------------------------------


def ran(session: Session, text: str) -> list[Event]:
    events: list[Event] = []
    session.run(text, events.append)
    return events


def derived(text: str, asked: str = "loss") -> Shown:
    return read_as(text, asked, lambda read, evaluate: all_spoken(derive(read, evaluate=evaluate), read.names))


def read_as(text: str, asked: str, read: Callable[[Subject, Any], T]) -> T:
    program = play(Session(seed=0), [text], asked)
    found: list[T] = []

    def evaluated(lines: list[tuple[str, str]], text: str, given: Mapping[str, Any]) -> Any:
        return evaluate(lines, text, given, program.session.prelude)

    inside(program.session, lambda: found.append(read(subject(program), evaluated)))
    return found[0]


def wrong(text: str, asked: str = "loss") -> tuple[list[str], int, int]:
    """What is wrong in the formulas of a program; how many there are, and how many weren't said."""
    try:
        shown = derived(text, asked)
    except ProgramError as problem:  # of the program's own
        failed = [e for e in ran(Session(seed=0), text) if isinstance(e, Failed)]
        return ([] if failed else [f"it runs, but not here: {problem}"]), 0, 0
    except NoFormula as problem:
        session = Session(seed=0)
        failed = [e for e in ran(session, f"{text}\n{asked}.backward()") if isinstance(e, Failed)]
        return ([] if failed else [f"no formula, but backward() goes: {problem}"]), 0, 1
    after, now = Session(seed=0), Session(seed=0)
    # What is compared is the gradient that this pass adds.
    lines = "".join(f"{name}.grad = None\n" for name, _ in shown.gradients)
    events = ran(after, f"{text}\n{lines}{asked}.backward()\n")
    ran(now, text)
    told = any("changed in place" in note or "another tensor" in note for note in shown.notes)
    if told:  # the names have other values by now
        return [], 0, len(shown.gradients)
    true_of = {name: f"{name}.grad" for name, _ in shown.gradients}
    problems = [e for e in events if isinstance(e, Failed)]
    if problems:  # it can't go back to each leaf, but perhaps to these
        after = Session(seed=0)
        names = ", ".join(true_of)
        events = ran(after, f"{text}\nfound = torch.autograd.grad({asked}, [{names}], allow_unused=True)\n")
        true_of = {name: f"found[{k}]" for k, name in enumerate(true_of)}
        problems = [e for e in events if isinstance(e, Failed)]
        if problems and true_of:
            return [str(problems)], 0, len(shown.gradients)
    found = []
    for name, meaning in shown.gradients:
        where = "".join(f"{n} = {m}\n" for n, m in shown.where)
        mine = [e.value for e in ran(now, f"{where}torch.as_tensor({meaning}).detach()") if isinstance(e, Value)]
        true = [e.value for e in ran(after, true_of[name]) if isinstance(e, Value)]
        if meaning == "None":
            assert not true
            continue
        if not mine or not true or not agrees(np.asarray(mine[0].array), true[0].array):
            found.append(f"{name}.grad = {meaning}: {mine} instead of {true}")
    return found, len(shown.gradients), len(shown.missing)
