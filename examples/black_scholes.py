"""Black-Scholes: prices, all the Greeks by autograd, implied volatility by Newton, and Monte Carlo with gradients."""
import math

import torch
from torch import Tensor

torch.set_default_dtype(torch.float64)
norm_cdf = torch.distributions.Normal(0.0, 1.0).cdf


def black_scholes(S: Tensor, K: Tensor, T: Tensor, r: Tensor, sigma: Tensor, kind: str = "call") -> Tensor:
    d1 = (torch.log(S / K) + (r + 0.5 * sigma**2) * T) / (sigma * torch.sqrt(T))
    d2 = d1 - sigma * torch.sqrt(T)
    match kind:
        case "call":
            return S * norm_cdf(d1) - K * torch.exp(-r * T) * norm_cdf(d2)
        case "put":
            return K * torch.exp(-r * T) * norm_cdf(-d2) - S * norm_cdf(-d1)
        case other:
            raise ValueError(f"unknown option: {other!r}")


S, K, T, r, sigma = (torch.tensor(v, requires_grad=True) for v in (100.0, 105.0, 0.5, 0.03, 0.25))
call, put = (black_scholes(S, K, T, r, sigma, kind) for kind in ("call", "put"))
print(f"call {call:.4f}, put {put:.4f}, parity holds: {torch.isclose(call - put, S - K * torch.exp(-r * T)).item()}")

delta, vega, rho, theta = torch.autograd.grad(call, (S, sigma, r, T), create_graph=True)
gamma, vanna = torch.autograd.grad(delta, (S, sigma), retain_graph=True)
(volga,) = torch.autograd.grad(vega, sigma)
greeks = dict(delta=delta, gamma=gamma, vega=vega, theta=-theta, rho=rho, vanna=vanna, volga=volga)
for name, value in greeks.items():
    print(f"{name:>6} {value.item():>12.6f}")

d1 = ((S / K).log() + (r + sigma**2 / 2) * T) / (sigma * T.sqrt())
density = torch.exp(-d1**2 / 2) / math.sqrt(2 * math.pi)
assert torch.allclose(delta, norm_cdf(d1)) and torch.allclose(gamma, density / (S * sigma * T.sqrt()))


def implied_volatility(price: float, *args, guess: float = 0.5, tol: float = 1e-12) -> tuple[float, int]:
    vol = torch.tensor(guess, requires_grad=True)
    for i in range(50):
        error = black_scholes(*args, vol) - price
        if abs(error.item()) < tol:
            break
        (slope,) = torch.autograd.grad(error, vol)
        with torch.no_grad():
            vol -= error / slope
    return vol.item(), i


with torch.no_grad():
    market = S, K, T, r
    strikes = torch.linspace(80, 120, 5)
    smile = 0.2 + 0.3 * (strikes / 100 - 1) ** 2
    prices = black_scholes(S, strikes, T, r, smile)
print("strike   price   implied")
for strike, price in zip(strikes, prices):
    vol, iterations = implied_volatility(price.item(), S.detach(), strike, T.detach(), r.detach())
    print(f"{strike.item():6.1f} {price.item():8.4f} {vol:8.5f}  ({iterations} iterations)")

# Monte Carlo: pathwise derivatives come out of the same graph
torch.manual_seed(0)
z = torch.randn(20000)
z = torch.cat([z, -z])                      # antithetic
terminal = S * torch.exp((r - 0.5 * sigma**2) * T + sigma * torch.sqrt(T) * z)
estimate = (torch.exp(-r * T) * torch.relu(terminal - K)).mean()
mc_delta, mc_vega = torch.autograd.grad(estimate, (S, sigma))
print(f"Monte Carlo: price {estimate:.1f}, delta {mc_delta:.2f}, vega {mc_vega:.0f}")

# all first and second derivatives of many options at once
greek = torch.func.vmap(torch.func.grad(black_scholes, argnums=(0, 4)), in_dims=(None, 0, None, None, None))
d, v = greek(S.detach(), strikes, T.detach(), r.detach(), sigma.detach())
print("deltas", d)
print("vegas ", v)
try:
    black_scholes(S, K, T, r, sigma, "straddle")
except ValueError as error:
    print(error)
