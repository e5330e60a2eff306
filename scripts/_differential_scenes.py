"""Programs of several statements for ``scripts/differential``: what becomes of a tensor that is viewed, changed,
recorded, transformed, trained. A scene is a function that draws phrases (``_differential_phrases.txt``) from a
``Maker`` and gives the lines of a program; those about one function each are made in ``_differential_programs.py``.

    views        views of views, written through, and the gradients below them
    promotion    operators between dtypes, dimensions and Python's numbers
    writing      ``out=`` and in-place operations into tensors of other shapes, dtypes and strides
    indexing     subscripts read and assigned, gathering and scattering
    graph        accumulation, hooks, modes, graphs kept and walked twice, what is printed of nodes
    transforms   ``vmap``, ``grad``, ``jacrev`` and their kin inside each other
    modules      layers with hooks, modes, state dicts
    training     optimizers and schedulers over a few steps
    functions    ``autograd.Function``s of a program's own

Every line that may fail stands in a ``show(lambda: ...)`` or a ``try_(...)``, so that the rest runs all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

Scene = Callable[["Maker"], list[str]]
Shapes = Sequence[tuple[int, ...]]

SHAPES = ((), (1,), (3,), (0,), (2, 3), (3, 3), (2, 1), (2, 0), (2, 2, 3), (1, 2, 4, 4))
USUAL = ((3,), (2, 3), (2, 3), (3, 3), (4,), (2, 2, 3))
SMALL = ((3,), (2, 3), (3, 3))
DTYPES = ("float32", "float64", "float16", "bfloat16", "complex64", "complex128", "int64", "int32", "uint8", "bool")
#: A word in a phrase that gives another shape than its operand's.
RESHAPES = re.compile(r"mean|amax|logsum|prod\(\)|std|norm\(\)|flat|unsq")
#: What a layer wants for its input, by a word of it.
INPUTS = {
    "Conv": "(1, 2, 4)", "Norm1d(2": "(2, 2, 3)", "Pool": "(1, 2, 4)", "Upsample": "(1, 2, 3)",
    "GroupNorm": "(2, 2, 3)", "GRU": "(1, 2, 3)", "LSTM(": "(2, 1, 3)", "RNN(": "(2, 1, 3)", "Transformer": "(2, 1, 3)",
}  # fmt: skip
ARGUMENTS = {"Bilinear": "x, x", "Cosine": "x, x", "Multihead": "x, x, x", "Embedding": "torch.tensor([1, 0, 1])"}
OWN = """\
class Own(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w):
        {kept}
        return {forward}
    @staticmethod
    def backward(ctx, g, *more):
        return {backward}"""


def phrases() -> dict[str, list[str]]:
    """The phrases of each section."""
    text = Path(__file__).with_name("_differential_phrases.txt").read_text(encoding="utf-8")
    sections = (section.strip().split("\n") for section in re.split(r"(?m)^= ", text)[1:])
    return {name: lines for name, *lines in sections}


PHRASES = phrases()
PHRASES["keeping"] = [phrase for phrase in PHRASES["unary"] if not RESHAPES.search(phrase)]


class Maker:
    """What scenes draw from: one seed, one program."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def often(self, share: float) -> bool:
        return self.random.random() < share

    def pick(self, section: str, about: str = "x") -> str:
        """A phrase of a section, about a tensor."""
        return self.random.choice(PHRASES[section]).replace("{}", about)

    def several(self, section: str, least: int, most: int) -> list[str]:
        return [self.pick(section) for _ in range(self.random.randint(least, most))]

    def chain(self, about: str, section: str = "unary", most: int = 3) -> str:
        """A few phrases inside each other."""
        text = about
        for _ in range(self.random.randint(1, most)):
            phrase = self.random.choice(PHRASES[section])
            text = phrase.replace("{}", text if phrase.count("{}") == 1 else about)
        return text

    def asked(self) -> str:
        return self.random.choice(("first", "first", "second"))

    def tensor(self, name: str, dtype: str = "", grad: bool | None = None, shapes: Shapes = USUAL) -> str:
        """The line that makes a tensor; float32 and a leaf, mostly."""
        r = self.random
        dtype = dtype or (r.choice(DTYPES) if r.random() < 0.2 else "float32")
        shape = r.choice(shapes) if r.random() < 0.9 else r.choice(SHAPES)
        size = 1
        for n in shape:
            size *= n
        numbers = ", ".join(self.number(dtype) for _ in range(size))
        line = f"{name} = torch.tensor([{numbers}], dtype=torch.{dtype}).reshape({shape})"
        wanted = r.random() < 0.8 if grad is None else grad
        return f"{line}.requires_grad_()" if wanted and dtype.startswith(("float", "bfloat", "complex")) else line

    def number(self, dtype: str) -> str:
        r = self.random
        if dtype == "bool":
            return r.choice(("True", "False"))
        if dtype.startswith(("int", "uint")):
            return str(r.choice((0, 1, 2, 3)) if dtype == "uint8" else r.choice((-2, -1, 0, 1, 2, 3)))
        x = r.choice((-2.0, -1.0, -0.5, 0.5, 1.0, 1.5, 2.0)) if r.random() < 0.5 else round(r.uniform(-2, 3), 2)
        return f"{x}{r.choice(('+1j', '-0.5j'))}" if dtype.startswith("complex") else str(x)


