"""Two ways to the minimum of Rosenbrock's function: Adam's, and L-BFGS with a line search."""
import torch


def rosenbrock(p):
    return (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2


def minimise(make, steps):
    p = torch.tensor([-1.5, 2.0], dtype=torch.float64, requires_grad=True)
    optimizer = make([p])
    evaluations = 0

    def closure():
        nonlocal evaluations
        evaluations += 1
        optimizer.zero_grad()
        value = rosenbrock(p)
        value.backward()
        return value

    for _ in range(steps):
        optimizer.step(closure)
    return p.detach(), rosenbrock(p).item(), evaluations


ways = {
    "Adam": (lambda params: torch.optim.Adam(params, lr=0.1), 300),
    "L-BFGS": (lambda params: torch.optim.LBFGS(params, line_search_fn="strong_wolfe"), 3),
}
for name, (make, steps) in ways.items():
    p, value, evaluations = minimise(make, steps)
    print(f"{name:7} {evaluations:4} evaluations, f = {value:.2e} at {[round(v, 4) for v in p.tolist()]}")
