# A walk through gradients: run it with  ./scripts/run run examples/tutorial.py
# PyTorch runs it too (python examples/tutorial.py) and prints the same, but for the addresses of objects.
import torch

# A leaf: a tensor of our own that wants a gradient.
x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
print(x, x.is_leaf)

# Everything computed from it remembers how.
y = x ** 2 + 3 * x
print(y)
loss = y.mean()
print(loss, loss.grad_fn.name())

# The backward pass fills .grad of the leaf: d(loss)/dx = (2 x + 3) / 3
loss.backward()
print(x.grad)

# Gradients accumulate until they are cleared.
(x * 10).sum().backward()
print(x.grad)
x.grad = None

# A result that is no scalar needs a vector for the vector-Jacobian product.
z = torch.stack([x.sum(), x.prod()])
z.backward(torch.tensor([1.0, 0.5]))
print(x.grad)

# Second derivatives: the gradient is itself a function with a graph.
(g,) = torch.autograd.grad((x ** 3).sum(), x, create_graph=True)
print(g)
print(torch.autograd.grad(g.sum(), x))

# Where no gradient is wanted.
with torch.no_grad():
    print((x * 2).requires_grad)
print(x.detach().requires_grad)

# How deep the graph gets may depend on the data.
v = torch.tensor([0.5, -1.0], requires_grad=True)
w = v * 2
while w.norm() < 100:
    w = w * 2
w.sum().backward()
print(w, v.grad)

# Gradient descent on a parabola with its minimum at 2.
p = torch.tensor(5.0, requires_grad=True)
for step in range(4):
    error = (p - 2) ** 2
    error.backward()
    with torch.no_grad():
        p -= 0.25 * p.grad
        p.grad = None
    print(f"step {step}: p = {p.item():.4f}, error was {error.item():.4f}")
