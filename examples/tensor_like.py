"""Classes that PyTorch's functions ask: a tensor with metadata, a multiple of the identity, and a log of calls.

Beside them what takes functions as they are: ``torch.jit`` and ``torch.compile``.
"""

import functools
import inspect

import numpy as np
import torch
import torch.nn.functional as F

HANDLED = {}


def implements(torch_function):
    def decorate(function):
        functools.update_wrapper(function, torch_function)
        HANDLED[torch_function] = function
        return function

    return decorate


class Scaled:
    """``scale`` times the identity of a size, which is never written out."""

    def __init__(self, size, scale):
        self.size, self.scale = size, scale

    def __repr__(self):
        return f"Scaled({self.size}, {self.scale})"

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        if func not in HANDLED or not all(issubclass(kind, (torch.Tensor, Scaled)) for kind in types):
            return NotImplemented
        return HANDLED[func](*args, **(kwargs or {}))


@implements(torch.mean)
def mean(input):
    return input.scale / input.size


@implements(torch.add)
def add(input, other):
    return Scaled(input.size, input.scale + other.scale)


@implements(torch.matmul)
def matmul(input, other):
    return other * input.scale if isinstance(input, Scaled) else input * other.scale


@implements(F.relu)
def relu(input, inplace=False):
    return Scaled(input.size, max(input.scale, 0))


a, b = Scaled(3, 2.0), Scaled(3, -5.0)
print(torch.mean(a), torch.add(a, b), F.relu(torch.add(a, b)), mean.__name__)
x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
(torch.matmul(a, x) * torch.matmul(x, b)).sum().backward()
print(x.grad)
for wrong in (lambda: torch.mul(a, 2), lambda: F.mse_loss(a, x), lambda: torch.cat([x, b])):
    try:
        wrong()
    except TypeError as error:
        print(str(error).splitlines()[0])


class Metadata:
    """A tensor that remembers where it comes from, through every function."""

    def __init__(self, data, source):
        self.tensor, self.source = torch.as_tensor(data), source

    def __repr__(self):
        return f"{self.source}: {self.tensor.tolist()}"

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        sources = []

        def plain(value):
            if isinstance(value, (list, tuple)):
                return type(value)(map(plain, value))
            if isinstance(value, Metadata):
                sources.append(value.source)
                return value.tensor
            return value

        found = func(*map(plain, args), **{key: plain(value) for key, value in (kwargs or {}).items()})
        return cls(found, f"{func.__name__}({', '.join(sources)})")


m, n = Metadata([[1.0, 2.0]], "left"), Metadata([[3.0, 4.0]], "right")
print(torch.add(m, n), torch.add(1, m, alpha=3), torch.cat([m, n]), torch.sum(torch.stack((n, m)), dim=0), sep="\n")


class Noisy(Metadata):
    """A subclass is asked before its base."""

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        print(func.__name__, [kind.__name__ for kind in types], kwargs)
        return super().__torch_function__(func, types, args, kwargs)


print(torch.mul(m, Noisy([10.0, 20.0], "loud")))


@torch.jit.script
def clipped(x: torch.Tensor, low: float, high: float) -> torch.Tensor:
    return torch.clamp(x, low, high)


class Gate(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(2, 2, bias=False)
        torch.nn.init.eye_(self.linear.weight)

    def forward(self, x):
        return torch.relu(self.linear(x))


gate = Gate().eval()
inputs = torch.tensor([[-1.0, 2.0]])
for made in (torch.jit.script(gate), torch.jit.trace(gate, inputs), torch.compile(gate, backend="eager")):
    print(made(inputs).detach(), [name for name, _ in made.named_parameters()][0][-6:])
print(clipped(inputs, -0.5, 1.0), torch.jit.freeze(torch.jit.script(gate))(inputs).shape)
try:
    torch.jit.freeze(torch.jit.script(Gate()))
except RuntimeError as error:
    print(error)

counts = np.zeros(4, dtype=int)
np.add.at(counts, [0, 1, 1, 3], 1)
print(
    counts, np.maximum.reduce([[1, 5], [3, 2]]), np.multiply.outer([1, 2], [3, 4]).tolist(), np.add.accumulate([1, 2])
)
memory = np.arange(3, dtype=np.float32)
shared = torch.frombuffer(memory, dtype=torch.float32)
memory[0] = 7
print(shared, shared.grad_fn.__class__.__name__, x.sum().grad_fn.__class__.__name__, memory.tobytes()[:4])


def scaled(x: torch.Tensor, *rest, factor: float = 2.0, name: "str" = "q", **more) -> torch.Tensor:
    return x * factor


found = inspect.signature(scaled)
print(found, found.parameters["factor"].annotation, found.return_annotation, repr(found.parameters["name"]))
print(inspect.signature(Scaled), inspect.signature(gate.forward), [p.kind.name for p in found.parameters.values()])
print(found.parameters["rest"].annotation is inspect.Parameter.empty)
