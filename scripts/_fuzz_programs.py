"""Programs made at random over the language's grammar and names, for ``scripts/fuzz``.

A program is a function of its seed alone. Values are small, so that nearly all of the time goes into unusual
combinations; a few are large on purpose, to see the limits hold.
"""

from __future__ import annotations

from random import Random

from autogradcli.api.calls.registry import ATTRIBUTES, NAMESPACES
from autogradcli.engine.lazy import LazyTable, loader
from autogradcli.engine.tensor import Tensor
from autogradcli.language import modules

#: Python's own modules, all of which a program has. To wait is no test; NumPy has its own, with its own words.
MODULES = [name for name in modules.NAMES if name not in ("time", "numpy")]
HEAD = (
    f"import {', '.join(MODULES)}\n"
    + """import torch
import torch.nn as nn
import torch.nn.functional as F
import math
x = torch.tensor([[0.5, -1.0, 2.0], [0.1, 0.2, 3.0]], requires_grad=True)
v = torch.tensor([1.0, 2.0, 3.0])
i = torch.tensor([1, 0, 2])
z = torch.tensor([1j, 2.0])
b = torch.tensor([True, False])
m = nn.Linear(3, 3)
o = torch.optim.SGD(m.parameters(), lr=0.1)
y = x * 2
l = [1, 2.0, 'a', None]
d = {'a': 1, 2: x}
def f(*a, **k): return a[0] if a else None
class A(nn.Module):
    def __init__(self, n=2):
        super().__init__()
        self.n = n
        self.w = nn.Parameter(torch.ones(3))
    def forward(self, x): return x * self.w
    def __len__(self): return self.n
    def __getitem__(self, k): return (1, 2, 3)[k]
a = A()
"""
)

NAMES = ("x", "v", "i", "z", "b", "m", "o", "y", "l", "d", "f", "a", "A", "t", "u", "w", "_")
ODD = (
    "0", "1", "-1", "2", "3", "True", "None", "0.5", "-1.5", "float('inf')", "float('nan')", "1j", "2**40", "-2**63",
    "10**30", "1e300", "''", "'mean'", "'abc'", "'0'", "()", "[]", "{}", "(1, 2)", "[1, 2]", "[[1, 2], [3]]", "[None]",
    "['a']", "set()", "slice(None)", "...", "range(3)", "torch.float32", "torch.int64", "torch.bool", "torch.complex64",
    "torch.float16", "torch.bfloat16", "torch", "nn.Linear", "A", "a", "f", "print", "type", "int", "list",
    "ValueError",
    "ValueError('q')", "lambda *q: q", "lambda q: q * 2", "x", "x", "x", "v", "i", "z", "b", "m", "o", "y", "y.grad_fn",
    "x.shape", "m.weight", "[x, y]", "(x, v)", "torch.zeros(0)", "torch.zeros(2, 0, 3)", "torch.tensor(1.5)",
    "torch.tensor(2)", "torch.ones(2, 2, 2, 2)", "x.detach()", "iter([1])", "m.parameters()", "torch.no_grad()", "d",
    "torch.device('cpu')", "torch.Generator()", "property(f)", "staticmethod(f)", "super", "NotImplemented", "l",
)  # fmt: skip
BINARY = ("+", "-", "*", "/", "//", "%", "**", "@", "<<", ">>", "&", "|", "^")
COMPARE = ("==", "!=", "<", "<=", ">", ">=", "is", "in", "not in", "and", "or")
KEYWORDS = (
    "dim", "keepdim", "dtype", "out", "reduction", "weight", "size", "input", "other", "alpha", "eps", "p", "margin",
    "inplace", "axis", "device", "requires_grad", "bias", "training", "value", "n", "correction", "lr", "key", "start",
)  # fmt: skip
BUILTINS = (
    "print", "len", "sum", "sorted", "max", "min", "abs", "list", "tuple", "set", "dict", "zip", "map", "filter",
    "repr",
    "str", "int", "float", "bool", "complex", "isinstance", "type", "getattr", "setattr", "hasattr", "enumerate",
    "hash",
    "reversed", "range", "round", "pow", "divmod", "any", "all", "iter", "next", "callable", "format", "super", "id",
    "property", "slice", "issubclass", "ascii", "bin", "chr", "ord",
)  # fmt: skip
ERRORS = ("Exception", "TypeError", "(ValueError, RuntimeError)", "BaseException", "KeyError")


class Words:
    """The names of the language, read once."""

    def __init__(self) -> None:
        loader.load_all()
        for name in MODULES:
            modules.load(name)
        self.functions = sorted(
            f"{place}.{name}"
            for place, table in NAMESPACES.items()
            for name in table
            if place not in ("math",) or name[0] != "_"
        )
        methods = ATTRIBUTES[Tensor]
        assert isinstance(methods, LazyTable)
        self.attributes = sorted({name for name in methods.loaded() if name not in ("*",)})
        self.others = sorted(
            {name for table in [*ATTRIBUTES.values()] for name in table if name.isidentifier()}
            | {"__class__", "__dict__", "__name__", "forward", "weight", "param_groups", "state", "args", "__note__"}
        )


