"""Newton's method on Rosenbrock's function, the Hessian by torch.func."""
import torch
from torch.func import grad, hessian


def rosenbrock(p):
    x, y = p[0], p[1]
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


p = torch.tensor([-1.2, 1.0], dtype=torch.float64)
for k in range(8):
    g, H = grad(rosenbrock)(p), hessian(rosenbrock)(p)
    print(k, [round(v, 5) for v in p.tolist()], f"{rosenbrock(p).item():.3e}")
    p = p - torch.linalg.solve(H, g)
print(torch.allclose(p, torch.ones(2, dtype=torch.float64)))
