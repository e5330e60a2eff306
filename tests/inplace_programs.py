"""Random functions with views and changes in place, as text: for the tests of ``torch.func``, and for longer runs.

A function takes ``x`` (three numbers or two rows of three) and returns one number or a vector. Everything in it is
smooth where it is evaluated and bounded, so that finite differences can follow.
"""

from __future__ import annotations

import math
from random import Random

Shape = tuple[int, ...]

UNARY = ("{}.sin()", "{}.tanh()", "({} * 0.5).exp().sigmoid()", "{} * {}", "{} * 1", "{}.clone()", "-{}", "{} / 2 + 1")
BINARY = ("{} * {}", "{} + {}", "{} - {}", "{} * {}.sin()", "torch.where(torch.tensor(True), {}, {})")
CHANGE_ALONE = (
    "{}.mul_(2)", "{}.sin_()", "{}.tanh_()", "{}.sigmoid_()", "{}.add_(1)", "{}.neg_()", "{}.zero_()", "{}.fill_(0.5)",
    "{}.sub_(0.25)", "{}.div_(2)", "{} *= 0.5", "{} += 1", "{}.square_().tanh_()", "{}.clamp_(-5, 5)",
)  # fmt: skip
CHANGE_BY = (
    "{}.mul_({})", "{}.add_({})", "{}.sub_({})", "{}.copy_({})", "{} *= {}", "{} += {}", "{} -= {}",
    "{}.add_({}, alpha=2)", "{}.addcmul_({}, {})", "{}.lerp_({}, 0.25)", "{}.div_({}.cosh())",
    "{}.masked_fill_(torch.tensor(False), 1.0).mul_({})", "{}[...] = {}",
)  # fmt: skip


