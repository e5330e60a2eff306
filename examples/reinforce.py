"""REINFORCE on a corridor: walk to the right end, by the gradient of the logarithm of the policy."""
import torch
from torch import nn

torch.manual_seed(0)
LENGTH = 5
policy = nn.Sequential(nn.Linear(LENGTH, 16), nn.Tanh(), nn.Linear(16, 2))
optimizer = torch.optim.Adam(policy.parameters(), lr=0.02)
states = torch.eye(LENGTH)


def episode():
    """The logarithms of the chosen actions' probabilities, and the rewards."""
    at, logs, rewards = 0, [], []
    for _ in range(12):
        log_p = torch.log_softmax(policy(states[at]), dim=-1)
        action = torch.multinomial(log_p.exp(), 1).item()
        logs.append(log_p[action])
        at = min(at + 1, LENGTH - 1) if action == 1 else max(at - 1, 0)
        done = at == LENGTH - 1
        rewards.append(1.0 if done else -0.1)
        if done:
            break
    return logs, rewards


def returns(rewards, gamma=0.95):
    total, out = 0.0, []
    for r in reversed(rewards):
        total = r + gamma * total
        out.append(total)
    return torch.tensor(out[::-1])


baseline = 0.0
for step in range(61):
    logs, rewards = episode()
    G = returns(rewards)
    loss = -(torch.stack(logs) * (G - baseline)).sum()
    baseline = 0.9 * baseline + 0.1 * G[0].item()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 20 == 0:
        print(f"{step:2d} steps {len(rewards):2d} return {sum(rewards):5.2f}")
with torch.no_grad():
    print([f"{p:.2f}" for p in torch.softmax(policy(states), -1)[:, 1].tolist()])
