# name: MLP with Adam
# group: layers
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))
x = torch.randn(256, 10)
y = x.pow(2).sum(1, keepdim=True)
opt = torch.optim.Adam(model.parameters(), lr=1e-2)
for _ in range(50):
    opt.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    opt.step()