class Writer:
    """Writes one function, statement by statement."""

    def __init__(self, seed: int, refused: bool = False) -> None:
        self.random = Random(seed)
        self.refused = refused  # whether to use what PyTorch refuses now and then: views of several outputs, leaves
        self.lines: list[str] = []
        self.shapes: dict[str, Shape] = {"x": self.random.choice([(3,), (3,), (2, 3)])}
        self.views: set[str] = set()
        self.fixed: set[str] = {"x"}  # what must not change in place

    def write(self) -> str:
        self.fresh(self.random.choice(("{} * 1", "{}.clone()", "{}.sin()", "{} * {}")).replace("{}", "x"), "x")
        for _ in range(self.random.randint(3, 9)):
            self.random.choices(
                (self.compute, self.view, self.change_alone, self.change_by, self.change_part, self.blank),
                (2, 4, 2, 4, 3, 1),
            )[0]()
        if not any("_(" in line or "=" in line.replace(" = ", "") for line in self.lines):
            self.change_by()
        a, b = self.any(), self.any()
        self.lines.append(f"return (({a} * 1).sin().sum() + ({b} ** 2).sum() + (t0 * 0.5).cos().sum())")
        return "\n".join(["def f(x):", *("    " + line for line in self.lines)])

    def any(self, shape: Shape | None = None, changeable: bool = False) -> str:
        names = [
            n for n, s in self.shapes.items() if (shape is None or s == shape) and not (changeable and n in self.fixed)
        ]
        return self.random.choice(names)

    def named(self, shape: Shape) -> str:
        name = f"t{len(self.shapes) - 1}"
        self.shapes[name] = shape
        return name

    def fresh(self, made: str, like: str) -> None:
        shape = self.shapes[like]
        self.lines.append(f"{self.named(shape)} = {made}")

    def other(self, shape: Shape) -> str:
        """Something of the shape, made of what is there."""
        names = [n for n, s in self.shapes.items() if s == shape]
        if names and self.random.random() < 0.8:
            name = self.random.choice(names)
            return name if self.random.random() < 0.6 else f"({name} * 0.5)"
        return f"({self.any()} * 0.5).sum().sin()" + (f".expand({', '.join(map(str, shape))})" if shape else "")

    def compute(self) -> None:
        a = self.any()
        if self.random.random() < 0.5:
            self.fresh(self.random.choice(UNARY).replace("{}", a), a)
        else:
            self.fresh(self.random.choice(BINARY).format(a, self.other(self.shapes[a])), a)

    def blank(self) -> None:
        shape = self.random.choice([(3,), (2, 3), (2,), ()])
        size = ", ".join(map(str, shape)) or "()"
        name = self.named(shape)
        self.lines.append(f"{name} = torch.zeros({size}, dtype=torch.float64)")
        if self.random.random() < 0.6:
            self.view(name)
        self.change_by(name)

    def view(self, source: str | None = None) -> None:
        a = source or self.any()
        shape = self.shapes[a]
        made, new = self.viewed(a, shape)
        name = self.named(new)
        self.lines.append(f"{name} = {made}")
        self.views.add(name)
        if a in self.fixed or "expand" in made or ((".unbind" in made or "split" in made) and not self.refused):
            self.fixed.add(name)

    def viewed(self, a: str, shape: Shape) -> tuple[str, Shape]:
        r = self.random
        n = len(shape)
        if not n:
            return r.choice([(f"{a}.view(1)", (1,)), (f"{a}.expand(3)", (3,)), (f"{a}[None]", (1,))])
        d = r.randrange(n)
        i = r.randrange(shape[d])
        kind = r.randrange(11)
        rest = (*shape[:d], *shape[d + 1 :])
        if kind == 0:
            return f"{a}[{r.randrange(shape[0])}]", shape[1:]
        if kind == 1 and shape[0] > 1:
            k = r.randint(0, 1)
            return f"{a}[{k}:]", (shape[0] - k, *shape[1:])
        if kind == 2:
            return f"{a}.select({d}, {i})", rest
        if kind == 3 and n == 2:
            return r.choice([f"{a}.t()", f"{a}.transpose(0, 1)", f"{a}.mT", f"{a}.permute(1, 0)"]), shape[::-1]
        if kind == 4:
            return f"{a}.unsqueeze({d})", (*shape[:d], 1, *shape[d:])
        if kind == 5:
            return f"{a}.unbind({d})[{i}]", rest
        if kind == 6 and n == 1:
            return f"{a}.expand(2, {shape[0]})", (2, *shape)
        if kind == 7:
            return f"{a}.narrow({d}, {i}, 1)", (*shape[:d], 1, *shape[d + 1 :])
        if kind == 8 and shape[0] > 1:
            return f"{a}.split(1)[{r.randrange(shape[0])}]", (1, *shape[1:])
        if kind == 9 and n == 2:
            return f"{a}.diagonal()", (min(shape),)
        if kind == 10 and shape[-1] > 1:
            return f"{a}[..., ::2]", (*shape[:-1], math.ceil(shape[-1] / 2))
        return f"{a}[:]", shape

    def change_alone(self) -> None:
        self.lines.append(self.random.choice(CHANGE_ALONE).format(self.any(changeable=True)))

    def change_by(self, target: str | None = None) -> None:
        a = target or self.any(changeable=True)
        by = [self.other(self.shapes[a]) for _ in range(2)]
        self.lines.append(self.random.choice(CHANGE_BY).format(a, *by))

    def change_part(self) -> None:
        a = self.any(changeable=True)
        shape = self.shapes[a]
        if not shape:
            return self.change_by(a)
        i = self.random.randrange(shape[0])
        place, left = self.random.choice([(f"{a}[{i}]", shape[1:]), (f"{a}[{i}:]", (shape[0] - i, *shape[1:]))])
        sign = self.random.choice(("=", "+=", "*=", "-="))
        self.lines.append(f"{place} {sign} {self.other(left)}")


def written(seed: int, refused: bool = False) -> tuple[str, str]:
    """A function of ``x`` as text, and the expression of a point to evaluate it at."""
    writer = Writer(seed, refused)
    text = writer.write()
    count = math.prod(writer.shapes["x"])
    numbers = [round(0.2 + 0.9 * math.sin(1.7 * k + seed), 3) for k in range(count)]
    point = f"torch.tensor({numbers}, dtype=torch.float64).reshape{writer.shapes['x']}"
    return text, point


