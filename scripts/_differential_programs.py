"""Programs for ``scripts/differential``: one function of the language each, called as its signature allows, with its
gradients, second derivatives, forward mode, in-place form, other dtypes, and values at which something happens.

Where ``scripts/fuzz`` wants what nobody writes, this wants what PyTorch computes: most calls are to succeed.
"""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

sys.path[:0] = [str(Path(__file__).resolve().parent.parent), str(Path(__file__).resolve().parent)]

from _fuzz_programs import Words  # noqa: E402

from autogradcli.api.calls.overloads import Function  # noqa: E402
from autogradcli.api.calls.python_function import PythonFunction  # noqa: E402
from autogradcli.api.calls.registry import ATTRIBUTES, NAMESPACES, Method  # noqa: E402
from autogradcli.engine.tensor import Tensor  # noqa: E402

HEAD = """\
import torch
import torch.nn as nn
import torch.nn.functional as F
torch.manual_seed(0)
def show(call):
    try:
        found = call()
    except Exception as e:
        print(type(e).__name__ + ":", str(e))
        return None
    print(found)
    return found
def try_(call, other):
    r = show(call)
    return r if isinstance(r, torch.Tensor) else other
def leaves(*tensors):
    return [t for t in tensors if t.requires_grad]
def fill(m):
    for k, p in enumerate(m.parameters()):
        p.data.copy_(torch.linspace(-1, 1, p.numel()).reshape(p.shape) * (k + 1) / 2)
def results(r):
    r = r if isinstance(r, (tuple, list)) else (r,)
    return [t for t in r if isinstance(t, torch.Tensor) and t.requires_grad]
def first(r, *leaves):
    out = results(r)
    if out and leaves:
        return show(lambda: torch.autograd.grad(out, leaves, [torch.ones_like(t) for t in out], allow_unused=True))
def second(r, *leaves):
    out = results(r)
    if out and leaves:
        weights = [torch.ones_like(t) * 2 for t in out]
        g = show(lambda: torch.autograd.grad(out, leaves, weights, allow_unused=True, create_graph=True))
        g = results([t for t in g if t is not None]) if g is not None else []
        if g:
            show(lambda: torch.autograd.grad(sum((t * t).sum() for t in g), leaves, allow_unused=True))
"""

#: What is left out: what depends on more than the program, changes the process, or is tested elsewhere.
SKIPPED = re.compile(
    r"seed|empty|rng|checkpoint|compile|save|load|hook|thread|storage|data_ptr|deterministic|default_|printoptions|"
    r"anomaly|gradcheck|gradgradcheck|numpy|share_memory|pin_memory|cuda|is_shared|backward|__|register|_version|"
    r"set_|vmap|jacrev|jacfwd|functional_call|stack_module|functionalize|linearize|debug|memory|graph|Function|"
    r"retain|ctx|inference|enable_grad|no_grad|autocast|names|as_subclass|requires_grad_|resize|map_|apply_|element_size|"
    r"swap|new_tensor|tolist|item\b|use_|get_|Stream|cpu|device|detach_|unsafe|rename|lobpcg|spawn|manual|to_sparse"
)
PLACES = {
    "torch": "torch", "torch.nn.functional": "F", "torch.linalg": "torch.linalg", "torch.special": "torch.special",
    "torch.fft": "torch.fft", "torch.masked": "torch.masked", "torch.signal.windows": "torch.signal.windows",
}  # fmt: skip

SHAPES = {
    "row": ("(3,)", 3), "matrix": ("(2, 3)", 6), "square": ("(3, 3)", 9), "one": ("()", 1), "none": ("(0, 3)", 0),
    "batch": ("(2, 2, 2)", 8), "image": ("(1, 2, 3, 3)", 18), "tall": ("(4, 2)", 8), "column": ("(3, 1)", 3),
}  # fmt: skip
COMMON = ("row", "matrix", "matrix", "square", "square", "one", "batch", "image", "tall", "none")
NICE = (-2.0, -1.5, -1.0, -0.5, 0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0)
ODD = ("float('nan')", "float('inf')", "-float('inf')", "-0.0", "1e-30", "1e30")
FLOATS = ("float32",) * 6 + ("float64",) * 2
OTHERS = ("int64", "bool", "float16", "bfloat16", "complex64", "int32", "uint8")
WORDS = {
    "reduction": ("'mean'", "'sum'", "'none'"), "mode": ("'constant'", "'reflect'", "'nearest'", "'bilinear'"),
    "reduce": ("'sum'", "'amax'", "'amin'", "'prod'", "'mean'"), "approximate": ("'none'", "'tanh'"),
    "rounding_mode": ("'floor'", "'trunc'", "None"), "interpolation": ("'linear'", "'lower'", "'nearest'"),
    "norm": ("'ortho'", "'forward'", "None"), "indexing": ("'ij'", "'xy'"), "ord": ("2", "1", "'fro'", "float('inf')"),
    "driver": ("None", "'gelsd'"), "UPLO": ("'L'", "'U'"), "side": ("'left'", "'right'"),
}  # fmt: skip