def views(m: Maker) -> list[str]:
    lines = [m.tensor("x"), f"y = try_(lambda: {m.pick('unary')}, x)"]
    names = ["y"]
    for k in range(m.random.randint(1, 3)):
        source = m.random.choice(names)
        lines.append(f"v{k} = try_(lambda: {m.pick('views', source)}, {source})")
        names.append(f"v{k}")
    for _ in range(m.random.randint(1, 3)):
        lines.append(f"show(lambda: {m.pick('changes', m.random.choice(names))})")
    lines += [f"print({n}, {n}._version, {n}._is_view())" for n in names]
    return [*lines, f"first([{', '.join(names)}], *leaves(x))"]


def promotion(m: Maker) -> list[str]:
    lines = [m.tensor(n, m.random.choice(DTYPES), shapes=(*USUAL, ())) for n in ("a", "b")]
    other = m.pick("numbers") if m.often(0.4) else "b"
    left, right = ("a", other) if m.often(0.7) else (other, "a")
    lines += [f"r = show(lambda: {left} {m.pick('operators')} {right})", "first(r, *leaves(a, b))"]
    name = m.pick("named")
    call = f"torch.where(a > 0, a, {other})" if name == "where" else f"torch.{name}(a, {other})"
    lines += [f"r = show(lambda: {call})", f"{m.asked()}(r, *leaves(a, b))"]
    if m.often(0.4):
        lines.append(f"show(lambda: torch.result_type(a, {other}))")
    if m.often(0.4):
        lines.append(f"def change():\n    c = a * 1\n    c {m.pick('operators in place')} {other}\n    return c")
        lines.append("show(change)")
    return lines


def writing(m: Maker) -> list[str]:
    other = m.random.choice(DTYPES) if m.often(0.4) else "float32"
    lines = [m.tensor("a"), m.tensor("b"), m.tensor("o", other, m.often(0.2))]
    lines += [f"show(lambda: {m.pick('out', m.pick('targets'))})", "print(o)"]
    for _ in range(2):
        lines.append(f"c = try_(lambda: {m.pick('unary', 'a')}, a)")
        lines.append(f"show(lambda: c.{m.pick('methods in place')}({m.pick('operands')}))")
        lines.append("first(c, *leaves(a, b))")
    return lines


