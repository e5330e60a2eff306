"""Ray optics: Snell's law, a lens whose shape is optimised so that rays meet in one point."""
import math
from functools import cached_property
from typing import Tuple

import torch

torch.set_default_dtype(torch.float64)


class Ray:
    __slots__ = ("origin", "direction")

    def __init__(self, origin: torch.Tensor, direction: torch.Tensor):
        self.origin = origin
        self.direction = direction / direction.norm(dim=-1, keepdim=True)

    def at(self, t: torch.Tensor) -> torch.Tensor:
        return self.origin + t[..., None] * self.direction

    def __len__(self):
        return len(self.origin)


def refract(d: torch.Tensor, normal: torch.Tensor, n1: float, n2: float) -> torch.Tensor:
    """Snell's law in vectors; the normal points against the ray."""
    r = n1 / n2
    c = -(d * normal).sum(-1, keepdim=True)
    k = 1 - r**2 * (1 - c**2)
    return r * d + (r * c - torch.sqrt(k)) * normal


class Surface:
    """x = position + c y^2 / 2 + a y^4, a parabola with a correction."""

    def __init__(self, position: float, curvature: torch.Tensor, quartic: torch.Tensor):
        self.position, self.curvature, self.quartic = position, curvature, quartic

    def sag(self, y):
        return self.position + 0.5 * self.curvature * y**2 + self.quartic * y**4

    def slope(self, y):
        return self.curvature * y + 4 * self.quartic * y**3

    def intersect(self, ray: Ray, iterations: int = 8) -> torch.Tensor:
        t = (self.position - ray.origin[:, 0]) / ray.direction[:, 0]
        for _ in range(iterations):                     # Newton
            p = ray.at(t)
            f = p[:, 0] - self.sag(p[:, 1])
            t = t - f / (ray.direction[:, 0] - self.slope(p[:, 1]) * ray.direction[:, 1])
        return t

    def trace(self, ray: Ray, n1: float, n2: float) -> Ray:
        p = ray.at(self.intersect(ray))
        normal = torch.stack([-torch.ones_like(p[:, 1]), self.slope(p[:, 1])], dim=-1)
        normal = normal / normal.norm(dim=-1, keepdim=True)
        return Ray(p, refract(ray.direction, normal, n1, n2))


class Lens:
    n = 1.5

    def __init__(self, thickness: float = 0.3):
        self.thickness = thickness
        self.shape = torch.tensor([0.2, -0.2, 0.0, 0.0], requires_grad=True)

    @cached_property
    def heights(self) -> torch.Tensor:
        return torch.linspace(-1.0, 1.0, 9)

    def focus(self, distance: float) -> torch.Tensor:
        y = self.heights
        ray = Ray(torch.stack([torch.full_like(y, -1.0), y], -1), torch.tensor([1.0, 0.0]).expand(len(y), 2))
        c1, c2, a1, a2 = self.shape
        ray = Surface(0.0, c1, a1).trace(ray, 1.0, self.n)
        ray = Surface(self.thickness, c2, a2).trace(ray, self.n, 1.0)
        return ray.at((distance - ray.origin[:, 0]) / ray.direction[:, 0])[:, 1]


# Snell's law
for degrees in (0, 20, 40, 60):
    a = math.radians(degrees)
    out = refract(torch.tensor([math.cos(a), math.sin(a)]), torch.tensor([-1.0, 0.0]), 1.0, 1.5)
    angle = math.degrees(math.atan2(out[1].item(), out[0].item()))
    print(f"{degrees:3d}° -> {angle:6.2f}°   sin ratio {math.sin(a) / math.sin(math.radians(angle)) if degrees else 1.5:.3f}")
critical = torch.asin(torch.tensor(1 / 1.5)).rad2deg()
print(f"total reflection beyond {critical:.2f}°:", refract(torch.tensor([0.5, 0.75**0.5]), torch.tensor([-1.0, 0.0]), 1.5, 1.0).isnan().all().item())

lens = Lens()
focal_length = 1 / ((lens.n - 1) * (0.2 + 0.2))
print(f"lensmaker's equation: {focal_length:.2f}")
optimizer = torch.optim.Adam([lens.shape], lr=0.02)
for step in range(61):
    optimizer.zero_grad()
    loss = lens.focus(3.0).square().mean()
    loss.backward()
    optimizer.step()
    if step % 20 == 0:
        print(f"step {step:2d}: root mean square of the spot {loss.sqrt().item():.4f}")
print(f"power of the lens: {0.5 * (lens.shape[0] - lens.shape[1]).item():.2f}")

jacobian = torch.autograd.functional.jacobian(lambda s: torch.stack([s[0] * s[1], s.square().sum()]), lens.shape.detach())
print("a Jacobian of two functions of the shape:", tuple(jacobian.shape))
