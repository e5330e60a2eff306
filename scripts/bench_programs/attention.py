# name: attention 4 x 4 x 64 x 32
# group: layers
import torch

torch.manual_seed(0)
q = torch.randn(4, 4, 64, 32, requires_grad=True)
k = torch.randn(4, 4, 64, 32, requires_grad=True)
v = torch.randn(4, 4, 64, 32, requires_grad=True)
for _ in range(10):
    p = torch.softmax(q @ k.transpose(-2, -1) / 32**0.5, dim=-1)
    loss = (p @ v).pow(2).mean()
    loss = loss + torch.nn.functional.scaled_dot_product_attention(q, k, v).sum()
    loss.backward()
