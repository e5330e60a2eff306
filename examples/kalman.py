"""A Kalman filter whose noise levels are learnt by gradients of the likelihood."""
import math

import torch

torch.set_default_dtype(torch.float64)
torch.manual_seed(0)
truth = torch.cumsum(0.3 * torch.randn(50), 0)
seen = truth + 0.5 * torch.randn(50)
raw = torch.tensor([0.0, 0.0], requires_grad=True)


def negative_log_likelihood(raw):
    q, r = raw.exp() ** 2
    m, P, total = torch.zeros(()), torch.ones(()), 0.0
    for y in seen:
        P = P + q
        S = P + r
        total = total + 0.5 * ((y - m) ** 2 / S + torch.log(2 * math.pi * S))
        K = P / S
        m, P = m + K * (y - m), (1 - K) * P
    return total


optimizer = torch.optim.Adam([raw], lr=0.1)
for step in range(41):
    optimizer.zero_grad()
    loss = negative_log_likelihood(raw)
    loss.backward()
    optimizer.step()
    if step % 10 == 0:
        q, r = raw.exp().tolist()
        print(f"{step:2d} {loss.item():.3f} process {q:.3f} measurement {r:.3f}")
