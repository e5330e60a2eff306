"""Portfolio optimisation: Markowitz by projected gradients, risk parity, and a frontier, with json for the report."""
import json
from functools import lru_cache, reduce
from operator import mul
from typing import Dict, List, Sequence

import torch

torch.set_default_dtype(torch.float64)
ASSETS = ("stocks", "bonds", "gold", "cash")
MU = torch.tensor([0.08, 0.03, 0.04, 0.01])
VOL = torch.tensor([0.18, 0.06, 0.15, 0.005])
CORR = torch.tensor([[1.0, 0.1, 0.0, 0.0], [0.1, 1.0, 0.2, 0.1], [0.0, 0.2, 1.0, 0.0], [0.0, 0.1, 0.0, 1.0]])
SIGMA = VOL[:, None] * CORR * VOL


def project_simplex(v: torch.Tensor) -> torch.Tensor:
    """The nearest point with non-negative coordinates whose sum is one."""
    u, _ = v.sort(descending=True)
    css = u.cumsum(0) - 1
    k = torch.arange(1, len(v) + 1)
    rho = int((u - css / k > 0).sum())
    return (v - css[rho - 1] / rho).clamp(min=0)


def utility(w: torch.Tensor, risk_aversion: float) -> torch.Tensor:
    return w @ MU - 0.5 * risk_aversion * w @ SIGMA @ w


@lru_cache(maxsize=None)
def optimal(risk_aversion: float, steps: int = 300) -> tuple:
    w = torch.full((4,), 0.25, requires_grad=True)
    lr = 1.0 / (risk_aversion * torch.linalg.eigvalsh(SIGMA)[-1]).item()
    for _ in range(steps):
        (g,) = torch.autograd.grad(utility(w, risk_aversion), w)
        w = project_simplex(w.detach() + lr * g).requires_grad_()
    return tuple(w.tolist())


print(f"{'aversion':>8} " + " ".join(f"{a:>7}" for a in ASSETS) + "  return    risk")
frontier: List[Dict[str, float]] = []
for aversion in (2.0, 5.0, 10.0, 50.0, 2.0):
    w = torch.tensor(optimal(aversion))
    expected, risk = (w @ MU).item(), (w @ SIGMA @ w).sqrt().item()
    frontier.append({"aversion": aversion, "return": round(expected, 4), "risk": round(risk, 4)})
    print(f"{aversion:8.0f} " + " ".join(f"{x:7.1%}" for x in w.tolist()) + f" {expected:7.2%} {risk:7.2%}")
print(optimal.cache_info())

# risk parity: everybody contributes the same
log_w = torch.zeros(4, requires_grad=True)
optimizer = torch.optim.LBFGS([log_w], max_iter=100, line_search_fn="strong_wolfe", tolerance_grad=1e-12, tolerance_change=1e-16)


def closure():
    optimizer.zero_grad()
    y = log_w.exp()
    loss = 0.5 * y @ SIGMA @ y - 0.25 * log_w.sum()
    loss.backward()
    return loss


optimizer.step(closure)
w = log_w.detach().softmax(0)
contribution = w * (SIGMA @ w)
print("risk parity:", dict(zip(ASSETS, [round(v, 3) for v in w.tolist()])))
print("contributions:", (contribution / contribution.sum()).numpy().round(3).tolist())

# drawdown of a simulated path, and its gradient
torch.manual_seed(1)
L = torch.linalg.cholesky(SIGMA / 252)
returns = MU / 252 + torch.randn(250, 4) @ L.T
weights = torch.tensor([0.5, 0.3, 0.1, 0.1], requires_grad=True)
wealth = torch.cumprod(1 + returns @ weights, dim=0)
drawdown = 1 - wealth / torch.cummax(wealth, dim=0).values
worst = drawdown.max()
worst.backward()
print(f"final wealth {wealth[-1].item():.3f}, worst drawdown {worst.item():.2%} on day {drawdown.argmax().item()}")
print("it would be smaller with less of:", ASSETS[int(weights.grad.argmax())])


def compound(rates: Sequence[float]) -> float:
    return reduce(mul, (1 + rate for rate in rates), 1.0) - 1


report = {"assets": list(ASSETS), "frontier": frontier[:2], "ten years of stocks": round(compound([0.08] * 10), 3), "ok": True, "note": None}
text = json.dumps(report, indent=2)
print(text)
assert json.loads(text) == report
