"""Variational inference with torch.distributions: an ELBO by reparameterised samples against the exact posterior."""
import torch
import torch.distributions as dist
from torch.distributions import constraints, kl_divergence, transform_to

torch.manual_seed(0)

# A coin: Beta prior, binomial data; the posterior is Beta(1 + heads, 1 + tails).
flips = dist.Bernoulli(probs=0.7).sample((40,))
heads, tails = int(flips.sum()), int((1 - flips).sum())
prior = dist.Beta(torch.tensor(1.0), torch.tensor(1.0))
posterior = dist.Beta(torch.tensor(1.0 + heads), torch.tensor(1.0 + tails))
print(f"{heads} heads, {tails} tails: posterior mean {posterior.mean:.3f} +- {posterior.stddev:.3f}")

unconstrained = torch.zeros(2, requires_grad=True)
optimizer = torch.optim.Adam([unconstrained], lr=0.1)
for step in range(201):
    a, b = transform_to(constraints.positive)(unconstrained)
    q = dist.Beta(a, b)
    theta = q.rsample((16,)).clamp(1e-6, 1 - 1e-6)
    log_lik = heads * theta.log() + tails * (1 - theta).log()
    elbo = log_lik.mean() - kl_divergence(q, prior)
    optimizer.zero_grad()
    (-elbo).backward()
    optimizer.step()
    if step % 100 == 0:
        print(f"step {step:3d}: ELBO {elbo.item():8.2f}, q mean {q.mean.item():.2f}, KL to the posterior {kl_divergence(q, posterior).item():.2f}")

# A normal mean with unknown scale, mean field in the unconstrained space.
data = dist.Normal(2.0, 1.5).sample((50,))
loc = torch.zeros(2, requires_grad=True)
log_scale = torch.full((2,), -1.0, requires_grad=True)
optimizer = torch.optim.Adam([loc, log_scale], lr=0.05)


def log_joint(mu, log_sigma):
    sigma = log_sigma.exp()
    lp = dist.Normal(0.0, 10.0).log_prob(mu) + dist.HalfNormal(5.0).log_prob(sigma) + log_sigma
    return lp + dist.Normal(mu[:, None], sigma[:, None]).log_prob(data).sum(-1)


for step in range(101):
    guide = dist.Independent(dist.Normal(loc, log_scale.exp()), 1)
    z = guide.rsample((8,))
    elbo = (log_joint(z[:, 0], z[:, 1]) - guide.log_prob(z)).mean()
    optimizer.zero_grad()
    elbo.neg().backward()
    optimizer.step()
    if step % 50 == 0:
        print(f"step {step:3d}: ELBO {elbo.item():.1f}")
print(guide)
print(f"mu ~ {loc[0].item():.1f} (data {data.mean():.1f}), sigma ~ {loc[1].exp().item():.1f} (data {data.std():.1f})")

# Some divergences in closed form, and one by Monte Carlo.
pairs = [
    (dist.Normal(0.0, 1.0), dist.Normal(1.0, 2.0)),
    (dist.Gamma(2.0, 1.0), dist.Gamma(3.0, 2.0)),
    (dist.Bernoulli(0.3), dist.Bernoulli(0.5)),
    (dist.Dirichlet(torch.ones(3)), dist.Dirichlet(torch.tensor([1.0, 2.0, 3.0]))),
]
for p, q in pairs:
    exact = kl_divergence(p, q)
    x = p.sample((4000,))
    estimate = (p.log_prob(x) - q.log_prob(x)).mean()
    print(f"{type(p).__name__:<10} KL = {exact.item():.4f}, estimated within 0.1: {bool((exact - estimate).abs() < 0.1)}")
try:
    dist.Normal(0.0, -1.0)
except ValueError as error:
    print(str(error).split("\n")[0])
