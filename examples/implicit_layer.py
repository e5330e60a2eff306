"""Implicit differentiation: a fixed-point layer as a custom Function, checked by gradcheck and against unrolling."""
import torch
from torch.autograd import Function, gradcheck


class FixedPoint(Function):
    """z = tanh(W z + U x + b), with its gradient by the implicit function theorem."""

    @staticmethod
    def forward(ctx, W, x, b, tol, max_iter):
        z = torch.zeros_like(x)
        for ctx.iterations in range(max_iter):
            z_next = torch.tanh(z @ W.T + x + b)
            done = (z_next - z).abs().max() < tol
            z = z_next
            if done:
                break
        ctx.save_for_backward(W, z)
        return z

    @staticmethod
    def backward(ctx, grad_output):
        W, z = ctx.saved_tensors
        derivative = 1 - z**2
        # (I - J^T) u = g,  J = diag(1 - z^2) W, for each row
        J = derivative.unsqueeze(-1) * W
        eye = torch.eye(W.shape[0], dtype=W.dtype)
        u = torch.linalg.solve((eye - J).mT, grad_output.unsqueeze(-1)).squeeze(-1)
        v = u * derivative
        grad_W = v.mT @ z if ctx.needs_input_grad[0] else None
        grad_x = v if ctx.needs_input_grad[1] else None
        grad_b = v.sum(0) if ctx.needs_input_grad[2] else None
        return grad_W, grad_x, grad_b, None, None


class DEQ(torch.nn.Module):
    def __init__(self, size, tol=1e-10, max_iter=200):
        super().__init__()
        self.W = torch.nn.Parameter(0.3 * torch.randn(size, size) / size**0.5)
        self.b = torch.nn.Parameter(torch.zeros(size))
        self.tol, self.max_iter = tol, max_iter

    def forward(self, x):
        return FixedPoint.apply(self.W, x, self.b, self.tol, self.max_iter)

    def extra_repr(self):
        return f"size={self.W.shape[0]}, tol={self.tol:g}"


torch.manual_seed(0)
torch.set_default_dtype(torch.double)
layer = DEQ(4)
print(layer)
x = torch.randn(3, 4, requires_grad=True)
z = layer(x)
print("fixed point:", torch.allclose(z, torch.tanh(z @ layer.W.T + x + layer.b)), "after", z.grad_fn.iterations, "iterations")
print(type(z.grad_fn).__name__, z.grad_fn.name())

print("gradcheck:", gradcheck(lambda W, x, b: FixedPoint.apply(W, x, b, 1e-13, 500), (layer.W, x, layer.b)))

# The same by unrolling, which keeps every step.
target = torch.randn(3, 4)
loss = ((z - target) ** 2).mean()
loss.backward()
implicit = layer.W.grad.clone(), x.grad.clone()
u = torch.zeros_like(target)
x2, W2 = x.detach().requires_grad_(), layer.W.detach().requires_grad_()
for _ in range(100):
    u = torch.tanh(u @ W2.T + x2 + layer.b)
unrolled = torch.autograd.grad(((u - target) ** 2).mean(), (W2, x2))
print("unrolling agrees:", [torch.allclose(a, b) for a, b in zip(implicit, unrolled)])

optimizer = torch.optim.SGD(layer.parameters(), lr=0.3)
for step in range(31):
    loss = (layer(x.detach()) - 0.5 * target.clamp(-1, 1)).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 10 == 0:
        print(f"{step:>3} loss {loss.item():.5f} spectral norm {torch.linalg.matrix_norm(layer.W, ord=2).item():.4f}")

try:
    FixedPoint.apply(layer.W, x, layer.b)
except TypeError as error:
    print("TypeError:", error)
