"""Three bodies under gravity: symplectic integration, conserved quantities, and initial velocities by gradient descent."""
from dataclasses import dataclass, field
from typing import Iterator, List

import torch
from torch import Tensor

torch.set_default_dtype(torch.float64)
G = 1.0


def potential(q: Tensor, m: Tensor) -> Tensor:
    d = torch.cdist(q, q)
    i, j = torch.triu_indices(len(m), len(m), offset=1)
    return -G * (m[i] * m[j] / d[i, j]).sum()


def forces(q: Tensor, m: Tensor) -> Tensor:
    r = q.unsqueeze(0) - q.unsqueeze(1)
    d2 = r.square().sum(-1) + torch.eye(len(m))
    return G * (m[:, None, None] * m[None, :, None] * r / d2[..., None] ** 1.5).sum(1)


@dataclass
class System:
    m: Tensor
    q: Tensor
    v: Tensor
    t: float = 0.0
    trace: List[Tensor] = field(default_factory=list, repr=False)

    @property
    def energy(self) -> float:
        kinetic = 0.5 * (self.m[:, None] * self.v**2).sum()
        return (kinetic + potential(self.q, self.m)).item()

    @property
    def angular_momentum(self) -> float:
        (x, y), (vx, vy) = self.q.T, self.v.T
        return (self.m * (x * vy - y * vx)).sum().item()

    def steps(self, dt: float, n: int) -> Iterator["System"]:
        a = forces(self.q, self.m) / self.m[:, None]
        for _ in range(n):
            self.v = self.v + 0.5 * dt * a
            self.q = self.q + dt * self.v
            a = forces(self.q, self.m) / self.m[:, None]
            self.v = self.v + 0.5 * dt * a
            self.t += dt
            self.trace.append(self.q)
            yield self


# forces are the negative gradient of the potential
m = torch.tensor([1.0, 0.5, 2.0])
q = torch.tensor([[0.0, 0.0], [1.0, 0.2], [-0.5, 1.5]], requires_grad=True)
(gradient,) = torch.autograd.grad(potential(q, m), q)
print("forces:", torch.allclose(-gradient, forces(q.detach(), m)), "| Newton's third law:", forces(q.detach(), m).sum(0).abs().max().item() < 1e-12)

# the figure of eight
p = torch.tensor([0.97000436, -0.24308753])
w = torch.tensor([-0.93240737, -0.86473146])
system = System(torch.ones(3), torch.stack([p, -p, torch.zeros(2)]), torch.stack([-w / 2, -w / 2, w]))
start, e0 = system.q.clone(), system.energy
print(f"energy {system.energy:.6f}, angular momentum {system.angular_momentum:.1e}")
period, n = 6.32591398, 400
for k, state in enumerate(system.steps(period / n, n), start=1):
    if k % 100 == 0:
        print(f"t = {state.t:5.2f}  energy error {abs(state.energy - e0):.1e}  first body at ({state.q[0, 0]:+.3f}, {state.q[0, 1]:+.3f})")
print(f"after one period everybody is back, to {(system.q - start).norm():.3f}; {len(system.trace)} positions kept")


# How fast must a planet start to be at (0, 1) after a quarter of a revolution?
def shoot(v0: Tensor, n: int = 40) -> Tensor:
    q, v = torch.tensor([1.0, 0.0]), v0
    dt = torch.pi / 2 / n
    a = -q / q.norm() ** 3
    for _ in range(n):
        v = v + 0.5 * dt * a
        q = q + dt * v
        a = -q / q.norm() ** 3
        v = v + 0.5 * dt * a
    return q


v0 = torch.tensor([0.2, 0.7], requires_grad=True)
for i in range(6):
    miss = shoot(v0) - torch.tensor([0.0, 1.0])
    jacobian = torch.autograd.functional.jacobian(shoot, v0.detach())
    print(f"iteration {i}: v = ({v0[0]:.5f}, {v0[1]:.5f}), missed by {miss.norm().item():.1e}")
    if miss.norm() < 1e-9:
        break
    with torch.no_grad():
        v0 -= torch.linalg.solve(jacobian, miss)
