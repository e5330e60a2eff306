"""Learning to learn: a start from which one step of descent fits any of a family of lines."""
import torch

torch.manual_seed(0)
w = torch.zeros(2, requires_grad=True)
meta = torch.optim.SGD([w], lr=0.1)


def loss(w, task, n=10):
    x = torch.linspace(-1, 1, n)
    slope, offset = task
    return ((w[0] * x + w[1] - slope * x - offset) ** 2).mean()


tasks = [(1.0, 0.5), (1.5, 1.0), (2.0, 0.0), (1.2, 0.8)]
for step in range(50):
    total = 0.0
    meta.zero_grad()
    for task in tasks:
        inner = loss(w, task)
        (g,) = torch.autograd.grad(inner, w, create_graph=True)
        adapted = w - 0.4 * g
        outer = loss(adapted, task) / len(tasks)
        outer.backward()
        total += outer.item()
    meta.step()
    if step % 10 == 0:
        print(f"{step:2d} {total:.4f} {w.tolist()[0]:.3f} {w.tolist()[1]:.3f}")
print(w.grad.norm() < 0.05)
