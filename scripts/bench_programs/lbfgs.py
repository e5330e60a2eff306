# name: LBFGS
# group: small
# runs: 5
import torch

x = torch.tensor([-1.5, 2.0, 0.5, 1.0], requires_grad=True)
optimizer = torch.optim.LBFGS([x], lr=0.5, max_iter=10, line_search_fn="strong_wolfe")


def closure():
    optimizer.zero_grad()
    loss = (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()
    loss.backward()
    return loss


for i in range(10):
    optimizer.step(closure)
