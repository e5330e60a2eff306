# name: layer norm MLP, AdamW
# group: layers
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(
    nn.Linear(32, 128),
    nn.LayerNorm(128),
    nn.GELU(),
    nn.Linear(128, 128),
    nn.LayerNorm(128),
    nn.GELU(),
    nn.Linear(128, 8),
)
x = torch.randn(128, 32)
y = torch.randint(0, 8, (128,))
opt = torch.optim.AdamW(model.parameters(), lr=1e-3)
for _ in range(20):
    opt.zero_grad()
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    opt.step()