class Callee(NamedTuple):
    """A function: how it is called, the parameters of each overload as (kind, name, may be left out), and whether a
    tensor comes before it."""

    text: str
    overloads: list[list[tuple[str, str, bool]]]
    method: bool


def surface() -> list[Callee]:
    """Every function and method whose signature is known and that isn't left out."""
    Words()  # loads all
    found: dict[str, Callee] = {}
    for place, prefix in PLACES.items():
        for name, value in NAMESPACES[place].items():
            if not name.startswith("_") and not SKIPPED.search(name) and (overloads := _overloads(value)):
                found[f"{prefix}.{name}"] = Callee(f"{prefix}.{name}", overloads, False)
    for name, value in ATTRIBUTES[Tensor].items():
        if type(value) is Method and not name.startswith("_") and not SKIPPED.search(name):
            overloads = _overloads(value.call)
            if overloads and (name.endswith("_") or f"torch.{name}" not in found):
                found[f"x.{name}"] = Callee(f".{name}", overloads, True)
    return [found[key] for key in sorted(found)]


def _overloads(value: Any) -> list[list[tuple[str, str, bool]]]:
    if isinstance(value, Function):
        return [
            [(p.kind.printed, p.name, p.optional) for p in (s.parameters[k] for k in s.visible) if p.name != "out"]
            for s in value.schemas
            if not s.deprecated
        ]
    if isinstance(value, PythonFunction):
        try:
            parameters = inspect.signature(value.call).parameters.values()
        except (TypeError, ValueError):
            return []
        if any(p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL) for p in parameters):
            return []
        return [[(str(p.annotation), p.name, p.default is not p.empty) for p in parameters if p.name[0] != "_"]]
    return []


