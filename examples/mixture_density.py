"""A mixture density network: the inverse of a function that isn't one-to-one."""
import torch
import torch.nn as nn
from torch.distributions import Categorical, MixtureSameFamily, Normal


class MDN(nn.Module):
    def __init__(self, n_hidden: int, n_gaussians: int):
        super(MDN, self).__init__()
        self.z_h = nn.Sequential(nn.Linear(1, n_hidden), nn.Tanh())
        self.z_pi = nn.Linear(n_hidden, n_gaussians)
        self.z_mu = nn.Linear(n_hidden, n_gaussians)
        self.z_sigma = nn.Linear(n_hidden, n_gaussians)

    def forward(self, x):
        z_h = self.z_h(x)
        pi = nn.functional.softmax(self.z_pi(z_h), -1)
        mu = self.z_mu(z_h)
        sigma = torch.exp(self.z_sigma(z_h))
        return pi, mu, sigma


oneDivSqrtTwoPI = 1.0 / (2.0 * torch.pi) ** 0.5


def gaussian_distribution(y, mu, sigma):
    result = (y.expand_as(mu) - mu) * torch.reciprocal(sigma)
    result = -0.5 * (result * result)
    return (torch.exp(result) * torch.reciprocal(sigma)) * oneDivSqrtTwoPI


def mdn_loss_fn(pi, sigma, mu, y):
    result = gaussian_distribution(y, mu, sigma) * pi
    result = torch.sum(result, dim=1)
    result = -torch.log(result)
    return torch.mean(result)


torch.manual_seed(42)
n_samples = 200
epsilon = torch.randn(n_samples)
y_data = torch.linspace(-10, 10, n_samples)
x_data = 7 * torch.sin(0.75 * y_data) + 0.5 * y_data + 0.5 * epsilon
x, y = x_data.view(-1, 1) / 10, y_data.view(-1, 1) / 10

network = MDN(n_hidden=20, n_gaussians=5)
optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
for epoch in range(41):
    pi, mu, sigma = network(x)
    loss = mdn_loss_fn(pi, sigma, mu, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if epoch % 20 == 0:
        print(epoch, f'{loss.item():.2f}')

# torch.distributions has the mixture ready-made
mixture = MixtureSameFamily(Categorical(probs=pi), Normal(mu, sigma))
print(mixture.batch_shape, mixture.event_shape)
print("same likelihood:", torch.allclose(-mixture.log_prob(y.squeeze(1)).mean(), loss, atol=1e-4))

with torch.no_grad():
    grid = torch.tensor([[-0.8], [0.0], [0.8]])
    pi, mu, sigma = network(grid)
    for row in range(3):
        order = pi[row].argsort(descending=True)
        best = order[:2]
        text = ", ".join(f"{mu[row, k].item():+.1f} ({pi[row, k].item():.0%})" for k in best)
        print(f"x = {grid[row, 0].item():+.1f}: {text}")
    mixture = MixtureSameFamily(Categorical(probs=pi), Normal(mu, sigma))
    print("means", [f"{m:.1f}" for m in mixture.mean.tolist()], "stddevs", [f"{s:.1f}" for s in mixture.stddev.tolist()])
    print("draws", tuple(mixture.sample((4,)).shape), "cdf at 0:", [round(c, 1) for c in mixture.cdf(torch.zeros(3)).tolist()])