def indexing(m: Maker) -> list[str]:
    lines = [m.tensor("x"), f"y = try_(lambda: {m.pick('keeping')}, x)"]
    lines += [f"r = show(lambda: y[{m.pick('indices')}])", "first(r, *leaves(x))"]
    index, value = m.pick("indices"), m.pick("values")
    lines.append(f"def assign():\n    y[{index}] = {value}")
    lines += ["show(assign)", "print(y)", "second(y, *leaves(x))"]
    call = m.pick("picks").replace("DIM", m.random.choice(("0", "-1", "1"))).replace("AT", m.pick("places"))
    return [*lines, f"r = show(lambda: {call})", f"{m.asked()}(r, *leaves(x))"]


def graph(m: Maker) -> list[str]:
    lines = [m.tensor("x", "float32", True), m.tensor("w", "float32", True)]
    lines.append(f"y = try_(lambda: {m.chain('x', 'keeping')}, x)")
    lines.append(f"z = try_(lambda: {m.pick('products')}, y)")
    return [*lines, *m.several("acts on graphs", 2, 6), "print(x.grad, w.grad)"]


def transforms(m: Maker) -> list[str]:
    lines = [m.tensor(name, "float32", m.often(0.3), SMALL) for name in ("x", "w")]
    body = m.pick("changes", "(q * 1)") if m.often(0.2) else m.pick("bodies", m.chain("q", most=2))
    call = m.pick("transforms", body).replace("{inner}", f"lambda q: {m.pick('scalars', body)}")
    return [*lines, f"r = show(lambda: {call})", "first(r, *leaves(x, w))"]


def modules(m: Maker) -> list[str]:
    layer = m.pick("layers")
    shape = next((shape for word, shape in INPUTS.items() if word in layer), "(2, 3)")
    given = next((given for word, given in ARGUMENTS.items() if word in layer), "x")
    count = shape[1:-1].replace(", ", " * ")
    lines = [f"m = {layer}", "fill(m)", f"x = torch.linspace(-1, 2, {count}).reshape({shape}).requires_grad_()"]
    lines += m.several("acts on modules", 1, 3)
    lines += [f"r = show(lambda: m({given}))", "show(lambda: sum(t.sum() for t in results(r)).backward())"]
    return [*lines, "print(x.grad, [p.grad for p in m.parameters()])", *m.several("acts on modules", 0, 2)]


def training(m: Maker) -> list[str]:
    lines = ["m = nn.Sequential(nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 1))", "fill(m)"]
    lines += [m.tensor("x", "float32", False, ((2, 3),)), "t = x.detach()[..., :1] * 2", f"l = {m.pick('losses')}"]
    lines.append(f"o = torch.optim.{m.pick('optimizers', 'm.parameters()')}")
    step = ["def step():", f"    {m.pick('zeroing')}", "    loss = l(m(x), t)", "    loss.backward()", "    o.step()"]
    step.append("    print(loss)")
    if m.often(0.5):
        lines.append(f"s = torch.optim.lr_scheduler.{m.pick('schedulers')}")
        step += ["    s.step()", "    print(s.get_last_lr())"]
    lines.append("\n".join(step))
    lines += ["show(step)"] * m.random.randint(2, 4)
    return [*lines, "print([p.detach() for p in m.parameters()])", m.pick("looks at training")]


def functions(m: Maker) -> list[str]:
    forward = m.pick("forward", m.chain("x", "keeping", 2))
    own = OWN.format(kept=m.pick("kept"), forward=forward, backward=m.pick("backward"))
    lines = [m.tensor("a", "float32", True), m.tensor("b", "float32", True), own]
    lines += [f"r = show(lambda: Own.apply({m.pick('applied')}))", f"{m.asked()}(r, a, b)"]
    return [*lines, m.pick("uses of functions")]


SCENES: dict[str, Scene] = {
    scene.__name__: scene
    for scene in (views, promotion, writing, indexing, graph, transforms, modules, training, functions)
}


class Scenery:
    """One program of several statements: the lines of a scene, drawn from a seed."""

    def __init__(self, scenes: list[str], seed: int) -> None:
        maker = Maker(seed)
        self.label = maker.random.choice(scenes)
        self.lines = SCENES[self.label](maker)
