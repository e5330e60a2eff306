# name: curve fit
# group: small
# runs: 5
import torch

a = torch.tensor(0.1, requires_grad=True)
b = torch.tensor(0.5, requires_grad=True)
x = torch.linspace(-3.0, 3.0, 50)
t = torch.sin(x)
for i in range(400):
    loss = ((a * x**3 + b * x - t) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        for p in [a, b]:
            p -= 0.001 * p.grad
            p.grad = None