class Maker:
    """One program."""

    def __init__(self, words: Words, seed: int) -> None:
        self.words = words
        self.random = Random(seed)

    def inputs(self) -> list[str]:
        """What a person types one after the other; an error ends one of them."""
        return [HEAD, *(self.statement("") for _ in range(self.random.randint(3, 12)))]

    # -- expressions --------------------------------------------------------------------------------------------

    def expression(self, depth: int = 0) -> str:
        kind = self.random.random() + 0.12 * depth
        if kind < 0.40:
            return self.call(depth)
        if kind < 0.50:
            return f"({self.expression(depth + 1)} {self.random.choice(BINARY)} {self.expression(depth + 1)})"
        if kind < 0.55:
            return f"({self.expression(depth + 1)} {self.random.choice(COMPARE)} {self.expression(depth + 1)})"
        if kind < 0.62:
            return f"{self.simple()}[{self.index(depth)}]"
        if kind < 0.68:
            return f"{self.simple()}.{self.random.choice(self.words.others)}"
        if kind < 0.71:
            return f"[{self.expression(depth + 1)} for t in {self.simple()}]"
        if kind < 0.73:
            return f"f'{{{self.simple()}:{self.random.choice(('', '.2f', '>8', 'q', '!r'))}}}'"
        if kind < 0.75:
            return f"({self.expression(depth + 1)} if {self.simple()} else {self.simple()})"
        if kind < 0.77:
            return f"{self.random.choice(('-', '~', 'not ', '+'))}{self.simple()}"
        return self.simple()

    def simple(self) -> str:
        return self.random.choice(NAMES) if self.random.random() < 0.4 else self.odd()

    def odd(self) -> str:
        text = self.random.choice(ODD)
        return f"({text})" if text.startswith(("lambda", "-")) else text

    def index(self, depth: int) -> str:
        kind = self.random.random()
        if kind < 0.5:
            return self.odd()
        if kind < 0.75:
            return f"{self.odd()}:{self.random.choice(('', self.odd()))}"
        return f"{self.odd()}, {self.odd()}"

    def call(self, depth: int) -> str:
        kind = self.random.random()
        if kind < 0.45:
            name = self.random.choice(self.words.functions)
            if self.random.random() < 0.15:
                name = name.rpartition(".")[2]
        elif kind < 0.85:
            owner = self.random.choice(("x", "y", "v", "i", "z", "b", "y.clone()", "v.double()"))
            name = f"{owner}.{self.random.choice(self.words.attributes)}"
        elif kind < 0.95:
            name = self.random.choice(BUILTINS)
        else:
            name = self.simple()
        return f"{name}({self.arguments(depth)})"

    def arguments(self, depth: int) -> str:
        given = [
            self.odd() if self.random.random() < 0.75 else self.expression(depth + 1)
            for _ in range(self.random.choice((0, 1, 1, 1, 2, 2, 2, 3, 4)))
        ]
        if self.random.random() < 0.25:
            given.append(f"{self.random.choice(KEYWORDS)}={self.odd()}")
        if self.random.random() < 0.04:
            given.append(self.random.choice(("*l", "**d", "*x")))
        if given and given[-1].startswith("**") is False and self.random.random() < 0.02:
            given.append("*()")
        return ", ".join(given)

    # -- statements ---------------------------------------------------------------------------------------------

    def statement(self, indent: str) -> str:
        kind = self.random.random() + 0.3 * len(indent) / 4
        inner = indent + "    "
        if kind < 0.06:
            return f"{indent}for t in {self.simple()}:\n{self.statement(inner)}"
        if kind < 0.10:
            return f"{indent}def w(q={self.odd()}, *r):\n{self.statement(inner)}\n{inner}return {self.expression(1)}"
        if kind < 0.14:
            base = self.random.choice(("nn.Module", "nn.Linear", "A", "torch.autograd.Function", "torch.optim.SGD"))
            name = self.random.choice(
                ("forward", "backward", "__init__", "__call__", "__len__", "__repr__", "__iter__", "__getattr__",
                 "__setattr__", "__getitem__", "__add__", "step", "train", "extra_repr", "setup_context", "vmap")
            )  # fmt: skip
            method = f"def {name}(self, *q): return {self.expression(1)}"
            return f"{indent}class A({base}):\n{inner}u = {self.odd()}\n{inner}{method}"
        if kind < 0.20:
            mode = self.random.choice(
                ("torch.no_grad()", "torch.inference_mode()", "torch.enable_grad()", self.simple())
            )
            return f"{indent}with {mode}:\n{self.statement(inner)}"
        if kind < 0.24:
            return f"{indent}if {self.expression(1)}:\n{self.statement(inner)}"
        target = self.target()
        if kind < 0.60:
            body = f"{target} = {self.expression()}"
        elif kind < 0.70:
            body = f"{target} {self.random.choice(BINARY)}= {self.expression()}"
        elif kind < 0.74:
            body = f"{self.expression(1)}.sum().backward()"
        elif kind < 0.76:
            body = f"del {target}"
        elif kind < 0.78:
            body = f"raise {self.simple()}"
        else:
            body = self.expression()
        if self.random.random() < 0.8:
            return f"{indent}{body}"
        kept = self.random.choice(("t = e", "u = e.args", "print(e)", "repr(e)", "pass"))
        return f"{indent}try: {body}\n{indent}except {self.random.choice(ERRORS)} as e: {kept}"

    def target(self) -> str:
        kind = self.random.random()
        if kind < 0.5:
            return self.random.choice(("t", "u", "w", "y", "v", "l"))
        if kind < 0.7:
            return f"{self.random.choice(NAMES)}[{self.index(1)}]"
        if kind < 0.95:
            return f"{self.random.choice(NAMES)}.{self.random.choice(self.words.others)}"
        return "t, u"
