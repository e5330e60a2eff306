"""Examples for ``:help``: programs that are run when they are shown, so that they can't be out of date."""

from __future__ import annotations

from ..api.calls.signature import Signature

#: What every example may use.
SETUP = """
x = torch.tensor([0.25, 0.5, 0.75], requires_grad=True)
y = torch.tensor([3., 1., 2.])
a = torch.tensor([[1., 2.], [3., 4.]])
"""

EXAMPLES: dict[str, list[str]] = {
    "tensor": ["tensor([1., 2.], requires_grad=True)", "tensor([[1, 2], [3, 4]])"],
    "zeros": ["zeros(2, 3)"],
    "ones": ["ones(3)"],
    "full": ["full((2, 2), 7.)"],
    "eye": ["eye(2)"],
    "arange": ["arange(5)", "arange(0., 1., 0.25)"],
    "linspace": ["linspace(0, 1, 5)"],
    "rand": ["rand(3)"],
    "randn": ["randn(3)"],
    "randint": ["randint(0, 10, (4,))"],
    "manual_seed": ["_ = manual_seed(0); rand(2)"],
    "sum": ["sum([1, 2, 3])", "sum(a, dim=0)"],
    "mean": ["mean(a, dim=1)"],
    "max": ["max(1, 2)", "max(a, dim=0)"],
    "min": ["min(1, 2)", "min(a, dim=0)"],
    "softmax": ["softmax(y, dim=0)"],
    "log_softmax": ["log_softmax(y, dim=0)"],
    "logsumexp": ["logsumexp(y, dim=0)"],
    "cat": ["cat([x, y])"],
    "stack": ["stack([x, y])"],
    "where": ["where(y > 1.5, y, 0.)"],
    "matmul": ["matmul(a, a)"],
    "mm": ["mm(a, a)"],
    "einsum": ["einsum('ij,jk->ik', a, a)"],
    "outer": ["outer(x, y)"],
    "det": ["det(a)"],
    "inv": ["inv(a)"],
    "solve": ["torch.linalg.solve(a, tensor([1., 2.]))"],
    "grad": ["torch.autograd.grad((x ** 2).sum(), x)", "torch.func.grad(lambda v: (v ** 2).sum())(y)"],
    "jacobian": ["jacobian(lambda v: v ** 2, y)"],
    "hessian": ["hessian(lambda v: (v ** 3).sum(), y)"],
    "backward": ["backward((x ** 2).sum()); x.grad"],
    "vmap": ["vmap(lambda v: v * 2)(y)"],
    "no_grad": ["with no_grad():\n    print(x * 2)"],
    "set_grad_enabled": ["with set_grad_enabled(False):\n    print(x * 2)"],
    "mse_loss": ["mse_loss(x, y)"],
    "cross_entropy": ["cross_entropy(a, tensor([1, 0]))"],
    "nll_loss": ["nll_loss(log_softmax(a, dim=1), tensor([1, 0]))"],
    "gradcheck": ["torch.autograd.gradcheck(lambda v: v.sin(), (x.detach().double().requires_grad_(),))"],
    "range": ["list(range(3))"],
    "len": ["len([1, 2])"],
    "sorted": ["sorted([3, 1, 2])"],
    "zip": ["list(zip([1, 2], 'ab'))"],
    "enumerate": ["list(enumerate('ab'))"],
    "print": ["print(1, 'a', sep=', ')"],
    "isinstance": ["isinstance(x, torch.Tensor)"],
}

#: As methods of a tensor, where they are called otherwise.
METHODS: dict[str, list[str]] = {
    "backward": ["(x ** 2).sum().backward(); x.grad"],
    "sum": ["a.sum()", "a.sum(dim=0)"],
    "mean": ["a.mean(dim=1)"],
    "max": ["a.max()", "a.max(dim=0)"],
    "min": ["a.min()", "a.min(dim=0)"],
    "softmax": ["y.softmax(dim=0)"],
    "view": ["a.view(4)", "a.view(-1, 1)"],
    "reshape": ["a.reshape(4)"],
    "permute": ["a.permute(1, 0)"],
    "transpose": ["a.transpose(0, 1)"],
    "expand": ["y.expand(2, 3)"],
    "item": ["y[0].item()"],
    "to": ["y.to(torch.float64)"],
    "detach": ["x.detach()"],
    "register_hook": ["h = x.register_hook(lambda g: g * 10); x.sum().backward(); x.grad"],
    "matmul": ["a.matmul(a)"],
    "add_": ["y.add_(1)"],
}

#: What to give for a parameter of a type that an example must have a value for.
_VALUES = {"Tensor": ("x", "y", "y"), "int": ("0",), "float": ("2.0",), "Scalar": ("2",)}


def arguments(schema: Signature) -> str | None:
    """Arguments for a call of that signature, ``x, y``; None where it needs more than tensors and numbers."""
    given: list[str] = []
    used: dict[str, int] = {}
    for i in schema.visible:
        parameter = schema.parameters[i]
        if parameter.optional:
            break
        kind = parameter.kind.printed
        choices = _VALUES.get(kind)
        if choices is None or parameter.keyword_only:
            return None
        first = used.get(kind, 0)
        if kind == "Tensor" and schema.receiver is not None:
            first += 1  # the receiver is x
        used[kind] = used.get(kind, 0) + 1
        given.append(choices[min(first, len(choices) - 1)])
    return ", ".join(given)
