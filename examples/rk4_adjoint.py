"""A pendulum by Runge-Kutta; the start angle is found from the end by backpropagation through all steps."""
import torch

torch.set_default_dtype(torch.float64)


def f(state):
    angle, speed = state.unbind(-1)
    return torch.stack([speed, -torch.sin(angle)], -1)


def rk4(state, h):
    k1 = f(state)
    k2 = f(state + h / 2 * k1)
    k3 = f(state + h / 2 * k2)
    k4 = f(state + h * k3)
    return state + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def flow(angle, steps=40, h=0.05):
    state = torch.stack([angle, torch.zeros_like(angle)])
    for _ in range(steps):
        state = rk4(state, h)
    return state


target = flow(torch.tensor(1.2))
angle = torch.tensor(0.5, requires_grad=True)
for step in range(12):
    loss = ((flow(angle) - target) ** 2).sum()
    loss.backward()
    with torch.no_grad():
        angle -= 0.3 * angle.grad
    print(f"{step:2d} loss {loss.item():.6f} angle {angle.item():.4f} slope {angle.grad.item():.4f}")
    angle.grad = None
