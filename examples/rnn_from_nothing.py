"""A recurrent network from nothing but matrices, which learns to count ones modulo two."""
import torch

torch.manual_seed(0)
hidden = 8
Wx = torch.randn(1, hidden) * 0.5
Wh = torch.randn(hidden, hidden) * 0.3
b = torch.zeros(hidden)
Wo = torch.randn(hidden, 1) * 0.5
params = [Wx, Wh, b, Wo]
for p in params:
    p.requires_grad_()
bits = (torch.rand(64, 6, 1) > 0.5).float()
parity = bits.sum(1) % 2


def predict(x):
    h = torch.zeros(len(x), hidden)
    for t in range(x.size(1)):
        h = torch.tanh(x[:, t] @ Wx + h @ Wh + b)
    return h @ Wo


optimizer = torch.optim.RMSprop(params, lr=0.01)
for step in range(121):
    loss = torch.nn.functional.binary_cross_entropy_with_logits(predict(bits), parity)
    optimizer.zero_grad()
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(params, 1.0)
    optimizer.step()
    if step % 40 == 0:
        right = ((predict(bits) > 0) == parity).float().mean()
        print(f"{step:3d} loss {loss.item():.3f} gradient {norm.item():.1f} right {right.item():.2f}")