#: What differentiates ``f`` at ``x``, in several ways; each answers with the gradient, or the Hessian, as a flat list.
GRADIENTS = {
    "grad": "grad(f)(x)",
    "vjp": "vjp(f, x)[1](torch.tensor(1.0, dtype=torch.float64))[0]",
    "jacrev": "jacrev(f)(x)",
    "jacfwd": "jacfwd(f)(x)",
    "jvp": "torch.stack([jvp(f, (x,), (e,))[1] for e in basis])",
    "vmap_grad": "vmap(grad(f))(torch.stack([x * 0.5, x]))[1]",
    "vmap_in_1": "vmap(grad(f), in_dims=-1)(torch.stack([x * 0.5, x], -1))[1]",
    "vmap_jvp": "vmap(lambda e: jvp(f, (x,), (e,))[1])(basis)",
    "grad_vmap": "grad(lambda z: vmap(f)(z).sum())(torch.stack([x * 0.5, x]))[1]",
    "dual": "torch.stack([dual(e) for e in basis])",
    "grad_of_sum_of_rows": "grad(lambda z: vmap(f, in_dims=-1)(z).sum())(torch.stack([x * 0.5, x], -1))[..., 1]",
}
HESSIANS = {
    "hessian": "hessian(f)(x)",
    "jacrev_jacrev": "jacrev(jacrev(f))(x)",
    "jacrev_jacfwd": "jacrev(jacfwd(f))(x)",
    "jacfwd_jacfwd": "jacfwd(jacfwd(f))(x)",
    "jacfwd_grad": "jacfwd(grad(f))(x)",
    "jvp_grad": "torch.stack([jvp(grad(f), (x,), (e,))[1] for e in basis])",
    "grad_jvp": "torch.stack([grad(lambda z: jvp(f, (z,), (e,))[1])(x) for e in basis])",
    "vmap_hessian": "vmap(hessian(f))(torch.stack([x * 0.5, x]))[1]",
    "vmap_in_1_hessian": "vmap(hessian(f), in_dims=-1)(torch.stack([x * 0.5, x], -1))[1]",
    "functional": "torch.autograd.functional.hessian(f, x)",
    "dual_reverse": "torch.stack([reversed_dual(e) for e in basis])",
    "reverse_dual": "torch.stack([dual_of_grad(e) for e in basis])",
}

DRIVER = """
import torch
import torch.autograd.forward_ad as fa
from torch.func import grad, vjp, jvp, jacrev, jacfwd, hessian, vmap
{text}
x = {point}
basis = torch.eye(x.numel(), dtype=torch.float64).reshape(-1, *x.shape)
def dual(e):
    with fa.dual_level():
        return fa.unpack_dual(f(fa.make_dual(x, e.clone()))).tangent
def reversed_dual(e):
    leaf = x.clone().requires_grad_()
    with fa.dual_level():
        tangent = fa.unpack_dual(f(fa.make_dual(leaf, e.clone()))).tangent
        if not tangent.requires_grad:
            return torch.zeros_like(x)
        found = torch.autograd.grad(tangent, leaf, allow_unused=True)[0]
        return torch.zeros_like(x) if found is None else found
def dual_of_grad(e):
    with fa.dual_level():
        d = fa.make_dual(x.clone().requires_grad_(), e.clone())
        g = torch.autograd.grad(f(d), d, create_graph=True)[0]
        t = fa.unpack_dual(g).tangent
        return torch.zeros_like(x) if t is None else t.detach()
def plain(order):
    leaf = x.clone().requires_grad_()
    g = torch.autograd.grad(f(leaf), leaf, create_graph=True, allow_unused=True)[0]
    if g is None:
        return torch.zeros(x.numel() ** order, dtype=torch.float64)
    if order == 1:
        return g.detach()
    rows = []
    for one in g.reshape(-1):
        row = torch.autograd.grad(one, leaf, retain_graph=True, allow_unused=True)[0] if one.requires_grad else None
        rows.append(torch.zeros_like(x) if row is None else row)
    return torch.stack(rows)
def differences(order):
    eps = 1e-5
    rows = []
    for e in basis:
        low, high = x - eps * e, x + eps * e
        rows.append((f(high) - f(low)) / (2 * eps) if order == 1 else (grad(f)(high) - grad(f)(low)) / (2 * eps))
    return torch.stack(rows)
def attempt(name, way):
    try:
        print(name, way().detach().reshape(-1).tolist())
    except RuntimeError as error:
        print(name, "error", str(error).replace("\\n", " "))
attempt("plain1", lambda: plain(1))
attempt("differences1", lambda: differences(1))
attempt("plain2", lambda: plain(2))
attempt("differences2", lambda: differences(2))
{attempts}
"""


def program(text: str, point: str, ways: dict[str, str]) -> str:
    """The text of a program that prints, a line each, what every way to differentiate the function gives."""
    attempts = "\n".join(f'attempt("{name}", lambda: {way})' for name, way in ways.items())
    return DRIVER.format(text=text, point=point, attempts=attempts)
