"""Advantage actor-critic on a cart that has to stay near the middle."""
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.distributions import Categorical, Normal


class Cart:
    """Position and velocity; the action pushes left, not at all, or right; a little wind blows."""

    def __init__(self, seed: int):
        self.rng = torch.Generator()
        self.rng.manual_seed(seed)

    def reset(self):
        self.state = torch.rand(2, generator=self.rng) * 2 - 1
        self.t = 0
        return self.state

    def step(self, action):
        x, v = self.state
        v = 0.9 * v + 0.3 * (action - 1) + 0.05 * torch.randn((), generator=self.rng)
        x = x + 0.5 * v
        self.state = torch.stack([x, v])
        self.t += 1
        terminated, truncated = bool(x.abs() > 2), self.t >= 25
        return self.state, 1.0 - x.abs().item() - (1.0 if terminated else 0.0), terminated, truncated


class ActorCritic(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.affine1 = nn.Linear(2, hidden)
        self.action_head = nn.Linear(hidden, 3)
        self.value_head = nn.Linear(hidden, 1)
        nn.init.orthogonal_(self.action_head.weight, gain=0.01)
        nn.init.orthogonal_(self.value_head.weight)

    def forward(self, x):
        x = F.relu(self.affine1(x))
        return Categorical(logits=self.action_head(x)), self.value_head(x).squeeze(-1)


def gae(rewards, values, last_value, gamma=0.97, lam=0.95):
    advantages, running = [], 0.0
    values = values + [last_value]
    for t in reversed(range(len(rewards))):
        delta = rewards[t] + gamma * values[t + 1] - values[t]
        running = delta + gamma * lam * running
        advantages.insert(0, running)
    return torch.tensor(advantages)


torch.manual_seed(543)
env = Cart(seed=0)
model = ActorCritic()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
running_reward = None
for i_episode in range(1, 31):
    state = env.reset()
    log_probs, values, rewards, entropies = [], [], [], []
    while True:
        dist, value = model(state)
        action = dist.sample()
        log_probs.append(dist.log_prob(action))
        entropies.append(dist.entropy())
        values.append(value)
        state, reward, terminated, truncated = env.step(action.item())
        rewards.append(reward)
        if terminated or truncated:
            break
    with torch.no_grad():
        last_value = 0.0 if terminated else model(state)[1].item()
    advantages = gae(rewards, [v.item() for v in values], last_value)
    values = torch.stack(values)
    targets = advantages + values.detach()
    normalized = (advantages - advantages.mean()) / (advantages.std() + 1e-6)
    policy_loss = -(torch.stack(log_probs) * normalized).mean()
    value_loss = F.smooth_l1_loss(values, targets)
    entropy = torch.stack(entropies).mean()
    loss = policy_loss + 0.5 * value_loss - 0.01 * entropy
    optimizer.zero_grad()
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm=0.5)
    optimizer.step()
    total = sum(rewards)
    running_reward = total if running_reward is None else 0.1 * total + 0.9 * running_reward
    if i_episode % 10 == 0:
        print('Episode {}\tLast reward: {:.1f}\tAverage reward: {:.1f}\tentropy: {:.2f}'.format(
            i_episode, total, running_reward, entropy.item()))

dist, value = model(torch.tensor([[-1.5, 0.0], [0.0, 0.0], [1.5, 0.0]]))
print(dist)
print("batch", dist.batch_shape, "events", dist.event_shape, "support", dist.support)
print("pushes:", ["left", "none", "right"][dist.probs[0].argmax().item()], "at the left end")
print(Normal(torch.zeros(1), torch.ones(1)).entropy())
