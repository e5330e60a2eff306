"""The first principal component by ascent on the sphere, beside the one by eigenvalues."""
import torch

torch.manual_seed(3)
data = torch.randn(200, 3, dtype=torch.float64) @ torch.diag(torch.tensor([3.0, 1.0, 0.3], dtype=torch.float64))
data = data - data.mean(0)
C = data.T @ data / (len(data) - 1)
w = torch.ones(3, dtype=torch.float64, requires_grad=True)
for step in range(60):
    u = w / w.norm()
    variance = u @ C @ u
    variance.backward()
    with torch.no_grad():
        w += 0.2 * w.grad
        w.grad.zero_()
values, vectors = torch.linalg.eigh(C)
u = (w / w.norm()).detach()
print(f"{variance.item():.4f} {values[-1].item():.4f} {abs((u @ vectors[:, -1]).item()):.6f}")
print((u * torch.sign(u[0])).round(decimals=4))
