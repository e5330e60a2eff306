# name: matmul 512
# group: transforms
import torch

torch.manual_seed(0)
a = torch.randn(512, 512, requires_grad=True)
b = torch.randn(512, 512, requires_grad=True)
for _ in range(3):
    (a @ b).relu().sum().backward()
