# name: scalar engine
# group: small
# runs: 5
import torch

weights = [torch.tensor(0.1 * (k % 7) - 0.3, requires_grad=True) for k in range(24)]
for step in range(10):
    loss = torch.tensor(0.0)
    for example in range(4):
        inputs = [0.5, -0.2, 0.1 * example]
        hidden = []
        for unit in range(6):
            s = weights[unit * 3] * inputs[0] + weights[unit * 3 + 1] * inputs[1] + weights[unit * 3 + 2] * inputs[2]
            hidden.append(torch.relu(s) + 0.1 * torch.tanh(s))
        out = sum(h * w for h, w in zip(hidden, weights[18:]))
        loss = loss + (out - 0.25 * example) ** 2
    loss.backward()
    with torch.no_grad():
        for w in weights:
            w -= 0.05 * w.grad
            w.grad = None
