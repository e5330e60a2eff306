# name: complex iteration
# group: transforms
import torch

re = torch.linspace(-2, 0.5, 120)
im = torch.linspace(-1.2, 1.2, 120)
c = torch.complex(re.repeat(120, 1), im.reshape(-1, 1).repeat(1, 120)).requires_grad_()
for _ in range(20):
    c.grad = None
    z = torch.zeros_like(c)
    for _ in range(20):
        z = z * z * 0.3 + c
    z.abs().pow(2).mean().backward()