class Program:
    """One program about one function: lines that define its tensors, and lines that try something."""

    def __init__(self, callees: list[Callee], seed: int) -> None:
        self.random = Random(seed)
        self.callee = self.random.choice(callees)
        self.label = self.callee.text.rpartition(".")[2]
        self.leaves: list[str] = []
        self.tensors: list[str] = []
        self.family = self.random.choice(COMMON)
        self.probes = self._probes()

    @property
    def lines(self) -> list[str]:
        return [*self.tensors, *self.probes]

    def _probes(self) -> list[str]:
        r = self.random
        overload = r.choice(self.callee.overloads)
        receiver = self.tensor("receiver") if self.callee.method else ""
        arguments = ", ".join(text for text in map(self.argument, overload) if text)
        inplace = self.callee.method and self.callee.text.endswith("_")
        if inplace:
            call = f"({receiver} * 1){self.callee.text}({arguments})"
        else:
            call = f"{receiver}{self.callee.text}({arguments})"
        probes = [f"r = show(lambda: {call})"]
        if self.leaves:
            leaves = ", ".join(self.leaves)
            probes.append(f"{r.choice(('first', 'first', 'second'))}(r, {leaves})")
            if r.random() < 0.25:
                x = self.leaves[0]
                body = re.sub(rf"\b{x}\b", "q", call)
                tangent = f"({x}.detach(),), (torch.ones_like({x}),)"
                probes.append(f"show(lambda: torch.func.jvp(lambda q: {body}, {tangent}))")
        if r.random() < 0.1 and self.family in ("matrix", "batch") and self.tensors:
            body = re.sub(r"\bt0\b", "q", call)
            probes.append(f"show(lambda: torch.vmap(lambda q: {body})(t0))")
        return probes

    # -- arguments ----------------------------------------------------------------------------------------------

    def argument(self, parameter: tuple[str, str, bool]) -> str:
        kind, name, optional = parameter
        if name in ("device", "pin_memory", "layout", "out", "memory_format", "generator", "requires_grad"):
            return ""
        if optional and self.random.random() < 0.65:
            return ""
        value = self.value(kind, name)
        return f"{name}={value}" if optional else value

    def value(self, kind: str, name: str) -> str:
        r = self.random
        if name in WORDS and (kind in ("str", "object", "Any") or "str" in kind):
            return r.choice(WORDS[name])
        if kind.startswith(("Tensor", "torch.Tensor")):
            return self.tensor(name)
        if "Tensors" in kind or "list[Tensor]" in kind or "Sequence[Tensor]" in kind:
            return f"[{self.tensor(name)}, {self.tensor(name)}]"
        if "ints" in kind or "Ints" in kind or "Sizes" in kind or "Sequence[int]" in kind:
            return r.choice(("(0,)", "(1,)", "(0, 1)", "(-1,)", "2", "(2, 3)", "(1, 1)", "(3, 2)"))
        if "dtype" in kind.lower() or name == "dtype":
            return r.choice(("torch.float64", "torch.float32", "torch.int64", "torch.complex64"))
        if kind.startswith("bool"):
            return r.choice(("True", "False"))
        if kind.startswith("int"):
            return r.choice(("0", "1", "-1", "2", "1", "0"))
        if kind.startswith("str"):
            return r.choice(("'mean'", "'sum'", "'none'"))
        if "floats" in kind:
            return r.choice(("(0.5,)", "(1.0, 2.0)"))
        if kind.startswith(("float", "Number", "Real", "Scalar")):
            return r.choice(("0.5", "1.0", "2.0", "-1.0", "0.0", "1", "3", "0.1"))
        return r.choice(("None", "1", "0.5", "'sum'", self.tensor(name)))

    def tensor(self, name: str) -> str:
        """A tensor of the program's family, mostly; a new one, mostly."""
        r = self.random
        if self.tensors and r.random() < 0.12:
            return f"t{r.randrange(len(self.tensors))}"
        family = self.family if r.random() < 0.85 else r.choice(tuple(SHAPES))
        shape, size = SHAPES[family]
        text = f"t{len(self.tensors)}"
        if re.search(r"ind(ex|ices)|target|labels|pivots|offsets|repeats|bins?\b", name) and r.random() < 0.8:
            values = ", ".join(r.choice(("0", "1", "1", "0", "2")) for _ in range(size))
            self.tensors.append(f"{text} = torch.tensor([{values}], dtype=torch.int64).reshape({shape})")
            return text
        if re.search(r"mask|condition", name) and r.random() < 0.8:
            values = ", ".join(r.choice(("True", "False")) for _ in range(size))
            self.tensors.append(f"{text} = torch.tensor([{values}], dtype=torch.bool).reshape({shape})")
            return text
        dtype = r.choice(FLOATS) if r.random() < 0.85 else r.choice(OTHERS)
        values = ", ".join(self.number(dtype) for _ in range(size))
        grad = dtype.startswith(("float", "bfloat", "complex")) and r.random() < 0.8
        made = f"{text} = torch.tensor([{values}], dtype=torch.{dtype}).reshape({shape})"
        if self.family == "square" and r.random() < 0.3 and dtype.startswith("float") and family == "square":
            made = (
                f"{text} = torch.tensor([[2.0, 0.5, 0.25], [0.5, 3.0, -0.5], [0.25, -0.5, 2.5]], dtype=torch.{dtype})"
            )
        self.tensors.append(f"{made}.requires_grad_()" if grad else made)
        if grad:
            self.leaves.append(text)
        return text

    def number(self, dtype: str) -> str:
        r = self.random
        if dtype == "bool":
            return r.choice(("True", "False"))
        if dtype.startswith(("int", "uint")):
            return str(r.choice((0, 1, 2, 3, 5) if dtype == "uint8" else (-2, -1, 0, 1, 2, 3)))
        if r.random() < 0.03:
            return r.choice(ODD)
        number = r.choice(NICE) if r.random() < 0.6 else round(r.uniform(-3, 3), 2)
        if r.random() < 0.3:
            number = abs(number)
        return f"{number}{r.choice(('+1j', '-0.5j', ''))}" if dtype == "complex64" else str(number)
