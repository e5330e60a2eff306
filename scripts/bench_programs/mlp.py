# name: MLP by hand
# group: small
# runs: 5
import torch

torch.manual_seed(0)
x = torch.randn(64, 20)
t = torch.randn(64, 1)
w1 = torch.randn(20, 50, requires_grad=True)
b1 = torch.zeros(50, requires_grad=True)
w2 = torch.randn(50, 1, requires_grad=True)
for i in range(200):
    loss = ((torch.tanh(x @ w1 + b1) @ w2 - t) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        for p in [w1, b1, w2]:
            p -= 0.0001 * p.grad
            p.grad = None
