"""A Gaussian mixture fitted twice: by expectation-maximisation, and by gradients through logsumexp."""
import torch

torch.manual_seed(0)
torch.set_printoptions(precision=3, sci_mode=False)

K, D = 3, 2
centers = torch.tensor([[-3.0, 0.0], [0.0, 3.0], [3.0, -1.0]])
scales = torch.tensor([0.5, 1.0, 0.7])
which = torch.randint(K, (300,))
X = centers[which] + scales[which, None] * torch.randn(300, D)


def log_normal(X, mu, log_sigma):
    """(N, K): the log density of each point under each isotropic component."""
    sq = ((X[:, None, :] - mu[None, :, :]) ** 2).sum(-1)
    return -0.5 * sq * torch.exp(-2 * log_sigma) - D * log_sigma - 0.5 * D * torch.log(torch.tensor(2 * torch.pi))


def log_likelihood(X, logits, mu, log_sigma):
    return torch.logsumexp(torch.log_softmax(logits, 0) + log_normal(X, mu, log_sigma), dim=1).mean()


# --- k-means++ to begin with ----------------------------------------------
chosen = [X[torch.randint(len(X), (1,)).item()]]
while len(chosen) < K:
    d2 = torch.stack([((X - c) ** 2).sum(1) for c in chosen]).min(0)[0]
    chosen.append(X[torch.multinomial(d2, 1).item()])
start = torch.stack(chosen)
print("start\n", start)

# --- expectation-maximisation ---------------------------------------------
mu, log_sigma, logits = start.clone(), torch.zeros(K), torch.zeros(K)
for it in range(15):
    # E step
    resp = torch.softmax(torch.log_softmax(logits, 0) + log_normal(X, mu, log_sigma), dim=1)
    # M step
    Nk = resp.sum(0)
    mu = (resp.T @ X) / Nk[:, None]
    var = (resp * ((X[:, None] - mu) ** 2).sum(-1)).sum(0) / (D * Nk)
    log_sigma, logits = 0.5 * var.log(), (Nk / len(X)).log()
    if it % 7 == 0:
        print(f"EM {it:2d}: {log_likelihood(X, logits, mu, log_sigma):.4f}")
em = log_likelihood(X, logits, mu, log_sigma)
order = mu[:, 0].argsort()
print("means", mu[order], "weights", logits.exp()[order], "deviations", log_sigma.exp()[order], sep="\n")

# --- gradients ------------------------------------------------------------
params = {
    "logits": torch.zeros(K, requires_grad=True),
    "mu": start.clone().requires_grad_(),
    "log_sigma": torch.zeros(K, requires_grad=True),
}
optimizer = torch.optim.Adam(params.values(), lr=0.1)
for it in range(60):
    loss = -log_likelihood(X, **params)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if it % 20 == 0:
        print(f"gradient {it:2d}: {-loss.item():.3f}")
print(f"difference to EM below 0.01: {abs(em.item() + loss.item()) < 0.01}")

# At the optimum of EM the gradient is nearly zero.
leaves = [t.clone().requires_grad_() for t in (logits, mu, log_sigma)]
grads = torch.autograd.grad(log_likelihood(X, *leaves), leaves)
print("gradient norms at EM's answer are below 1e-2:", [g.norm().item() < 1e-2 for g in grads])
labels = resp.argmax(1)
matched = torch.stack([(labels[which == k] == order[k]).float().mean() for k in range(K)])
print("found again:", matched)
