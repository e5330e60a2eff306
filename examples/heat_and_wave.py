"""Two partial differential equations by finite differences as convolutions, and a diffusivity found by gradients."""
import math

import torch
import torch.nn.functional as F


def laplacian(u: torch.Tensor, dx: float) -> torch.Tensor:
    kernel = torch.tensor([[0.0, 1.0, 0.0], [1.0, -4.0, 1.0], [0.0, 1.0, 0.0]], dtype=u.dtype) / dx**2
    return F.conv2d(F.pad(u[None, None], (1, 1, 1, 1), mode="constant"), kernel[None, None])[0, 0]


def heat(u0, alpha, dt, steps, dx):
    u = u0
    for _ in range(steps):
        u = u + dt * alpha * laplacian(u, dx)
    return u


def show(u, levels=" .:-=+*#%@"):
    scaled = (u / u.max() * (len(levels) - 1)).round().long()
    return "\n".join("  " + "".join(levels[k] for k in row) for row in scaled.tolist())


N = 15
dx = 1.0 / (N + 1)
grid = torch.linspace(dx, 1 - dx, N, dtype=torch.float64)
Y, X = torch.meshgrid(grid, grid, indexing="ij")
u0 = torch.sin(math.pi * X) * torch.sin(math.pi * Y)

# an eigenfunction only decays, and we know how fast
alpha, dt, steps = 0.1, 0.2 * dx**2 / 0.1, 60
u = heat(u0, alpha, dt, steps, dx)
discrete = (1 - dt * alpha * 8 / dx**2 * math.sin(math.pi * dx / 2) ** 2) ** steps
exact = math.exp(-2 * math.pi**2 * alpha * dt * steps)
print(f"peak {u.max():.6f}; by the discrete formula {discrete * u0.max():.6f}; exact {exact:.6f}")

hot = torch.zeros(N, N, dtype=torch.float64)
hot[3:6, 3:6] = 1.0
hot[10, 11] = 3.0
print("at the start:", show(hot), "later:", show(heat(hot, alpha, dt, 12, dx)), sep="\n")

# inverse problem: which diffusivity gave these measurements?
measured = heat(hot, torch.tensor(0.137, dtype=torch.float64), dt, 20, dx)[::3, ::3]
log_alpha = torch.tensor(math.log(0.05), dtype=torch.float64, requires_grad=True)
optimizer = torch.optim.LBFGS([log_alpha], lr=1, max_iter=20, line_search_fn="strong_wolfe")


def closure():
    optimizer.zero_grad()
    loss = (heat(hot, log_alpha.exp(), dt, 20, dx)[::3, ::3] - measured).square().sum()
    loss.backward()
    return loss


first = optimizer.step(closure)
print(f"loss {first.item():.4f} -> {closure().item():.1e}, diffusivity {log_alpha.exp().item():.4f}")

# the wave equation in one dimension: a pulse is reflected at the ends
n, c = 41, 1.0
x = torch.linspace(0, 1, n)
pulse = torch.exp(-((x - 0.3) ** 2) / 0.004)
h = x[1] - x[0]
tau = 0.5 * h / c
previous, current = pulse.clone(), pulse.clone()
frames = []
for step in range(1, 81):
    second = torch.zeros_like(current)
    second[1:-1] = current.diff(n=2) / h**2
    following = 2 * current - previous + (c * tau) ** 2 * second
    following[[0, -1]] = 0.0
    previous, current = current, following
    if step % 20 == 0:
        frames.append(current)
        print(f"t = {step * tau:.2f}: highest {current.max():.2f} at x = {x[current.argmax()]:.3f}, lowest {current.min():.2f}")
print(torch.stack(frames).shape)
