"""Deep Q-learning in a grid world, with a replay buffer and a target network."""
import random
from collections import deque, namedtuple
from dataclasses import dataclass
from typing import Deque, List, Tuple

import torch
import torch.nn as nn
import torch.optim as optim

Transition = namedtuple('Transition', ('state', 'action', 'next_state', 'reward', 'done'))
ACTIONS = {0: (-1, 0), 1: (1, 0), 2: (0, -1), 3: (0, 1)}
ARROWS = "^v<>"


@dataclass
class GridWorld:
    size: int = 4
    goal: Tuple[int, int] = (3, 3)
    trap: Tuple[int, int] = (1, 2)

    def reset(self) -> torch.Tensor:
        self.position = (0, 0)
        return self.observe()

    def observe(self) -> torch.Tensor:
        one_hot = torch.zeros(self.size * self.size)
        one_hot[self.position[0] * self.size + self.position[1]] = 1.0
        return one_hot

    def step(self, action: int):
        dr, dc = ACTIONS[action]
        r = min(max(self.position[0] + dr, 0), self.size - 1)
        c = min(max(self.position[1] + dc, 0), self.size - 1)
        self.position = (r, c)
        if self.position == self.goal:
            return self.observe(), 1.0, True
        if self.position == self.trap:
            return self.observe(), -1.0, True
        return self.observe(), -0.04, False


class ReplayMemory(object):

    def __init__(self, capacity: int) -> None:
        self.memory: Deque[Transition] = deque([], maxlen=capacity)

    def push(self, *args) -> None:
        """Save a transition"""
        self.memory.append(Transition(*args))

    def sample(self, batch_size: int) -> List[Transition]:
        return random.sample(self.memory, batch_size)

    def __len__(self) -> int:
        return len(self.memory)


class DQN(nn.Module):
    def __init__(self, n_observations, n_actions):
        super(DQN, self).__init__()
        self.layer1 = nn.Linear(n_observations, 24)
        self.layer2 = nn.Linear(24, n_actions)

    def forward(self, x):
        return self.layer2(torch.relu(self.layer1(x)))


random.seed(1)
torch.manual_seed(1)
env = GridWorld()
print(env)
BATCH_SIZE, GAMMA, TAU = 32, 0.95, 0.1
policy_net, target_net = DQN(16, 4), DQN(16, 4)
target_net.load_state_dict(policy_net.state_dict())
optimizer = optim.AdamW(policy_net.parameters(), lr=1e-2, amsgrad=True)
memory = ReplayMemory(500)


def select_action(state, eps):
    if random.random() > eps:
        with torch.no_grad():
            return policy_net(state).max(0).indices.item()
    return random.randrange(4)


def optimize_model():
    if len(memory) < BATCH_SIZE:
        return None
    batch = Transition(*zip(*memory.sample(BATCH_SIZE)))
    states, next_states = torch.stack(batch.state), torch.stack(batch.next_state)
    actions = torch.tensor(batch.action).unsqueeze(1)
    rewards, done = torch.tensor(batch.reward), torch.tensor(batch.done)
    q = policy_net(states).gather(1, actions).squeeze(1)
    with torch.no_grad():
        next_q = target_net(next_states).max(1).values
        next_q[done] = 0.0
    loss = nn.SmoothL1Loss()(q, rewards + GAMMA * next_q)
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_value_(policy_net.parameters(), 100)
    optimizer.step()
    target_state, policy_state = target_net.state_dict(), policy_net.state_dict()
    for key in policy_state:
        target_state[key] = policy_state[key] * TAU + target_state[key] * (1 - TAU)
    target_net.load_state_dict(target_state)
    return loss.item()


returns: List[float] = []
for episode in range(40):
    state, total = env.reset(), 0.0
    for t in range(20):
        action = select_action(state, eps=max(0.05, 1.0 - episode / 25))
        next_state, reward, done = env.step(action)
        memory.push(state, action, next_state, reward, done)
        state, total = next_state, total + reward
        loss = optimize_model()
        if done:
            break
    returns.append(total)
    if (episode + 1) % 10 == 0:
        print(f"episodes {episode - 8:>2}-{episode + 1:>2}: mean return {sum(returns[-10:]) / 10:+.2f}, {len(memory)} transitions")

policy = policy_net(torch.eye(16)).argmax(dim=1).view(4, 4)
for r in range(4):
    row = ["G" if (r, c) == env.goal else "x" if (r, c) == env.trap else ARROWS[policy[r, c]] for c in range(4)]
    print(" ".join(row))
