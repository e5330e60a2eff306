# name: scalar Newton
# group: small
# runs: 5
import torch

root = torch.tensor(2.0, requires_grad=True)
for i in range(300):
    f = torch.exp(root) - 3 * root**2 + root * torch.cos(root)
    (slope,) = torch.autograd.grad(f, root, create_graph=True)
    (curve,) = torch.autograd.grad(slope, root)
    with torch.no_grad():
        root -= 0.1 * slope / (curve.abs() + 1)
